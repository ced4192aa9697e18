"""Which code computed a number: a digest of the code itself, so that nobody has to remember to raise a version."""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
from collections.abc import Iterator
from functools import cache

from survey.base.settings import ROOT

DIGITS = 16


@cache
def code_version(*packages: str) -> str:
    """The version of whole packages: two computations under one version are made by the same code.

    Comments, docstrings, blank lines and the space around lines are left out: words about code do not compute.

    Args:
        packages: folders below the project's root, such as ``weighting`` or ``survey/estimate``.

    Returns:
        ``src-`` and the first 16 digits of a SHA-256 over every module's path and code.

    >>> code_version("weighting") == code_version("weighting")
    True
    """
    total = hashlib.sha256()
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            code = "\n".join(_lines_of_code(path.read_text(encoding="utf-8")))
            total.update(f"{path.relative_to(ROOT).as_posix()}\n{code}\0".encode())
    return f"src-{total.hexdigest()[:DIGITS]}"


def _lines_of_code(text: str) -> Iterator[str]:
    """The lines that compute.

    >>> list(_lines_of_code('"" "Says what it is."\\nx = 1  # one\\n\\n# two\\ny = "#3"'))
    ['x = 1', 'y = "#3"']
    """
    silent = _lines_of_docstrings(ast.parse(text))
    comments = {
        token.start[0]: token.start[1]
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    for number, line in enumerate(text.splitlines(), 1):
        code = line[: comments.get(number)].strip()
        if code and number not in silent:
            yield code


def _lines_of_docstrings(tree: ast.Module) -> set[int]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = [
        node.body[0] for node in ast.walk(tree) if isinstance(node, kinds) and ast.get_docstring(node, clean=False)
    ]
    return {line for node in first for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
