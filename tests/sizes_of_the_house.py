"""The sizes in which we build, and names, as functions: each says what is too large or called wrongly."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.rules_of_the_house import Faults, Sources
from tests.source import ROOT

JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "lib", "libs"}
#: an ignored rule of the linter or the type checker, and what is said about it
IGNORE = re.compile(r"# (?:noqa|type: ignore)\b(?:: [A-Z0-9, ]+\b|\[[a-z, -]+\])?(.*)")
MOST_LINES_OF_A_FILE = 350
MOST_LINES_OF_A_FUNCTION = 40
MOST_MODULES_OF_A_FOLDER = 12
MOST_CHARACTERS_OF_A_LINE = 120


def long_files(sources: Sources) -> Faults:
    for source in sources:
        length = len(source.text.splitlines())
        if length > MOST_LINES_OF_A_FILE:
            yield f"{source} has {length} lines"


def long_functions(sources: Sources) -> Faults:
    for source in sources:
        for function in source.functions:
            length = source.lines_of_code(function)
            if length > MOST_LINES_OF_A_FUNCTION:
                yield f"{source}:{function.lineno}: {function.name} has {length} lines of code"


def crowded_folders(paths: Iterable[Path]) -> Faults:
    """Folders with more modules than a person keeps in mind."""
    modules: dict[Path, int] = defaultdict(int)
    for path in paths:
        modules[path.parent] += path.name != "__init__.py"
    for folder, number in sorted(modules.items()):
        if number > MOST_MODULES_OF_A_FOLDER:
            yield f"{folder} has {number} modules"


def names_given_twice(sources: Sources) -> Faults:
    """Class names that mean two things in the product."""
    places: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{source}:{node.lineno}")
    for name, found in sorted(places.items()):
        if len(found) > 1:
            yield f"{name}: {', '.join(found)}"


def junk_drawers(paths: Iterable[Path]) -> Faults:
    for path in paths:
        if path.stem in JUNK_DRAWERS:
            yield str(path)


def ignores_without_a_word(sources: Sources) -> Faults:
    for source in sources:
        for number, line in enumerate(source.text.splitlines(), 1):
            for said in IGNORE.findall(line):
                if len(said.split()) < 2:
                    yield f"{source}:{number}: {line.strip()}"


def long_lines(paths: Iterable[Path]) -> Faults:
    for path in paths:
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
            if len(line) > MOST_CHARACTERS_OF_A_LINE:
                yield f"{path}:{number} has {len(line)} characters"


def files(*folders: str, ending: str = "") -> Iterator[Path]:
    """Files under these folders of the project, by their path in it."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob(f"*{ending}")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)
