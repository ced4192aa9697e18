"""A unit's manager: every page that the menu leads to names the own unit, and no other."""

from __future__ import annotations

import pytest

from survey.base.people.roles import SYSTEM
from survey.score import service as score
from survey.units import service as units
from tests.in_browser.conftest import UNIT, Example, Staff
from tests.in_browser.test_pages import walk

pytestmark = pytest.mark.browser


def test_a_manager_sees_the_own_unit_only(staff: Staff, example: Example):
    with example.server.app.app_context():
        own = units.unit_by_code(UNIT)
        assert own is not None
        others = {unit.name: unit.id for unit in units.units() if unit.id != own.id and unit.name not in own.name}
        frozen = next(entry.id for entry in score.sheet_list(SYSTEM, None) if entry.is_frozen)
    manager = staff("manager")
    named, own_pages, seen = set(), 0, []
    for path in walk(manager):
        seen.append(path)
        words = manager.page.locator("main").inner_text()
        own_pages += own.name in words
        named |= {f"{path} names {other}" for other in others if other in words}
    assert not named
    assert own_pages >= 5
    assert len(seen) >= 10

    foreign = others.popitem()[1]
    for path in (f"/units/{foreign}", f"/estimate/1/unit/{foreign}", f"/score/{frozen}/units/{foreign}"):
        answer = manager.page.goto(example.url + path)
        assert answer is not None
        assert answer.status == 404, path
    assert not manager.barriers()
    for path in ("/people", "/audit", "/sample", "/feed-keys", "/screen"):
        answer = manager.page.goto(example.url + path)
        assert answer is not None
        assert answer.status == 403, path
    assert not manager.barriers()
    assert not manager.complaints
