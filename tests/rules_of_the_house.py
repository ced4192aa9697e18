"""The rules of the house as functions: each reads sources and says what breaks it, as lines with file and place."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from tests.source import BASE, EXAMPLES, ROOMS, Import, Source

#: files above the rooms, which put them together
KNOW_EVERY_ROOM = {
    *("survey/__init__.py", "survey/__main__.py", "survey/cli.py", "survey/rooms.py", "survey/serving.py"),
    "survey/catalogues.py",
}
#: the base's files that store for themselves
STORE = {
    "survey/base/people/accounts.py",
    "survey/base/people/audit.py",
    "survey/base/people/second_factor.py",
    "survey/base/people/sessions.py",
    "survey/base/people/signing_in.py",
    "survey/base/store/database.py",
    "survey/base/store/jobs.py",
    "survey/migrations/__init__.py",
}
#: a library with one user: the files, by name or by path, that may import it
ONE_USER = {
    "matplotlib": {"charts.py"},
    "qrcode": {"survey/units/codes.py"},
    "fpdf": {"survey/base/web/pdf.py"},
}
#: a module loaded while a function runs, and why
LATE_IMPORTS = {
    "survey/rooms.py": "what a room brings is found by where it stands",
    "survey/base/web/drawing.py": "a worker that draws nothing need not load the drawing library",
    "survey/base/web/pdf.py": "a worker that prints nothing need not load the printing library",
    "weighting/base/printing.py": "data frames are made where their library is installed",
}
#: a transaction that is no request's, and why
OWN_TRANSACTIONS = {
    "survey/base/store/database.py": "makes the transactions of everybody else",
    "survey/collect/store/writer.py": "citizens' answers go through one durable queue",
    "survey/score/feed/keys.py": "when a key was used is noted beside a request that reads",
    "survey/migrations/__init__.py": "tables change outside of any request",
}
#: SQL written by hand, and why
RAW_SQL = {
    "survey/base/store/database.py": "how a transaction begins is no business of the query language",
    "survey/base/people/audit.py": "PostgreSQL's advisory locks have no words in the query language",
    "survey/migrations/__init__.py": "pragmas of SQLite",
    "survey/units/models.py": "the condition of a partial index",
    "survey/collect/models.py": "the condition of a partial index",
}
WEB = ("flask", "wtforms", "werkzeug", "jinja2")
#: what makes a file a page file
PAGES = ("flask", "wtforms", "werkzeug")
#: speaks no HTTP: translated words
NO_PAGE = {"flask_babel"}
STORES = ("sqlalchemy", "alembic", "psycopg", "sqlite3")
#: room -> the rooms that it may enter
ORDER = {room: ROOMS[:place] for place, room in enumerate(ROOMS)} | {EXAMPLES: ROOMS}

Sources = Sequence[Source]
Faults = Iterator[str]


def is_of(imported: Import, packages: Iterable[str]) -> bool:
    """Whether an import is of one of these packages, `flask` meaning `flask_login` and its like too."""
    top = imported.module.partition(".")[0]
    return any(top == package or top.startswith(f"{package}_") for package in packages)


def is_page(source: Source) -> bool:
    """Whether a file speaks HTTP: judged by what it imports, whatever it is called."""
    return bool(source.room) and any(
        is_of(taken, PAGES) and taken.module not in NO_PAGE for taken in source.imports if not taken.for_types
    )


def room_entered(taken: Import) -> str:
    parts = taken.whole.split(".")
    return parts[1] if parts[0] == "survey" and len(parts) > 1 and parts[1] in (*ROOMS, EXAMPLES) else ""


def at_the_door(taken: Import) -> bool:
    return taken.whole.split(".")[2:3] == ["service"]


# -- Arrows --------------------------------------------------------------------------------------------------------


def entries_beside_the_door(sources: Sources) -> Faults:
    """A room enters only rooms before it, and only by their door; type-only imports count."""
    for source in sources:
        for taken in source.imports if source.room else ():
            room = room_entered(taken)
            if room and room != source.room and not (at_the_door(taken) and room in ORDER[source.room]):
                yield f"{source}:{taken.line}: {source.room} enters {room} by {taken.whole}"


def rooms_known_below(sources: Sources) -> Faults:
    """What rooms stand on knows no room."""
    for source in sources:
        for taken in source.imports:
            if not source.room and str(source) not in KNOW_EVERY_ROOM and room_entered(taken):
                yield f"{source}:{taken.line} imports {taken.whole}"


def weighting_beside_its_face(sources: Sources) -> Faults:
    """`survey` takes from `weighting` what stands on its face."""
    for source in sources:
        for taken in source.imports:
            if source.path.parts[0] == "survey" and taken.module.startswith("weighting."):
                yield f"{source}:{taken.line} imports {taken.whole}; take it from `weighting`"


def more_than_numbers(sources: Sources) -> Faults:
    """`weighting` knows numbers only."""
    allowed = {"numpy", "scipy", "weighting", *sys.stdlib_module_names}
    for source in sources:
        for taken in source.imports:
            if source.path.parts[0] == "weighting" and taken.module.partition(".")[0] not in allowed:
                yield f"{source}:{taken.line} imports {taken.whole}"


def circles(sources: Sources) -> Faults:
    """Modules that import each other, if only for types."""
    modules = {source.module for source in sources}
    yield from _circle(
        {source.module: {_nearest(taken, modules) for taken in source.imports} - {""} for source in sources}
    )


def circles_of_chambers(sources: Sources) -> Faults:
    """Chambers of a room (or of `weighting`) that import each other: inside a room too, data goes one way."""
    modules = {source.module: source for source in sources}
    arrows: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        for taken in source.imports:
            other = modules.get(_nearest(taken, set(modules)))
            if other and _house(other) == _house(source):
                arrows[_chamber(source)].add(_chamber(other))
    yield from _circle(arrows)


def _house(source: Source) -> str:
    return source.room or source.path.parts[0]


def _chamber(source: Source) -> str:
    """The folder inside the room, or the module itself where it stands beside the folders."""
    parts = source.path.with_suffix("").parts
    depth = 2 if source.path.parts[0] == "survey" else 1
    return "/".join(parts[: depth + 1])


def _circle(graph: dict[str, set[str]]) -> Faults:
    try:
        TopologicalSorter({node: others - {node} for node, others in graph.items()}).prepare()
    except CycleError as error:
        yield " <- ".join(error.args[1])


def _nearest(taken: Import, modules: set[str]) -> str:
    return next((name for name in (taken.whole, taken.module) if name in modules), "")


def pages_that_rooms_lean_on(sources: Sources) -> Faults:
    """Pages come last in a room: only pages, and the commands beside them, import a page file."""
    pages = {source.module for source in sources if is_page(source)}
    for source in sources:
        if not source.room or is_page(source) or source.path.stem in {"commands", "__init__"}:
            continue
        for taken in source.imports:
            if _nearest(taken, pages):
                yield f"{source}:{taken.line} leans on the page {taken.whole}"


def late_imports(sources: Sources) -> Faults:
    """Modules loaded by name, or inside a function, without a reason on the list."""
    for source in sources:
        if str(source) in LATE_IMPORTS:
            continue
        for line in source.calls("import_module", "__import__", "find_spec", "exec", "eval"):
            yield f"{source}:{line} loads a module by its name"
        for function in source.functions:
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{source}:{node.lineno} imports inside {function.name}"


# -- The store -----------------------------------------------------------------------------------------------------


def pages_that_know_the_store(sources: Sources) -> Faults:
    """A page file names no table, no SQLAlchemy, and opens no transaction; commands neither."""
    for source in sources:
        if not (is_page(source) or (source.room and source.path.stem == "commands")):
            continue
        for taken in source.imports:
            store = taken.module.endswith("store.database") and taken.name in {"session", "engine", "commit"}
            if ".models" in taken.whole or is_of(taken, STORES) or store:
                yield f"{source}:{taken.line}: a page imports {taken.whole}"
        for line in source.calls("begin", "commit"):
            yield f"{source}:{line}: a page opens or ends a transaction"


def transactions_of_their_own(sources: Sources) -> Faults:
    for source in sources:
        if str(source) not in OWN_TRANSACTIONS:
            for line in source.calls("begin", "begin_nested"):
                yield f"{source}:{line} begins a transaction"


def commits_outside_a_service(sources: Sources) -> Faults:
    for source in sources:
        if str(source) not in STORE and not (source.room and source.path.name == "service.py"):
            for line in source.calls("commit"):
                yield f"{source}:{line} commits"


def sql_by_hand(sources: Sources) -> Faults:
    """SQL as text, past the tables' owners."""
    for source in sources:
        if str(source) in RAW_SQL:
            continue
        for taken in source.imports:
            if taken.module.partition(".")[0] == "sqlalchemy" and taken.name in {"text", "table", "literal_column"}:
                yield f"{source}:{taken.line} imports {taken.whole}"
        for line in source.calls("exec_driver_sql"):
            yield f"{source}:{line} runs SQL by hand"


