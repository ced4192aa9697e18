"""Days as spreadsheets in China write them."""

from __future__ import annotations

import re
from datetime import date

from survey.base.tables.cells import as_code

_TIME = r"""
    (?: [T\s]* (?:上午|下午|凌晨|早上|中午|晚上|[AP]M)? \s*
        \d{1,2} (?: [:时点] \s* \d{1,2} (?: [:分] \s* \d{1,2} (?:\.\d+)? )? [分秒]? | [时点]整? ) \s*
        (?:上午|下午|[AP]M)? \s* (?:Z | [+-]\d{2}:?\d{2})?
    )?"""
_WEEKDAY = r"(?: \s* \(? (?: (?:星期|周)[一二三四五六日天] | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]* ) \)? )?"
_FORMS = [
    re.compile(form + _WEEKDAY + _TIME + _WEEKDAY, re.VERBOSE | re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4}) \s* (?P<by>[-/.]) \s* (?P<m>\d{1,2}) \s* (?P=by) \s* (?P<d>\d{1,2})(?!\d)",
        r"(?P<y>\d{4}) \s* 年 \s* (?P<m>\d{1,2}) \s* 月 \s* (?P<d>\d{1,2}) \s* [日号]",
        r"(?P<d>\d{1,2}) - (?P<name>[A-Z][a-z]{2}) - (?P<y>\d{4}) (?!\d)",
    )
]
#: 20260301, also with a time behind it
_DIGITS = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:\s*\d{4}(?:\d{2})?)?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERALS = {numeral: str(value) for value, numeral in enumerate("〇一二三四五六七八九")} | {"○": "0", "零": "0"}
_WORDS = "[一二三四五六七八九十]{1,3}"
_IN_WORDS = re.compile(rf"([〇○零一二三四五六七八九]{{4}})年({_WORDS})月({_WORDS})[日号]")


def day_of(text: str) -> date | None:
    """The day that a cell means, with or without a time; none if it is no day or could be several.

    >>> [str(day_of(t)) for t in ("2026/3/1 9:05", "2026年3月1日 下午2:30", "20260301", "2026.3.1")]
    ['2026-03-01', '2026-03-01', '2026-03-01', '2026-03-01']
    >>> day_of("3/1/26"), day_of("2026-02-30"), day_of("46082"), day_of("2026-03-011")
    (None, None, None, None)
    """
    plain = _in_figures(as_code(text).strip())
    for form in (*_FORMS, _DIGITS):
        if found := form.fullmatch(plain):
            parts = found.groupdict()
            return _day(parts["y"], parts.get("m") or _month(parts["name"]), parts["d"])
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _month(name: str) -> str:
    return str(_MONTHS.index(name.lower()) + 1) if name.lower() in _MONTHS else "0"


def _in_figures(text: str) -> str:
    """
    >>> _in_figures("二〇二六年三月三十一日")
    '2026年3月31日'
    """
    found = _IN_WORDS.match(text)
    if not found:
        return text
    year = "".join(_NUMERALS[numeral] for numeral in found[1])
    return f"{year}年{_number(found[2])}月{_number(found[3])}日{text[found.end() :]}"


def _number(words: str) -> int:
    """
    >>> _number("十"), _number("二十"), _number("三十一"), _number("七")
    (10, 20, 31, 7)
    """
    tens, ten, ones = words.rpartition("十")
    return (int(_NUMERALS.get(tens, "1")) * 10 if ten else 0) + int(_NUMERALS.get(ones, "0"))
