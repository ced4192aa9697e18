"""Sheets: what keeps a unit from a place, and that a frozen sheet stays as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from survey.base.code_version import code_version
from survey.base.errors import NotFound, Refused
from survey.base.people.roles import Role, Viewer
from survey.base.store import demo
from survey.base.store.database import commit, engine
from survey.estimate import service as estimate
from survey.score import service
from survey.score.sheet.making import DECIDING
from tests import two_people
from tests.score.judging import INDEX_88, Judging

MANY = {5: 20, 4: 20, 3: 10}


def ready(wanted: tuple[str, ...] = ("a", "b", "c")) -> Judging:
    """A round scored by `bailian`: everybody has the same poll, indicators fall from 80."""
    judging = Judging([(code, "1") for code in wanted])
    for code in wanted:
        judging.polled(code, MANY)
    judging.compute()
    new = [
        service.NewValue("indicators", judging.unit_ids[code], 80.0 - 10 * place) for place, code in enumerate(wanted)
    ]
    service.set_values(judging.round.id, "bailian", new)
    return judging


def lines(sheet: int) -> dict[str, service.Line]:
    return {line.unit_code: line for _, line in service.sheet(sheet).content.lines()}


def test_units_below_the_floors_take_no_place(app: Flask) -> None:
    with app.app_context():
        judging = Judging([(code, "1") for code in "abcd"])
        for code, answers in (("a", {5: 30}), ("b", {5: 20, 4: 9}), ("c", {5: 4})):
            judging.polled(code, answers)
        judging.compute()
        new = [service.NewValue("indicators", unit, 70.0) for unit in judging.unit_ids.values()]
        service.set_values(judging.round.id, "bailian", new)
        found = lines(service.make_sheet(judging.round.id, "bailian"))
        assert {code: line.unranked for code, line in found.items()} == {
            "a": "",
            "b": "reference",
            "c": "hidden",
            "d": "no_answers",
        }
        assert [found[code].rank for code in "abcd"] == [1, None, None, None]
        assert found["b"].total is not None
        assert found["b"].grade is None
        assert found["c"].total is None
        assert found["c"].leaves()[1].value is None


def test_a_missing_value_from_elsewhere_is_named(app: Flask) -> None:
    with app.app_context():
        judging = Judging()
        judging.polled("101", MANY)
        judging.compute()
        sheet = service.make_sheet(judging.round.id, "bailian")
        assert lines(sheet)["101"].unranked == "no_value"
        assert service.missing_values(judging.round.id, "bailian") == {"indicators": ["单位101"]}


def test_last_is_said_only_where_the_data_allow_no_other_place(app: Flask) -> None:
    with app.app_context():
        judging = ready()
        apart = lines(service.make_sheet(judging.round.id, "bailian"))
        assert [apart[code].standing for code in "abc"] == ["first", "", "last"]
        near = {"a": 70.1, "b": 70.05, "c": 70.0}
        new = [service.NewValue("indicators", judging.unit_ids[code], value) for code, value in near.items()]
        service.set_values(judging.round.id, "bailian", new)
        close = lines(service.make_sheet(judging.round.id, "bailian"))
        assert [close[code].rank for code in "abc"] == [1, 2, 3]
        assert [close[code].standing for code in "abc"] == ["", "", ""]
        assert (close["c"].rank_low, close["c"].rank_high) == (1, 3)


def test_totals_stand_with_and_without_held_answers(app: Flask) -> None:
    with app.app_context():
        judging = Judging()
        keys = judging.polled("101", {5: 40, 1: 10})
        office = Viewer(1, "li", frozenset({Role.OFFICE}), frozenset())
        assert two_people.hold(keys[40:], "同一分钟内集中提交", office) == 10
        judging.compute()
        value = service.NewValue("indicators", judging.unit_ids["101"], 70)
        service.set_values(judging.round.id, "bailian", [value])
        line = lines(service.make_sheet(judging.round.id, "bailian"))["101"]
        assert (line.total, line.total_with_held) == (90.0, 86.0)


def test_a_frozen_sheet_is_refused_every_change_by_the_database(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        sheet = service.make_sheet(ready().round.id, "bailian")
        two_people.freeze(sheet)
    with app_on_each_database.app_context():
        for statement in (
            "UPDATE score_sheet SET content = '{}'",
            "UPDATE score_sheet SET frozen_at = NULL, sha256 = NULL, signature = NULL",
            "DELETE FROM score_sheet",
            "UPDATE score_scheme SET text = 'total: 1'",
        ):
            with pytest.raises(DatabaseError, match="cannot be"), engine().begin() as connection:
                connection.execute(text(statement))
    with app_on_each_database.app_context():
        assert service.is_intact(sheet)
        with pytest.raises(Refused):
            two_people.freeze(sheet)
        with pytest.raises(Refused):
            service.remove_draft(sheet)


def test_a_frozen_sheet_names_what_it_was_made_from(app: Flask) -> None:
    with app.app_context():
        judging = ready()
        content = two_people.freeze(service.make_sheet(judging.round.id, "bailian")).content
        run = estimate.latest_run(judging.round.id)
        assert run is not None
        assert content.basis == {
            "run": run.id,
            "tally_hash": run.tally_hash,
            "estimate_code": run.code_version,
            "score_code": code_version(*DECIDING),
        }
        assert (content.scheme["code"], content.scheme["version"]) == ("bailian", 2)
        assert content.frozen_by == "system"


def test_a_draft_whose_values_changed_cannot_be_frozen(app: Flask) -> None:
    with app.app_context():
        judging = ready()
        sheet = service.make_sheet(judging.round.id, "bailian")
        service.set_values(judging.round.id, "bailian", [service.NewValue("indicators", judging.unit_ids["a"], 1.0)])
        with pytest.raises(Refused, match=r"changed|改变"):
            two_people.freeze(sheet)
        service.remove_draft(sheet)
        assert service.sheet_list() == []


def test_a_correction_names_the_sheet_it_corrects_and_why(app: Flask) -> None:
    with app.app_context():
        judging = ready()
        old = two_people.freeze(service.make_sheet(judging.round.id, "bailian"))
        with pytest.raises(Refused):
            service.make_sheet(judging.round.id, "bailian", replaces_id=old.entry.id)
        service.set_values(judging.round.id, "bailian", [service.NewValue("indicators", judging.unit_ids["a"], 60.0)])
        new = two_people.freeze(
            service.make_sheet(judging.round.id, "bailian", replaces_id=old.entry.id, reason="指标分录错")
        )
        assert new.content.replaces == {
            "number": old.entry.id,
            "sha256": old.entry.sha256,
            "reason": "指标分录错",
        }
        assert service.sheet(old.entry.id).entry.corrected_by == (new.entry.id,)
        assert service.sheet(old.entry.id).content == old.content


def test_a_signed_file_verifies_until_a_digit_is_changed(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        sheet = service.make_sheet(ready().round.id, "bailian")
        with pytest.raises(Refused):
            service.signed_document(sheet)
        two_people.freeze(sheet)
        document = service.signed_document(sheet)
        assert service.verify_document(document) == (True, True)
        changed = json.loads(document)
        changed["content"]["classes"][0]["lines"][2]["total"] += 0.01
        assert service.verify_document(json.dumps(changed)) == (False, True)
        key = app.extensions["settings"].instance / "signing_key.pem"
        assert key.stat().st_mode & 0o777 == 0o600


def test_a_unit_manager_sees_one_line_of_frozen_sheets(app: Flask) -> None:
    with app.app_context():
        judging = ready()
        sheet = service.make_sheet(judging.round.id, "bailian")
        manager = Viewer(9, "manager", frozenset({Role.UNIT_MANAGER}), frozenset({judging.unit_ids["b"]}))
        assert service.sheet_list(manager) == []
        with pytest.raises(NotFound):
            service.sheet(sheet, manager)
        two_people.freeze(sheet)
        content = service.sheet(sheet, manager).content
        assert [line.unit_code for _, line in content.lines()] == ["b"]
        assert [group.ranked for group in content.classes] == [3]


def test_demonstration_sheets_go_while_the_mark_stands(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        demo.set_present(True)
        commit()
        judging = ready()
        old = two_people.freeze(service.make_sheet(judging.round.id, "bailian"))
        two_people.freeze(service.make_sheet(judging.round.id, "bailian", replaces_id=old.entry.id, reason="再算一遍"))
        assert old.content.demonstration
        assert service.remove_demo(judging.round.id) == 2
        assert service.sheet_list() == []
        assert service.given(judging.round.id, "bailian").values == {}


def test_demonstration_sheets_stay_once_the_mark_is_lifted(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        demo.set_present(True)
        commit()
        judging = ready()
        two_people.freeze(service.make_sheet(judging.round.id, "bailian"))
        demo.set_present(False)
        commit()
        with pytest.raises(DatabaseError, match="cannot be removed"):
            service.remove_demo(judging.round.id)


def test_a_survey_below_the_floor_leaves_its_share_to_the_others_if_so_ruled(app: Flask) -> None:
    with app.app_context():
        scheme = service.shipped_text("taizhou-2013").replace("floor: no_score", "floor: redistribute")
        judging = Judging()
        judging.polled("101", INDEX_88)
        judging.compute()
        service.add_scheme(scheme)
        service.set_values(judging.round.id, "taizhou-2013", [service.NewValue("work", judging.unit_ids["101"], 95)])
        line = lines(service.make_sheet(judging.round.id, "taizhou-2013"))["101"]
        assert line.total == 93.6  # 76 + 88 % of 20
        assert line.parts[1].parts[1].factor == pytest.approx(1 / 0.7, abs=1e-6)


def test_where_all_answers_agree_the_total_is_still_not_taken_as_exact(app: Flask) -> None:
    """Forty of forty say the same: no spread, so no standard error of the index, but no certainty either."""
    with app.app_context():
        judging = Judging([("a", "1"), ("b", "1")])
        judging.polled("a", {5: 40})
        judging.polled("b", {5: 20, 4: 20})
        judging.compute()
        new = [service.NewValue("indicators", unit, 70.0) for unit in judging.unit_ids.values()]
        service.set_values(judging.round.id, "bailian", new)
        agreed = lines(service.make_sheet(judging.round.id, "bailian"))["a"]
    assert agreed.total == 90
    assert agreed.standard_error is not None
    assert agreed.standard_error > 0
