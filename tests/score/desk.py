"""A desk with units and a round and nobody asked: what sheets are, apart from surveys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from survey.base.people import audit
from survey.base.people.roles import Role, Viewer
from survey.rounds import service as rounds
from survey.score import service
from survey.units import service as units

OFFICE = Viewer(5, "li", frozenset({Role.OFFICE}), frozenset())
AUDITOR = Viewer(6, "shen", frozenset({Role.AUDITOR}), frozenset())


@dataclass
class Desk:
    """Units of some classes and a year to appraise them in; `hami` asks nobody."""

    #: unit code -> class code
    wanted: Mapping[str, str] = field(default_factory=lambda: {"101": "1", "102": "1", "201": "2"})
    unit_ids: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        new = [units.NewUnit(code, f"单位{code}", kind, f"第{kind}类") for code, kind in self.wanted.items()]
        self.unit_ids = units.add_units(new)
        self.year = rounds.add_round("2026", "2026 年度", date(2026, 1, 1), date(2026, 12, 31)).id

    def next_year(self) -> int:
        """Another round."""
        return rounds.add_round("2027", "2027 年度", date(2027, 1, 1), date(2027, 12, 31)).id

    def bring(self, scheme: str, values: Mapping[str, Mapping[str, float]], round_id: int = 0) -> None:
        """Values from elsewhere: code of the value -> unit code -> value."""
        new = [
            service.NewValue(code, self.unit_ids[unit], value)
            for code, of_units in values.items()
            for unit, value in of_units.items()
        ]
        service.set_values(round_id or self.year, scheme, new)

    def appraised(self, totals: Mapping[str, float], round_id: int = 0) -> int:
        """A draft by `hami` on which each unit has this total."""
        self.bring("hami", {"results": totals, "conduct": totals}, round_id)
        return service.make_sheet(round_id or self.year, "hami", viewer=OFFICE)

    def manager(self, *codes: str) -> Viewer:
        """Somebody of these units."""
        return Viewer(9, "wang", frozenset({Role.UNIT_MANAGER}), frozenset(self.unit_ids[code] for code in codes))


def lines_of(sheet_id: int) -> dict[str, service.Line]:
    """Unit code -> its line."""
    return {line.unit_code: line for _, line in service.sheet(sheet_id).content.lines()}


def deeds() -> Sequence[tuple[str, str, str, str]]:
    """Actor, action, subject and detail of what was recorded in this room, oldest first."""
    lines, _ = audit.entries(size=100)
    ours = ("scheme.", "score-", "sheet.", "sheets.", "feed-key.")
    return [(one.actor, one.action, one.subject, one.detail) for one in lines[::-1] if one.action.startswith(ours)]
