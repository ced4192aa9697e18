"""The arrows between the rooms, and the sizes in which we build (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter

from tests.source import EXAMPLES, ROOMS, ROOT, Import, Source, python

SURVEY = python("survey")
WEIGHTING = python("weighting")
EVERYTHING = [*SURVEY, *WEIGHTING, *python("tests"), *python("bench")]

#: the house's files that know the rooms: the factory, the command line and what it starts
KNOW_EVERY_ROOM = {"survey/__init__.py", "survey/cli.py", "survey/serving.py"}
#: the house's own pages, which may ask a room at its door
HOUSE_PAGES = {"survey/pages.py", "survey/overview.py", "survey/house_forms.py"}
#: the house's files that store for themselves
STORE = {
    "survey/accounts.py",
    "survey/audit.py",
    "survey/database.py",
    "survey/jobs.py",
    "survey/migrations/__init__.py",
}
#: a library with one user: the files, by name or by path, that may import it
ONE_USER = {
    "matplotlib": {"charts.py"},
    "qrcode": {"survey/units/codes.py"},
    "fpdf": {"survey/base/web/pdf.py"},
}
WEB = ("flask", "wtforms", "werkzeug", "jinja2")
STORES = ("sqlalchemy", "alembic", "psycopg", "sqlite3")
JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "lib", "libs"}
#: an ignored rule of the linter or the type checker, and what is said about it
IGNORE = re.compile(r"# (?:noqa|type: ignore)\b(?:: [A-Z0-9, ]+\b|\[[a-z, -]+\])?(.*)")
MOST_LINES_OF_A_FILE = 350
MOST_LINES_OF_A_FUNCTION = 40


def none_of(faults: Iterable[str]) -> None:
    found = list(faults)
    assert not found, "\n" + "\n".join(found)


def is_of(imported: Import, packages: Iterable[str]) -> bool:
    """Whether an import is of one of these packages, `flask` meaning `flask_babel` and its like too."""
    top = imported.module.partition(".")[0]
    return any(top == package or top.startswith(f"{package}_") for package in packages)


def test_weighting_knows_numbers_only():
    allowed = {"numpy", "scipy", "weighting", *sys.stdlib_module_names}
    none_of(
        f"{source}:{taken.line} imports {taken.whole}"
        for source in WEIGHTING
        for taken in source.imports
        if taken.module.partition(".")[0] not in allowed
    )


def test_a_room_enters_only_rooms_before_it_and_only_by_their_door():
    none_of(
        f"{source}:{taken.line}: {source.room} enters {room} by {taken.whole}"
        for source in SURVEY
        if source.room
        for taken in source.imports
        if (room := room_entered(taken)) and room != source.room and not may_enter(source.room, room, taken)
    )


def room_entered(taken: Import) -> str:
    parts = taken.whole.split(".")
    return parts[1] if parts[0] == "survey" and len(parts) > 1 and parts[1] in (*ROOMS, EXAMPLES) else ""


def may_enter(room: str, other: str, taken: Import) -> bool:
    if room == EXAMPLES:
        return at_the_door(taken)
    return at_the_door(taken) and other != EXAMPLES and ROOMS.index(other) < ROOMS.index(room)


def at_the_door(taken: Import) -> bool:
    return taken.whole.split(".")[2:3] == ["service"]


def test_the_house_knows_no_room_but_where_it_puts_them_together():
    none_of(
        f"{source}:{taken.line} imports {taken.whole}"
        for source in SURVEY
        if not source.room and str(source) not in KNOW_EVERY_ROOM
        for taken in source.imports
        if room_entered(taken) and not (str(source) in HOUSE_PAGES and at_the_door(taken))
    )


def test_modules_do_not_import_in_a_circle():
    modules = {source.module for source in SURVEY + WEIGHTING}
    graph = {
        source.module: {nearest(taken, modules) for taken in source.imports if not taken.for_types}
        - {source.module, ""}
        for source in SURVEY + WEIGHTING
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" <- ".join(error.args[1])) from None


def nearest(taken: Import, modules: set[str]) -> str:
    return next((name for name in (taken.whole, taken.module) if name in modules), "")


def test_rules_are_plain_functions_of_plain_values():
    none_of(
        f"{source}:{taken.line} imports {taken.whole}"
        for source in SURVEY
        if source.path.name.endswith("rules.py")
        for taken in source.imports
        if is_of(taken, (*WEB, *STORES)) or taken.whole.startswith("survey.base.store.database")
    )


def test_views_forms_and_commands_know_no_tables():
    none_of(
        f"{source}:{taken.line} imports {taken.whole}"
        for source in SURVEY
        if source.room and source.path.name in {"views.py", "forms.py", "commands.py", "feed.py"}
        for taken in source.imports
        if ".models" in taken.whole or is_of(taken, STORES)
    )


def test_only_a_service_commits():
    none_of(
        f"{source}:{line} commits"
        for source in SURVEY
        if str(source) not in STORE and not (source.room and source.path.name == "service.py")
        for line in source.calls("commit")
    )


def test_a_service_hands_out_no_stored_row():
    none_of(
        f"{source}:{function.lineno}: {function.name} returns {row}"
        for source in SURVEY
        if source.path.name == "service.py"
        for rows in [{taken.known_as for taken in source.imports if taken.name in stored_rows(taken.module)}]
        for function in source.functions
        if not function.name.startswith("_") and function.returns is not None
        for row in names_in(function.returns) & rows
    )


@cache
def stored_rows(module: str) -> set[str]:
    """The names of a module's classes that are tables."""
    return {
        node.name
        for source in SURVEY
        if source.module == module
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and "Base" in {ast.unparse(base) for base in node.bases}
    }


