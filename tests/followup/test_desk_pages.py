"""The desk of bad ratings as its readers see it: figures, filters, pages, words, and what each role may do."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from sqlalchemy import select

from survey.base import clock
from survey.base.errors import Refused
from survey.base.people import audit
from survey.base.people.roles import SYSTEM, Role
from survey.base.store.database import session
from survey.followup import service
from survey.followup.commands import followup
from survey.followup.models import ReplyRow
from survey.questions import service as questions
from survey.units import service as units
from tests.client import Client
from tests.conftest import SignIn
from tests.followup.conftest import TEXT, last_month, rate, rate_on
from tests.page_parts import alerts, choices, facts, figures, headings, rows
from tests.small_round import SmallRound, small_round

RECEIPT = "2222-2222-2222"
OTHER = "3Z9X-YCKA-DX6K"
SEALED = next(tag for tag in questions.all_tags().values() if tag.is_sealed)
#: role -> whether it reads the desk, answers a case, takes a reply back
MAY = {
    Role.ADMIN: (True, True, True),
    Role.OFFICE: (True, True, True),
    Role.UNIT_MANAGER: (True, True, False),
    Role.FOLLOW_UP: (True, True, False),
    Role.AUDITOR: (True, False, False),
    Role.STATISTICIAN: (False, False, False),
    Role.INTERVIEWER: (False, False, False),
}


@pytest.fixture
def made(app: Flask) -> SmallRound:
    with app.app_context():
        return small_round()


@pytest.fixture
def office(client: Client, sign_in: SignIn) -> Client:
    sign_in(client, Role.OFFICE)
    return client


@pytest.mark.parametrize("role", list(Role))
def test_what_each_role_reads_answers_and_takes_back(
    app: Flask, client: Client, sign_in: SignIn, made: SmallRound, role: Role
) -> None:
    reads, answers, takes_back = MAY[role]
    with app.app_context():
        key, open_key = rate(made, [1, 1, 5, 5, 5])[:2]
        service.reply(key, TEXT, SYSTEM)
    sign_in(client, role, units=made.unit_ids)
    pages = [client.get(path) for path in ("/cases", "/cases/rates", f"/cases/{key}")]
    assert [page.status_code for page in pages] == [200 if reads else 403] * 3
    assert ('href="/cases"' in client.get("/password").text) is reads
    assert ("更新答复" in pages[2].text) is answers
    assert ("撤回这份答复" in pages[2].text) is takes_back
    assert "撤回这份答复" not in client.get(f"/cases/{open_key}").text, "there is nothing to take back yet"
    token = {"csrf_token": client.token("/")}
    client.post(f"/cases/{open_key}", data={"text": "已经改正办结。", **token})
    taken = client.post(f"/cases/{key}/take-back", data={"reason": "推诿，不合要求", **token})
    assert taken.status_code == (302 if takes_back else 403)
    with app.app_context():
        assert (service.case(open_key, SYSTEM).reply is not None) is answers
        assert (service.case(key, SYSTEM).reply is None) is takes_back


def test_the_figures_count_all_cases_whatever_the_filters_show(app: Flask, office: Client, made: SmallRound) -> None:
    empty = office.get("/cases").text
    assert figures(empty) == {"差评件数": "0", "已答复": "0", "答复率": "–"}
    assert "没有符合条件的差评。" in empty
    with app.app_context():
        key, *_rest = rate(made, [1, 2])
        rate(made, [1], place=1)
        service.reply(key, TEXT, SYSTEM)
    for path in ("/cases", "/cases?state=answered", f"/cases?unit={made.unit_ids[1]}"):
        assert figures(office.get(path).text) == {"差评件数": "3", "已答复": "1", "答复率": "33.3%"}


def test_the_list_is_cut_by_state_and_unit_and_keeps_what_was_chosen(
    app: Flask, office: Client, made: SmallRound
) -> None:
    with app.app_context():
        done, _open = rate(made, [1, 2])
        rate(made, [1], place=1)
        service.reply(done, TEXT, SYSTEM)
    month = last_month().strftime("%Y-%m")
    mine = [
        [month, "甲局", "综合窗口", "非常不满意", "", "已答复"],
        [month, "甲局", "综合窗口", "不满意", "", "待答复"],
    ]
    other = [month, "乙局", "综合窗口", "非常不满意", "", "待答复"]
    first, second = made.unit_ids
    wanted = {
        "": [*mine, other],
        "state=answered": mine[:1],
        "state=open": [mine[1], other],
        "state=lost": [*mine, other],
        f"unit={second}": [other],
        f"unit={first}&state=open": mine[1:],
        "unit=999": [],
    }
    for query, lines in wanted.items():
        page = office.get(f"/cases?{query}").text
        assert sorted(rows(page)) == sorted(lines), query
    assert headings(office.get("/cases").text) == ["月份", "单位", "窗口", "评价等次", "原因与留言", "状态"]
    page = office.get(f"/cases?unit={second}&state=open").text
    assert choices(page, "state") == {"": "全部状态", "open": "待答复", "answered": "已答复"}
    assert choices(page, "unit") == {"": "全部单位", str(first): "甲局", str(second): "乙局"}
    chosen = re.findall(r'<option value="(\w*)" selected>', page.partition("data-autosubmit")[2])
    assert chosen == ["open", str(second)]


def test_a_closed_unit_and_a_case_without_a_counter_are_still_read(
    app: Flask, office: Client, made: SmallRound
) -> None:
    with app.app_context():
        [key] = rate_on(made, [1], window_id=None)
        unit = units.unit(made.unit_ids[0])
        units.change_unit(unit.id, name=unit.name, class_code=unit.class_code, parent_id=None, active=False)
    assert rows(office.get("/cases").text)[0][1:3] == ["甲局", ""]
    page = office.get(f"/cases/{key}").text
    assert "甲局 ·" not in page
    assert rows(office.get("/cases/rates").text) == [["甲局", "1", "0", "0.0%"]]


@pytest.mark.parametrize(
    ("page", "lines", "links"),
    [("1", 50, ["下一页"]), ("2", 1, ["上一页"]), ("0", 50, ["下一页"]), ("-3", 50, ["下一页"]), ("x", 50, ["下一页"])],
)
def test_the_desk_shows_fifty_cases_a_page(
    app: Flask, office: Client, made: SmallRound, page: str, lines: int, links: list[str]
) -> None:
    with app.app_context():
        rate(made, [1] * 51)
    text = office.get(f"/cases?state=open&page={page}").text
    assert len(rows(text)) == lines
    assert f"第 {2 if page == '2' else 1} 页，共 2 页" in text
    assert [words for words in ("上一页", "下一页") if words in text] == links
    assert f'state=open&amp;page={1 if page == "2" else 2}"' in text


def test_fifty_cases_fill_one_page(app: Flask, office: Client, made: SmallRound) -> None:
    with app.app_context():
        rate(made, [2] * 50)
    text = office.get("/cases").text
    assert len(rows(text)) == 50
    assert "下一页" not in text


def test_a_case_shows_its_level_reasons_words_and_that_it_is_confidential(
    app: Flask, office: Client, made: SmallRound
) -> None:
    with app.app_context():
        [plain] = rate(made, [2])
        [sealed] = rate(made, [1], tags=[SEALED.code], words="收了<两百>元")
    month = last_month().strftime("%Y-%m")
    page = office.get(f"/cases/{plain}").text
    assert facts(page) == {"月份": month, "评价等次": "不满意", "原因标签": "未填写", "留言": "未填写"}
    assert "被评单位看不到" not in page
    page = office.get(f"/cases/{sealed}").text
    assert facts(page) == {
        "月份": month,
        "评价等次": "非常不满意",
        "原因标签": SEALED.text("zh"),
        "留言": "收了<两百>元",
    }
    assert "涉及收费、好处或干预评价，被评单位看不到，答复也不显示在任何回执上。" in page
    assert "甲局 · 综合窗口" in page
    marks = {row[4] for row in rows(office.get("/cases").text)}
    assert marks == {"", f"{SEALED.text('zh')} 收了<两百>元 保密"}


def test_the_desk_speaks_english_to_those_who_ask(app: Flask, office: Client, made: SmallRound) -> None:
    with app.app_context():
        [key] = rate(made, [1], tags=[SEALED.code])
    office.post("/language", data={"lang": "en", "csrf_token": office.token("/")})
    page = office.get(f"/cases/{key}").text
    assert facts(page)["Level"] == "Very dissatisfied"
    assert facts(page)["Reasons"] == SEALED.text("en")


def test_replies_are_announced_and_what_cannot_be_one_is_named(app: Flask, office: Client, made: SmallRound) -> None:
    with app.app_context():
        [key] = rate(made, [1])
    assert "公布答复" in office.get(f"/cases/{key}").text
    for text, sentence in (
        ("", "请填写答复。"),
        ("好的好的", "请写 5 到 1000 个字。"),
        ("长" * 1001, "请写 5 到 1000 个字。"),
    ):
        assert sentence in office.submit(f"/cases/{key}", text=text).text
    page = office.submit(f"/cases/{key}", text=TEXT).text
    assert alerts(page) == [("success", "答复已显示在该窗口当月的回执页上。")]
    assert f"office, {clock.today():%Y-%m-%d}" in page
    page = office.submit(f"/cases/{key}", form=f"/cases/{key}/take-back", reason="推诿，不合要求").text
    assert alerts(page) == [("success", "答复已撤回，该件重新待办。")]
    assert TEXT not in page
    with app.app_context():
        service.reply(key, TEXT, SYSTEM)
    page = office.submit(f"/cases/{key}", form=f"/cases/{key}/take-back", reason="").text
    assert alerts(page) == [("danger", "请填写理由。")]
    page = office.submit(f"/cases/{key}", form=f"/cases/{key}/take-back", reason="长" * 501).text
    assert alerts(page) == [("danger", "请填写 5 到 500 个字的理由。")]


def test_the_receipt_reads_the_newest_reply_and_none_that_was_taken_back(app: Flask, made: SmallRound) -> None:
    with app.app_context():
        [key] = rate(made, [1], receipt=RECEIPT)
        for text in ("正在核实，请稍候。", TEXT):
            service.reply(key, text, SYSTEM)
        visitor = app.test_client()
        page = visitor.get(f"/receipt/{RECEIPT}").text
        assert "单位答复" in page
        assert TEXT in page
        assert "正在核实" not in page
        service.take_back(key, "推诿，不合要求", SYSTEM)
        page = visitor.get(f"/receipt/{RECEIPT}").text
        assert TEXT not in page
        assert "暂无答复。" in page


def test_every_receipt_of_a_counter_and_month_reads_alike(app: Flask, made: SmallRound) -> None:
    """Whoever demands a receipt learns from it no level: not even that a bad one was answered."""
    with app.app_context():
        [low] = rate(made, [1], receipt=RECEIPT)
        rate(made, [5], receipt=OTHER)
        [sealed] = rate(made, [1], tags=[SEALED.code])
        service.reply(low, TEXT, SYSTEM)
        service.reply(sealed, "已转纪检部门处理。", SYSTEM)
    pages = [app.test_client().get(f"/receipt/{code}").text.replace(code, "") for code in (RECEIPT, OTHER)]
    assert pages[0] == pages[1]
    assert TEXT in pages[0]
    assert "纪检" not in pages[0]


def test_rates_by_unit_are_shares_with_a_way_to_the_cases(app: Flask, office: Client, made: SmallRound) -> None:
    assert "各单位都没有差评。" in office.get("/cases/rates").text
    with app.app_context():
        keys = rate(made, [1, 2, 1, 1])
        rate(made, [2], place=1)
        service.reply_many(dict.fromkeys(keys[:3], TEXT), SYSTEM)
    page = office.get("/cases/rates").text
    assert headings(page) == ["单位", "差评件数", "已答复", "答复率"]
    assert rows(page) == [["甲局", "4", "3", "75.0%"], ["乙局", "1", "0", "0.0%"]]
    assert f'<a href="/cases?unit={made.unit_ids[0]}">甲局</a>' in page
    with app.app_context():
        told = app.test_cli_runner().invoke(followup, ["rates"])
    assert told.output.splitlines() == ["101 甲局\t3/4", "102 乙局\t0/1"]


def test_what_was_done_is_written_down(app: Flask, made: SmallRound) -> None:
    with app.app_context():
        [key, second, third] = rate(made, [1, 2, 1])
        service.reply(key, TEXT, SYSTEM)
        service.take_back(key, f" {'长' * 600} ", SYSTEM)
        service.reply_many({second: TEXT, third: "好"}, SYSTEM)
        told = [(entry.action, entry.subject, json.loads(entry.detail)) for entry in audit.entries()[0]]
        assert told[:3] == [
            ("cases.replied", "1 件", {}),
            ("reply.taken-back", key, {"reason": f" {'长' * 600} "}),
            ("case.replied", key, {"unit_id": made.unit_ids[0]}),
        ]
        kept = session().scalars(select(ReplyRow).where(ReplyRow.response_key == key)).one()
        assert (kept.text, kept.withdrawn_because) == (TEXT, "长" * 500)


def test_a_text_among_many_that_says_nothing_leaves_its_case_open(app: Flask, made: SmallRound) -> None:
    with app.app_context():
        [said, short, long] = rate(made, [1, 2, 1])
        service.reply_many({said: TEXT, short: "好的好的", long: "长" * 1001}, SYSTEM)
        assert [case.key for case in service.cases(SYSTEM, state="answered")[0]] == [said]
        assert service.cases(SYSTEM, state="open")[1] == 2
        assert service.rates(SYSTEM) == [service.UnitRate(made.unit_ids[0], 3, 1)]
        keys = rate(made, [1] * 501, place=1)
        service.reply_many(dict.fromkeys(keys, TEXT), SYSTEM)
        assert service.rates(SYSTEM)[1] == service.UnitRate(made.unit_ids[1], 501, 501)


@pytest.mark.parametrize(("text", "said"), [("好的好的", "答复需要 5 到 1000 个字。")])
def test_the_service_refuses_with_the_same_limits(app: Flask, made: SmallRound, text: str, said: str) -> None:
    with app.app_context():
        [key] = rate(made, [1])
        with pytest.raises(Refused, match=said):
            service.reply(key, text, SYSTEM)
        with pytest.raises(Refused, match="请填写至少 5 个字的理由。"):
            service.take_back(key, "四个字呀", SYSTEM)
