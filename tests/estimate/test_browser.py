"""The office's way to an index in a real browser: compute, look at all units, open one number."""

from __future__ import annotations

import pytest

from survey.base.people import accounts
from survey.base.people.roles import Role
from tests.browser import Visitor
from tests.conftest import PASSWORD
from tests.estimate.conftest import build, set_cases
from tests.live import Server

pytestmark = pytest.mark.browser


def test_the_office_computes_and_opens_a_number(visitor: Visitor, live_server: Server) -> None:
    with live_server.app.app_context():
        place = build()
        set_cases([(place.one, month, 40 * month) for month in range(1, 7)])
        for month in range(1, 6):
            place.rate(place.one, month, [5, 4, 4, 3, 2, 5, 0] * month)
            place.rate(place.three, month, [5, 5, 4, 4, 5, 3])
        accounts.add("office", PASSWORD, [Role.OFFICE])
    visitor.sign_in("office", PASSWORD).open("/estimate").press("计算")
    visitor.page.wait_for_url("**/estimate/1", timeout=20_000)
    assert visitor.reads("省教育厅")
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360)):
        visitor.look(scheme, width)
        assert visitor.barriers() == []
        assert not visitor.overflows()
        visitor.screenshot(f"estimate-indices-{scheme}-{width}")
    chart = visitor.page.locator("picture img").first
    chart.scroll_into_view_if_needed()
    visitor.page.wait_for_function("document.querySelector('picture img').naturalWidth > 0")
    visitor.look("light", 1280).press("省教育厅")
    assert visitor.reads("这个指数是怎么算出来的")
    assert visitor.reads("1号窗口 · 2026-05")
    assert visitor.barriers() == []
    visitor.look("light", 360)
    assert not visitor.overflows()
    visitor.screenshot("estimate-unit-light-360")
    assert visitor.complaints == []
