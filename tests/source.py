"""The project's own source as the house rules see it: files, imports and functions."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from survey.rooms import BASE, EXAMPLES, ROOMS

__all__ = ["BASE", "EXAMPLES", "ROOMS", "ROOT", "Import", "Source", "python"]
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Import:
    """One name that a module takes from another."""

    module: str
    name: str
    line: int
    #: what the module calls it
    known_as: str = ""
    #: read by the type checker only
    for_types: bool = False

    @property
    def whole(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True)
class Source:
    """A Python file."""

    path: Path
    #: what a test of the tests wrote at its end
    added: str = ""

    def __str__(self) -> str:
        return str(self.path)

    @property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8") + self.added

    @property
    def tree(self) -> ast.Module:
        return _tree(self)

    @property
    def module(self) -> str:
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        """The room it stands in; empty for the house's own files."""
        folders = self.path.parts[1:-1]
        return folders[0] if folders and folders[0] in (*ROOMS, EXAMPLES) else ""

    @property
    def imports(self) -> list[Import]:
        return _imports(self)

    @property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]

    def calls(self, *names: str) -> list[int]:
        """The lines that call a function or method of one of these names."""
        return [node.lineno for node in ast.walk(self.tree) if isinstance(node, ast.Call) and _called(node) in names]

    def lines_of_code(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        """How long a function is without its signature, docstring, comments and blank lines."""
        body = function.body[1:] if ast.get_docstring(function) else function.body
        if not body:
            return 0
        first, last = body[0].lineno, function.end_lineno or body[0].lineno
        return len({line for line in self._lines_with_code if first <= line <= last})

    @property
    def _lines_with_code(self) -> set[int]:
        return _lines_with_code(self)


def python(*folders: str) -> list[Source]:
    """The Python files under these folders of the project."""
    return [
        Source(path.relative_to(ROOT))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "versions" not in path.parts
    ]


@cache
def _tree(source: Source) -> ast.Module:
    return ast.parse(source.text, filename=str(source.path))


@cache
def _lines_with_code(source: Source) -> set[int]:
    nothing = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    tokens = tokenize.generate_tokens(io.StringIO(source.text).readline)
    return {line for token in tokens if token.type not in nothing for line in range(token.start[0], token.end[0] + 1)}


@cache
def _imports(source: Source) -> list[Import]:
    return list(_each_import(source))


def _each_import(source: Source) -> Iterator[Import]:
    package = source.module if source.path.name == "__init__.py" else source.module.rpartition(".")[0]
    for_types = _read_by_the_type_checker_only(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, "", node.lineno, alias.asname or alias.name, node in for_types)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*parents, node.module] if node.module else parents)
            for alias in node.names:
                yield Import(module, alias.name, node.lineno, alias.asname or alias.name, node in for_types)


def _read_by_the_type_checker_only(tree: ast.Module) -> set[ast.AST]:
    blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test).endswith("TYPE_CHECKING")]
    return {inner for block in blocks for statement in block.body for inner in ast.walk(statement)}


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
