"""The answer path as it is served: several processes, a full hall, and an operator who pulls the plug."""

from __future__ import annotations

import http.client
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser

from survey.base.settings import Settings
from tests.browser import FLAGS, Visitor, chromium
from tests.client import Reader
from tests.collect.conftest import at, found_town, token_in
from tests.live import Server, serving


class Rater:
    """Somebody with a phone, as plain as a phone can be: no cookies, no script."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def get(self, path: str) -> str:
        self.connection.request("GET", path)
        return self.connection.getresponse().read().decode()

    def send(self, path: str, token: str, **fields: str) -> tuple[int, str, str]:
        """Send a form; status, where it leads, and the page."""
        body = urlencode({"token": token, **fields})
        self.connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        response = self.connection.getresponse()
        return response.status, response.headers.get("Location", ""), response.read().decode()

    def rate(self, path: str, level: int) -> str:
        status, where, page = self.send(path, token_in(self.get(path)), **{"W-E1": str(level)})
        assert status == 303, page
        return where


def at_once(deeds: list[Callable[[], object]]) -> list[object]:
    """Do things at the same moment, each in a thread of its own."""
    start = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        start.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def replay_in_two_processes(settings: Settings) -> tuple[set[object], dict[str, int]]:
    with serving(settings) as one, serving(settings) as other:
        town = found_town(one.app)
        path = f"/r/{town.codes['W1']}"
        outcomes: set[object] = set()
        for _ in range(5):
            token = token_in(Rater(one.url).get(path))
            raters = [Rater(server.url) for server in (one, other) for _ in range(3)]
            sent = at_once([lambda r=rater, t=token: r.send(path, t, **{"W-E1": "4"})[:2] for rater in raters])
            assert len(set(sent)) == 1, sent
            outcomes.add(sent[0])
        stored = town.stored()
        one.app.extensions["engine"].dispose()
        other.app.extensions["engine"].dispose()
    return outcomes, stored


def test_one_form_replayed_from_two_processes_counts_once(settings: Settings):
    outcomes, stored = replay_in_two_processes(settings)
    assert len(outcomes) == 5
    assert stored == {"response": 5, "answer": 5, "submission": 5, "kept_aside": 0}


@pytest.mark.postgres
def test_it_counts_once_on_postgresql_too(settings: Settings, databases):
    address = databases.postgres()
    try:
        outcomes, stored = replay_in_two_processes(Settings(**{**vars(settings), "database_url": address}))
    finally:
        databases.drop(address)
    assert len(outcomes) == 5
    assert stored == {"response": 5, "answer": 5, "submission": 5, "kept_aside": 0}


def test_pulling_the_plug_after_the_thank_you_loses_nothing(live_server: Server):
    town = found_town(live_server.app)
    path = f"/r/{town.codes['W1']}"
    rater = Rater(live_server.url)
    where = [rater.rate(path, level) for level in (1, 2, 3, 4, 5)]
    assert where[-1].rpartition("/")[2] in rater.get(where[-1])

    children = Path(f"/proc/{live_server.process.pid}/task/{live_server.process.pid}/children").read_text().split()
    for number in [live_server.process.pid, *map(int, children)]:
        os.kill(number, signal.SIGKILL)
    live_server.process.wait()

    assert at(town, live_server.app).levels() == [1, 2, 3, 4, 5]


def test_two_thousand_raters_behind_one_address_are_all_stored(live_server: Server):
    town = found_town(live_server.app)
    path = f"/r/{town.codes['W1']}"

    def several(first: int) -> list[str]:
        rater = Rater(live_server.url)
        return [rater.rate(path, number % 6) for number in range(first, first + 125)]

    with ThreadPoolExecutor(16) as pool:
        receipts = [where for part in pool.map(several, range(0, 2000, 125)) for where in part]

    assert len(set(receipts)) == 2000
    assert town.stored()["response"] == 2000


def test_a_locked_database_gives_the_form_back_filled_in(live_server: Server, settings: Settings):
    town = found_town(live_server.app)
    path = f"/r/{town.codes['W1']}"
    rater = Rater(live_server.url)
    token = token_in(rater.get(path))
    locker = sqlite3.connect(settings.instance / "survey.db", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    try:
        status, _where, page = rater.send(path, token, **{"W-E1": "2", "text": "等了很久"})
    finally:
        locker.execute("ROLLBACK")
        locker.close()

    fields = Reader(page).forms[0].values
    assert status == 503
    assert (fields["W-E1"], fields["text"], fields["token"]) == (["2"], ["等了很久"], [token])
    assert town.stored()["response"] == 0
    assert rater.send(path, token, **{"W-E1": "2", "text": "等了很久"})[0] == 303


@pytest.mark.browser
def test_the_next_person_on_a_tablet_finds_an_empty_form(phone: Visitor, live_server: Server):
    town = found_town(live_server.app)
    page = phone.page
    phone.open(f"/r/{town.codes['W1']}")
    token = page.locator("[name=token]").input_value()
    page.locator("summary").click()
    phone.choose("基本满意")
    page.locator("textarea").fill("第一个人的话")
    phone.press("提交评价")
    first = page.url
    page.go_back()
    assert page.locator("[name=token]").input_value() != token
    assert not page.locator("input:checked").count()
    assert "第一个人的话" not in page.content()
    assert page.locator("textarea").input_value() == ""
    phone.choose("不满意").press("提交评价")
    assert "/thanks/" in page.url
    assert page.url != first
    assert town.stored() == {"response": 2, "answer": 2, "submission": 2, "kept_aside": 0}


@pytest.mark.browser
def test_nobody_comes_back_to_the_receipt_of_the_person_before(browser: Browser, live_server: Server):
    path = f"/r/{found_town(live_server.app).codes['W1']}"
    with browser.new_context(locale="zh-CN") as context:
        phone = Visitor(context.new_page(), live_server.url)
        page = phone.page
        phone.open(path).choose("基本满意").press("提交评价")
        receipt = page.url.rpartition("/")[2]
        page.go_back()
        page.go_forward()
        page.wait_for_url(f"**{path}")
        assert receipt not in page.content()
        phone.open(f"/receipt/{receipt}")
        assert receipt in page.content()
        phone.open(path)
        page.go_back()
        page.wait_for_url("**/receipt")
        assert receipt not in page.content()


@pytest.mark.browser
def test_the_page_fetches_nothing_and_fits_a_small_phone(phone: Visitor, live_server: Server):
    town = found_town(live_server.app)
    for form in ("W1", "W13"):
        for size in (320, 360):
            phone.page.set_viewport_size({"width": size, "height": 640})
            phone.open(f"/r/{town.codes[form]}")
            assert not phone.overflows()
    documents = [request for request in phone.requests if not request.url.startswith("data:")]
    assert len(documents) == 4
    assert not phone.complaints


@pytest.mark.browser
def test_nothing_stands_in_the_way_of_people_with_disabilities(visitor: Visitor, live_server: Server):
    town = found_town(live_server.app)
    (poll,), (panel,) = town.link(), town.link("panel", "L")
    found = []
    for path in (f"/r/{town.codes['W1']}", f"/r/{town.codes['W13']}", f"/p/{poll}", f"/p/{panel}"):
        visitor.open(path)
        found += visitor.barriers()
    visitor.open(f"/r/{town.codes['W1']}").choose("满意").press("提交评价")
    found += visitor.barriers()
    assert not found


@pytest.mark.browser
def test_a_browser_that_keeps_whole_pages_shows_nobody_anothers_words(browser: Browser, live_server: Server):
    """Browsers of today put a page back as it was left; the tests' usual one is told not to."""
    path = f"/r/{found_town(live_server.app).codes['W1']}"
    keeping = browser.browser_type.launch(
        executable_path=chromium(), args=list(FLAGS), ignore_default_args=["--disable-back-forward-cache"]
    )
    with keeping.new_context(locale="zh-CN") as context:
        phone = Visitor(context.new_page(), live_server.url)
        phone.open(path).choose("基本满意")
        phone.page.locator("summary").click()
        phone.page.locator("textarea").fill("第一个人的话")
        phone.press("提交评价")
        receipt = phone.page.url.rpartition("/")[2]
        phone.page.evaluate("history.back()")
        phone.page.wait_for_url(f"**{path}", wait_until="commit")
        phone.page.wait_for_function(
            "!document.querySelector('input:checked') && !document.querySelector('textarea').value"
        )
        phone.page.evaluate("history.forward()")
        phone.page.wait_for_function(f"location.pathname == '{path}' && !document.body.innerText.includes('{receipt}')")
    keeping.close()