def tables_of_others(sources: Sources) -> Faults:
    """A table is named by the room that owns it, in whatever words: class, raw SQL, or a table made on the spot."""
    owners = dict(owned_tables(sources))
    words = re.compile(rf"(?i)\b(?:from|join|into|update|table)\s+\"?({'|'.join(sorted(owners))})\b")
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for name in words.findall(node.value) if _is_sql(node.value) else ():
                    if owners[name.lower()] != source.room:
                        yield f"{source}:{node.lineno} names the table {name} of {owners[name.lower()] or BASE}"
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"Table", "table"}:
                named = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
                if named in owners and owners[named] != source.room:
                    yield f"{source}:{node.lineno} makes the table {named} of {owners[named] or BASE}"


def _is_sql(text: str) -> bool:
    return bool(re.match(r"(?is)\s*(select|insert|update|delete|drop|alter|create|with)\s", text))


def owned_tables(sources: Sources) -> Iterator[tuple[str, str]]:
    """Every table's name, and the room that owns it."""
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__tablename__":
                yield str(ast.literal_eval(node.value)), source.room


def rows_that_leave(sources: Sources) -> Faults:
    """What crosses a door is no stored row."""
    rows = {name for source in sources for name in stored_rows(source)}
    for source in sources:
        for function in source.functions if source.path.name == "service.py" else ():
            returned = {n.id for n in ast.walk(function.returns or ast.Constant(None)) if isinstance(n, ast.Name)}
            if not function.name.startswith("_") and returned & rows:
                yield f"{source}:{function.lineno}: {function.name} returns {', '.join(sorted(returned & rows))}"


