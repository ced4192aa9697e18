"""Numbers of a workbook as a person sees them: 0007, 12.5%, 2026-03-01; digits that are stored are never dropped."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from survey.base.tables.cells import Spoilt, Why

#: number formats that a workbook names by number only
BUILT_IN = (
    {9: "0%", 10: "0.00%", 49: "@"}
    | dict.fromkeys((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd")
    | dict.fromkeys((*range(18, 22), *range(32, 36), 45, 47, 55, 56), "hh:mm:ss")
    | {46: "[h]:mm:ss"}
)
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?")
MOST_EXACT = 10**15
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|[_*](?P<space>.)|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<half>AM/PM|A/P|上午/下午)|(?P<power>E[+-])|(?P<general>General|G/通用格式)|(?P<end>;)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_MONEY = set("¥￥$€£ ()+")
LAST_DAY = 2_958_465


@dataclass(frozen=True)
class Shape:
    """What a number format does to a value."""

    day: bool = False
    time: bool = False
    #: hours count on beyond 24
    elapsed: bool = False
    #: decimals of a percentage
    percent: int | None = None
    #: placeholders 0 and # among literals, for whole numbers
    mask: tuple[str, ...] = ()
    #: what stands before and after a text
    around: tuple[str, str] = ("", "")


GENERAL = Shape()


def _tokens(code: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each part of a format's first section."""
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup or "plain"
        if kind == "end":
            return
        yield kind, found[kind]


@lru_cache(maxsize=4096)
def shape_of(code: str) -> Shape:
    """Read a number format.

    >>> shape_of("0000").mask, shape_of("0.0%").percent, shape_of("General") == GENERAL
    (('0', '0', '0', '0'), 1, True)
    >>> shape_of('yyyy"年"m"月"d"日"').day, shape_of("[$-804]AM/PM h:mm").time, shape_of("0.00E+00") == GENERAL
    (True, True, True)
    """
    tokens = list(_tokens(code))
    letters = {text.lower() for kind, text in tokens if kind == "plain"}
    brackets = {text.lower() for kind, text in tokens if kind == "bracket"}
    kinds = {kind for kind, _text in tokens}
    elapsed = any(re.fullmatch(r"h+|m+|s+", bracket) for bracket in brackets)
    time = elapsed or bool(letters & {"h", "s"}) or "half" in kinds
    day = bool(letters & {"y", "d"}) or ("m" in letters and not time)
    if not letters & set("0#?") and not time:
        day = day or bool(letters & {"e", "a"})
    if day or time:
        return Shape(day=day, time=time, elapsed=elapsed)
    if "%" in letters:
        decimals = re.search(r"\.([0#?]+)", "".join(text for kind, text in tokens if kind == "plain"))
        return Shape(percent=decimals[1].count("0") if decimals else 0)
    if "@" in letters:
        place = tokens.index(("plain", "@"))
        before, after = (_literal(tokens[:place]), _literal(tokens[place + 1 :]))
        return Shape(around=(before, after))
    if kinds & {"general", "power"} or letters & set(".,/?"):
        return GENERAL
    return Shape(mask=_mask(tokens))


def _literal(tokens: list[tuple[str, str]]) -> str:
    return "".join(text for kind, text in tokens if kind in {"quoted", "escaped", "plain"})


def _mask(tokens: list[tuple[str, str]]) -> tuple[str, ...]:
    """A code's form, such as 0000 or "A"000; empty for a mere amount, such as 0"件" or ¥#."""
    parts: list[str] = []
    for kind, text in tokens:
        if kind == "plain" and text in "0#":
            parts.append(text)
        elif kind in {"quoted", "escaped", "plain"} and set(text) - _MONEY:
            parts.append("." + text)  # the dot tells a literal 0 from a place for a digit
    digits = [place for place, part in enumerate(parts) if part in ("0", "#")]
    if not digits:
        return ()
    inner = any(part.startswith(".") for part in parts[: digits[-1]])
    return tuple(parts) if inner or parts.count("0") > 1 else ()


