"""Tables in and out at every door: whatever a spreadsheet program saved comes in as texts that know their line and
column, and what goes out can be read back."""

from survey.base.tables.cells import as_code
from survey.base.tables.days import day_of
from survey.base.tables.headings import is_personal
from survey.base.tables.limits import LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, MOST_ROWS
from survey.base.tables.reading import Row, Table, head, read
from survey.base.tables.writing import neutral, write_csv, write_xlsx

__all__ = [
    "LONGEST_CELL",
    "MOST_CELLS",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "Row",
    "Table",
    "as_code",
    "day_of",
    "head",
    "is_personal",
    "neutral",
    "read",
    "write_csv",
    "write_xlsx",
]
