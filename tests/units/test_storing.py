"""Units, counters, rounds and caseload as the other rooms see them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.people.roles import Role, Viewer
from survey.base.store.database import session
from survey.units import models, service
from survey.units.service import NewUnit, NewWindow
from tests.units.conftest import build


def test_units_are_seen_by_those_who_may_see_them(inside_each):
    town = build()
    manager = Viewer(7, "wang", frozenset({Role.UNIT_MANAGER}), frozenset({town.tax}))
    assert [unit.name for unit in service.units()] == ["省教育厅", "省税务局"]
    assert [unit.name for unit in service.units(manager)] == ["省税务局"]
    assert [unit.name for unit in service.listed(manager, search="教育")] == []


def test_a_unit_that_is_no_longer_appraised_leaves_the_list(inside, town):
    service.change_unit(town.tax, name="省税务局", class_code="1", parent_id=None, active=False)
    assert [unit.code for unit in service.units()] == ["101"]
    assert [unit.code for unit in service.units(active_only=False)] == ["101", "102"]


def test_a_unit_cannot_stand_above_itself(inside, town):
    service.change_unit(town.tax, name="省税务局", class_code="1", parent_id=town.education, active=True)
    with pytest.raises(Refused):
        service.change_unit(town.education, name="省教育厅", class_code="1", parent_id=town.tax, active=True)


def test_a_taken_code_is_refused_and_nothing_is_stored(inside_each):
    build()
    with pytest.raises(Refused, match="101"):
        service.add_units([NewUnit("103", "省财政厅"), NewUnit("101", "又一个")])
    session().rollback()
    with pytest.raises(Refused, match="101-1"):
        service.add_windows([NewWindow("102", "101-1", "又一个")])
    session().rollback()
    with pytest.raises(NotFound):
        service.add_windows([NewWindow("999", "999-1", "没有单位")])
    session().rollback()
    assert len(service.units()) == 2
    assert len(service.windows()) == 3


def test_a_class_with_units_is_not_removed(inside, town):
    [known] = service.classes()
    assert known.size == 2
    with pytest.raises(Refused):
        service.remove_class(known.id)
    service.add_class("2", "行政管理部门")
    service.remove_class(service.classes()[1].id)
    assert [found.code for found in service.classes()] == ["1"]


def test_caseload_is_found_by_the_months_that_the_days_touch(inside_each):
    window_id = build().windows["101-1"]
    service.set_caseload([(window_id, date(2026, month, 15), month) for month in range(1, 13)])
    found = service.caseload(date(2026, 3, 31), date(2026, 5, 1))
    assert [(cell.month, cell.cases) for cell in found] == [(date(2026, m, 1), m) for m in (3, 4, 5)]


@pytest.mark.parametrize(
    "row",
    [
        insert(models.CaseloadRow).values(window_id=1, year=2026, month=13, cases=1),
        insert(models.CaseloadRow).values(window_id=1, year=2026, month=1, cases=-1),
        insert(models.PlaceCodeRow).values(code="ABC", window_id=1, from_day=date(2026, 1, 1)),
        insert(models.PlaceCodeRow).values(
            code="234567A", window_id=1, from_day=date(2026, 1, 2), until_day=date(2026, 1, 1)
        ),
        insert(models.UnitRow).values(id=50, code="x", name="x", parent_id=50, active=True),
    ],
)
def test_what_must_never_be_true_cannot_be_stored(inside_each, row):
    build()
    with pytest.raises(IntegrityError, match=r"ck_|CHECK"):
        session().execute(row)


def test_a_code_cannot_stand_at_two_counters_at_once(inside_each):
    town = build()
    rows = [
        {"code": "234567A", "window_id": window_id, "from_day": date(2026, 1, 1)} for window_id in town.windows.values()
    ]
    with pytest.raises(IntegrityError):
        session().execute(insert(models.PlaceCodeRow), rows)


def test_deeds_are_recorded(inside, town):
    service.revoke_code(service.stays(window_id=town.windows["101-1"])[0].code, date(2026, 6, 1))
    entries, _ = audit.entries()
    assert [entry.action for entry in entries] == ["code.revoked", "round.added", "counters.added", "units.added"]
