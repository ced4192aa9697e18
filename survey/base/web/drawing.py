"""Modules that draw, loaded on first use: matplotlib and fpdf would cost every start of the product half a second."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def load(name: str) -> ModuleType:
    """The module of this name. Only drawing is loaded so: an import that nobody reads at the head of a file hides an
    arrow between rooms."""
    return import_module(name)
