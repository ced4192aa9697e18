"""Posters and table cards of counters as PDF: the body, the counter, the code, the short link, and neutral words.

Nobody is asked for a *good* rating: the same sentence invites every answer. The code is level Q with its quiet zone
of four modules, and its dark square is never narrower than 3 cm (`SMALLEST_CODE`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pylopdf_fonts_zh_cn
from flask_babel import force_locale, gettext
from fpdf import FPDF
from fpdf.enums import Align

from survey import demo
from survey.units import codes, reading

Progress = Callable[[int, int], None]
KINDS = ("a4", "card")
FONT = "Noto Sans SC"
#: millimetres
PAGE = (210.0, 297.0)
SMALLEST_CODE = 30.0
BRAND, INK, SOFT, HAIRLINE = (23, 83, 127), (22, 32, 43), (81, 96, 111), (160, 170, 180)
WARN, WARN_SOFT = (138, 83, 0), (253, 241, 219)


def silent(done: int, total: int) -> None:
    """Progress that nobody waits for."""


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
class Words:
    """What every poster says."""

    title: str
    promise: str
    how: str


@dataclass(frozen=True)
class Design:
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


A4 = Design(210, 297, 120, 92, 18, 30, 44, 26, 15)
#: a quarter of A4
CARD = Design(105, 148.5, 62, 43, 9, 15, 21, 14, 8.5)
CARDS_A_PAGE = 4
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
    """The posters as one document, in Chinese whatever language the staff reads.

    The font is embedded once, with only the glyphs that are used.
    """
    document = FPDF(format="A4")
    document.set_auto_page_break(False)
    document.set_lang("zh-CN")
    document.add_font(FONT, fname=pylopdf_fonts_zh_cn.sans_path())
    with force_locale("zh_Hans"):
        document.set_title(gettext("Codes of counters"))
        words = Words(
            title=gettext("Please rate this service"),
            promise=gettext("Voluntary, without names, about ten seconds"),
            how=gettext("Scan with a phone, or open the address above"),
        )
    for number, poster in enumerate(posters):
        if kind == "a4":
            document.add_page()
            _draw(document, poster, words, A4, 0, 0)
        else:
            _draw_card(document, poster, words, number)
        if number % STEP == 0:
            progress(number, len(posters))
    return bytes(document.output())


def _draw_card(document: FPDF, poster: Poster, words: Words, number: int) -> None:
    place = number % CARDS_A_PAGE
    if place == 0:
        document.add_page()
        _draw_cut_lines(document)
    _draw(document, poster, words, CARD, CARD.width * (place % 2), CARD.height * (place // 2))


def _draw_cut_lines(document: FPDF) -> None:
    document.set_draw_color(*HAIRLINE)
    document.set_line_width(0.2)
    document.set_dash_pattern(dash=2, gap=2)
    document.line(CARD.width, 4, CARD.width, PAGE[1] - 4)
    document.line(4, CARD.height, PAGE[0] - 4, CARD.height)
    document.set_dash_pattern()


def _draw(document: FPDF, poster: Poster, words: Words, design: Design, left: float, top: float) -> None:
    """One poster with its upper left corner at (left, top)."""
    scale = design.width / A4.width
    document.set_fill_color(*BRAND)
    document.rect(left + design.margin, top + 12 * scale, design.width - 2 * design.margin, 1.6 * scale, style="F")
    line = _Line(document, design, left)
    line.write(poster.unit_name, design.unit_size, top + 26 * scale, INK)
    line.write(words.title, design.title_size, top + 50 * scale, BRAND)
    line.write(words.promise, design.small_size, top + 76 * scale, SOFT)
    _draw_code(
        document, poster.link, left + (design.width - design.code_size) / 2, top + design.code_top, design.code_size
    )
    under = top + design.code_top + design.code_size
    line.write(poster.window_name, design.window_size, under + 6 * scale, INK)
    line.write(poster.link, design.small_size, under + 25 * scale, INK)
    line.write(words.how, design.small_size, under + 37 * scale, SOFT)
    line.write(
        f"{TITLE_IN_ENGLISH} · {poster.window_code}", design.small_size * 0.85, top + design.height - 22 * scale, SOFT
    )
    if poster.mark:
        _draw_mark(document, poster.mark, design, left, top)


def _draw_mark(document: FPDF, mark: str, design: Design, left: float, top: float) -> None:
    height = 14 * design.width / A4.width
    document.set_fill_color(*WARN_SOFT)
    document.rect(left, top, design.width, height, style="F")
    _Line(document, design, left).write(mark, design.small_size, top + height * 0.2, WARN)


@dataclass
class _Line:
    """Writes centred lines into one poster; a line that is too wide is set smaller."""

    document: FPDF
    design: Design
    left: float

    def write(self, words: str, size: float, top: float, colour: tuple[int, int, int]) -> None:
        room = self.design.width - 2 * self.design.margin
        self.document.set_font(FONT, size=size)
        width = self.document.get_string_width(words)
        if width > room:
            size *= room / width
            self.document.set_font(FONT, size=size)
        self.document.set_text_color(*colour)
        self.document.set_xy(self.left + self.design.margin, top)
        self.document.cell(room, size * 0.45, words, align=Align.C)


def _draw_code(document: FPDF, text: str, left: float, top: float, size: float) -> None:
    """A code as filled rectangles, one for each run of dark modules, on a white square."""
    matrix = codes.qr_matrix(text)
    module = size / len(matrix)
    document.set_fill_color(255, 255, 255)
    document.rect(left, top, size, size, style="F")
    document.set_fill_color(0, 0, 0)
    for row, modules in enumerate(matrix):
        start = None
        for column, dark in enumerate([*modules, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                # a hair taller than a module, so that no white line shows between rows
                width, height = (column - start) * module, module * 1.02
                document.rect(left + start * module, top + row * module, width, height, style="F")
                start = None
