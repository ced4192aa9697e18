"""The decision desk as it is read: what a round selects, filters, counts, the page of an answer, and who may decide."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest

from survey.base.people import audit
from survey.base.people.roles import Role
from survey.base.store.database import commit
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.screen import service
from survey.screen.commands import screen
from tests import two_people
from tests.collect.conftest import TODAY, Fair
from tests.own_forms import COUNTER_FORMS
from tests.page_parts import alerts, choices, facts, figures, headings, rows
from tests.screen.conftest import LI, REASON, WANG, Enter, excluded

#: role -> whether it reads the desk, and whether it decides there
MAY = {
    Role.ADMIN: (True, True),
    Role.OFFICE: (True, True),
    Role.STATISTICIAN: (True, True),
    Role.AUDITOR: (True, False),
    Role.UNIT_MANAGER: (False, False),
    Role.FOLLOW_UP: (False, False),
    Role.INTERVIEWER: (False, False),
}


PROPOSED = "已提议暂存 1 份评价；在另一人确认之前，它们照常计入。"


def keys_on(page: str) -> set[str]:
    return set(re.findall(r'href="/screen/answers/([^"/]+)"', page))


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_the_desk_and_who_holds_proposes_and_decides(fair: Fair, enter: Enter, role: Role) -> None:
    reads, decides = MAY[role]
    with fair.inside():
        free, held = fair.say("a", [1, 2])
        two_people.hold([held], REASON, LI)
        service.propose(held, "exclude", REASON, LI)
        [waiting] = service.pending()
    client = enter(role)
    read = [client.get(path).status_code for path in ("/screen", "/screen/waiting", f"/screen/answers/{free}")]
    assert read == [200 if reads else 403] * 3
    page = client.get("/password").text
    assert ('href="/screen"' in page) is reads
    given = {"csrf_token": client.token("/password"), "reason": REASON, "key": [free], "outcome": "confirm"}
    paths = ("/screen/hold", f"/screen/answers/{held}/release", f"/screen/decisions/{waiting.id}")
    codes = [client.post(path, data=given).status_code for path in paths]
    # a second proposal for the same answer waits for the first to be decided
    assert codes == ([302, 409, 302] if decides else [403] * 3)
    with fair.inside():
        assert service.state_of(free).state == "counted", "one person alone changes nothing"
        assert service.state_of(held).state == ("excluded" if decides else "held")


def test_the_desk_shows_what_the_round_selects_and_on_request_everything(fair: Fair, enter: Enter) -> None:
    with fair.inside():
        days = [TODAY, date(2026, 3, 1), date(2026, 2, 28), date(2025, 12, 31)]
        march, first, february, older = (fair.say("a", [5], day=day)[0] for day in days)
        two_people.hold([february], REASON, LI)
        excluded(older)
    client = enter()
    wanted = {
        f"round={fair.march.id}": ({march, first}, ["2", "2", "0", "0"]),
        f"round={fair.year.id}": ({march, first, february}, ["3", "2", "1", "0"]),
        "round=all": ({march, first, february, older}, ["4", "2", "1", "1"]),
        "": ({march, first}, ["2", "2", "0", "0"]),
    }
    for query, (keys, counted) in wanted.items():
        page = client.get(f"/screen?{query}").text
        assert keys_on(page) == keys, query
        assert list(figures(page)) == ["收到", "计入", "暂存待核", "剔除"]
        assert list(figures(page).values()) == counted, query
    assert [row[1] for row in rows(client.get("/screen?round=all").text)] == [f"{day}" for day in days]
    offered = choices(client.get("/screen").text, "round")
    assert offered["all"] == "全部答卷，不论是否计入评议期"
    assert {offered[str(fair.march.id)], offered[str(fair.year.id)]} == {"三月", "全年"}


def test_filters_of_the_desk_add_up_and_an_unknown_one_finds_nothing(fair: Fair, enter: Enter) -> None:
    with fair.inside():
        counter, held = fair.say("a", [5, 1], window_id=fair.windows["a-1"])
        other = fair.say("b", [4])[0]
        number = fair.collection("open")
        commit()
        several = fair.several(number, {"a": 4, "b": 2})
        standing = rounds.standing("W1")
        two_people.hold([held], REASON, LI)
        excluded(other)
    client, a, b = enter(), fair.units["a"], fair.units["b"]
    wanted = {
        "": {counter, held, other, several},
        "state=held": {held},
        "state=excluded": {other},
        "state=counted": {counter, held, other, several},
        "source=counter": {counter, held, other},
        "source=open": {several},
        "source=poll": set(),
        f"collection={standing}": {counter, held, other},
        f"collection={number}&source=open": {several},
        f"collection={number}&source=counter": set(),
        "collection=999": set(),
        f"unit={a}": {counter, held},
        f"unit={b}&state=excluded": {other},
        f"unit={b}&state=held": set(),
    }
    for query, keys in wanted.items():
        page = client.get(f"/screen?{query}").text
        assert keys_on(page) == keys, query
        assert ("没有符合条件的答卷。" in page) is not bool(keys), query
    page = client.get(f"/screen?state=held&source=counter&collection={standing}&unit={a}").text
    chosen = re.findall(r'<option value="(\w+)" selected>', page.partition("data-autosubmit")[2])
    assert chosen == [str(fair.march.id), "held", "counter", str(standing), str(a)]
    assert choices(page, "source") == {"": "全部来源", "counter": "窗口评价", "open": "开放征集"}
    assert choices(page, "collection")[str(number)] == "征集 open"
    lines = {row[2].split()[0] + row[3]: row for row in rows(client.get("/screen").text)}
    assert lines["开放征集多个"][4:7] == ["–", "–", "计入"]
    assert lines["窗口评价乙局"][5:7] == ["满意", "已剔除"]


@pytest.mark.parametrize("form", ["W1", *COUNTER_FORMS])
def test_an_answer_is_read_in_the_words_of_its_own_scale(fair: Fair, enter: Enter, form: str) -> None:
    with fair.inside():
        scale = questions.questionnaire(form).scale
        keys = fair.say("a", scale.answers, form=form)
    client = enter()
    read = {row[5] for row in rows(client.get("/screen").text)}
    assert read == {scale.word(level, "zh") for level in scale.answers}
    assert facts(client.get(f"/screen/answers/{keys[0]}").text)["评价等次"] == scale.word(scale.top, "zh")
    client.post("/language", data={"lang": "en", "csrf_token": client.token("/screen")})
    assert facts(client.get(f"/screen/answers/{keys[-1]}").text)["Level"] == scale.word(0, "en")


def test_the_desk_shows_fifty_answers_a_page_and_only_those_that_count_can_be_ticked(fair: Fair, enter: Enter) -> None:
    with fair.inside():
        keys = fair.say("a", [5] * 51)
        shown = sorted(keys)
        two_people.hold(shown[:1], REASON, LI)
    client = enter()
    first, second = client.get("/screen").text, client.get("/screen?page=2").text
    assert (keys_on(first), keys_on(second)) == (set(shown[:50]), set(shown[50:]))
    assert set(re.findall(r'name="key" value="([^"]+)"', first)) == set(shown[1:50])
    assert keys_on(client.get("/screen?page=0").text) == set(shown[:50])
    assert "第 2 页，共 2 页" in second
    assert headings(first) == ["选择", "日期", "来源", "单位", "窗口", "评价等次", "状态", ""]


def test_what_was_held_leads_back_to_the_list_as_it_was(fair: Fair, enter: Enter) -> None:
    with fair.inside():
        [key] = fair.say("a", [1])
    client, unit = enter(), fair.units["a"]
    token = client.token("/screen")
    done = client.post(f"/screen/hold?unit={unit}&state=", data={"key": [key], "reason": REASON, "csrf_token": token})
    assert done.location == f"/screen?unit={unit}"
    short = client.post("/screen/hold", data={"key": [key], "reason": "刷", "csrf_token": token}, follow_redirects=True)
    assert alerts(short.text) == [
        ("success", "已提议暂存 1 份评价；在另一人确认之前，它们照常计入。"),
        ("danger", "请填写 5 到 500 个字的理由。"),
    ]
    for reason, sentence in (("", "请填写理由。"), ("长" * 501, "请填写 5 到 500 个字的理由。")):
        page = client.post(
            f"/screen/answers/{key}/release", data={"reason": reason, "csrf_token": token}, follow_redirects=True
        )
        assert alerts(page.text) == [("danger", sentence)]
    nothing = client.post("/screen/hold", data={"reason": REASON, "csrf_token": token})
    assert nothing.status_code == 409
    assert "请至少选择一份答卷。" in nothing.text
    assert client.get("/screen/answers/nosuchkey").status_code == 404


def rows_of_proposal(page: str) -> str:
    """What the page of an answer offers about a proposal that waits: the buttons above its history."""
    return page.partition("处理记录")[0].rpartition("</form>")[0].rpartition("提议：")[2] if "提议：" in page else ""


def deeds(page: str) -> list[str]:
    """The proposals that the page of an answer offers."""
    return [words for words in ("提议恢复计入", "提议剔除") if f">{words}<" in page]


def test_the_page_of_an_answer_says_where_it_came_from(fair: Fair, enter: Enter) -> None:
    with fair.inside():
        [key] = fair.say("a", [2], window_id=fair.windows["a-1"], day=TODAY - timedelta(days=30))
    page = enter().get(f"/screen/answers/{key}").text
    assert facts(page) == {
        "状态": "计入",
        "日期": "2026-03-01",
        "来源": "窗口评价",
        "征集": "窗口评价 · 办事评价",
        "渠道": "二维码",
        "评议期": "三月、全年",
        "窗口": "甲窗口",
        "评价等次": "不满意",
    }
    assert "对这份答卷没有作过任何处理，正常计入。" in page
    assert deeds(page) == []


def test_the_page_of_an_answer_offers_what_its_state_allows(fair: Fair, enter: Enter) -> None:
    with fair.inside():
        [key] = fair.say("a", [2])
    client, other, path = enter(), enter(Role.STATISTICIAN), f"/screen/answers/{key}"
    token = {"csrf_token": client.token(path), "reason": REASON}
    asked = client.post(f"{path}/hold", data=token, follow_redirects=True).text
    assert alerts(asked) == [("success", PROPOSED)]
    assert (facts(asked)["状态"], deeds(asked)) == ("计入", [])
    assert ("确认" in rows_of_proposal(asked), "确认" in rows_of_proposal(other.get(path).text)) == (False, True)
    with fair.inside():
        [waiting] = service.pending()
    confirm = {"outcome": "confirm", "csrf_token": other.token("/screen/waiting")}
    other.post(f"/screen/decisions/{waiting.id}", data=confirm)
    held = client.get(path).text
    assert deeds(held) == ["提议恢复计入", "提议剔除"]
    assert facts(held)["状态"] == f"暂存待核 – {REASON}"
    proposed = client.post(f"{path}/exclude", data=token, follow_redirects=True).text
    assert alerts(proposed) == [("success", "已提出，经第二人确认后生效。")]
    assert [row[:2] + row[3:] for row in rows(proposed)] == [
        ["暂存", REASON, rows(proposed)[0][3], "已生效"],
        ["剔除", REASON, "–", "待确认"],
    ]
    assert client.post(f"{path}/release", data=token).status_code == 409
    assert rows(client.get("/screen/waiting").text)[0][0] == "您提出的"
    assert 'name="decision"' not in client.get("/screen/waiting").text
    assert f'name="decision" value="{waiting.id + 1}"' in other.get("/screen/waiting").text
    assert "1 项待第二人确认" in client.get("/screen").text
    with fair.inside():
        [waiting] = service.pending()
    decided = other.post(
        f"/screen/decisions/{waiting.id}",
        data={"outcome": "confirm", "csrf_token": other.token("/screen/waiting")},
        follow_redirects=True,
    )
    assert alerts(decided.text) == [("success", "已作出决定：这份答卷现在的状态是“已剔除”。")]
    assert "没有待确认的提议。" in decided.text
    after = client.get(path).text
    assert deeds(after) == ["提议恢复计入"]
    assert rows(after)[1][3].startswith("statistician 20")


@pytest.mark.parametrize(("outcome", "state"), [("confirm", "counted"), ("reject", "held"), ("", "held")])
def test_only_confirm_confirms(fair: Fair, enter: Enter, outcome: str, state: str) -> None:
    with fair.inside():
        [key] = fair.say("a", [1])
        two_people.hold([key], REASON, LI)
        service.propose(key, "release", REASON, LI)
        [waiting] = service.pending()
    client = enter()
    token = client.token("/screen/waiting")
    client.post(f"/screen/decisions/{waiting.id}", data={"outcome": outcome, "csrf_token": token})
    with fair.inside():
        assert service.state_of(key).state == state
        assert service.pending() == []


def test_decisions_about_answers_on_several_bodies_are_shown_with_theirs(fair: Fair, enter: Enter) -> None:
    with fair.inside():
        number = fair.collection("open")
        commit()
        both, one = fair.several(number, {"a": 1, "b": 1}), fair.say("b", [1])[0]
        for key in (both, one):
            two_people.hold([key], REASON, LI)
            service.propose(key, "release", REASON, LI)
        assert [d.key for d in service.pending(rounds.selection(fair.march))] == [both, one]
    lines = rows(enter().get("/screen/waiting").text)
    assert [row[1:3] + row[5:6] for row in lines] == [["恢复计入", "多个", REASON], ["恢复计入", "乙局", REASON]]


def test_each_deed_of_the_desk_is_written_down(fair: Fair) -> None:
    with fair.inside():
        keys = fair.say("a", [1, 2])
        two_people.hold(keys, REASON, LI)
        service.propose(keys[0], "exclude", "核实为代点", LI)
        service.decide(service.pending()[0].id, confirm=False, viewer=WANG)
        told = [(entry.action, entry.subject, json.loads(entry.detail)) for entry in audit.entries()[0][:5]]
        assert told == [
            ("answer.decided", keys[0], {"deed": "exclude", "confirmed": False}),
            ("answer.proposed", keys[0], {"deed": "exclude", "reason": "核实为代点"}),
            ("answer.decided", keys[1], {"deed": "hold", "confirmed": True}),
            ("answer.decided", keys[0], {"deed": "hold", "confirmed": True}),
            ("answers.hold-proposed", "2 份答卷", {"reason": REASON, "keys": keys}),
        ]


def test_a_decision_keeps_its_moments_as_a_chinese_clock_shows_them(fair: Fair) -> None:
    with fair.inside():
        [key] = fair.say("a", [1])
        excluded(key)
        [held, out] = service.history(key)
        assert (held.second, out.second, out.key) == ("zhou", "wang", key)
        for moment in (held.first_at, held.second_at, out.first_at, out.second_at):
            assert moment is not None
            assert moment.utcoffset() == timedelta(hours=8)
        assert out.first_at <= out.second_at


def test_totals_are_read_on_the_command_line(fair: Fair) -> None:
    with fair.inside():
        keys = fair.say("a", [1, 2, 3, 4])
        two_people.hold(keys[:2], REASON, LI)
        excluded(keys[3])
        told = fair.app.test_cli_runner().invoke(screen, ["totals", "2026-03"])
        assert told.output.splitlines() == ["received\t4", "counted\t1", "held\t2", "excluded\t1", "withdrawn\t0"]
