"""The pages of scores in a real browser: nothing in the way, nothing from elsewhere, nothing to scroll sideways."""

from __future__ import annotations

import pytest

from survey.base.people import accounts
from survey.base.people.roles import Role
from survey.score import service
from tests.browser import SMALLEST_PHONE, Visitor
from tests.live import Server
from tests.score.judging import INDEX_88, Judging

PASSWORD = "correct horse battery"
PAGES = (
    "/score", "/score/new", "/score/1", "/score/1/units/1", "/score/1/print", "/score/1/freeze", "/score/values",
    "/schemes", "/schemes/1", "/schemes/new", "/feed-keys",
)  # fmt: skip


@pytest.fixture
def office(live_server: Server, visitor: Visitor) -> Visitor:
    with live_server.app.app_context():
        accounts.add("admin", PASSWORD, [Role.ADMIN])
        accounts.add("zhou", PASSWORD, [Role.OFFICE])
    with live_server.app.app_context():
        judging = Judging([("101", "1"), ("102", "1")])
        judging.polled("101", INDEX_88)
        for code in ("101", "102"):
            judging.led(code, [90, 91, 92, 93, 94])
    with live_server.app.app_context():
        judging.compute()
        new = [service.NewValue("work", unit, 95) for unit in judging.unit_ids.values()]
        service.set_values(judging.round.id, "taizhou-2013", new)
        service.make_sheet(judging.round.id, "taizhou-2013")
    visitor.sign_in("admin", PASSWORD)
    visitor.page.get_by_role("button", name="退出").wait_for()
    return visitor


@pytest.mark.browser
def test_score_pages_have_no_barriers_and_fit_the_smallest_phone(office: Visitor) -> None:
    for path in PAGES:
        office.open(path)
        assert office.barriers() == [], path
        office.page.set_viewport_size(SMALLEST_PHONE)
        assert not office.overflows(), path
        office.page.set_viewport_size({"width": 1280, "height": 800})
    assert office.complaints == []


def sees(office: Visitor, words: str) -> bool:
    """Wait for a page that says so: the server may be busy."""
    office.page.get_by_text(words).first.wait_for()
    return True


@pytest.mark.browser
def test_a_sheet_is_looked_through_and_frozen(office: Visitor) -> None:
    office.open("/score").press("1")
    assert sees(office, "个单位参加排名")
    office.press("单位101")
    assert sees(office, "95.00 ÷ 100 × 80 = 76.00")
    office.press("成绩单第 1 号")
    assert sees(office, "个单位参加排名")
    office.press("定稿…").fill("成绩单上共有多少个单位？", "2").press("申请定稿")
    assert sees(office, "admin 申请定稿")
    office.page.get_by_role("button", name="退出").click()
    office.sign_in("zhou", PASSWORD).open("/score/1").press("确认…").press("确认定稿并签名")
    assert sees(office, "签名校验无误")
    office.page.locator("summary", has_text="图：总分与置信区间").click()
    assert office.page.locator("picture img").evaluate("picture => picture.decode().then(() => picture.naturalWidth)")
    office.screenshot("score-sheet")
    assert office.complaints == []
