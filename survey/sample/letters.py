"""Letters to the people of a sample: one A4 page each, with the personal link as a QR code and in characters.

The page says who asks, why this person, what happens with the answer, and that nobody has to take part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pylopdf_fonts_zh_cn
from flask_babel import format_date, gettext
from fpdf import FPDF

from survey import demo
from survey.jobs import Progress
from survey.sample import frames
from survey.sample.rules import Link, Wave
from survey.units import service as units

FONT = "Noto Sans SC"
#: millimetres
LEFT, WIDTH, CODE = 25.0, 160.0, 62.0
INK, SOFT, BRAND = (22, 32, 43), (81, 96, 111), (23, 83, 127)


@dataclass(frozen=True)
class Letter:
    """To whom, and with which link."""

    case_key: str
    stratum: str
    url: str
    name: str = ""
    address: str = ""


def silent(done: int, total: int) -> None:
    """Progress that nobody waits for."""


def collect(wave: Wave, links: Sequence[Link], *, stratum: str = "") -> list[Letter]:
    """A letter for each link, with name and address where the frame has them; of one stratum if it is named."""
    wanted = [link for link in links if stratum in ("", link.stratum)]
    reach = frames.contacts(wave.frame_id, [link.case_key for link in wanted])
    return [
        Letter(
            link.case_key,
            link.stratum,
            link.url,
            reach.get(link.case_key, {}).get("name", ""),
            reach.get(link.case_key, {}).get("address", ""),
        )
        for link in wanted
    ]


def pdf(wave: Wave, letters: Sequence[Letter], today: date, progress: Progress = silent) -> bytes:
    """The letters as one document; the font is embedded once, with only the glyphs that are used."""
    document = FPDF(format="A4")
    document.set_auto_page_break(False)
    document.set_title(gettext("Letters of %(name)s", name=wave.name))
    document.set_lang("zh-CN")
    document.add_font(FONT, fname=pylopdf_fonts_zh_cn.sans_path())
    mark = demo.label()
    for number, letter in enumerate(letters, 1):
        document.add_page()
        _draw(document, wave, letter, today, mark)
        progress(number, len(letters))
    return bytes(document.output())


def _draw(document: FPDF, wave: Wave, letter: Letter, today: date, mark: str) -> None:
    write = _Writer(document)
    if mark:
        write(mark, 9, SOFT, top=10)
    write(letter.name or gettext("To the person invited"), 12, INK, top=42)
    write(letter.address, 11, INK)
    write(format_date(today, "long"), 10, SOFT, top=72)
    write(gettext("Please tell us what you think of public services"), 18, BRAND, top=84)
    write(
        gettext(
            "You were chosen by chance from a list of people and firms that deal with public bodies. "
            "Nobody else can answer in your place, so your answer matters."
        ),
        11.5,
        INK,
        top=98,
    )
    write(
        gettext(
            "Scan the code with your phone, or open the address below it. It takes about three minutes. "
            "The last day is %(day)s.",
            day=format_date(wave.closes_on, "long"),
        ),
        11.5,
        INK,
        gap=3,
    )
    _draw_code(document, letter.url, (210 - CODE) / 2, 132)
    write(letter.url.removeprefix("https://"), 11, INK, top=198, align="C")
    write(gettext("The link is yours alone and works once."), 9.5, SOFT, align="C", gap=1)
    write(gettext("What happens with your answer"), 12, BRAND, top=220)
    for sentence in (
        gettext("Taking part is voluntary. Say what you think, good or bad: every answer counts the same."),
        gettext("The bodies that are rated see only totals. They do not learn who was asked or who answered."),
        gettext(
            "Your answer is stored without your name. When the survey ends, the links are destroyed, and nobody "
            "can find out any more which answer was yours."
        ),
        gettext("Has anybody told you how to answer? The form asks about it; please say so there."),
    ):
        write("· " + sentence, 10, INK, gap=1)
    write(letter.case_key, 8, SOFT, top=284)


@dataclass
class _Writer:
    """Writes paragraphs below each other, or from a given height on."""

    document: FPDF

    def __call__(
        self,
        words: str,
        size: float,
        colour: tuple[int, int, int],
        *,
        top: float | None = None,
        gap: float = 0,
        align: str = "L",
    ) -> None:
        if not words:
            return
        self.document.set_font(FONT, size=size)
        self.document.set_text_color(*colour)
        self.document.set_xy(LEFT, (self.document.get_y() if top is None else top) + gap)
        self.document.multi_cell(WIDTH, size * 0.55, words, align=align, new_x="LMARGIN", new_y="NEXT")


def _draw_code(document: FPDF, text: str, left: float, top: float) -> None:
    """The link's code with its quiet zone, one filled rectangle for each run of dark modules."""
    matrix = units.qr_matrix(text)
    module = CODE / len(matrix)
    document.set_fill_color(0, 0, 0)
    for row, modules in enumerate(matrix):
        column = 0
        while column < len(modules):
            length = next((i for i, dark in enumerate(modules[column:]) if not dark), len(modules) - column)
            if length:
                document.rect(left + column * module, top + row * module, length * module, module * 1.02, style="F")
            column += length + 1
