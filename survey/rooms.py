"""The one list of rooms, in the order of the walk: a room may enter those before it, by their `service` only.

Adding a room takes two places: its folder, and its name here. What a room brings is found by where it stands:

    models.py           its tables
    commands.py         a click group of the room's name
    pages/__init__.py   MENU, and BLUEPRINTS or an `init_app` of its own
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

BASE, EXAMPLES = "base", "examples"
#: `base < questions < … < front`; `front` knows every room, `examples` fills them
ROOMS = ("questions", "units", "rounds", "sample", "collect", "followup", "screen", "estimate", "score", "front")
#: message catalogues: the base's, and one a room
CATALOGUES = (BASE, *ROOMS, EXAMPLES)
#: tables that stand below every room
BASE_MODELS = (
    "survey.base.people.accounts",
    "survey.base.people.audit",
    "survey.base.store.jobs",
    "survey.base.store.demo",
    "survey.base.store.own_key",
)


def parts(name: str) -> Iterator[tuple[str, ModuleType]]:
    """Room and module for every room that has a module of this name, in order.

    >>> [room for room, module in parts("models")][:2]
    ['units', 'rounds']
    """
    for room in (*ROOMS, EXAMPLES):
        whole = f"survey.{room}.{name}"
        if find_spec(whole) is not None:
            yield room, import_module(whole)


def load_models() -> None:
    """Import every table, so that the metadata is whole."""
    for whole in BASE_MODELS:
        import_module(whole)
    for _room, _module in parts("models"):
        pass
