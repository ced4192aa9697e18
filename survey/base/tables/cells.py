"""What a cell's text is taken for, whatever file it stood in: cleaned, read as a code, or refused with its place."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

from flask_babel import gettext

from survey.base.tables.limits import LONGEST_CELL

#: what neither XML nor a printed page can hold: control characters except tab and line ends, half characters
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LINE_END = re.compile("\r\n?")
#: text that a spreadsheet would take for a formula, or an apostrophe in front of such text
LIVE = re.compile(r"['\s]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
#: a number as a spreadsheet shortens it: 9.111E+17
SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+\d{2,3}")
ERRORS = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!|#{2,})")


#: of a cell that is too long, so much is shown
SHOWN = 41


class Why(Enum):
    """What is wrong with a cell."""

    ERROR = "error"
    FORMULA = "formula"
    DIGITS = "digits"
    SCIENTIFIC = "scientific"
    LONG = "long"


class Spoilt(str):
    """A cell as a person sees it that cannot be taken for what was meant."""

    __slots__ = ("why",)
    why: Why

    def __new__(cls, text: str, why: Why) -> Spoilt:
        cell = super().__new__(cls, text)
        cell.why = why
        return cell


def remedy(why: Why) -> str:
    """What to do about a spoilt cell."""
    words: dict[Why, str] = {
        Why.ERROR: gettext("The spreadsheet shows an error here; mend the formula or write the value."),
        Why.FORMULA: gettext(
            "The file has no result of this formula; open it in the spreadsheet program and save it there."
        ),
        Why.DIGITS: gettext(
            "A number of more than 15 digits has lost its last digits; format the column as text and write it again."
        ),
        Why.SCIENTIFIC: gettext(
            "This was a long number and has lost its digits; format the column as text and write it again."
        ),
        Why.LONG: gettext("Shorten the cell to %(n)s characters.", n=LONGEST_CELL),
    }
    return words[why]


def clean(text: str) -> str:
    r"""Text as sent, without what cannot be kept: line ends in one form, tabs as blanks, no other control characters.

    >>> clean(" 城建局\x0b审批科\r\n二楼\t左 ")
    '城建局审批科\n二楼 左'
    """
    return UNSPEAKABLE.sub("", LINE_END.sub("\n", text)).replace("\t", " ").strip()


def unguarded(text: str) -> str:
    """Text without the apostrophe that our own tables put in front of what looks like a formula.

    >>> unguarded("'-1"), unguarded("'=x"), unguarded("'tis"), unguarded("''=x")
    ('-1', '=x', "'tis", "'=x")
    """
    return text[1:] if text.startswith("'") and LIVE.match(text) else text


def taken(text: str) -> str:
    """A cell's text as every table is read.

    >>> taken(" '-1 "), taken("长" * 20_001).why
    ('-1', <Why.LONG: 'long'>)
    """
    text = clean(unguarded(text.strip()))
    return Spoilt(text[:SHOWN], Why.LONG) if len(text) > LONGEST_CELL else text


def as_line(text: str) -> str:
    r"""A name or a heading: on one line.

    >>> as_line("省\n教育厅")
    '省 教育厅'
    """
    return text.replace("\n", " ") if "\n" in text else text


def as_code(text: str) -> str:
    """Codes, levels, days and numbers in one form: full-width digits and letters become the usual ones, what nobody
    can see is left out (Unicode NFKC).

    >>> as_code("ＡＢ－０１２"), as_code("10\u200b1"), as_code("１０，５００")
    ('AB-012', '101', '10,500')
    """
    if text.isascii():
        return text
    wide = unicodedata.normalize("NFKC", text)
    if len(wide) > 2 * len(text) + 8:  # some letters become a whole sentence
        return text
    return "".join(letter for letter in wide if unicodedata.category(letter) != "Cf").strip()


def why_no_code(cell: str) -> Why | None:
    """What is wrong with a code, level, day or number; nothing if it can be meant.

    >>> why_no_code("9.111E+17"), why_no_code("#N/A"), why_no_code("911100001000134012")
    (<Why.SCIENTIFIC: 'scientific'>, <Why.ERROR: 'error'>, None)
    """
    return Why.SCIENTIFIC if SCIENTIFIC.fullmatch(cell) and not isinstance(cell, Spoilt) else why_no_text(cell)


def why_no_text(cell: str) -> Why | None:
    """What is wrong with a name."""
    if isinstance(cell, Spoilt):
        return cell.why
    return Why.ERROR if cell.startswith("#") and ERRORS.fullmatch(cell) else None
