"""Sheets are kept: who sees which, what they correct, what freezing seals and refuses, and what is recorded."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people.roles import Role, Viewer
from survey.base.store import demo
from survey.base.store.database import commit
from survey.rounds import service as rounds
from survey.score import service
from survey.units import service as units
from tests import two_people
from tests.score.desk import AUDITOR, OFFICE, Desk, deeds, lines_of
from tests.score.schemes_written import leaf, scheme_of

TOTALS = {"101": 90.0, "102": 80.0, "201": 70.0}


def test_a_draft_says_what_it_was_made_from(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        before = clock.now().replace(microsecond=0)
        number = desk.appraised(TOTALS)
        content, entry = service.sheet(number).content, service.sheet(number).entry
        [stored] = service.schemes_stored()
        assert content.round == {
            "code": "2026", "name": "2026 年度", "opens_on": "2026-01-01", "closes_on": "2026-12-31",
        }  # fmt: skip
        assert content.scheme == {
            "code": "hami",
            "version": 1,
            "sha256": stored.sha256,
            "title": {"zh": "交通局内部绩效考评", "en": "Internal appraisal of a transport bureau"},
            "total": 100.0,
            "decimals": 2,
            "points": {"5": 100.0, "4": 80.0, "3": 60.0, "2": 30.0, "1": 0.0},
            "ties": [],
            "floor": "no_score",
            "graded": True,
        }
        assert content.basis["run"] is content.basis["tally_hash"] is content.basis["estimate_code"] is None
        assert (content.number, content.left_out, content.replaces, content.demonstration) == (number, (), None, False)
        assert (content.frozen_at, content.frozen_by) == (None, None)
        assert before <= entry.made_at <= clock.now()
        assert content.made_at == entry.made_at.isoformat()
        assert (entry.made_by, entry.scheme_code, entry.scheme_version) == ("li", "hami", 1)
        assert (entry.is_frozen, entry.sha256, entry.frozen_by, entry.reason, entry.run_id) == (False, "", "", "", None)
        assert (entry.round_id, entry.scheme_title, entry.demo) == (desk.year, "交通局内部绩效考评", False)


def test_classes_stand_by_their_codes_and_units_are_ranked_inside_them(app: Flask) -> None:
    with app.app_context():
        desk = Desk({"b": "2", "a": "2", "c": "1"})
        content = service.sheet(desk.appraised({"a": 60.0, "b": 94.994, "c": 94.995})).content
        assert [(group.code, group.name, group.ranked) for group in content.classes] == [
            ("1", "第1类", 1),
            ("2", "第2类", 2),
        ]
        found = [(line.unit_code, line.total, line.rank, str(line.grade)) for _, line in content.lines()]
        assert found == [("c", 95.0, 1, "优秀"), ("b", 94.99, 1, "合格"), ("a", 60.0, 2, "不合格")]


def test_a_unit_without_rules_and_a_closed_one_are_not_on_the_sheet(app: Flask) -> None:
    with app.app_context():
        desk = Desk({"101": "4", "501": "5", "900": "4"})
        units.change_unit(desk.unit_ids["900"], name="单位900", class_code="4", parent_id=None, active=False)
        rules = scheme_of('id: a, title: 甲, share: 100, source: "external:a", out_of: 100').replace('"*"', '"4"')
        service.add_scheme(rules)
        content = service.sheet(service.make_sheet(desk.year, "test")).content
        assert [line.unit_code for _, line in content.lines()] == ["101"]
        assert content.left_out == ("单位501",)


def test_lists_are_newest_first_and_of_one_round_if_asked(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        later = desk.next_year()
        first, second, third = desk.appraised(TOTALS), desk.appraised(TOTALS, later), desk.appraised(TOTALS)
        assert [entry.id for entry in service.sheet_list()] == [third, second, first]
        assert [entry.id for entry in service.sheet_list(round_id=desk.year)] == [third, first]
        assert [entry.id for entry in service.sheet_list(AUDITOR, later)] == [second]
        assert service.sheet_list(round_id=99) == []
        assert service.frozen_sheets() == []
        two_people.freeze(second)
        two_people.freeze(first)
        assert [entry.id for entry in service.frozen_sheets()] == [second, first]
        assert [entry.id for entry in service.sheet_list(desk.manager("101"))] == [second, first]
        assert [entry.id for entry in service.sheet_list(desk.manager("101"), later)] == [second]


def test_a_unit_manager_sees_own_units_in_their_classes_and_nobody_left_out(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        number = desk.appraised(TOTALS)
        two_people.freeze(number, OFFICE)
        two = service.sheet(number, desk.manager("102", "201")).content
        assert [(group.code, [line.unit_code for line in group.lines]) for group in two.classes] == [
            ("1", ["102"]),
            ("2", ["201"]),
        ]
        assert [group.ranked for group in two.classes] == [2, 1]
        assert service.sheet(number, desk.manager()).content.classes == ()
        assert service.sheet(number, AUDITOR) == service.sheet(number)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR])
def test_those_who_see_all_units_see_drafts_too(app: Flask, role: Role) -> None:
    with app.app_context():
        number = Desk().appraised(TOTALS)
        viewer = Viewer(1, "x", frozenset({role}), frozenset())
        assert service.sheet(number, viewer).entry.id == number
        assert [entry.id for entry in service.sheet_list(viewer)] == [number]


def test_freezing_names_who_and_when_and_keeps_every_line(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        desk = Desk()
        number = desk.appraised(TOTALS)
        draft = service.sheet(number)
        before = clock.now().replace(microsecond=0)
        frozen = two_people.freeze(number, OFFICE)
        assert frozen == service.sheet(number)
        assert frozen.content.classes == draft.content.classes
        assert (frozen.content.frozen_by, frozen.entry.frozen_by, frozen.entry.made_by) == ("li", "li", "li")
        assert frozen.entry.frozen_at is not None
        assert before <= frozen.entry.frozen_at <= clock.now()
        assert frozen.content.frozen_at == frozen.entry.frozen_at.isoformat()
        assert len(frozen.entry.sha256) == 64
        assert service.is_intact(number)
        with pytest.raises(Refused) as again:
            two_people.freeze(number)
        assert again.value.message == f"成绩单第 {number} 号已经定稿。"


def test_a_unit_that_joined_leaves_or_moved_since_keeps_a_draft_from_being_frozen(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        number = desk.appraised(TOTALS)
        units.change_unit(desk.unit_ids["102"], name="新名", class_code="1", parent_id=None, active=True)
        with pytest.raises(Refused) as refused:
            two_people.freeze(number)
        assert refused.value.message == "成绩单生成之后，数据或单位有改变。"
        assert refused.value.remedy == "请重新生成成绩单，核对后再定稿。"
        assert not service.sheet(number).entry.is_frozen
        assert two_people.freeze(service.make_sheet(desk.year, "hami")).content.frozen_by == "system"


def test_a_bonus_brought_in_since_keeps_a_draft_from_being_frozen(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        service.add_scheme(
            scheme_of(
                'id: a, title: 甲, share: 100, source: "external:a", out_of: 100',
                tail="bonus: [{id: award, title: 表彰, cap: 5}]",
            )
        )
        desk.bring("test", {"a": TOTALS})
        number = service.make_sheet(desk.year, "test")
        service.set_extras(desk.year, "test", [service.NewExtra("award", desk.unit_ids["101"], 2.0, "好")])
        with pytest.raises(Refused, match="有改变"):
            two_people.freeze(number)
        assert lines_of(service.make_sheet(desk.year, "test"))["101"].total == 92.0


def test_only_a_frozen_sheet_of_the_same_round_is_corrected_and_only_with_a_reason(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        later = desk.next_year()
        draft, other = desk.appraised(TOTALS), desk.appraised(TOTALS, later)
        two_people.freeze(other)
        for wrong in (draft, other):
            with pytest.raises(Refused) as refused:
                service.make_sheet(desk.year, "hami", replaces_id=wrong, reason="录错")
            assert refused.value.message == "只能更正同一评议期内已定稿的成绩单。"
        with pytest.raises(NotFound, match="没有这份成绩单"):
            service.make_sheet(desk.year, "hami", replaces_id=99, reason="录错")
        two_people.freeze(draft)
        for reason in ("", "  \n"):
            with pytest.raises(Refused) as silent:
                service.make_sheet(desk.year, "hami", replaces_id=draft, reason=reason)
            assert (silent.value.message, silent.value.remedy) == ("更正必须写明理由。", "请写明理由。")
        assert len(service.sheet_list()) == 2


def test_a_correction_counts_once_it_is_frozen_and_several_stand_in_order(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        old = desk.appraised(TOTALS)
        two_people.freeze(old)
        again = [service.make_sheet(desk.year, "hami", replaces_id=old, reason=f" 理由{n} ") for n in (1, 2)]
        assert service.sheet(old).entry.corrected_by == ()
        for number in again[::-1]:
            two_people.freeze(number)
        assert service.sheet(old).entry.corrected_by == tuple(again)
        entries = {entry.id: entry for entry in service.sheet_list()}
        assert entries[old].corrected_by == tuple(again)
        assert [entries[number].reason for number in again] == ["理由1", "理由2"]
        assert [entries[number].replaces_id for number in (old, *again)] == [None, old, old]
        assert service.sheet(again[1]).content.replaces == {
            "number": old,
            "sha256": entries[old].sha256,
            "reason": "理由2",
        }


def test_a_draft_goes_and_a_frozen_sheet_stays(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        gone, kept = desk.appraised(TOTALS), desk.appraised(TOTALS)
        service.remove_draft(gone, OFFICE)
        two_people.freeze(kept)
        with pytest.raises(Refused) as refused:
            service.remove_draft(kept)
        assert (refused.value.message, refused.value.remedy) == (
            "已定稿的成绩单不能删除。",
            "请另立更正单，并在其中注明本单。",
        )
    with app.app_context():
        assert [entry.id for entry in service.sheet_list()] == [kept]


@pytest.mark.parametrize(
    "deed", [service.sheet, service.freeze, service.remove_draft, service.signed_document, service.is_intact]
)
def test_a_sheet_that_is_not_there_is_not_found_by_any_deed(app: Flask, deed: object) -> None:
    with app.app_context(), pytest.raises(NotFound, match="没有这份成绩单"):
        deed(99)  # type: ignore[operator]  # each takes a sheet's number


def test_a_draft_has_no_seal_to_show_or_to_look_at(app: Flask) -> None:
    with app.app_context():
        number = Desk().appraised(TOTALS)
        for deed in (service.signed_document, service.is_intact):
            with pytest.raises(Refused) as refused:
                deed(number)
            assert (refused.value.message, refused.value.remedy) == ("只有已定稿的成绩单才有签名。", "请先定稿。")


def test_every_deed_is_recorded_with_who_did_it(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        first = desk.appraised(TOTALS)
        frozen = two_people.freeze(first, AUDITOR)
        second = service.make_sheet(desk.year, "hami", replaces_id=first, reason="再算", viewer=OFFICE)
        service.remove_draft(second, AUDITOR)
        assert [deed for deed in deeds() if deed[1].startswith("sheet.")] == [
            ("li", "sheet.made", "1", '{"replaces": null, "scheme": "hami"}'),
            ("zhou", "sheet.freeze-asked", "1", "{}"),
            ("shen", "sheet.frozen", "1", f'{{"sha256": "{frozen.entry.sha256}"}}'),
            ("li", "sheet.made", "2", '{"replaces": 1, "scheme": "hami"}'),
            ("shen", "sheet.removed", "2", "{}"),
        ]


def test_a_scheme_that_asks_somebody_needs_a_computation_of_this_very_round(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        service.add_scheme(scheme_of(leaf()))
        with pytest.raises(Refused) as refused:
            service.make_sheet(desk.year, "test")
        assert (refused.value.message, refused.value.remedy) == (
            "本评议期还没有计算指数。",
            "请先到“评议结果”计算指数。",
        )
        with pytest.raises(NotFound):
            service.make_sheet(desk.year, "test", run_id=7)
        with pytest.raises(NotFound, match="没有这个方案"):
            service.make_sheet(desk.year, "gone")
        assert service.sheet_list() == []


def test_a_sheet_made_without_a_computation_is_never_outdated(app: Flask) -> None:
    with app.app_context():
        number = Desk().appraised(TOTALS)
        assert not service.is_outdated(service.sheet(number).entry)


def test_only_demonstration_sheets_of_the_round_go_with_all_its_values(app_on_each_database: Flask) -> None:
    with app_on_each_database.app_context():
        desk = Desk()
        later = desk.next_year()
        real = desk.appraised(TOTALS)
        demo.set_present(True)
        commit()
        simulated, elsewhere = desk.appraised(TOTALS), desk.appraised(TOTALS, later)
        service.set_extras(desk.year, "hami", [service.NewExtra("x", desk.unit_ids["101"], 1.0, "好")])
        service.set_extras(later, "hami", [service.NewExtra("x", desk.unit_ids["101"], 1.0, "好")])
        assert [service.sheet(number).entry.demo for number in (real, simulated, elsewhere)] == [False, True, True]
        assert service.remove_demo(desk.year) == 1
        assert [entry.id for entry in service.sheet_list()] == [elsewhere, real]
        assert (service.given(desk.year, "hami").values, service.given(desk.year, "hami").extras) == ({}, {})
        assert len(service.given(later, "hami").values) == 6
        assert len(service.given(later, "hami").extras) == 1
        assert deeds()[-1] == ("system", "sheets.demo-removed", "2026", '{"sheets": 1}')


def test_a_sheet_keeps_the_name_that_its_round_had(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        number = desk.appraised(TOTALS)
        two_people.freeze(number)
        choice = rounds.RoundChoice("改名", date(2026, 1, 1), date(2026, 11, 30))
        rounds.change_round(desk.year, choice)
        assert service.sheet(number).content.round["name"] == "2026 年度"
        assert service.sheet(desk.appraised(TOTALS)).content.round["closes_on"] == "2026-11-30"
