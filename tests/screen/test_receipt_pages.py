"""What a citizen reads by a receipt: state, reason, body and day; never a level, in either language."""

from __future__ import annotations

from datetime import date

import pytest

from survey.base.store.database import commit
from survey.followup import service as followup
from survey.screen import service
from tests import two_people
from tests.collect.conftest import TODAY, Fair
from tests.page_parts import facts, words
from tests.screen.conftest import LI, REASON, excluded

RECEIPT = "2222-2222-2222"
HINT = "暂无答复。"


def page_of(fair: Fair, receipt: str = RECEIPT, query: str = "") -> str:
    return fair.app.test_client().get(f"/receipt/{receipt}{query}").text


def test_a_receipt_names_body_counter_and_day_and_each_state_with_its_reason(fair: Fair) -> None:
    with fair.inside():
        [key] = fair.say("a", [1], window_id=fair.windows["a-1"], receipt=RECEIPT)
        page = page_of(fair)
        assert facts(page) == {
            "回执码": RECEIPT,
            "状态": "已收到，已计入。",
            "单位": "甲局 · 甲窗口",
            "日期": "2026-03-31",
        }
        assert HINT in page
        two_people.hold([key], REASON, LI)
        held = facts(page_of(fair))["状态"]
        assert held == f"已收到，暂存待核。 在两人核实之前暂不计入，没有删除任何内容。 理由： {REASON}"
        service.propose(key, "exclude", "核实为工作人员代点", LI)
        assert facts(page_of(fair))["状态"] == held, "a proposal changes nothing"


def test_an_excluded_answer_says_who_decided_and_how_to_object(fair: Fair) -> None:
    with fair.inside():
        [key] = fair.say("a", [5], receipt=RECEIPT)
        excluded(key, "核实为工作人员代点")
    page = page_of(fair)
    assert facts(page)["状态"] == (
        "已收到，未计入。 这是两人共同作出的决定。答卷仍保留，您可以向绩效办提出异议。 理由： 核实为工作人员代点"
    )
    assert "Reason given: 核实为工作人员代点" in words(page_of(fair, query="?lang=en"))


@pytest.mark.parametrize(
    ("day", "counts"), [(TODAY, True), (date(2026, 1, 1), True), (date(2025, 12, 31), False), (date(2027, 1, 1), False)]
)
def test_an_answer_counts_from_the_first_to_the_last_day_of_some_round(fair: Fair, day: date, counts: bool) -> None:
    with fair.inside():
        fair.say("a", [5], day=day, receipt=RECEIPT)
    state = facts(page_of(fair))["状态"]
    assert state == (
        "已收到，已计入。"
        if counts
        else "已收到，尚未计入任何评议期。 答卷已妥善保存。一旦有评议期包含这一天，就会计入。"
    )


def test_an_answer_about_several_bodies_names_none_and_promises_no_reply(fair: Fair) -> None:
    with fair.inside():
        number = fair.collection("open")
        commit()
        fair.several(number, {"a": 1, "b": 5}, receipt=RECEIPT)
    page = page_of(fair)
    assert "单位" not in facts(page)
    assert "甲局" not in page
    assert HINT not in page


def test_a_reply_stands_on_the_receipt_in_place_of_the_promise(fair: Fair) -> None:
    with fair.inside():
        [key] = fair.say("a", [1], receipt=RECEIPT)
        followup.reply(key, "已增开一个<窗口>。", LI)
    page = page_of(fair)
    assert "<p>已增开一个&lt;窗口&gt;。</p>" in page
    assert '<p class="soft">甲局 2026-03-31</p>' in page
    assert HINT not in page
    assert "li" not in words(page).split(), "the citizen reads the body, not the person"


def test_a_receipt_is_asked_for_in_a_form_that_keeps_the_language(fair: Fair) -> None:
    visitor = fair.app.test_client()
    assert "感谢页上的回执码" in visitor.get("/receipt").text
    assert visitor.get("/receipt?code=%20%20").status_code == 200
    led = visitor.get(f"/receipt?code=%20{RECEIPT}%20&lang=en")
    assert led.location == f"/receipt/{RECEIPT}?lang=en"
    assert visitor.get(f"/receipt?code={RECEIPT}").location == f"/receipt/{RECEIPT}"
    assert visitor.get(f"/receipt?code={'2' * 50}").location == f"/receipt/{'2' * 40}"
    missing = visitor.get(f"/receipt/{RECEIPT}?lang=en")
    assert missing.status_code == 404
    assert '<input type="hidden" name="lang" value="en">' in missing.text
    assert f'value="{RECEIPT}"' in missing.text
    assert "Look up a receipt" in missing.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (RECEIPT, "没有找到这个回执码"),
        ("2222-2222-2223", "回执码有一位输错了"),
        ("2222", "回执码有一位输错了"),
        ("<b>", "回执码有一位输错了"),
    ],
)
def test_a_receipt_that_leads_nowhere_says_why_and_that_nothing_is_lost(fair: Fair, typed: str, sentence: str) -> None:
    page = fair.app.test_client().get(f"/receipt/{typed}")
    assert page.status_code == 404
    said = words(page.text)
    assert sentence in said
    assert "您的评价不受影响" in said
    assert "<b>" not in page.text


def test_a_receipt_may_be_typed_without_dashes_and_in_small_letters(fair: Fair) -> None:
    with fair.inside():
        fair.say("a", [4], receipt=RECEIPT)
    for typed in ("222222222222", "2222 2222 2222"):
        assert facts(page_of(fair, typed))["回执码"] == RECEIPT


def test_the_receipt_allows_no_foreign_script_and_is_kept_nowhere(fair: Fair) -> None:
    with fair.inside():
        fair.say("a", [4], receipt=RECEIPT)
    answer = fair.app.test_client().get(f"/receipt/{RECEIPT}")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "'unsafe-inline'" not in policy
    assert policy.count("script-src 'sha256-") == 1
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
