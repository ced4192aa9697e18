"""An upload becomes rows that know their line: CSV or XLSX, whole or not at all; no database is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from flask_babel import gettext

from survey.base.errors import Fault, ImportFaults
from survey.base.store.database import give_back
from survey.base.tables import cells as cell_rules
from survey.base.tables import headings
from survey.base.tables.cells import Spoilt, Why
from survey.base.tables.headings import Headings
from survey.base.tables.limits import Meter, whole
from survey.base.tables.text_file import TextFile
from survey.base.tables.xlsx import package
from survey.base.tables.xlsx.workbook import Book

#: so many long numbers of one column that all end in zeros have lost their last digits
FEW = 3
EXACT_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an uploaded table."""

    #: line in the file, its first being line 1
    line: int
    _places: Mapping[str, int]
    _texts: tuple[str, ...]

    @property
    def cells(self) -> Mapping[str, str]:
        """Column -> text; a column that the file lacks is absent."""
        return {name: self._texts[place] for name, place in self._places.items()}

    def get(self, column: str) -> str:
        place = self._places.get(column)
        return "" if place is None else self._texts[place]

    def fault(self, column: str, remedy: str) -> Fault:
        return Fault(self.line, column, self.get(column), remedy)


@dataclass(frozen=True)
class Table:
    """An uploaded table."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    #: how the bytes were read: utf-8, gb18030, utf-16 or xlsx
    encoding: str
    #: headings of columns that are left out
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Use:
    """What the caller makes of the columns."""

    known: Headings
    needed: frozenset[str]
    keep_others: bool
    codes: frozenset[str]
    free: frozenset[str]


def read(
    data: bytes,
    *,
    columns: Headings,
    optional: Headings | None = None,
    keep_others: bool = False,
    codes: Collection[str] = (),
    free: Collection[str] = (),
) -> Table:
    """Read an upload.

    Args:
        data: the file's bytes; XLSX is told by its first bytes, all else is CSV (comma, semicolon or tab).
        columns: needed columns: name -> headings accepted for it besides the name, e.g. ``{"code": ("编号", "代码")}``.
        optional: columns that may be missing.
        keep_others: keep unknown columns under their own headings; otherwise they are left out.
        codes: columns of codes, levels, days and numbers: full-width figures and letters become the usual ones, and
            what has lost digits is refused.
        free: columns of people's own words, which are taken as they stand.

    Returns:
        The table with its columns renamed to the given names; empty lines and titles above the heading left out.

    Raises:
        ImportFaults: not readable, empty, a column missing or twice, or every cell that cannot be meant as it stands.

    >>> table = read("编号,名称\\n101,省教育厅\\n".encode("gb18030"), columns={"code": ("编号",), "name": ("名称",)})
    >>> table.encoding, table.rows[0].line, table.rows[0].get("name")
    ('gb18030', 2, '省教育厅')
    """
    known = {**columns, **(optional or {})}
    meter = Meter(len(data))
    source = _source(data, meter, known)
    lines = _filled(source, source.lines() if isinstance(source, Book) else list(source.stream()))
    use = _Use(known, frozenset(columns), keep_others, frozenset(codes), frozenset(free))
    return _table(lines, use, _encoding(source))


def head(data: bytes, rows: int) -> Table:
    """All columns and the first lines of an upload under their own headings, quick also for a long one.

    Raises:
        ImportFaults: the file is no table, it is empty, or a heading stands twice.
    """
    source = _source(data, Meter(len(data)), {})
    lines = _filled(source, list(islice(source.stream(), headings.MOST_TITLES + rows)))
    use = _Use({}, frozenset(), keep_others=True, codes=frozenset(), free=frozenset())
    table = _table(lines, use, _encoding(source))
    return Table(table.columns, table.rows[:rows], table.encoding)


def _source(data: bytes, meter: Meter, known: Headings) -> Book | TextFile:
    """The file as lines; a request holds no lock of the database while it is read, however long that takes."""
    give_back()
    if package.is_package(data):
        return Book(data, meter)
    package.refuse_other_kinds(data)
    return TextFile(data, meter, headings.meanings(known))


def _filled(source: Book | TextFile, lines: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    if not lines and isinstance(source, Book) and source.others:
        remedy = gettext("Move the sheet with the table to the front and save the file again.")
        raise whole(gettext("The first visible sheet is empty."), remedy)
    if not lines:
        raise whole(gettext("The file is empty."), gettext("Upload a file with a heading line and one line per item."))
    return lines


def _encoding(source: Book | TextFile) -> str:
    return "xlsx" if isinstance(source, Book) else source.encoding


def _table(lines: list[tuple[int, list[str]]], use: _Use, encoding: str) -> Table:
    place = headings.find(lines, use.known, use.needed)
    number, header = lines[place][0], [cell_rules.as_line(cell) for cell in lines[place][1]]
    names = headings.names((number, header), use.known, use.needed, keep_others=use.keep_others)
    reader = _Rows(header, names, use, text=encoding != "xlsx")
    lines.reverse()
    del lines[len(lines) - place - 1 :]
    rows = tuple(reader.rows(lines))
    reader.look_for_lost_digits(rows)
    if reader.faults:
        faults = sorted(reader.faults, key=lambda fault: fault.line)
        raise ImportFaults(gettext("Some cells cannot be read as they stand; nothing was taken."), faults)
    unused = tuple(cell for cell, name in zip(header, names, strict=True) if cell and not name)
    return Table(tuple(name for name in names if name), rows, encoding, unused)


class _Rows:
    """Makes rows of lines and notes each cell that cannot be meant as it stands."""

    def __init__(self, header: list[str], names: list[str], use: _Use, *, text: bool) -> None:
        self.faults: list[Fault] = []
        self._header, self._use, self._text = header, use, text
        self._used = [(place, name) for place, name in enumerate(names) if name]
        self._places = {name: position for position, (_place, name) in enumerate(self._used)}
        self._remedies = {why: cell_rules.remedy(why) for why in Why}

    def rows(self, lines: list[tuple[int, list[str]]]) -> Iterator[Row]:
        """Rows of lines that stand last to first, each let go as it is read."""
        while lines:
            if (row := self.row(*lines.pop())) is not None:
                yield row

    def row(self, number: int, line: list[str]) -> Row | None:
        """A line as a row; none if it repeats the heading or is empty in all columns."""
        found = [line[place] if place < len(line) else "" for place, _name in self._used]
        if self._text and any(line[len(self._header) :]):
            extra = next(cell for cell in line[len(self._header) :] if cell)
            remedy = gettext("This line has more cells than the heading; put text with commas in quotation marks.")
            self.faults.append(Fault(number, "", extra[:40], remedy))
        pairs = list(zip(self._used, found, strict=True))
        if all(not cell or cell == self._header[place] for (place, _name), cell in pairs):
            return None
        return Row(number, self._places, tuple(self._cell(number, place, name, cell) for (place, name), cell in pairs))

    def _cell(self, number: int, place: int, name: str, cell: str) -> str:
        known = name in self._use.known
        if name in self._use.codes:
            cell = cell if isinstance(cell, Spoilt) else cell_rules.as_code(cell)
            why = cell_rules.why_no_code(cell)
        elif name in self._use.free:
            return str(cell) if isinstance(cell, Spoilt) and cell.why is Why.ERROR else self._noted(number, place, cell)
        else:
            why = cell_rules.why_no_text(cell)
            cell = cell_rules.as_line(cell)
        if why and known:
            self._note(number, place, cell, why)
        return str(cell) if isinstance(cell, Spoilt) else cell

    def _noted(self, number: int, place: int, cell: str) -> str:
        if isinstance(cell, Spoilt):
            self._note(number, place, cell, cell.why)
        return cell

    def _note(self, number: int, place: int, cell: str, why: Why) -> None:
        value = cell[:40] + "…" if len(cell) > 40 else str(cell)
        self.faults.append(Fault(number, self._header[place], value, self._remedies[why]))

    def look_for_lost_digits(self, rows: Sequence[Row]) -> None:
        """Long codes of a column that all end in zeros were cut by the spreadsheet before they were saved."""
        for place, name in self._used:
            if name not in self._use.codes:
                continue
            long = [row for row in rows if len(row.get(name)) > EXACT_DIGITS and row.get(name).isdigit()]
            if len(long) >= FEW and all(not row.get(name)[EXACT_DIGITS:].strip("0") for row in long):
                for row in long:
                    self._note(row.line, place, row.get(name), Why.DIGITS)
