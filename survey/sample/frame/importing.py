"""Lists in: a CSV or XLSX file becomes cases, or the list of everything that is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext

from survey.base import tables
from survey.base.errors import Fault, ImportFaults
from survey.sample import rules

LONGEST_KEY = 64
LONGEST_VALUE = 60
#: more different values than this, and a column describes persons rather than strata
MOST_VALUES = 200
#: digits of a cell of telephone numbers; it may hold two or three mobile ones
FEWEST_DIGITS, MOST_DIGITS = 5, 40
#: headings that say what a column is, for the first guess
KEY_HEADINGS = ("key", "case_key", "id", "编号", "序号", "样本编号", "个案编号", "代码")
CONTACT_HEADINGS = {
    "name": ("name", "姓名", "联系人"),
    "phone": ("phone", "telephone", "mobile", "电话", "手机", "联系电话"),
    "address": ("address", "地址", "通讯地址", "联系地址"),
}


@dataclass(frozen=True)
class FrameSource:
    """What a list is, where it came from, and what its columns mean."""

    name: str
    supplied_by: str
    supplied_on: date
    key_column: str
    #: headings of the stratum columns
    columns: tuple[str, ...]
    note: str = ""
    #: name, phone, address -> heading
    contacts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One line of a frame; `values` in the order of the stratum columns."""

    key: str
    values: tuple[str, ...]
    contact: Mapping[str, str] = field(default_factory=dict)


def guess_role(heading: str) -> str:
    """What a column probably is, by its heading.

    >>> guess_role("编号"), guess_role("手机"), guess_role("区域")
    ('key', 'phone', 'stratum')
    """
    plain = heading.strip().casefold()
    if plain in KEY_HEADINGS:
        return "key"
    return next((role for role, headings in CONTACT_HEADINGS.items() if plain in headings), "stratum")


def read_cases(data: bytes, source: FrameSource) -> list[Case]:
    """Read a list, whole or not at all.

    Args:
        data: CSV (UTF-8, GBK) or XLSX with a heading line.
        source: which column is the key, which are strata, which are contact details.

    Raises:
        ImportFaults: every fault: keys missing, twice or too long, empty or unreadable strata, odd telephones.
    """
    wanted = [source.key_column, *source.columns, *source.contacts.values()]
    table = tables.read(data, columns=dict.fromkeys(wanted, ()), codes=(source.key_column,))
    faults = [*_key_faults(table, source.key_column), *_stratum_faults(table, source.columns)]
    faults += _phone_faults(table, source.contacts.get("phone"))
    if not table.rows:
        faults = [Fault(0, "", "", gettext("Add one line per case below the heading line."))]
    if faults:
        faults.sort(key=lambda fault: fault.line)
        raise ImportFaults(gettext("The list was not taken over: please mend these places."), faults)
    return [
        Case(
            row.get(source.key_column),
            tuple(row.get(column) for column in source.columns),
            {what: row.get(heading) for what, heading in source.contacts.items() if row.get(heading)},
        )
        for row in table.rows
    ]


def _key_faults(table: tables.Table, column: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for row in table.rows:
        key = row.get(column)
        if not key:
            yield row.fault(column, gettext("Give every case a key; this one has none."))
        elif len(key) > LONGEST_KEY or not key.isprintable():
            yield row.fault(column, gettext("Use at most %(n)s printable characters.", n=LONGEST_KEY))
        elif key in first:
            yield row.fault(
                column,
                gettext("This key stands in line %(line)s already; remove one of them.", line=first[key]),
            )
        else:
            first[key] = row.line


def _stratum_faults(table: tables.Table, columns: Sequence[str]) -> Iterator[Fault]:
    for column in columns:
        different: set[str] = set()
        for row in table.rows:
            value = row.get(column)
            different.add(value)
            if not value:
                yield row.fault(column, gettext("Fill in the stratum; write “unknown” if nobody knows it."))
            elif len(value) > LONGEST_VALUE or not value.isprintable() or rules.STRATUM_JOINT in value:
                words = gettext("Use at most %(n)s printable characters, without “ / ”.", n=LONGEST_VALUE)
                yield row.fault(column, words)
        if len(different) > MOST_VALUES:
            remedy = gettext("Leave this column out or make it coarser: %(n)s values at most.", n=MOST_VALUES)
            yield Fault(0, column, str(len(different)), remedy)


def _phone_faults(table: tables.Table, column: str | None) -> Iterator[Fault]:
    for row in table.rows if column else ():
        text = row.get(column or "")
        digits = sum(character.isdigit() for character in text)
        if text and not (
            FEWEST_DIGITS <= digits <= MOST_DIGITS and all(c.isdigit() or c in "+-() /转,;、" for c in text)
        ):
            yield row.fault(column or "", gettext("Write a telephone number in digits, or leave it empty."))
