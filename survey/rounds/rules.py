"""What a round selects, and which round a page means: plain functions of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

#: shares are decimal numbers written by people; beyond this they do not add up
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Pooling:
    """What becomes of several waves of one group in a round."""

    #: apart; together: as one sample, each wave by its own population; shares: by stated shares
    way: str = "apart"
    #: code of a collection -> its share, in per cent
    shares: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class UnitChoice:
    """Which units a round judges."""

    way: str = "all"
    #: codes of classes, of units whose trees are meant, or of units
    codes: tuple[str, ...] = ()


ALL_UNITS, APART = UnitChoice(), Pooling()


@dataclass(frozen=True)
class Round:
    """A period that is appraised as one; both days belong to it."""

    id: int
    code: str
    name: str
    opens_on: date
    closes_on: date
    closed: bool
    units: UnitChoice = ALL_UNITS
    #: collections selected by name; empty = all that fit
    collection_ids: frozenset[int] = frozenset()
    pooling: Pooling = APART

    def holds(self, day: date) -> bool:
        return self.opens_on <= day <= self.closes_on

    @property
    def days(self) -> int:
        return (self.closes_on - self.opens_on).days + 1


@dataclass(frozen=True)
class Selection:
    """The evidence that a round selects, as other rooms ask for it."""

    opens_on: date
    closes_on: date
    #: collections whose answers are selected by their day
    by_day: frozenset[int]
    #: collections that are selected whole: those drawn, whose stored day is coarse
    whole: frozenset[int]
    #: None = every unit
    unit_ids: frozenset[int] | None = None

    @property
    def collection_ids(self) -> frozenset[int]:
        return self.by_day | self.whole

    def holds(self, collection_id: int, day: date, unit_id: int | None = None) -> bool:
        """Whether an answer is selected; of a form about several bodies, some of its parts may be.

        >>> march = Selection(date(2026, 3, 1), date(2026, 3, 31), frozenset({1}), frozenset({7}), frozenset({12}))
        >>> march.holds(1, date(2026, 3, 31), 12), march.holds(1, date(2026, 4, 1), 12)
        (True, False)
        >>> march.holds(1, date(2026, 3, 1), 3)
        False
        >>> march.holds(7, date(2025, 1, 1)), march.holds(2, date(2026, 3, 1), 12)
        (True, False)
        """
        in_time = collection_id in self.whole or (
            collection_id in self.by_day and self.opens_on <= day <= self.closes_on
        )
        return in_time and (unit_id is None or self.unit_ids is None or unit_id in self.unit_ids)


@dataclass(frozen=True)
class Fitting:
    """Of a collection, what decides whether a round selects it."""

    id: int
    drawn: bool
    closes_on: date | None = None
    opens_on: date | None = None


def selection(round_: Round, every: Iterable[Fitting], unit_ids: frozenset[int] | None) -> Selection:
    """What a round selects: the collections it names, else all that fit.

    A drawn collection fits where its last day lies in the round, so that of rounds one after the other exactly one
    takes it; one that is chosen by day fits wherever its days and the round's meet.

    >>> year = Round(1, "2026", "2026", date(2026, 1, 1), date(2026, 12, 31), closed=False)
    >>> july, next_year = Fitting(7, True, date(2026, 7, 31)), Fitting(8, True, date(2027, 2, 1))
    >>> found = selection(year, [Fitting(1, False), july, next_year], None)
    >>> sorted(found.by_day), sorted(found.whole)
    ([1], [7])
    """
    named = round_.collection_ids
    chosen = [one for one in every if (one.id in named if named else fits(round_, one))]
    return Selection(
        round_.opens_on,
        round_.closes_on,
        frozenset(one.id for one in chosen if not one.drawn),
        frozenset(one.id for one in chosen if one.drawn),
        unit_ids,
    )


def fits(round_: Round, one: Fitting) -> bool:
    if one.drawn:
        return one.closes_on is not None and round_.holds(one.closes_on)
    begins_in_time = one.opens_on is None or one.opens_on <= round_.closes_on
    return begins_in_time and (one.closes_on is None or one.closes_on >= round_.opens_on)


def round_meant(rounds: Sequence[Round], asked: int | None, today: date) -> Round | None:
    """The round that a page means: the one asked for; else, of those that hold today, the shortest (a quarter before
    its year) and of equal ones the newest; else the one that ended last; else the next.

    >>> year = Round(1, "2026", "", date(2026, 1, 1), date(2026, 12, 31), closed=False)
    >>> spring = Round(2, "2026-1", "", date(2026, 1, 1), date(2026, 3, 31), closed=False)
    >>> [round_meant([year, spring], asked, date(2026, 2, 1)).id for asked in (None, 1, 99)]
    [2, 1, 2]
    >>> round_meant([year, spring], None, date(2026, 6, 1)).id, round_meant([year, spring], None, date(2027, 1, 1)).id
    (1, 1)
    >>> round_meant([year], None, date(2025, 1, 1)).id, round_meant([], None, date(2026, 1, 1))
    (1, None)
    """
    named = next((one for one in rounds if one.id == asked), None)
    if named is not None or not rounds:
        return named
    present = [one for one in rounds if one.holds(today)]
    if present:
        return min(present, key=lambda one: (one.closed, one.days, -one.opens_on.toordinal(), one.code))
    past = [one for one in rounds if one.closes_on < today]
    if past:
        return max(past, key=lambda one: (one.closes_on, one.opens_on, one.code))
    return min(rounds, key=lambda one: (one.opens_on, one.code))


def shares_fault(shares: Iterable[tuple[str, float]]) -> float | None:
    """What stated shares add up to where that is not 100; None where it is.

    >>> shares_fault([("2026-07", 40), ("2026-12", 60)]) is None, shares_fault([("a", 50), ("b", 55)])
    (True, 105.0)
    """
    total = float(sum(share for _code, share in shares))
    return None if abs(total - 100) <= TOLERANCE else total
