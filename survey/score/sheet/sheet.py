"""What a sheet says: frozen values all the way down, and the canonical JSON that is hashed, signed and fed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from survey.base.canonical import canonical
from survey.questions.service import Words

#: raised when a reader of the JSON would have to change
FORMAT = 1
#: written only where there is something to say: sheets made before there was a word for it stay as they are
OPTIONAL = frozenset(
    ["selected", "adjusted", "measure", "conversion", "reference", "ratio", "cleared", "scope", "among",
     "grade_by_points", "lowered", "listed", "asked_by"]
)  # fmt: skip
#: digits kept of values that are not rounded by the scheme: enough to recompute, few enough to read
DIGITS = 6


@dataclass(frozen=True)
class Part:
    """One component of one unit: value, conversion, points."""

    code: str
    title: Words
    source: str
    question: str
    #: full marks, in points of the total
    full: float
    stated: str
    #: the value's own scale: 100 for an index, its full marks for an external value
    out_of: float
    #: the index or external value; of a composite, its points on a scale of 100
    value: float | None = None
    standard_error: float | None = None
    #: value ÷ out_of × full (× factor)
    points: float | None = None
    points_error: float | None = None
    degrees_of_freedom: float | None = None
    #: the same with held answers in
    value_with_held: float | None = None
    points_with_held: float | None = None
    #: more than 1 where the part took over the share of a sibling below the floor
    factor: float = 1.0
    n: int | None = None
    valid_n: int | None = None
    cannot_say: float | None = None
    participation: float | None = None
    response_rate: float | None = None
    self_selected: bool = False
    #: "published", "reference", "hidden"; empty for values that are no index
    floor: str = ""
    #: why there are no points: "no_answers", "hidden", "thin", "no_value", "no_sheet", "parts"
    missing: str = ""
    #: which answers of the source count, as pairs of name and value; none = all of them
    selected: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    #: bonuses and deductions of this component alone
    adjusted: tuple[ExtraLine, ...] = ()
    #: what of the answers counts where it is not the index, such as "satisfied"
    measure: str = ""
    #: how the value became points where it is not in proportion: words of the rule as a formula
    conversion: str = ""
    #: the best or mean value of the class, where points are relative to it
    reference: float | None = None
    #: of a rate: the two numbers that were divided
    ratio: tuple[float, ...] = ()

    def leaves(self) -> Iterator[Part]:
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True)
class ExtraLine:
    """A bonus or deduction of one unit, with the reasons given and what counts after the cap."""

    code: str
    title: Words
    kind: str
    stated: float
    counted: float
    #: None = without limit
    cap: float | None
    reasons: tuple[str, ...]
    #: entries that no longer count, because what was wrong has been corrected
    cleared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One unit on a sheet."""

    unit_id: int
    unit_code: str
    unit_name: str
    parts: tuple[Part, ...]
    extras: tuple[ExtraLine, ...]
    bonus: float
    deduction: float
    total: float | None
    standard_error: float | None
    degrees_of_freedom: float | None
    #: 95 % interval of the total, as far as sampling error is known
    low: float | None
    high: float | None
    total_with_held: float | None
    grade: Words | None = None
    #: place inside the class; None = not ranked
    rank: int | None = None
    #: best and worst place that the data allow, for all units of the class together, at 95 %
    rank_low: int | None = None
    rank_high: int | None = None
    #: "first" or "last" where the data single the unit out, else empty
    standing: str = ""
    #: why not ranked: "reference", "hidden", "no_answers", "no_value"; empty if ranked
    unranked: str = ""
    #: the group in which the place was taken, and how many were ranked in it, where it is not the class
    scope: str = ""
    among: int | None = None
    #: the grade that points alone give, where a quota or a veto gave a lower one
    grade_by_points: Words | None = None
    #: "quota" or "veto": what lowered the grade
    lowered: str = ""
    #: "bottom" where the unit is on the list of the last; "bottom_unsure" where the data do not single it out
    listed: str = ""

    @property
    def vetoes(self) -> list[ExtraLine]:
        return [extra for extra in self.extras if extra.kind == "veto"]

    def leaves(self) -> list[Part]:
        return [leaf for part in self.parts for leaf in part.leaves()]


@dataclass(frozen=True)
class ClassSheet:
    """The units of one class, ranked ones first."""

    code: str
    name: str
    ranked: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class SheetContent:
    """Everything a sheet says, with what it was made from."""

    number: int
    round: dict[str, str]
    #: code, version, sha256, total, decimals, points and titles
    scheme: dict[str, Any]
    assumptions: tuple[Words, ...]
    #: id, tally_hash and code version of the run; code version of the scoring
    basis: dict[str, Any]
    demonstration: bool
    made_at: str
    classes: tuple[ClassSheet, ...]
    #: units whose class the scheme does not name
    left_out: tuple[str, ...] = ()
    #: number and hash of the sheet that this one corrects, and why
    replaces: dict[str, Any] | None = None
    frozen_at: str | None = None
    #: the second person, who confirmed that it be frozen
    frozen_by: str | None = None
    #: the first, who asked for it; sheets of the first versions name none
    asked_by: str | None = None
    format: int = FORMAT

    def lines(self) -> Iterator[tuple[ClassSheet, Line]]:
        for group in self.classes:
            for line in group.lines:
                yield group, line


def to_json(content: SheetContent) -> str:
    """The canonical text: sorted keys, no spaces, UTF-8, numbers with at most six digits, no NaN.

    >>> to_json_value({"b": 1 / 3, "a": "合肥"})
    '{"a":"合肥","b":0.333333}'
    """
    return to_json_value(asdict(content))


def to_json_value(value: Any) -> str:
    """Any plain value in the canonical form."""
    return canonical(_rounded(value))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0
    if isinstance(value, dict):
        return {str(key): _rounded(item) for key, item in value.items() if key not in OPTIONAL or _says(item)}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def _says(item: Any) -> bool:
    return item is not None and item != "" and item != () and item != []


def from_json(text: str) -> SheetContent:
    """A stored sheet as values again."""
    data = json.loads(text)
    data["assumptions"] = tuple(Words(**item) for item in data["assumptions"])
    data["left_out"] = tuple(data["left_out"])
    data["classes"] = tuple(
        ClassSheet(**{**group, "lines": tuple(_line(line) for line in group["lines"])}) for group in data["classes"]
    )
    return SheetContent(**data)


def _line(data: dict[str, Any]) -> Line:
    by_points = data.get("grade_by_points")
    return Line(
        **{
            **data,
            "parts": _parts(data["parts"]),
            "extras": _extras(data["extras"]),
            "grade": Words(**data["grade"]) if data["grade"] else None,
            "grade_by_points": Words(**by_points) if by_points else None,
        }
    )


def _extras(items: list[dict[str, Any]]) -> tuple[ExtraLine, ...]:
    return tuple(
        ExtraLine(
            **{
                **extra,
                "title": Words(**extra["title"]),
                "reasons": tuple(extra["reasons"]),
                "cleared": tuple(extra.get("cleared", ())),
            }
        )
        for extra in items
    )


def _parts(items: list[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(_part(item) for item in items)


def _part(item: dict[str, Any]) -> Part:
    return Part(
        **{
            **item,
            "title": Words(**item["title"]),
            "parts": _parts(item["parts"]),
            "selected": tuple((name, text) for name, text in item.get("selected", ())),
            "adjusted": _extras(item.get("adjusted", [])),
            "ratio": tuple(item.get("ratio", ())),
        }
    )
