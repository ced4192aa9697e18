"""A citizen with the smallest phone and no script rates at a counter, answers a drawn survey, reads the receipt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Response

from survey.base.settings import Settings
from tests.browser import SMALLEST_PHONE, Visitor
from tests.collect.conftest import Town, found_town
from tests.databases import Databases
from tests.live import serving

pytestmark = pytest.mark.browser

#: what one round trip of a new connection carries
MOST_BYTES = 14_000
RECEIPT = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")


@dataclass(frozen=True)
class Served:
    """A served town, and paths of personal links that nobody has used."""

    url: str
    town: Town
    polls: list[str]
    panel: str

    def more_than(self, before: dict[str, int]) -> dict[str, int]:
        """What was stored since."""
        return {name: count - before[name] for name, count in self.town.stored().items() if count != before[name]}


@pytest.fixture(scope="module")
def served(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    instance = tmp_path_factory.mktemp("town")
    settings = Settings(instance, databases.sqlite(instance / "survey.db"), "a key for tests")
    with serving(settings) as server:
        town = found_town(server.app)
        polls = [f"/p/{token}" for token in town.link("poll", "G", people=2)]
        yield Served(server.url, town, polls, f"/p/{town.link('panel', 'L', group='领导')[0]}")
        server.app.extensions["engine"].dispose()


@contextmanager
def citizen(browser: Browser, url: str, *, script: bool = False) -> Iterator[Visitor]:
    """Somebody with a phone of 320 px."""
    with browser.new_context(
        locale="zh-CN", viewport=SMALLEST_PHONE, has_touch=True, is_mobile=True, java_script_enabled=script
    ) as context:
        yield Visitor(context.new_page(), url)
        assert context.cookies() == []


def fetched(visitor: Visitor, path: str) -> Response:
    """Open a path, and nothing else may be fetched for it."""
    visitor.requests.clear()
    answer = visitor.page.goto(visitor.address + path)
    assert answer is not None
    assert [r.url for r in visitor.requests if not r.url.startswith("data:")] == [visitor.address + path]
    return answer


def double_text(visitor: Visitor) -> None:
    """Set the browser's text to 200 %."""
    visitor.page.evaluate("document.documentElement.style.fontSize = '200%'")


def receipt_on(visitor: Visitor) -> str:
    found = RECEIPT.search(visitor.page.locator("main").inner_text())
    assert found, visitor.page.locator("main").inner_text()
    return found[0]


@pytest.mark.parametrize("form", ["W1", "W5", "W13"])
def test_the_form_is_one_small_answer_and_fits_the_smallest_phone(browser: Browser, served: Served, form: str):
    with citizen(browser, served.url) as visitor:
        answer = fetched(visitor, f"/r/{served.town.codes[form]}")
        assert len(answer.body()) <= MOST_BYTES
        assert "set-cookie" not in answer.headers
        visitor.screenshot(f"rate {form} 320")
        assert not visitor.overflows()
        small = visitor.page.get_by_text("非常满意").first.bounding_box()
        double_text(visitor)
        visitor.screenshot(f"rate {form} 320 double")
        large = visitor.page.get_by_text("非常满意").first.bounding_box()
        assert small is not None
        assert large is not None
        assert large["height"] > small["height"]
        assert not visitor.overflows()
        assert not visitor.complaints


def test_whatever_is_pressed_again_counts_once(browser: Browser, served: Served):
    before = served.town.stored()
    with citizen(browser, served.url) as visitor:
        page = visitor.page
        visitor.open(f"/r/{served.town.codes['W1']}").choose("不满意")
        page.get_by_role("button").last.dblclick()
        page.wait_for_url("**/thanks/**")
        receipt = receipt_on(visitor)
        assert page.url.endswith(receipt)
        visitor.screenshot("thanks 320")
        page.reload()
        assert receipt_on(visitor) == receipt
        assert served.more_than(before) == {"response": 1, "answer": 1, "submission": 1}

        page.locator("a[href^='/receipt/']").first.click()
        assert receipt_on(visitor) == receipt
        assert visitor.reads("已收到，已计入")
        assert visitor.reads("省教育厅")
        visitor.screenshot("receipt 320")
        assert not visitor.overflows()
        assert not visitor.complaints


def test_a_drawn_person_says_whom_they_met_and_rates_them(browser: Browser, served: Served):
    path = served.polls[0]
    before = served.town.stored()
    with citizen(browser, served.url) as visitor:
        page = visitor.page
        assert len(fetched(visitor, path).body()) <= MOST_BYTES
        visitor.screenshot("poll first step 320")
        visitor.choose("省教育厅").choose("省公安厅").press("下一步")
        assert [heading.inner_text() for heading in page.locator("section h2").all()][:2] == ["省教育厅", "省公安厅"]
        visitor.screenshot("poll second step 320")
        assert not visitor.overflows()
        for name in sorted({field.get_attribute("name") for field in page.locator("[name*='.G-']").all()}):
            page.locator(f"[name='{name}'][value='4']").check(force=True)
        visitor.press("提交")
        receipt = receipt_on(visitor)
        assert served.more_than(before)["response"] == 1
        assert served.more_than(before)["answer"] == 14

        visitor.open(path)
        assert not page.locator("input[type=radio]").count()
        visitor.screenshot("poll link used 320")
        visitor.open(f"/receipt/{receipt}")
        assert visitor.reads("已收到，已计入")
        assert not visitor.complaints


def test_a_leader_scores_the_bodies_and_hears_if_all_scores_are_alike(browser: Browser, served: Served):
    before = served.town.stored()
    with citizen(browser, served.url) as visitor:
        page = visitor.page
        fetched(visitor, served.panel)
        fields = page.locator("input[type=number]").all()
        assert len(fields) == 5
        for field in fields:
            field.fill("90")
        visitor.press("提交")
        assert visitor.reads("90")
        assert page.get_by_role("alert").count() == 1
        assert served.more_than(before) == {}
        visitor.screenshot("panel alike 320")
        assert not visitor.overflows()
        for field, score in zip(page.locator("input[type=number]").all(), (92, 88, 85, 79, 60), strict=True):
            field.fill(str(score))
        visitor.press("提交")
        assert RECEIPT.search(page.url)
        assert served.more_than(before)["answer"] == 5
        assert not visitor.complaints


def test_no_page_of_citizens_stands_in_anybodys_way(browser: Browser, served: Served):
    codes = served.town.codes
    with citizen(browser, served.url, script=True) as visitor:
        visitor.open(f"/r/{codes['W1']}").choose("基本满意").press("提交评价")
        receipt, faults = receipt_on(visitor), []
        forms = [f"/r/{codes['W13']}", f"/r/{codes['W1']}?lang=en", served.polls[1]]
        for path in [*forms, f"/thanks/{receipt}", f"/receipt/{receipt}", "/receipt", "/r/NOSUCH"]:
            visitor.open(path)
            for scheme in ("light", "dark"):
                visitor.look(scheme, 320)
                faults += [f"{path} {scheme}: {barrier}" for barrier in visitor.barriers()]
            faults += [f"{path} is too wide"] if visitor.overflows() else []
        assert not faults + visitor.complaints, "\n".join(faults + visitor.complaints)
