"""How much a file may hold, measured while it is read: a small upload must not become a large program."""

from __future__ import annotations

import time

from flask_babel import gettext

from survey.base.errors import Fault, ImportFaults

MOST_ROWS = 2_000_000
#: with empty ones
MOST_LINES = 2 * MOST_ROWS
MOST_COLUMNS = 1_000
#: counted up to each line's last filled cell
MOST_CELLS = 12_000_000
LONGEST_CELL = 20_000
#: of CSV, in characters; a quotation mark that is never closed ends here
LONGEST_LINE = 1_000_000
#: bytes of all parts of a workbook that are read
MOST_UNPACKED = 400_000_000
#: a workbook may unpack to so many bytes for each of its own; tables made by people stay below 40
MOST_GROWTH = 100
#: so much may be unpacked whatever the growth
ALWAYS_UNPACKED = 8_000_000
MOST_SECONDS = 60.0


def whole(message: str, remedy: str, value: str = "") -> ImportFaults:
    """A refusal of the file as a whole."""
    return ImportFaults(message, [Fault(0, "", value, remedy)])


class Meter:
    """What one reading has used so far; refuses as soon as it is too much."""

    def __init__(self, size: int, seconds: float = MOST_SECONDS) -> None:
        """
        Args:
            size: of the upload, in bytes.
            seconds: that reading may take.
        """
        self._most_unpacked = min(MOST_UNPACKED, max(ALWAYS_UNPACKED, size * MOST_GROWTH))
        self._ends = time.monotonic() + seconds
        self._unpacked = self._rows = self._cells = 0

    def unpack(self, count: int) -> None:
        """Count bytes that came out of a workbook."""
        self._unpacked += count
        if self._unpacked > self._most_unpacked:
            remedy = gettext("Copy the table alone into a new workbook, or split it, and save it as XLSX.")
            raise whole(gettext("The file unpacks to far more than a table holds."), remedy)
        self.look_at_the_clock()

    def line(self, cells: int, number: int = 0) -> None:
        """Count a line up to its last filled cell; `number` is how many there were, with empty ones."""
        if not cells and number <= MOST_LINES:
            return
        self._rows += 1
        if self._rows > MOST_ROWS or number > MOST_LINES:
            raise whole(gettext("The file is too long."), gettext("Split it; %(n)s lines at most.", n=MOST_ROWS))
        if cells > MOST_COLUMNS:
            remedy = gettext("Leave out columns that are not needed; %(n)s at most.", n=MOST_COLUMNS)
            raise whole(gettext("The table is too wide."), remedy)
        self.fill(cells)
        if self._rows % 1_000 == 0:
            self.look_at_the_clock()

    def fill(self, cells: int) -> None:
        """Count cells that take memory."""
        self._cells += cells
        if self._cells > MOST_CELLS:
            remedy = gettext("Split it or leave out columns; %(n)s cells at most.", n=MOST_CELLS)
            raise whole(gettext("The table is too large."), remedy)

    def look_at_the_clock(self) -> None:
        """Refuse a file that has taken too long."""
        if time.monotonic() > self._ends:
            remedy = gettext("Split it, or copy the table alone into a new workbook.")
            raise whole(gettext("Reading the file took too long."), remedy)
