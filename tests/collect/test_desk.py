"""At a counter: which form a code opens, what is stored of it, and what is said when it cannot be."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from survey.base import clock
from survey.base.settings import Settings
from survey.base.store.database import commit, engine, session
from survey.base.store.demo import DemoMarkRow
from survey.collect import service
from survey.collect.citizen import desk, memory
from survey.collect.citizen.memory import KEEP, MOST, TimedCache
from survey.collect.models import AnswerRow, ResponseRow
from survey.collect.store import tokens
from survey.collect.store.tokens import CLOCK_DIFFERENCE, LIFETIME, FormToken, TokenChanged
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.units import service as units
from tests.client import Client, Reader
from tests.collect.conftest import TODAY, Fair, held_fair, token_in
from tests.own_forms import COUNTER_FORM

NOW = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def code_at(fair: Fair, form: str, counter: str = "a-1") -> str:
    """A code of a counter, which from now on asks a form."""
    with fair.inside():
        units.change_window(fair.windows[counter], name="甲窗口", questionnaire=form, active=True)
        return units.issue_code(fair.windows[counter], TODAY - timedelta(days=1))


def stored(fair: Fair) -> list:
    with fair.inside(), engine().connect() as connection:
        return list(connection.execute(select(ResponseRow.__table__).order_by(ResponseRow.day)))


def send(client: Client, path: str, **fields: object):
    return client.post(path, data={"token": token_in(client.get(path).text), **fields})


@pytest.mark.parametrize(("form", "level"), [("F", 1), ("T", 3), ("X", 10), ("X", 4), ("F", 0), ("W1", 2)])
def test_a_form_on_any_scale_is_stored_with_all_that_is_known(fair: Fair, form: str, level: int):
    path, client = f"/r/{code_at(fair, form)}", fair.app.test_client()
    name = "W-E1" if form == "W1" else f"{form}-1"
    assert send(client, path, **{name: str(level), "tag": ["fast"], "text": "好"}).status_code == 303
    (row,) = stored(fair)
    with fair.inside():
        assert row.collection_id == rounds.standing(form)
        (line,) = service.lines_of([row.key])
        scale = questions.questionnaire(form).scale
    assert scale
    assert (row.day, row.channel, row.questionnaire, row.version) == (TODAY, questions.QR, form, 1)
    assert (row.unit_id, row.window_id) == (fair.units["a"], fair.windows["a-1"])
    assert (row.group_code, row.stratum, row.calibration, row.selection_factor) == ("", "", "", 1.0)
    assert (row.withdrawn_code, row.low) == (False, level in scale.bad)
    assert (line.level, line.tags, line.text) == (level, ("fast",), "好")


def test_the_page_offers_every_level_of_the_scale_and_cannot_say(fair: Fair):
    client = fair.app.test_client()
    for form, levels in (("F", "43210"), ("T", "3210"), ("X", ("10", *"9876543210"))):
        page = client.get(f"/r/{code_at(fair, form)}").text
        for question in (f"{form}-1", f"{form}-2"):
            offered = re.findall(f"name={question} value=([0-9]+)", page)
            assert offered == list(levels), question


def test_a_code_is_known_however_it_is_typed(fair: Fair):
    code, client = code_at(fair, "F"), fair.app.test_client()
    for typed in (code.lower(), f"%20{code}%20"):
        assert client.get(f"/r/{typed}").status_code == 200
    missing = client.get("/r/" + "9" * 60)
    assert missing.status_code == 404
    assert "我们不认识这个" in missing.text or "二维码" in missing.text
    assert client.post("/r/NOTACODE", data={"token": "x", "F-1": "4"}).status_code == 404
    assert stored(fair) == []


def test_the_standing_collection_is_made_by_the_first_look_at_a_form(fair: Fair):
    code, client = code_at(fair, "T"), fair.app.test_client()
    with fair.inside():
        assert rounds.collections() == []
    client.get(f"/r/{code}")
    client.get(f"/r/{code}")
    with fair.inside():
        assert [(one.code, one.kind) for one in rounds.collections()] == [("counter-T", "counter")]


def test_a_form_opened_before_the_counter_changed_is_stored_as_it_was_asked(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
):
    code, client = code_at(fair, "F"), fair.app.test_client()
    path = f"/r/{code}"
    token = token_in(client.get(path).text)
    with fair.inside():
        units.change_window(fair.windows["a-1"], name="甲窗口", questionnaire="X", active=True)
    fair.app.extensions["collect"] = memory.AnswerMemory()
    now = clock.now() + timedelta(seconds=10)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert "10 分" in client.get(path).text
    assert client.post(path, data={"token": token, "F-1": "4"}).status_code == 303
    (row,) = stored(fair)
    with fair.inside():
        assert (row.questionnaire, row.collection_id) == ("F", rounds.standing("F"))
    assert client.post(path, data={"token": token, "X-1": "10"}).status_code == 422, "no answer to the form it was"


def test_an_older_version_of_the_form_is_stored_as_that_version(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    newer = COUNTER_FORM.format(code="N", scale="three").replace("version: 1", "version: 2")
    older = COUNTER_FORM.format(code="N", scale="three")
    for fair in held_fair(settings, {"N1.yaml": older, "N2.yaml": newer}):
        code, client = code_at(fair, "N"), fair.app.test_client()
        with fair.inside():
            token = tokens.make(desk.secret(), code, "N.1", clock.now())
            unknown = tokens.make(desk.secret(), code, "N.3", clock.now())
        path = f"/r/{code}"
        assert client.post(path, data={"token": token, "N-1": "3"}).status_code == 303
        assert send(client, path, **{"N-1": "1"}).status_code == 303
        again = client.post(path, data={"token": unknown, "N-1": "2"})
        assert again.status_code == 400
        assert Reader(again.text).forms[0].values["N-1"] == ["2"]
        assert sorted((row.version, row.low) for row in stored(fair)) == [(1, False), (2, True)]


@pytest.mark.parametrize(
    ("fields", "status", "title"),
    [
        ({"F-2": "4"}, 422, "请选择"),
        ({"F-1": "5"}, 400, "不属于这张评价表"),
        ({"F-1": "4", "tag": "no such"}, 400, "不属于这张评价表"),
        ({"F-1": "4", "text": "长" * 2001}, 422, "长"),
        ({}, 422, "请选择"),
    ],
)
def test_what_cannot_be_stored_comes_back_filled_in(fair: Fair, fields: dict, status: int, title: str):
    path, client = f"/r/{code_at(fair, 'F')}", fair.app.test_client()
    page = send(client, path, **fields)
    assert page.status_code == status
    told = page.text.partition('role="alert"')[2].partition("</div>")[0]
    assert title in told
    assert "您填写的内容仍保留在下面，请核对后提交。" in told
    held = Reader(page.text).forms[0].values
    for name in ("F-2", "text"):
        assert held.get(name, [""]) == [fields.get(name, "")]
    assert stored(fair) == []
    assert client.post(path, data={**held, "F-1": "4", "text": "短"}).status_code == 303, "its token is fresh"


def test_simulated_answers_are_said_to_be_so(fair: Fair):
    path, client = f"/r/{code_at(fair, 'F')}", fair.app.test_client()
    assert "演示数据" not in client.get(path).text
    with fair.inside():
        session().add(DemoMarkRow(id=1))
        commit()
    fair.app.extensions["collect"] = memory.AnswerMemory()
    with fair.inside():
        opened = desk.look_up_counter(path[3:], TODAY)
    assert opened is not None
    assert opened.is_demo
    assert (opened.day, opened.form.code, opened.place.unit_name) == (TODAY, "F", "甲局")


def test_a_closed_counter_still_listens(fair: Fair):
    code, client = code_at(fair, "F"), fair.app.test_client()
    with fair.inside():
        units.change_window(fair.windows["a-1"], name="甲窗口", questionnaire="F", active=False)
    assert send(client, f"/r/{code}", **{"F-1": "1"}).status_code == 303
    with fair.inside(), engine().connect() as connection:
        assert list(connection.scalars(select(AnswerRow.level))) == [1]


@pytest.mark.parametrize(("size", "status"), [(120_000, 303), (140_000, 413)])
def test_a_form_far_longer_than_any_honest_one_is_not_read(fair: Fair, size: int, status: int):
    path, client = f"/r/{code_at(fair, 'F')}", fair.app.test_client()
    sent = send(client, path, **{"F-1": "4", "padding": "x" * size})
    assert sent.status_code == status
    assert len(stored(fair)) == (status == 303)


# -- tokens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "old"),
    [
        (timedelta(0), False),
        (LIFETIME, False),
        (LIFETIME + MILLISECOND, True),
        (-CLOCK_DIFFERENCE, False),
        (-CLOCK_DIFFERENCE - MILLISECOND, True),
    ],
)
def test_a_form_is_good_for_a_day_and_clocks_may_differ_by_minutes(age: timedelta, old: bool):
    token = tokens.read(b"key", "place", tokens.make(b"key", "place", "W1.1", NOW))
    assert token.is_too_old(NOW + age) is old
    assert (timedelta(hours=24), timedelta(minutes=5)) == (LIFETIME, CLOCK_DIFFERENCE)


def test_a_token_carries_its_form_and_moment_and_is_never_the_same_twice():
    made = [tokens.make(b"key", "place", "W1.1", NOW) for _ in range(3)]
    read = [tokens.read(b"key", "place", text) for text in made]
    assert {token.edition for token in read} == {"W1.1"}
    assert {token.opened_at_ms for token in read} == {int(NOW.timestamp() * 1000)}
    assert len({token.key for token in read}) == len({token.nonce for token in read}) == 3
    assert all(len(token.key) == 32 and token.key[12] == "7" and token.key[16] in "89ab" for token in read)


@pytest.mark.parametrize(
    ("secret", "place", "change"),
    [
        (b"other", "place", lambda t: t),
        (b"key", "other", lambda t: t),
        (b"key", "place", lambda t: t.replace("W1.1", "W1.2")),
        (b"key", "place", lambda t: t.replace("W1.1.", "")),
        (b"key", "place", lambda t: t[:-4]),
        (b"key", "place", lambda t: t + "AAAA"),
        (b"key", "place", lambda t: t[:8] + ("B" if t[8] != "B" else "C") + t[9:]),
        (b"key", "place", lambda t: "x" * 90 + t),
        (b"key", "place", lambda t: ""),
        (b"key", "place", lambda t: "W1.1.中文"),
        (b"key", "place", lambda t: "W1.1.A"),
    ],
)
def test_whatever_was_changed_in_a_token_shows(secret: bytes, place: str, change):
    with pytest.raises(TokenChanged):
        tokens.read(secret, place, change(tokens.make(b"key", "place", "W1.1", NOW)))


def test_the_longest_token_that_we_make_is_read():
    edition = "ABCDEFGHIJKLMNOP.999"
    assert tokens.read(b"key", "place", tokens.make(b"key", "place", edition, NOW)).edition == edition


def test_a_mac_is_of_the_content_the_nonce_and_the_key():
    token = FormToken("00", b"nonce", "W1.1", 0)
    macs = {
        token.content_mac(b"key", "same"),
        token.content_mac(b"key", "other"),
        token.content_mac(b"another", "same"),
        FormToken("00", b"other", "W1.1", 0).content_mac(b"key", "same"),
    }
    assert len(macs) == 4
    assert token.content_mac(b"key", "same") == FormToken("11", b"nonce", "W5.1", 9).content_mac(b"key", "same")
    assert tokens._digest(b"k", b"p", b"ab", b"c") != tokens._digest(b"k", b"p", b"a", b"bc")


# -- memory ---------------------------------------------------------------------------------------------------------


def test_what_was_made_a_moment_ago_is_kept_for_five_seconds():
    cache: TimedCache[int] = TimedCache()
    made = iter(range(10))

    def get(after: timedelta, key: str = "a") -> int:
        return cache.get(key, NOW + after, lambda: next(made))

    assert [get(timedelta(0)), get(KEEP - MILLISECOND), get(KEEP), get(KEEP + KEEP - MILLISECOND)] == [0, 0, 1, 1]
    assert [get(KEEP, "b"), get(KEEP)] == [2, 1]
    assert timedelta(seconds=5) == KEEP


def test_while_the_database_is_silent_the_old_page_serves():
    cache: TimedCache[str] = TimedCache()

    def fail() -> str:
        raise OperationalError("", {}, Exception())

    with pytest.raises(OperationalError):
        cache.get("a", NOW, fail)
    assert cache.get("a", NOW, lambda: "first") == "first"
    assert cache.get("a", NOW + timedelta(hours=1), fail) == "first"
    with pytest.raises(OperationalError):
        cache.get("b", NOW, fail)
    assert cache.get("a", NOW + timedelta(hours=1), lambda: "second") == "second"


def test_memory_does_not_grow_without_end():
    cache: TimedCache[int] = TimedCache()
    for number in range(MOST):
        cache.get(number, NOW, lambda number=number: number)
    assert cache.get(0, NOW, lambda: -1) == 0, "all of them fit"
    cache.get("one more", NOW, lambda: 1)
    assert cache.get(0, NOW, lambda: -1) == -1
    assert cache.get("one more", NOW, lambda: 2) == 1


def test_a_day_is_the_counter_s_own(fair: Fair):
    with fair.inside():
        code = units.issue_code(fair.windows["b-1"], date(2026, 3, 1))
        before = desk.look_up_counter(code, date(2026, 3, 1))
        nothing = desk.look_up_counter("NOTACODE", TODAY)
    assert before is not None
    assert (before.day, before.place.window_name, before.is_demo) == (date(2026, 3, 1), "乙窗口", False)
    assert nothing is None
