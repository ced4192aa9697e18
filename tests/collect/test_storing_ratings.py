"""Where imported ratings go: one collection for each form and group, whole or not at all, with a note of the deed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from survey.base.errors import Gone, ImportFaults, Refused
from survey.base.people import audit
from survey.base.store.database import engine
from survey.collect import service
from survey.collect.commands import collect
from survey.collect.models import AnswerRow, ResponseRow, ResponseTagRow, ResponseTextRow
from survey.collect.service import ImportChoice
from survey.questions import service as questions
from survey.rounds import service as rounds
from tests.collect.conftest import TODAY, Fair

TWO = "满意度,单位代码,层,标签,意见\n满意,a,城区,办得快|讲得清,谢谢\n不满意,b,,,\n".encode()


def rows(model: type) -> list:
    with engine().connect() as connection:
        return list(connection.execute(select(model.__table__)))


def held_by(number: int) -> int:
    return service.count(service.Chosen(collection_ids={number}))


def test_a_line_is_stored_with_everything_it_says(fair_on_each_database: Fair):
    with fair_on_each_database.inside():
        service.import_ratings(TWO, ImportChoice("words"))
        good, bad = sorted(rows(ResponseRow), key=lambda row: row.low)
        answers = {row.response_key: row for row in rows(AnswerRow)}
        tags, texts = rows(ResponseTagRow), rows(ResponseTextRow)
        number = rounds.imports("W1")
    assert (good.unit_id, bad.unit_id) == (fair_on_each_database.units["a"], fair_on_each_database.units["b"])
    assert (good.collection_id, good.day, good.channel, good.stratum) == (number, TODAY, questions.FILE, "城区")
    assert (good.questionnaire, good.version, good.selection_factor) == ("W1", 1, 1.0)
    assert (good.withdrawn_code, good.low, bad.low) == (False, False, True)
    assert (answers[good.key].level, answers[bad.key].level) == (4, 2)
    assert (answers[bad.key].unit_id, answers[bad.key].question) == (bad.unit_id, "W-E1")
    assert sorted((row.response_key, row.tag) for row in tags) == [(good.key, "clear"), (good.key, "fast")]
    assert [tuple(row) for row in texts] == [(good.key, "text", "谢谢")]


def test_each_form_and_group_has_a_collection_of_its_own(fair: Fair):
    with fair.inside():
        for group in ("", "residents", "residents", "enterprises"):
            service.import_ratings(TWO, ImportChoice("words", group=group))
        service.import_ratings(TWO, ImportChoice("满意=3,不满意=1", form="T"))
        found = {(one.form, one.group, one.kind): held_by(one.id) for one in rounds.collections()}
    assert found == {
        ("W1", "", "import"): 2,
        ("W1", "residents", "import"): 4,
        ("W1", "enterprises", "import"): 2,
        ("T", "", "import"): 2,
    }


def test_ratings_of_counters_go_where_a_scan_would_put_them(fair: Fair):
    with fair.inside():
        service.import_ratings("满意度,窗口\n优秀,a-1\n".encode(), ImportChoice("scale", kind="counter", form="F"))
        (response,) = rows(ResponseRow)
        assert response.collection_id == rounds.standing("F")
        assert rounds.collection(response.collection_id).kind == "counter"
    assert (response.window_id, response.unit_id) == (fair.windows["a-1"], fair.units["a"])


@pytest.mark.parametrize(
    ("data", "choice", "error"),
    [
        (TWO + "满意,z\n".encode(), ImportChoice("words"), ImportFaults),
        (TWO, ImportChoice("words", group="residents", form="F"), Refused),
        (TWO, ImportChoice("scale", form="L"), Refused),
        (TWO, ImportChoice("words", kind="counter"), ImportFaults),
        (b"", ImportChoice("words"), ImportFaults),
    ],
    ids=["fault", "mapping", "scores", "no-counter", "empty"],
)
def test_a_refused_file_leaves_nothing_behind(fair: Fair, data: bytes, choice: ImportChoice, error: type[Exception]):
    with fair.inside():
        before = audit.entries()[1]
        with pytest.raises(error):
            service.import_ratings(data, choice)
        assert rows(ResponseRow) == []
        assert rounds.collections() == []
        assert audit.entries()[1] == before


def test_checking_a_file_stores_nothing(fair: Fair):
    with fair.inside():
        plan = service.check_ratings(TWO, ImportChoice("words"))
        assert len(plan.responses) == 2
        assert (rows(ResponseRow), rounds.collections()) == ([], [])
    with fair.inside(), pytest.raises(ImportFaults):
        service.check_ratings("满意度,单位代码,日期\n满意,a,2026-04-01\n".encode(), ImportChoice("words"))


def test_the_deed_is_noted_with_the_file_s_digest(fair: Fair):
    with fair.inside():
        service.import_ratings(TWO, ImportChoice("words", group="residents"), actor="li")
        service.import_ratings(TWO, ImportChoice("words"))
        by_nobody, by_li = audit.entries(search="ratings.imported")[0]
    assert (by_li.actor, by_li.subject, by_nobody.actor) == ("li", "W1", "system")
    digest = hashlib.sha256(TWO).hexdigest()
    noted = {"answers": 2, "mapping": "words", "kind": "import", "group": "residents", "sha256": digest}
    assert json.loads(by_li.detail) == noted


CHOICES = [
    ImportChoice("words"),
    ImportChoice("five", {"level": "分数", "unit": "部门"}, "b", "import", "W1", "residents", date(2026, 2, 28)),
]


@pytest.mark.parametrize("choice", CHOICES, ids=["bare", "full"])
def test_a_kept_file_is_imported_as_it_was_decided(fair: Fair, choice: ImportChoice):
    assert len(fields(ImportChoice)) == 7, "what is decided is kept: add the new decision to this test"
    data = TWO if choice.mapping == "words" else "分数,部门\n5,\n1,a\n".encode()
    with fair.inside():
        name = service.keep_upload(data, choice)
        plan = service.import_kept_ratings(name, actor="li")
        stored = rows(ResponseRow)
        assert {row.collection_id for row in stored} == {rounds.imports("W1", choice.group)}
        assert audit.entries(search="ratings.imported")[0][0].actor == "li"
        with pytest.raises(Gone):
            service.import_kept_ratings(name, actor="li")
        assert len(rows(ResponseRow)) == len(plan.responses) == 2
    if choice.day:
        assert {(row.day, row.group_code) for row in stored} == {(date(2026, 2, 28), "residents")}
        assert {row.unit_id for row in stored} == {fair.units["a"], fair.units["b"]}


def test_a_file_that_no_longer_fits_is_not_stored_when_it_is_confirmed(fair: Fair):
    with fair.inside():
        name = service.keep_upload("满意度,单位代码\n满意,z\n".encode(), ImportChoice("words"))
        with pytest.raises(ImportFaults):
            service.import_kept_ratings(name, actor="li")
        assert rows(ResponseRow) == []


def test_imported_answers_are_in_the_counts_at_once(fair: Fair):
    with fair.inside():
        service.import_ratings(TWO, ImportChoice("words", day=date(2026, 2, 28)))
        service.import_ratings(TWO, ImportChoice("words", day=date(2026, 3, 1)))
        assert service.totals(rounds.selection(fair.march))["received"] == 2
        assert service.totals(rounds.selection(fair.year))["received"] == 4


# -- the same from the command line ---------------------------------------------------------------------------------


def run(fair: Fair, folder: Path, text: str, *arguments: str) -> Result:
    file = folder / "ratings.csv"
    file.write_text(text, encoding="utf-8")
    with fair.inside():
        return CliRunner().invoke(collect, ["import", str(file), *arguments])


def test_the_command_says_how_many_and_which_levels_from_the_best(fair: Fair, tmp_path: Path):
    text = "满意度,单位代码\n不满意,a\n非常满意,a\n满意,a\n非常满意,b\n"
    dry = run(fair, tmp_path, text, "--mapping", "words", "--dry-run")
    assert dry.output.splitlines() == ["将保存 4 份评价。", "  5: 2", "  4: 1", "  2: 1"]
    with fair.inside():
        assert rows(ResponseRow) == []
    done = run(fair, tmp_path, text, "--mapping", "words")
    assert done.output.splitlines() == ["已保存 4 份评价。", "  5: 2", "  4: 1", "  2: 1"]
    with fair.inside():
        assert len(rows(ResponseRow)) == 4


def test_every_option_of_the_command_is_heard(fair: Fair, tmp_path: Path):
    options = ["--form", "F", "--mapping", "scale", "--level", "等次", "--unit", "部门", "--unit-code", "b"]
    options += ["--stratum", "片区", "--group", "人群", "--raters", "peers", "--day", "2026-03-02"]
    done = run(fair, tmp_path, "等次,部门,片区,人群\n优秀,a,城区,企业\n较差,,乡村,\n", *options)
    assert done.exit_code == 0, done.output
    with fair.inside():
        bad, good = sorted(rows(ResponseRow), key=lambda row: not row.low)
        assert rounds.collection(good.collection_id).group == "peers"
    assert (good.questionnaire, good.day, good.unit_id) == ("F", date(2026, 3, 2), fair.units["a"])
    assert (good.stratum, good.group_code) == ("城区", "企业")
    assert (bad.stratum, bad.group_code, bad.unit_id) == ("乡村", "peers", fair.units["b"])


def test_the_command_takes_ratings_of_counters(fair: Fair, tmp_path: Path):
    text = "满意度,窗口代码\n满意,b-1\n"
    assert run(fair, tmp_path, text, "--mapping", "words", "--source", "counter").exit_code == 0
    with fair.inside():
        assert [row.collection_id for row in rows(ResponseRow)] == [rounds.standing("W1")]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--mapping", "words", "--source", "poll"),
        ("--mapping", "words", "--day", "昨天"),
        ("--mapping", "words", "--day", "2026/03/01"),
    ],
    ids=["no-mapping", "source", "day", "slashes"],
)
def test_the_command_asks_again_for_what_it_cannot_use(fair: Fair, tmp_path: Path, arguments: tuple[str, ...]):
    assert run(fair, tmp_path, "满意度,单位代码\n满意,a\n", *arguments).exit_code == 2
    with fair.inside():
        assert rows(ResponseRow) == []


def test_a_faulty_file_is_told_to_the_command_line_with_its_lines(fair: Fair, tmp_path: Path):
    tomorrow = TODAY + timedelta(days=1)
    told = run(fair, tmp_path, f"满意度,单位代码,日期\n满意,a,{tomorrow}\n满意,z,\n", "--mapping", "words")
    assert isinstance(told.exception, ImportFaults)
    assert [fault.line for fault in told.exception.faults] == [2, 3]


def test_a_file_that_is_none_is_not_read(fair: Fair, tmp_path: Path):
    with fair.inside():
        for path in (tmp_path, tmp_path / "nothing.csv"):
            assert CliRunner().invoke(collect, ["import", str(path), "--mapping", "words"]).exit_code == 2
