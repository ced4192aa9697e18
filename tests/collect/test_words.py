"""A citizen's words are stored as they were sent (the inputs went wrong in other systems, and in our first version)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey.base.store.database import engine
from survey.collect.models import ResponseTextRow
from survey.collect.rules import LONGEST_TEXT
from tests.collect.conftest import Town, token_in

FAMILY = "一家三口\U0001f468\u200d\U0001f469\u200d\U0001f467来办"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("窗口的人很好\U0001fa77谢谢", "窗口的人很好\U0001fa77谢谢"),
        ("我姓\U00031350名字打不出来", "我姓\U00031350名字打不出来"),
        ("地名\U0002ebf0村", "地名\U0002ebf0村"),
        ("姓\ue815的人", "姓\ue815的人"),
        (
            "一家三口\U0001f468\u200d\U0001f469\u200d\U0001f467来办",
            "一家三口\U0001f468\u200d\U0001f469\u200d\U0001f467来办",
        ),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("排队\t30分钟", "排队 30分钟"),
        ("慢\x00得很", "慢得很"),
        ("\U0001fa77", "\U0001fa77"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("=1+1", "=1+1"),
        ("\x0b\x1f", None),
        ("长" * LONGEST_TEXT, "长" * LONGEST_TEXT),
    ],
)
def test_words_are_stored_as_they_were_sent(town_on_each_database: Town, sent: str, stored: str | None):
    town = town_on_each_database
    client = town.app.test_client()
    path = f"/r/{town.codes['W1']}"
    answer = client.post(path, data={"token": token_in(client.get(path).text), "W-E1": "3", "text": sent})
    assert answer.status_code == 303
    with town.app.app_context(), engine().connect() as connection:
        assert connection.scalar(select(ResponseTextRow.text)) == stored