def rows_without_their_name(sources: Sources) -> Faults:
    """One convention: a stored row is called so, and nothing else is."""
    for source in sources:
        rows = set(stored_rows(source))
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef) and node.name in rows and not node.name.endswith("Row"):
                yield f"{source}:{node.lineno}: the table {node.name} is not called …Row"


def stored_rows(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and "Base" in {ast.unparse(base) for base in node.bases}:
            yield node.name


def doors_with_dead_hinges(sources: Sources) -> Faults:
    """What a service offers and nobody takes."""
    taken: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        doors = {t.known_as: t.whole for t in source.imports if t.name == "service"}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in doors:
                taken[doors[node.value.id]].add(node.attr)
        for imported in source.imports:
            if imported.module.endswith(".service"):
                taken[imported.module].add(imported.name)
    for source in sources:
        if source.room and source.path.name == "service.py":
            for name in _offered(source):
                if name not in taken[source.module]:
                    yield f"{source} offers {name}, and nobody takes it"


def _offered(source: Source) -> list[str]:
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return [node.name for node in source.tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]


# -- Rules, libraries, time ----------------------------------------------------------------------------------------


def rules_that_touch_the_world(sources: Sources) -> Faults:
    """Rules are plain functions of plain values."""
    for source in sources:
        for taken in source.imports if source.path.name.endswith("rules.py") else ():
            web = is_of(taken, WEB) and taken.module not in NO_PAGE
            if web or is_of(taken, STORES) or taken.whole.startswith("survey.base.store.database"):
                yield f"{source}:{taken.line} imports {taken.whole}"


def libraries_with_two_users(sources: Sources) -> Faults:
    for source in sources:
        for taken in source.imports:
            for library, users in ONE_USER.items():
                if is_of(taken, [library]) and not {str(source), source.path.name} & users:
                    yield f"{source}:{taken.line} imports {taken.whole}"


def other_clocks(sources: Sources) -> Faults:
    """Only the clock asks what time it is."""
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and str(source) != "survey/base/clock.py" and _asks_the_time(node):
                yield f"{source}:{node.lineno}: {ast.unparse(node)}"


def _asks_the_time(node: ast.Attribute) -> bool:
    asked = ast.unparse(node.value).rpartition(".")[2]
    return (asked in {"datetime", "date", "func"} and node.attr in {"now", "today", "utcnow", "current_timestamp"}) or (
        asked == "time" and node.attr in {"time", "localtime", "gmtime"}
    )