def names_in(annotation: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}


def test_a_library_has_one_user():
    none_of(
        f"{source}:{taken.line} imports {taken.whole}"
        for source in SURVEY
        for taken in source.imports
        for library, users in ONE_USER.items()
        if is_of(taken, [library]) and not {str(source), source.path.name} & users
    )


def test_only_the_clock_asks_what_time_it_is():
    none_of(
        f"{source}:{node.lineno}: {ast.unparse(node)}"
        for source in SURVEY + WEIGHTING
        if str(source) != "survey/clock.py"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and asks_the_time(node)
    )


def asks_the_time(node: ast.Attribute) -> bool:
    asked = ast.unparse(node.value).rpartition(".")[2]
    return (asked in {"datetime", "date", "func"} and node.attr in {"now", "today", "utcnow", "current_timestamp"}) or (
        asked == "time" and node.attr in {"time", "localtime", "gmtime"}
    )


def test_no_file_is_too_long():
    none_of(
        f"{source} has {length} lines"
        for source in EVERYTHING
        if (length := len(source.text.splitlines())) > MOST_LINES_OF_A_FILE
    )


def test_no_function_is_too_long():
    none_of(
        f"{source}:{function.lineno}: {function.name} has {length} lines of code"
        for source in EVERYTHING
        for function in source.functions
        if (length := source.lines_of_code(function)) > MOST_LINES_OF_A_FUNCTION
    )


def test_nothing_is_kept_in_a_junk_drawer():
    none_of(
        str(path.relative_to(ROOT))
        for folder in ("survey", "weighting", "templates", "tests", "bench")
        for path in (ROOT / folder).rglob("*")
        if path.stem in JUNK_DRAWERS
    )


def test_an_excuse_stands_beside_every_ignore():
    none_of(
        f"{source}:{number}: {line.strip()}"
        for source in EVERYTHING
        for number, line in enumerate(source.text.splitlines(), 1)
        for said in IGNORE.findall(line)
        if len(said.split()) < 2
    )


def test_the_source_is_read_as_it_stands():
    source = Source(next(s.path for s in python("tests") if s.path.name == "test_architecture.py"))
    assert source.lines_of_code(next(f for f in source.functions if f.name == "nearest")) == 1
    assert Import("tests.source", "ROOMS", 10).whole in {taken.whole for taken in source.imports}