def number(raw: str, shape: Shape, *, since_1904: bool = False) -> str:
    """A stored number as a person sees it.

    Args:
        raw: the number as the workbook stores it.
        shape: of its format.
        since_1904: the workbook counts its days from 1904.

    >>> number("7", shape_of("0000")), number("0.125", shape_of("0.0%")), number("101.0", GENERAL)
    ('0007', '12.5%', '101')
    >>> number("46082.378472222219", shape_of("m/d/yy h:mm")), number("9.11100001000134E+17", GENERAL).why
    ('2026-03-01 09:05', <Why.DIGITS: 'digits'>)
    """
    if not NUMBER.fullmatch(raw):
        return raw
    value = float(raw)
    if shape.day or shape.time:
        return _moment(value, shape, since_1904)
    if not math.isfinite(value) or abs(value) >= MOST_EXACT:
        return Spoilt(f"{value:.15G}", Why.DIGITS)
    if shape.percent is not None:
        return _percent(value, shape.percent)
    if shape.mask and value.is_integer():
        return ("-" if value < 0 else "") + _filled(shape.mask, str(abs(int(value))))
    return _plain(value)


def iso(raw: str) -> str:
    """A day as newer workbooks store it.

    >>> iso("2026-03-01T09:05:00Z"), iso("2026-03-01T00:00:00"), iso("2026-03-01")
    ('2026-03-01 09:05', '2026-03-01', '2026-03-01')
    """
    day, _between, time = raw.rstrip("Z").partition("T")
    time = re.sub(r"\.0*$", "", time)
    return (
        day
        if time in ("", "00:00", "00:00:00")
        else f"{day} {time.removesuffix(':00') if time.count(':') > 1 else time}"
    )


def text(cell: str, shape: Shape) -> str:
    """A text as a person sees it: with what its format puts around it."""
    before, after = shape.around
    return f"{before}{cell}{after}" if (before or after) and cell and not isinstance(cell, Spoilt) else cell


def _plain(value: float) -> str:
    """
    >>> _plain(0.1 + 0.2), _plain(1e-7), _plain(-0.0), _plain(123456789012345.0)
    ('0.3', '0.0000001', '0', '123456789012345')
    """
    return str(int(value)) if value.is_integer() else format(Decimal(f"{value:.15g}"), "f")


def _percent(value: float, decimals: int) -> str:
    written = format(Decimal(f"{value:.15g}") * 100, "f")
    whole, _point, rest = written.partition(".")
    rest = rest.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{rest}%" if rest else f"{whole}%"


def _filled(mask: tuple[str, ...], digits: str) -> str:
    """
    >>> _filled(("0", "0", "0", ".-", "0", "0"), "7"), _filled((".A", "0", "0"), "1234")
    ('000-07', 'A1234')
    """
    out: list[str] = []
    first = next(place for place, part in enumerate(mask) if part in ("0", "#"))
    for place in range(len(mask) - 1, -1, -1):
        part = mask[place]
        if part.startswith("."):
            out.append(part[1:])
        elif place == first:
            out.append(digits or ("0" if part == "0" else ""))
        else:
            out.append(digits[-1:] or ("0" if part == "0" else ""))
            digits = digits[:-1]
    return "".join(reversed(out))


def _moment(value: float, shape: Shape, since_1904: bool) -> str:
    if not 0 <= value <= LAST_DAY:
        return Spoilt("######", Why.ERROR)
    seconds = round(value * 86_400)
    if shape.elapsed or (seconds < 86_400 and not shape.day):
        hours, rest = divmod(seconds, 3600)
        return _clock(hours, *divmod(rest, 60))
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001  # days of a sheet have no zone
    if not since_1904 and seconds < 60 * 86_400:
        start += timedelta(days=1)  # Excel has a 29 February 1900
    try:
        moment = start + timedelta(seconds=seconds)
    except OverflowError:
        return Spoilt("######", Why.ERROR)
    if seconds % 86_400 == 0:
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d} {_clock(moment.hour, moment.minute, moment.second)}"


def _clock(hours: int, minutes: int, seconds: int) -> str:
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
