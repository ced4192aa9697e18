"""What a scheme is: how a body's points come about, as frozen values.

A scheme is written in YAML (`docs/schemes.md`), checked by `scheme_checks`, and never changes once a sheet used it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from survey.estimate.service import Selector
from survey.questions.service import SOURCES, PointsTable, Words

#: sources that are surveys: their values are indices with a standard error
SURVEYS = tuple(SOURCES)
#: what to do with a component whose index is below the publication floor
FLOORS = ("no_score", "redistribute")
ALL_CLASSES = "*"


@dataclass(frozen=True)
class Component:
    """One node of the tree: a leaf has a source, a composite has parts."""

    code: str
    title: Words
    #: full marks, in points of the scheme's total
    full: float
    #: how the scheme states it: "share" of the parent in per cent, or "points"
    stated: str
    #: counter, poll, panel, external or composite
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

    @property
    def is_survey(self) -> bool:
        return self.source in SURVEYS

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
class Extra:
    """A bonus or a deduction outside the components."""

    code: str
    title: Words
    #: "bonus" or "deduction"
    kind: str
    #: the most points it may add or take
    cap: float


@dataclass(frozen=True)
class Grade:
    """A grade from its lower bound up to the next grade's."""

    title: Words
    lower: float


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
    sources: tuple[str, ...] = ()
    assumptions: tuple[Words, ...] = ()

    def for_class(self, class_code: str) -> ClassRules | None:
        """The rules of a class; a class named outright goes before the rules for all."""
        named = next((rules for rules in self.classes if class_code in rules.codes), None)
        return named or next((rules for rules in self.classes if ALL_CLASSES in rules.codes), None)

    def external_leaves(self) -> dict[str, Component]:
        """Code of an imported value -> a component that takes it."""
        return {leaf.external: leaf for rules in self.classes for leaf in rules.leaves() if leaf.external}

    def survey_leaves(self) -> list[Component]:
        """The components whose values are indices."""
        return [leaf for rules in self.classes for leaf in rules.leaves() if leaf.is_survey]

    def all_assumptions(self) -> list[Words]:
        """The scheme's own, then those of its components."""
        nodes = [node for rules in self.classes for part in rules.components for node in _nodes(part)]
        stated = dict.fromkeys(node.assumption for node in nodes if node.assumption)
        return [*self.assumptions, *stated]


def _nodes(component: Component) -> Iterator[Component]:
    yield component
    for part in component.parts:
        yield from _nodes(part)
