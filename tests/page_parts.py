"""What a page of the house says, taken apart: the rows of its tables, its figures, its facts, its messages."""

from __future__ import annotations

import re
from html import unescape

ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)
FIGURE = re.compile(
    r'class="figure">(.*?)</(?:div|span)>\s*<(?:div|span) class="figure-label">(.*?)</(?:div|span)>', re.DOTALL
)
FACT = re.compile(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", re.DOTALL)
ALERT = re.compile(r'<div class="alert alert-(\w+)"[^>]*>(.*?)</div>', re.DOTALL)
CHOICE = re.compile(r'<option [^>]*?value="([^"]*)"[^>]*>(.*?)</option>', re.DOTALL)


def words(html: str) -> str:
    """What is read of a piece of a page, its blanks drawn together."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def rows(page: str) -> list[list[str]]:
    """The lines of all tables below their headings, cell by cell."""
    bodies = "".join(re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL))
    return [[words(cell) for cell in CELL.findall(row)] for row in ROW.findall(bodies)]


def headings(page: str) -> list[str]:
    """The headings of the first table."""
    return [words(cell) for cell in CELL.findall(page.partition("<thead>")[2].partition("</thead>")[0])]


def figures(page: str) -> dict[str, str]:
    """Label -> number, of the cards at the top."""
    return {words(label): words(value) for value, label in FIGURE.findall(page)}


def facts(page: str) -> dict[str, str]:
    """The lines of description lists."""
    return {words(term): words(said) for term, said in FACT.findall(page)}


def alerts(page: str) -> list[tuple[str, str]]:
    """Kind and words of each message."""
    return [(kind, words(said)) for kind, said in ALERT.findall(page)]


def choices(page: str, name: str) -> dict[str, str]:
    """What a select offers: value -> words."""
    inside = page.partition(f'name="{name}"')[2].partition("</select>")[0]
    return {value: words(said) for value, said in CHOICE.findall(inside)}
