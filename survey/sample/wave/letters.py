"""Letters to the people of a sample: one A4 page each, with the personal link as a QR code and in characters.

The page says who asks, why this person, what happens with the answer, and that nobody has to take part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, cast

import numpy as np
from flask_babel import force_locale, format_date, gettext
from PIL import Image

from survey.base.store.jobs import Progress
from survey.base.web.pdf import BRAND, FONT, INK, SOFT, document, silent
from survey.sample.frame import frames
from survey.sample.values import Link, Wave
from survey.units import service as units

if TYPE_CHECKING:
    from survey.base.web.pdf import Document

LANGUAGE = "zh_Hans"
#: millimetres
LEFT, WIDTH, CODE = 25.0, 160.0, 62.0
#: pixels a module of the code has
PIXELS = 8
#: letters between two reports of progress
EVERY = 20


@dataclass(frozen=True)
class Letter:
    """To whom, and with which link."""

    case_key: str
    stratum: str
    url: str
    name: str = ""
    address: str = ""


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


def pdf(wave: Wave, letters: Sequence[Letter], today: date, *, mark: str = "", progress: Progress = silent) -> bytes:
    """The letters as one document, in Chinese whatever language the staff reads.

    Args:
        wave: what the letters invite to.
        letters: to whom.
        today: the day they bear.
        mark: the mark of demonstration data, where it stands.
        progress: told now and then how far the work is.
    """
    paper = document()
    write = _Writer(paper)
    with force_locale(LANGUAGE):
        paper.set_title(gettext("Letters of %(name)s", name=wave.name))
        for number, letter in enumerate(letters, 1):
            paper.add_page()
            _draw(write, wave, letter, today, mark)
            if number % EVERY == 0:
                progress(number, len(letters))
    return bytes(paper.output())


def _draw(write: _Writer, wave: Wave, letter: Letter, today: date, mark: str) -> None:
    last = format_date(wave.closes_on, "long")
    write(mark, 9, SOFT, top=10)
    write(letter.name or gettext("To the person invited"), 12, INK, top=42)
    write(letter.address, 11, INK)
    write(format_date(today, "long"), 10, SOFT, top=72)
    write(gettext("Please tell us what you think of public services"), 18, BRAND, top=84)
    write(_why_you(wave), 11.5, INK, top=98)
    write(
        gettext(
            "Scan the code with your phone, or open the address below it. It takes about three minutes. "
            "The last day is %(day)s.",
            day=last,
        ),
        11.5,
        INK,
        gap=3,
    )
    _draw_code(write.document, letter.url, (210 - CODE) / 2, 132)
    write(letter.url, 11, INK, top=198, align="C")
    write(gettext("The link is yours alone and works once."), 9.5, SOFT, align="C", gap=1)
    write(gettext("What happens with your answer"), 12, BRAND, top=220)
    for sentence in _promises():
        write("· " + sentence, 10, INK, gap=1)
    write(letter.case_key, 8, SOFT, top=284)


def _why_you(wave: Wave) -> str:
    if wave.kind == "panel":
        reason: str = gettext(
            "Everybody on the list of this appraisal is asked, and so are you. "
            "Nobody else can answer in your place, so your answer matters."
        )
    else:
        reason = gettext(
            "You were chosen by chance from a list of people and firms that deal with public bodies. "
            "Nobody else can answer in your place, so your answer matters."
        )
    return reason


def _promises() -> tuple[str, ...]:
    return (
        gettext("Taking part is voluntary. Say what you think, good or bad: every answer counts the same."),
        gettext("The bodies that are rated see only totals. They do not learn who was asked or who answered."),
        gettext(
            "Your answer is stored without your name. When the survey ends, the links are destroyed, and nobody "
            "can find out any more which answer was yours."
        ),
        gettext("Has anybody told you how to answer? The form asks about it; please say so there."),
    )


@dataclass
class _Writer:
    """Writes paragraphs below each other, or from a given height on; a paragraph that comes again is broken once."""

    document: Document
    broken: dict[tuple[str, float], list[str]] = field(default_factory=dict)
    y: float = 0.0

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
        self.y = (self.y if top is None else top) + gap
        self.document.set_font(FONT, size=size)
        self.document.set_text_color(*colour)
        height = size * 0.55
        for line in self._lines(words, size) if words else ():
            self.document.set_xy(LEFT, self.y)
            self.document.cell(WIDTH, height, line, align=align)
            self.y += height

    def _lines(self, words: str, size: float) -> list[str]:
        if (words, size) not in self.broken:
            found = self.document.multi_cell(WIDTH, size, words, dry_run=True, output="LINES")
            self.broken[words, size] = cast(list[str], found)
        return self.broken[words, size]


def _draw_code(document: Document, text: str, left: float, top: float) -> None:
    """The link's code with its quiet zone, as an image of one bit a pixel; level Q, printed 6 cm wide."""
    matrix = np.array(units.qr_matrix(text), dtype=bool)
    pixels = np.kron(~matrix, np.ones((PIXELS, PIXELS), dtype=bool))
    document.image(Image.fromarray(pixels), left, top, CODE, CODE)
