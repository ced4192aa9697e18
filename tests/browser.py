"""A browser in a class: what a person does with a page, said in the person's words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
ARTEFACTS = Path(__file__).parent / "artefacts"
PHONE = {"width": 390, "height": 844}
SMALLEST_PHONE = {"width": 320, "height": 568}
DESK = {"width": 1280, "height": 800}
#: how long somebody looks for words before saying that they are not there
SECONDS_TO_SEE = 3
#: what axe looks at: of a long table the first rows, which the others repeat
LOOKED_AT = {"exclude": [["tbody tr:nth-child(n+25)"]]}


def chromium() -> str | None:
    """The program of the system's Chromium, if it has one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()


class Visitor:
    """Somebody in front of one tab. Notes what a careful reader of the console would object to."""

    def __init__(self, page: Page, address: str = "") -> None:
        self.page = page
        self.address = address
        #: script errors, blocked resources and everything fetched from elsewhere
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("request", self._see)

    def open(self, path: str) -> Visitor:
        """Go to a path of the server, or to a whole address."""
        self.page.goto(path if "://" in path else self.address + path)
        return self

    def press(self, words: str) -> Visitor:
        """Press the button or follow the link that is called so."""
        main = self.page.locator("main")
        main.get_by_role("button", name=words).or_(main.get_by_role("link", name=words)).first.click()
        self.page.wait_for_load_state("domcontentloaded")
        return self

    def menu(self, words: str) -> Visitor:
        """Choose a line of the staff's menu."""
        self.page.get_by_role("navigation").get_by_role("link", name=words, exact=True).click()
        self.page.wait_for_load_state("domcontentloaded")
        return self

    def saved(self, words: str) -> Path:
        """Press a button or link that gives a file; returns where it was saved."""
        with self.page.expect_download() as download:
            self.press(words)
        return download.value.path()

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of the table that is called so, each by its headings."""
        rows: list[list[str]] = (
            self.page.get_by_role("region", name=name)
            .locator("tr")
            .evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))")
        )
        return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]

    def choose(self, words: str) -> Visitor:
        """Tick the radio button or box that is labelled so."""
        self.page.get_by_label(words).first.check(force=True)
        return self

    def fill(self, label: str, words: str) -> Visitor:
        """Write into the field that is labelled so."""
        self.page.get_by_label(label).first.fill(words)
        return self

    def sign_in(self, username: str, password: str) -> Visitor:
        """Come in by the staff's door."""
        self.open("/sign-in")
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("main form button").first.click()
        return self

    def look(self, scheme: Literal["light", "dark"], width: int) -> Visitor:
        """See the page in these colours, on a screen of this width; nothing moves from one to the other."""
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": 800})
        return self

    def reads(self, words: str) -> bool:
        """Whether the words stand on the page where they can be seen, or will in a moment."""
        with suppress(TooLate):
            self.page.get_by_text(words).first.wait_for(timeout=SECONDS_TO_SEE * 1000)
            return True
        return False

    def screenshot(self, name: str, *, whole: bool = True) -> Path:
        """Keep the page as a picture in `tests/artefacts/`: the whole page, or what the screen shows of it."""
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=whole)
        return path

    def barriers(self) -> list[str]:
        """What axe finds in the way of people with disabilities: rule, help, and the element."""
        found = Axe().run(self.page, context=LOOKED_AT).response["violations"]
        return [f"{v['id']}: {v['help']}: {node['html']}" for v in found for node in v["nodes"]]

    def overflows(self) -> bool:
        """Whether the page must be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

    def _hear(self, message: ConsoleMessage) -> None:
        # a page that answers 404 or 422 on purpose is reported by Chromium as a failed resource
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        self.requests.append(request)
        if self.address and not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"fetched from elsewhere: {request.url}")
