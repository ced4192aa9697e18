"""Every page that the menu leads to: in one language, and in nobody's way on a desk and on a phone, light and dark."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

import pytest

from tests.browser import Visitor
from tests.in_browser.conftest import Staff

pytestmark = pytest.mark.browser

DEEPEST, MOST_PAGES = 2, 60
FILES = re.compile(r"\.(csv|xlsx|svg|png|pdf|json|yaml|pem)$")
LINKS = "links => links.map(link => new URL(link.href)).filter(to => to.origin == location.origin)"
#: colours and widths in which a page is looked at; the two languages together see all four
LOOKS = {"zh-Hans": (("light", 1280), ("dark", 360)), "en": (("dark", 1280), ("light", 360))}


def kind(path: str) -> str:
    """The kind of page that a path leads to: a part with a digit or a capital says only which one of the kind.

    >>> kind("/cases/K9ipJEYU8YUOcAc0_kGAdw"), kind("/questionnaires/W1/1/preview?lang=en")
    ('/cases/-', '/questionnaires/-/-/preview')
    """
    return re.sub(r"/[^/]*[A-Z0-9][^/]*", "/-", path.partition("?")[0])


def walk(visitor: Visitor) -> Iterator[str]:
    """Stand on one page of each kind that the menu leads to, one after the other."""
    known, ahead = {"/"}, deque([("/", 0)])
    while ahead:
        path, depth = ahead.popleft()
        answer = visitor.page.goto(visitor.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"
        links = visitor.page.locator("a[href]").evaluate_all(f"{LINKS}.map(to => to.pathname + to.search)")
        yield path
        for link in links if depth < DEEPEST else ():
            if kind(link) not in known and not FILES.search(link.partition("?")[0]) and len(known) < MOST_PAGES:
                known.add(kind(link))
                ahead.append((link, depth + 1))


def untranslated(visitor: Visitor) -> list[str]:
    """Lines of a Chinese page that read like English; code is English in every language."""
    words = visitor.page.locator("body").evaluate(
        "body => { const copy = body.cloneNode(true);"
        " copy.querySelectorAll('code, pre, textarea, [lang=en]').forEach(part => part.remove());"
        " return copy.innerText; }"
    )
    return [line.strip() for line in words.splitlines() if re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", line)]


@pytest.mark.parametrize("language", LOOKS)
def test_no_page_stands_in_anybodys_way(staff: Staff, language: str):
    visitor = staff("admin", language=language)
    faults, seen = [], 0
    for path in walk(visitor):
        seen += 1
        if not path.startswith("/r/"):
            assert visitor.page.locator("html").get_attribute("lang") == language, path
        for scheme, width in LOOKS[language]:
            visitor.look(scheme, width)
            faults += [f"{path} {scheme}, {width} px: {barrier}" for barrier in visitor.barriers()]
            faults += [f"{path} is wider than {width} px"] if visitor.overflows() else []
            if language == "zh-Hans":
                visitor.screenshot(f"{kind(path).strip('/').replace('/', '-') or 'overview'} {width}", whole=False)
        if language == "zh-Hans":
            faults += [f"{path} is not translated: {line}" for line in untranslated(visitor)]
    assert not faults + visitor.complaints, "\n".join(faults + visitor.complaints)
    assert seen > 40
