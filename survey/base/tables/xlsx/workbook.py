"""XLSX, read straight from its parts: the first sheet that a person sees, whatever its styles are like."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from flask_babel import gettext

from survey.base.tables.cells import taken
from survey.base.tables.limits import MOST_CELLS, Meter, whole
from survey.base.tables.xlsx import shown
from survey.base.tables.xlsx.package import Package, damage_named, damaged
from survey.base.tables.xlsx.sheet import BoundedText, Numbered, SheetLines, decoded, fill_merged
from survey.base.tables.xlsx.xml_stream import Listener, attribute, listen

ROOT = "_rels/.rels"
MOST_STYLES = 100_000
MOST_SHEETS = 1_000


class Book:
    """A workbook's first visible sheet."""

    def __init__(self, data: bytes, meter: Meter) -> None:
        """
        Raises:
            ImportFaults: it is damaged, locked, no workbook, or shows no sheet.
        """
        with damage_named():
            self._meter, self._package = meter, Package(data, meter)
            start = next(iter(self._related(ROOT, "officeDocument", "")), "xl/workbook.xml")
            self._folder, file = posixpath.split(start)
            self._relations = posixpath.join(self._folder, "_rels", f"{file}.rels")
            contents = _Contents()
            #: how many visible sheets follow the one that is read
            self.others = 0
            self._hear(start, contents)
            self._sheet = self._first_visible(contents)
            self._since_1904 = contents.since_1904
            self._merges: list[tuple[int, int, int, int]] = []

    def stream(self) -> Iterator[Numbered]:
        """The filled lines one by one, merged cells holding their value in the first cell only."""
        with damage_named():
            strings, styles = _Strings(), _Styles()
            for kind, listener in (("sharedStrings", strings), ("styles", styles)):
                for part in self._related(self._relations, kind, self._folder):
                    self._hear(part, listener)
            sheet = SheetLines(strings.found, styles.shapes(), self._meter, since_1904=self._since_1904)
            self._merges = sheet.merges
            for _piece in listen(self._package.pieces(self._sheet), sheet):
                yield from sheet.lines
                sheet.lines.clear()

    def lines(self) -> list[Numbered]:
        """All filled lines in their order, merged cells filled."""
        found = sorted(self.stream(), key=lambda line: line[0])
        fill_merged(found, self._merges, self._meter)
        return found

    def _first_visible(self, contents: _Contents) -> str:
        sheets = dict(self._targets(self._relations, "worksheet", self._folder))
        visible = [sheets[relation] for relation, hidden in contents.sheets if not hidden and relation in sheets]
        self.others = len(visible) - 1
        if visible:
            return visible[0]
        if not sheets:
            raise damaged()
        remedy = gettext("Show the sheet with the table and save the file again.")
        raise whole(gettext("All sheets of the workbook are hidden."), remedy)

    def _related(self, relations: str, kind: str, folder: str) -> list[str]:
        return [part for _relation, part in self._targets(relations, kind, folder) if part in self._package]

    def _targets(self, relations: str, kind: str, folder: str) -> Iterator[tuple[str, str]]:
        if relations not in self._package:
            return
        listener = _Relations()
        self._hear(relations, listener)
        for relation, (found, target) in listener.found.items():
            if found == kind:
                path = target.replace("\\", "/")
                yield relation, posixpath.normpath(path if path.startswith("/") else posixpath.join(folder, path))

    def _hear(self, part: str, listener: Listener) -> None:
        for _piece in listen(self._package.pieces(part), listener):
            pass


class _Contents(Listener):
    """The workbook's own part: its sheets in order."""

    def __init__(self) -> None:
        #: relation, and whether the sheet is hidden
        self.sheets: list[tuple[str, bool]] = []
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and len(self.sheets) < MOST_SHEETS:
            hidden = attributes.get("state", "visible").lower() in ("hidden", "veryhidden")
            self.sheets.append((attribute(attributes, "id"), hidden))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0").lower() in ("1", "true", "on")


class _Relations(Listener):
    def __init__(self) -> None:
        #: relation -> the kind of part, and where it is
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))
            if len(self.found) > MOST_SHEETS:
                raise ValueError("relations")


class _Styles(Listener):
    """Of all styles only the number formats; a fill that is empty does not matter."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._used: list[int] = []
        self._of_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and attributes.get("numFmtId", "").isdigit():
            self._codes[int(attributes["numFmtId"])] = decoded(attributes.get("formatCode", ""))[:255]
        elif name == "cellXfs":
            self._of_cells = True
        elif name == "xf" and self._of_cells:
            number = attributes.get("numFmtId", "0")
            self._used.append(int(number) if number.isdigit() else 0)
        if len(self._codes) + len(self._used) > MOST_STYLES:
            raise ValueError("styles")

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._of_cells = False

    def shapes(self) -> list[shown.Shape]:
        """The shape of each style's numbers, in the order in which cells name them."""
        return [shown.shape_of(self._codes.get(used) or shown.BUILT_IN.get(used, "General")) for used in self._used]


class _Strings(Listener):
    """The texts that cells name by number, without their formats and their readings."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._words, self._heard, self._spoken = BoundedText(), False, 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._words = BoundedText()
        elif name == "t":
            self._heard = not self._spoken
        elif name == "rPh":
            self._spoken += 1

    def text(self, piece: str) -> None:
        if self._heard:
            self._words.add(piece)

    def end(self, name: str) -> None:
        if name == "t":
            self._heard = False
        elif name == "rPh":
            self._spoken -= 1
        elif name == "si":
            self.found.append(taken(decoded(str(self._words))))
            if len(self.found) > MOST_CELLS:
                raise damaged()
