"""What crosses the door of `estimate`: a number never travels alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from survey.questions.service import SCALES, PointsTable

Floor = Literal["published", "reference", "hidden"]
#: points tables in use, as people write them
POINTS_TABLES = ("100/80/60/30/0", "100/75/50/25/0", "100/70/30")


@dataclass(frozen=True)
class Selector:
    """Which of a round's answers are meant: by kind, and where that is not enough, by what else is known of them."""

    kind: str
    #: groups of raters, by code or by name; several are said to be one
    groups: tuple[str, ...] = ()
    #: collections (waves among them), by code or title
    collections: tuple[str, ...] = ()
    channels: tuple[int, ...] = ()
    form: str = ""
    #: collection -> its share, where several waves are pooled by stated shares
    shares: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Measure:
    """How answers become numbers."""

    #: code of the scale; empty = scores, which are points already
    scale: str
    #: points of each level; None for scores
    points: PointsTable | None

    @property
    def levels(self) -> tuple[int, ...]:
        """Best first; none for scores."""
        return SCALES[self.scale].levels if self.scale else ()


@dataclass(frozen=True)
class Evidence:
    """One thing that a run has answers to: what pages let people choose from."""

    selector: Selector
    title: str
    #: of the overall question
    measure: Measure


@dataclass(frozen=True)
class Run:
    """One computation of a round, as stored."""

    id: int
    round_id: int
    made_at: datetime
    made_by: str
    #: SHA-256 over cells and context: equal hashes mean equal answers, caseload and designs
    tally_hash: str
    code_version: str
    #: answers to questions: counted, held beside, excluded
    counted: int
    held: int
    excluded: int
    cells: int
    #: answers by codes that had been withdrawn, kept beside
    withdrawn: int = 0


@dataclass(frozen=True)
class Release:
    """Who opened a computation to the rated units, and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Index:
    """A unit's index from one source, with everything that must stand beside it.

    Below the hiding floor every number is None or empty and only `floor` speaks. A value that the answers do not
    determine (an interval from one answer) is None.
    """

    unit_id: int
    source: str
    #: question code; "" = the overall question
    question: str
    floor: Floor
    #: ratings have no design: nobody drew the raters
    self_selected: bool
    #: answers, with and without "cannot say"
    n: int | None = None
    valid_n: int | None = None
    #: weighted share of "cannot say" among all answers
    cannot_say: float | None = None
    #: ratings / cases handled (主动评价率); counter ratings only
    participation: float | None = None
    #: RR1 of the waves; polls and panels only
    response_rate: float | None = None
    #: RR2: partial answers counted as responses
    response_rate_with_partial: float | None = None
    #: code of the scale of its levels; empty for scores
    scale: str = ""
    #: level -> answers, unweighted, "cannot say" among them
    counts: Mapping[int, int] = field(default_factory=dict)
    #: level -> weighted share of valid answers
    shares: Mapping[int, float] = field(default_factory=dict)
    topbox: float | None = None
    #: the levels that count as satisfied among valid answers (满意率)
    satisfied_rate: float | None = None
    satisfied_standard_error: float | None = None
    #: its 95 % interval (Wilson, with the effective number of answers)
    satisfied_low: float | None = None
    satisfied_high: float | None = None
    #: the bad levels among valid answers (差评率)
    dissatisfied_rate: float | None = None
    mean: float | None = None
    standard_error: float | None = None
    #: 95 % interval of the mean
    low: float | None = None
    high: float | None = None
    design_effect: float | None = None
    degrees_of_freedom: float | None = None
    effective_n: float | None = None
    #: the same mean with held answers in
    mean_with_held: float | None = None
    #: held answers of this unit
    held: int | None = None
    #: the same mean with answers by withdrawn codes in, and how many they are
    mean_with_withdrawn: float | None = None
    withdrawn: int | None = None
    #: cases handled, and the share of them in strata with ratings; counter ratings only
    caseload: int | None = None
    coverage: float | None = None
    #: standard deviation between raters; panels only
    spread: float | None = None


@dataclass(frozen=True)
class StratumLine:
    """What one stratum brings to a unit's index."""

    label: str
    #: cases or people the stratum stands for; None where nobody knows
    population: float | None
    n: int
    valid_n: int
    #: weight of one answer
    weight: float | None
    #: share of the stratum in the unit's index
    share: float | None
    counts: Mapping[int, int]
    mean: float | None
    standard_error: float | None
    #: share of the variance of the index that comes from here; None where another stratum speaks for it
    variance_share: float | None
    #: the stratum has one answer and was put together with others for the variance
    pooled: bool = False
    #: too few answers for the rated unit to see them
    hidden: bool = False


@dataclass(frozen=True)
class DomainLine:
    """A unit's index in one part of its answers: a month, a counter, a group of respondents, a question."""

    label: str
    floor: Floor
    n: int | None = None
    mean: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    shares: Mapping[int, float] = field(default_factory=dict)
    satisfied_rate: float | None = None
    dissatisfied_rate: float | None = None
    #: code of the scale of its levels; empty for scores
    scale: str = ""


@dataclass(frozen=True)
class DesignFault:
    """A stratum whose answers and numbers do not fit; the index is shown with it, and the page says so."""

    unit_id: int
    #: counter or wave
    place: int
    #: month or stratum
    part: str
    n: int
    #: "no_caseload", "more_ratings_than_cases" or "not_in_design"
    kind: str


@dataclass(frozen=True)
class PanelSpread:
    """How far a panel tells its units apart (打和牌: everybody gets the same)."""

    units: int
    #: standard deviation between the units' means, in points
    spread: float
    #: share of all scores that are the one most frequent score
    same_share: float
    warning: bool


@dataclass(frozen=True)
class Difference:
    """One unit in two runs."""

    unit_id: int
    before: Index
    after: Index
    #: after less before, None where one of them is hidden
    change: float | None
