"""Posters and table cards of counters as PDF: the body, the counter, the code, the short link, and neutral words.

Nobody is asked for a *good* rating: the same sentence invites every answer. The code is level Q with its quiet zone
of four modules, and its dark square is never narrower than 3 cm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from flask_babel import force_locale, gettext

from survey.base.store import demo
from survey.base.store.jobs import Progress
from survey.base.web.pdf import BRAND, FONT, INK, SOFT, WARN, WARN_SOFT, Colour, document, silent
from survey.units import codes, reading

if TYPE_CHECKING:
    from survey.base.web.pdf import Document

KINDS = ("a4", "card")
HAIRLINE = (160, 170, 180)


@dataclass(frozen=True)
class Poster:
    """What one poster says."""

    unit_name: str
    window_name: str
    window_code: str
    code: str
    link: str
    #: that the answers are simulated; empty = they are real
    mark: str = ""


@dataclass(frozen=True)
class PosterWords:
    """What every poster says."""

    title: str
    promise: str
    how: str


@dataclass(frozen=True)
class PosterDesign:
    """Where things stand on one poster, in millimetres from its upper left corner, and type sizes in points."""

    width: float
    height: float
    #: of the printed square with its quiet zone, and its upper edge
    code_size: float
    code_top: float
    margin: float
    unit_size: float
    title_size: float
    window_size: float
    small_size: float


A4 = PosterDesign(210, 297, 120, 92, 18, 30, 44, 26, 15)
#: a quarter of A4
CARD = PosterDesign(105, 148.5, 62, 43, 9, 15, 21, 14, 8.5)
#: posters between two reports of progress, each of which is stored
STEP = 25
#: below the Chinese, for the visitor who cannot read it
TITLE_IN_ENGLISH = "Please rate this service"


def collect(window_ids: Sequence[int], today: date) -> list[Poster]:
    """What to print for these counters, by unit and counter; one without a code today is left out."""
    units = {unit.id: unit for unit in reading.units(active_only=False)}
    standing = codes.standing(window_ids, today)
    found = sorted(
        (window for window in reading.windows() if window.id in standing),
        key=lambda window: (units[window.unit_id].code, window.code),
    )
    with force_locale("zh_Hans"):
        mark = demo.label()
    return [
        Poster(units[w.unit_id].name, w.name, w.code, standing[w.id], codes.link_of(standing[w.id]), mark)
        for w in found
    ]


def pdf(posters: Sequence[Poster], kind: str, progress: Progress = silent) -> bytes:
    """The posters as one document, in Chinese whatever language the staff reads."""
    paper = document()
    with force_locale("zh_Hans"):
        paper.set_title(gettext("Codes of counters"))
        words = PosterWords(
            title=gettext("Please rate this service"),
            promise=gettext("Voluntary, without names, about ten seconds"),
            how=gettext("Scan with a phone, or open the address above"),
        )
    spots = _cards(paper) if kind == "card" else _pages(paper)
    for number, (poster, spot) in enumerate(zip(posters, spots, strict=False)):
        spot.draw(poster, words)
        if number % STEP == 0:
            progress(number, len(posters))
    return bytes(paper.output())


def _pages(paper: Document) -> Iterator[Spot]:
    """One whole page after another."""
    while True:
        paper.add_page()
        yield Spot(paper, A4, 0, 0)


def _cards(paper: Document) -> Iterator[Spot]:
    """The quarters of one page after another, with dashed lines to cut along."""
    while True:
        paper.add_page()
        paper.set_draw_color(*HAIRLINE)
        paper.set_line_width(0.2)
        paper.set_dash_pattern(dash=2, gap=2)
        paper.line(CARD.width, 4, CARD.width, A4.height - 4)
        paper.line(4, CARD.height, A4.width - 4, CARD.height)
        paper.set_dash_pattern()
        for top in (0, CARD.height):
            for left in (0, CARD.width):
                yield Spot(paper, CARD, left, top)


@dataclass(frozen=True)
class Spot:
    """Where one poster is drawn: its design, with the upper left corner at (left, top) of the present page."""

    document: Document
    design: PosterDesign
    left: float
    top: float

    def draw(self, poster: Poster, words: PosterWords) -> None:
        design = self.design
        scale = design.width / A4.width
        under = design.code_top + design.code_size
        self._bar(design.margin, 12 * scale, 1.6 * scale, BRAND)
        self._write(poster.unit_name, design.unit_size, 26 * scale, INK)
        self._write(words.title, design.title_size, 50 * scale, BRAND)
        self._write(words.promise, design.small_size, 76 * scale, SOFT)
        self._code(poster.link)
        self._write(poster.window_name, design.window_size, under + 6 * scale, INK)
        self._write(poster.link, design.small_size, under + 25 * scale, INK)
        self._write(words.how, design.small_size, under + 37 * scale, SOFT)
        foot = f"{TITLE_IN_ENGLISH} · {poster.window_code}"
        self._write(foot, design.small_size * 0.85, design.height - 22 * scale, SOFT)
        if poster.mark:
            self._bar(0, 0, 14 * scale, WARN_SOFT)
            self._write(poster.mark, design.small_size, 3 * scale, WARN)

    def _bar(self, margin: float, top: float, height: float, colour: Colour) -> None:
        self.document.set_fill_color(*colour)
        self.document.rect(self.left + margin, self.top + top, self.design.width - 2 * margin, height, style="F")

    def _write(self, words: str, size: float, top: float, colour: Colour) -> None:
        """A centred line; one that is too wide is set smaller."""
        document, room = self.document, self.design.width - 2 * self.design.margin
        document.set_font(FONT, size=size)
        width = document.get_string_width(words)
        if width > room:
            size *= room / width
            document.set_font(FONT, size=size)
        document.set_text_color(*colour)
        document.set_xy(self.left + self.design.margin, self.top + top)
        document.cell(room, size * 0.45, words, align="C")

    def _code(self, text: str) -> None:
        """The code as filled rectangles, one for each run of dark modules, with the quiet zone left white."""
        matrix = codes.qr_matrix(text)
        module = self.design.code_size / len(matrix)
        left = self.left + (self.design.width - self.design.code_size) / 2
        top = self.top + self.design.code_top
        self.document.set_fill_color(0, 0, 0)
        for row, modules in enumerate(matrix):
            for start, length in _runs(modules):
                # a hair taller than a module, so that no white line shows between rows
                width, height = length * module, module * 1.02
                self.document.rect(left + start * module, top + row * module, width, height, style="F")


def _runs(modules: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where dark modules stand in a row, and how many.

    >>> list(_runs([False, True, True, False, True]))
    [(1, 2), (4, 1)]
    """
    at = 0
    for dark, group in groupby(modules):
        length = len(list(group))
        if dark:
            yield at, length
        at += length
