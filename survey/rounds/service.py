"""The door of `rounds`: groups of raters, collections, and rounds that select from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

from survey.base import clock
from survey.base.people import audit
from survey.base.store.database import commit
from survey.rounds import collections as ways
from survey.rounds import groups as raters
from survey.rounds import rounds as periods
from survey.rounds import rules
from survey.rounds.collections import Collection, NewCollection, collection, collections, find_standing_on
from survey.rounds.groups import Group, group_names, groups, known_code
from survey.rounds.rounds import (
    RoundChoice,
    everything,
    round_,
    round_by_code,
    rounds,
    selecting,
    selection,
)
from survey.rounds.rules import ALL_UNITS, APART, Pooling, Round, Selection, UnitChoice, shares_fault

__all__ = [
    "Collection",
    "NewCollection",
    "Pooling",
    "Round",
    "RoundChoice",
    "Selection",
    "UnitChoice",
    "add_collection",
    "add_group",
    "add_round",
    "change_round",
    "collection",
    "collections",
    "everything",
    "find_standing_on",
    "group_names",
    "groups",
    "imports",
    "known_code",
    "remove_collections",
    "remove_demo",
    "round_",
    "round_by_code",
    "round_meant",
    "rounds",
    "selecting",
    "selection",
    "shares_fault",
    "standing",
]


def round_meant(asked: int | None = None) -> Round | None:
    """The one rule for which round a page means; None where there is none at all."""
    return rules.round_meant(rounds(), asked, clock.today())


def add_round(
    code: str,
    name: str,
    opens_on: date,
    closes_on: date,
    *,
    units: UnitChoice = ALL_UNITS,
    collection_ids: frozenset[int] = frozenset(),
    pooling: Pooling = APART,
) -> Round:
    """Store a round; it may overlap others and lie in the past, and answers follow their day.

    Raises:
        Refused: its code is taken, it closes before it opens, or what it names does not exist.
    """
    choice = RoundChoice(name, opens_on, closes_on, units, collection_ids, pooling)
    number = periods.add(code, choice)
    audit.record("round.added", code, opens_on=opens_on, closes_on=closes_on)
    commit()
    return round_(number)


def change_round(round_id: int, choice: RoundChoice, *, closed: bool = False) -> Round:
    """Change a round: name, days, units, collections, pooling; settle it or open it again.

    Raises:
        Refused: it is settled, closes before it opens, or names what does not exist.
    """
    periods.change(round_id, choice, closed=closed, today=clock.today())
    found = round_(round_id)
    audit.record("round.changed", found.code, **{**asdict(choice), "closed": closed})
    commit()
    return found


def add_collection(new: NewCollection) -> Collection:
    """Make a collection in this request's work; who asks for it commits.

    Raises:
        Refused: its code is taken, or its form is not known.
    """
    made = ways.add(new)
    audit.record("collection.added", made.code, kind=made.kind, group=made.group, form=made.form)
    return made


def remove_collections(collection_ids: Iterable[int]) -> None:
    """Delete collections that hold no answers, in this request's work; who asks for it commits."""
    ways.remove(collection_ids)


def standing(form: str) -> int:
    """The number of the standing collection of a form at counters, made on first use.

    Raises:
        Refused: there is no such form.
    """
    return _kept(ways.standing(form))


def imports(form: str, group: str = "") -> int:
    """The number of the collection that imported answers of a group belong to, made on first use."""
    return _kept(ways.of_imports(form, group))


def _kept(found: tuple[int, bool]) -> int:
    """The number of a collection, stored if it was made just now."""
    number, is_new = found
    if is_new:
        commit()
    return number


def add_group(code: str, name_zh: str, name_en: str = "") -> Group:
    """Keep a group of raters of the office's own.

    Raises:
        Refused: the code or the name is taken.
    """
    made = raters.add(code, name_zh, name_en)
    audit.record("group.added", made.code, name=made.name.zh)
    commit()
    return made


def remove_demo(round_id: int) -> None:
    """Remove a simulated round; names and collections stay."""
    periods.remove_simulated(round_id)
    commit()
