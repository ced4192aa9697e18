"""The page of answers: what has come in, from where, on which day, and what lies in no round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request
from flask_babel import get_locale, gettext, lazy_gettext

from survey.base import settings
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.web import menu
from survey.collect import service
from survey.collect.citizen.frame import blueprint
from survey.collect.pages import arrived
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.units import service as units

READERS = (Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER)
MENU = [menu.Entry(lazy_gettext("Answers"), "collect.answers", frozenset(READERS), 30)]
#: in place of a round's number: every answer, in a round or not
EVERYTHING = "all"


@dataclass(frozen=True)
class Asked:
    """The filters in the address."""

    #: number of a round, "all" for every answer, "" where there is no round
    round: str
    collection: rounds.Collection | None
    kind: str
    unit_id: int | None
    from_day: date | None
    to_day: date | None

    @classmethod
    def of_request(cls) -> Asked:
        number, kind = request.args.get("collection", type=int), request.args.get("source", "")
        meant = rounds.round_meant(request.args.get("round", type=int))
        asked = EVERYTHING if meant is None or request.args.get("round") == EVERYTHING else str(meant.id)
        return cls(
            asked,
            rounds.collection(number) if number is not None else None,
            kind if kind in questions.SOURCES else "",
            request.args.get("unit", type=int),
            _day("from"),
            _day("to"),
        )

    @property
    def selection(self) -> rounds.Selection:
        """The evidence that is meant: of a collection, of a round, or all there is."""
        if self.collection is not None:
            return rounds.everything(frozenset({self.collection.id}))
        return rounds.everything() if self.round == EVERYTHING else rounds.selection(rounds.round_(int(self.round)))

    @property
    def filter(self) -> service.ArrivalFilter:
        about = None if self.unit_id is None else frozenset({self.unit_id})
        return service.ArrivalFilter(self.selection, self.kind, about, self.from_day, self.to_day)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


@blueprint.get("/answers")
@allow(*READERS)
def answers() -> str:
    asked, who = Asked.of_request(), viewer()
    arrivals = service.arrivals(asked.filter, who)
    aside, asides = service.kept_aside(asked.selection) if who.sees_all else ([], 0)
    collections = {one.id: one for one in rounds.collections()}
    every_unit = units.units(active_only=False)
    return render_template(
        "collect/answers.html",
        arrivals=arrivals,
        asked=asked,
        everything=EVERYTHING,
        rounds=rounds.rounds(),
        units=units.units(who),
        unit_names={unit.id: unit.name for unit in every_unit},
        window_names={window.id: window.name for window in units.windows()},
        aside=aside,
        asides=asides,
        source_names=questions.SOURCE_NAMES,
        channel_names=questions.CHANNEL_NAMES,
        collections=collections,
        in_no_round=service.in_no_round() if who.sees_all else {},
        chart=_chart(arrivals.by_day),
        tags=questions.all_tags(),
        scales=questions.scale_of_question(),
        language=str(get_locale()),
        level_tables=arrived.arrived_tables(arrivals.levels, str(get_locale())),
        withheld=_withheld(),
        may_import=who.has(Role.OFFICE, Role.STATISTICIAN, Role.ADMIN),
    )


def _withheld() -> Any:
    """Answers below which nothing about a unit is shown; those who run the round see all."""
    floor = 1 if viewer().sees_all else settings.present().floor_hidden
    return arrived.withheld(floor, gettext("Fewer than %(n)s answers: not shown.", n=floor))


def _chart(by_day: tuple[tuple[date, int], ...]) -> dict[str, Any] | None:
    """Bars of answers a day, in the coordinates of a drawing 1000 wide and 100 high."""
    if len(by_day) < 2:
        return None
    first, last = by_day[0][0], by_day[-1][0]
    days = (last - first).days + 1
    most = max(number for _day, number in by_day)
    step = 1000 / days
    bars = [
        {
            "x": round((day - first).days * step, 2),
            "y": round(100 - 100 * number / most, 2),
            "width": round(max(step * 0.8, 0.6), 2),
            "height": round(100 * number / most, 2),
            "day": day,
            "number": number,
        }
        for day, number in by_day
    ]
    return {"bars": bars, "first": first, "last": last, "most": most}
