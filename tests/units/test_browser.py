"""The pages of units in a real browser: nothing blocked, nothing in the way, nothing wider than a small screen."""

from __future__ import annotations

import pytest

from survey.base.people import accounts
from survey.base.people.roles import Role
from survey.units import service
from tests.browser import Visitor
from tests.conftest import PASSWORD
from tests.units.conftest import build

pytestmark = pytest.mark.browser


def test_the_pages_of_units_stand_in_nobodys_way(visitor: Visitor, live_server):
    with live_server.app.app_context():
        town = build()
        accounts.add("office", PASSWORD, [Role.OFFICE])
        [stay] = service.stays(window_id=town.windows["101-1"])
        service.replace_code(stay.code, stay.from_day)
    visitor.sign_in("office", PASSWORD)
    pages = {
        "units": "/units",
        "unit": f"/units/{town.education}",
        "counter": f"/counters/{town.windows['101-1']}",
        "caseload": f"/units/{town.education}/caseload",
        "posters": "/posters",
        "rounds": "/rounds",
        "upload-units": "/units/upload/units",
    }
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    for name, path in pages.items():
        visitor.open(path).screenshot(f"units-{name}")
        assert not visitor.barriers(), path
        assert not visitor.overflows(), path
    assert not visitor.complaints


def test_a_code_is_withdrawn_only_after_consent(visitor: Visitor, live_server):
    with live_server.app.app_context():
        town = build()
        accounts.add("office", PASSWORD, [Role.OFFICE])
    visitor.sign_in("office", PASSWORD).open(f"/counters/{town.windows['101-1']}")
    visitor.page.once("dialog", lambda dialog: dialog.dismiss())
    visitor.press("停用")
    assert not visitor.reads("今日没有在用的评价码")
    visitor.page.once("dialog", lambda dialog: dialog.accept())
    visitor.press("停用")
    assert visitor.reads("今日没有在用的评价码")
