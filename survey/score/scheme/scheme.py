"""What a scheme is: how a body's points come about, as frozen values.

A scheme is written in YAML (`docs/schemes.md`), checked by `scheme_checks`, and never changes once a sheet used it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from survey.estimate.service import Selector
from survey.questions.service import SOURCES, PointsTable, Words
from survey.score.scheme.conversion import IN_PROPORTION, Conversion
from survey.score.scheme.extras import Extra

#: sources that are surveys: their values are indices with a standard error
SURVEYS = tuple(SOURCES)
#: what to do with a component whose index is below the publication floor
FLOORS = ("no_score", "redistribute")
ALL_CLASSES = "*"
#: what of an index counts, in per cent; the index itself first
MEASURES = ("index", "satisfied", "topbox", "bad")
#: among whom units take their places
RANKED_WITHIN = ("class", "parent", "all")


@dataclass(frozen=True)
class EarlierSheet:
    """A total that another sheet gave, as the value of a leaf: quarters that make a year."""

    scheme: str
    round: str


@dataclass(frozen=True)
class Component:
    """One node of the tree: a leaf has a source, a composite has parts."""

    code: str
    title: Words
    #: full marks, in points of the scheme's total
    full: float
    #: how the scheme states it: "share" of the parent in per cent, or "points"
    stated: str
    #: a kind of collections, "external", "sheet", "full" (starts full and loses points) or "composite"
    source: str
    #: for an external source: the code under which its values arrive
    external: str = ""
    #: the largest value the source can give: 100 for an index, the stated full marks for an external value
    out_of: float = 100.0
    #: the question whose index counts; empty = the overall question of the source
    question: str = ""
    #: which collections of the source count: groups of raters, waves, channels, form; empty = the only ones there are
    selector: Selector | None = None
    #: points of the levels, where they are not the scheme's
    points_table: str = ""
    #: what the scheme's text leaves open and this file decided
    assumption: Words | None = None
    parts: tuple[Component, ...] = ()
    #: what of the answers counts, one of MEASURES
    measure: str = "index"
    conversion: Conversion = IN_PROPORTION
    #: answers below which the leaf has no points
    minimum: int = 0
    #: of an external value: the code of the value it is divided by, such as closed cases by accepted ones
    divided_by: str = ""
    earlier: EarlierSheet | None = None

    @property
    def is_survey(self) -> bool:
        return self.source in SURVEYS

    @property
    def codes_from_elsewhere(self) -> tuple[str, ...]:
        """The codes under which the leaf's values are brought in."""
        return tuple(code for code in (self.external, self.divided_by) if code)

    def nodes(self) -> Iterator[Component]:
        """The component and everything below it."""
        yield self
        for part in self.parts:
            yield from part.nodes()

    @property
    def selected(self) -> Selector:
        """Which answers the leaf counts."""
        return self.selector or Selector(self.source)

    def leaves(self) -> Iterator[Component]:
        """The components that have a value of their own."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True)
class ClassRules:
    """The components of one or several classes of units."""

    codes: tuple[str, ...]
    components: tuple[Component, ...]

    def leaves(self) -> list[Component]:
        return [leaf for component in self.components for leaf in component.leaves()]


@dataclass(frozen=True)
class Grade:
    """A grade from its lower bound up to the next grade's."""

    title: Words
    lower: float
    #: the most units that may have it, in per cent of those ranked together; those beyond have the next grade
    quota: float | None = None
    #: ... or how many
    most: int | None = None

    def places_of(self, ranked: int) -> int | None:
        """How many of the units ranked together may have this grade; None = all.

        >>> Grade(Words("优秀"), 90, quota=30).places_of(43), Grade(Words("优秀"), 90).places_of(43)
        (12, None)
        """
        if self.quota is not None:
            return int(self.quota * ranked / 100 + 1e-9)
        return self.most


@dataclass(frozen=True)
class Bottom:
    """The list of the last units (末位): how many of those ranked together."""

    count: int | None = None
    #: in per cent
    share: float | None = None

    def places_of(self, ranked: int) -> int:
        """
        >>> Bottom(share=5).places_of(43), Bottom(count=3).places_of(2)
        (2, 2)
        """
        wanted = int((self.share or 0.0) * ranked / 100 + 1e-9) if self.count is None else self.count
        return min(wanted, ranked)


@dataclass(frozen=True)
class Scheme:
    """A checked scheme."""

    code: str
    version: int
    title: Words
    total: float
    #: how the five levels become an index of 0 to 100
    points: PointsTable
    classes: tuple[ClassRules, ...]
    extras: tuple[Extra, ...] = ()
    #: the most points that all bonuses together may add; None = the sum of their caps
    bonus_cap: float | None = None
    #: highest first
    grades: tuple[Grade, ...] = ()
    floor: str = "no_score"
    #: digits to which a total is rounded before it is graded and ranked
    decimals: int = 2
    #: codes of components that decide between equal totals, in order; empty = equal totals share the place
    ties: tuple[str, ...] = ()
    #: among whom units take their places, one of RANKED_WITHIN
    ranked_within: str = "class"
    #: name -> classes that are ranked together; none = as `ranked_within` says
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    bottom: Bottom | None = None
    sources: tuple[str, ...] = ()
    assumptions: tuple[Words, ...] = ()

    def for_class(self, class_code: str) -> ClassRules | None:
        """The rules of a class; a class named outright goes before the rules for all."""
        named = next((rules for rules in self.classes if class_code in rules.codes), None)
        return named or next((rules for rules in self.classes if ALL_CLASSES in rules.codes), None)

    def group_of(self, class_code: str) -> str:
        """The name of the classes that this one is ranked with; empty = alone."""
        return next((name for name, codes in self.groups if class_code in codes), "")

    def external_leaves(self) -> dict[str, Component]:
        """Code of an imported value -> a component that takes it."""
        leaves = [leaf for rules in self.classes for leaf in rules.leaves()]
        return {code: leaf for leaf in leaves for code in leaf.codes_from_elsewhere}

    def earlier_sheets(self) -> dict[EarlierSheet, str]:
        """Sheets of other rounds that leaves take totals from, each with the code of a leaf."""
        leaves = [leaf for rules in self.classes for leaf in rules.leaves()]
        return {leaf.earlier: leaf.code for leaf in leaves if leaf.earlier}

    @property
    def asks_elsewhere(self) -> bool:
        """Whether there is something to bring in by table."""
        return bool(self.external_leaves() or self.extras)

    def survey_leaves(self) -> list[Component]:
        """The components whose values are indices."""
        return [leaf for rules in self.classes for leaf in rules.leaves() if leaf.is_survey]

    def all_assumptions(self) -> list[Words]:
        """The scheme's own, then those of its components."""
        nodes = [node for rules in self.classes for part in rules.components for node in part.nodes()]
        stated = dict.fromkeys(node.assumption for node in nodes if node.assumption)
        return [*self.assumptions, *stated]
