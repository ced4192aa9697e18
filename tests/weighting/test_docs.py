"""The manual and every docstring run, and name every public function."""

import ast
import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import weighting

MANUAL = Path(__file__).parents[2] / "docs" / "weighting.md"
MODULES = [module.name for module in pkgutil.walk_packages(weighting.__path__, "weighting.")]
OPTIONS = doctest.NORMALIZE_WHITESPACE


def test_the_manual_runs():
    found = doctest.testfile(str(MANUAL), module_relative=False, optionflags=OPTIONS)
    assert found.attempted > 40
    assert found.failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    assert doctest.testmod(importlib.import_module(name), optionflags=OPTIONS).failed == 0


@pytest.mark.parametrize("name", sorted(weighting.__all__))
def test_every_public_name_is_in_the_manual(name):
    text = MANUAL.read_text(encoding="utf-8")
    named = f"`{name}" in text or f"{name}(" in text
    assert named, f"docs/weighting.md does not name {name}"


@pytest.mark.parametrize(
    "name", sorted(name for name in weighting.__all__ if inspect.isfunction(getattr(weighting, name)))
)
def test_every_public_function_says_what_it_takes_and_where_it_comes_from(name):
    text = inspect.getdoc(getattr(weighting, name)) or ""
    for part in ("Args:", "Returns:", "Raises:", "Source:", ">>>"):
        assert part in text, f"{name} lacks {part}"


@pytest.mark.parametrize("name", MODULES)
def test_no_function_is_longer_than_forty_lines(name):
    source = Path(importlib.import_module(name).__file__).read_text(encoding="utf-8")
    assert source.count("\n") <= 350
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node) is not None
            first = node.body[1] if documented and len(node.body) > 1 else node.body[0]
            assert node.end_lineno - first.lineno < 40, node.name
