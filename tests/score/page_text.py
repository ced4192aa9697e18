"""What a page says, as people read it: the lines of its tables, its figures and its facts."""

from __future__ import annotations

import html
import re

SPACES = re.compile(r"\s+")


def words(fragment: str) -> str:
    """The text of a piece of HTML; a break is a bar."""
    text = re.sub(r"<br\s*/?>", " | ", fragment)
    return SPACES.sub(" ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def table(page: str, title: str) -> list[list[str]]:
    """Headings and lines of the table with this name."""
    found = re.search(rf'aria-label="{re.escape(title)}">.*?</table>', page, re.DOTALL)
    assert found, f"no table {title} among {re.findall('aria-label=.([^>]*).>', page)}"
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", found[0], re.DOTALL)
    ]


def facts(page: str) -> dict[str, str]:
    """Terms and what stands beside them."""
    found = re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {words(term): words(said) for term, said in found}


def links(page: str) -> list[str]:
    """Where its links lead."""
    return [html.unescape(address) for address in re.findall(r'href="([^"]+)"', page)]


def main_of(page: str) -> str:
    """The page without its frame, as text."""
    found = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert found
    return words(found[0])
