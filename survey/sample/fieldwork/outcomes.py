"""While a wave runs: who was asked, what became of them, response rates and weights by stratum."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func, select, update

from survey.base import tables
from survey.base.errors import Fault, ImportFaults, NotFound, Refused
from survey.base.people import audit
from survey.base.store.database import session
from survey.sample import models, rules
from survey.sample.values import WaveDesign
from weighting import OutcomeRates, nonresponse_factors, response_rates

DISPOSITION_NAMES = {
    "I": _("Complete"),
    "P": _("Partial"),
    "R": _("Refusal"),
    "NC": _("Non-contact"),
    "O": _("Other non-response"),
    "UO": _("No outcome yet"),
    "NE": _("Not eligible"),
}
#: words that a list of dispositions may use besides the letters
DISPOSITION_WORDS = {
    "完成": "I",
    "完整": "I",
    "complete": "I",
    "部分完成": "P",
    "partial": "P",
    "拒访": "R",
    "拒绝": "R",
    "refusal": "R",
    "联系不上": "NC",
    "未接触": "NC",
    "non-contact": "NC",
    "其他": "O",
    "other": "O",
    "未知": "UO",
    "尚无结果": "UO",
    "unknown": "UO",
    "不合格": "NE",
    "不符合条件": "NE",
    "not eligible": "NE",
}


@dataclass(frozen=True)
class StratumField:
    """Fieldwork in one stratum, or in the whole wave."""

    label: str
    population: int
    #: cases to be drawn at first
    planned: int
    #: cases asked up to now
    asked: int
    reserve_left: int
    #: AAPOR letter -> cases
    counts: Mapping[str, int]
    rates: OutcomeRates

    @property
    def responded(self) -> int:
        return sum(self.counts.get(letter, 0) for letter in rules.RESPONDED)


@dataclass(frozen=True)
class CaseLine:
    """A drawn case as the list of cases shows it."""

    id: int
    case_key: str
    stratum: str
    position: int
    active: bool
    disposition: str
    answered: bool


def strata(wave_id: int) -> list[StratumField]:
    """Fieldwork of every stratum, in order of the labels."""
    invitation, stratum = models.Invitation, models.WaveStratum
    counted: dict[int, Counter[str]] = {}
    waiting: Counter[int] = Counter()
    for stratum_id, active, letter, count in session().execute(
        select(invitation.stratum_id, invitation.active, invitation.disposition, func.count())
        .where(invitation.wave_id == wave_id)
        .group_by(invitation.stratum_id, invitation.active, invitation.disposition)
    ):
        if active:
            counted.setdefault(stratum_id, Counter())[letter] += count
        else:
            waiting[stratum_id] += count
    found = session().scalars(select(stratum).where(stratum.wave_id == wave_id).order_by(stratum.label))
    return [_field(s.label, s.population, s.sampled, waiting[s.id], counted.get(s.id, Counter())) for s in found]


def _field(label: str, population: int, planned: int, waiting: int, counts: Counter[str]) -> StratumField:
    return StratumField(label, population, planned, counts.total(), waiting, counts, _rates(counts))


def _rates(counts: Mapping[str, int]) -> OutcomeRates:
    return response_rates({letter: float(count) for letter, count in counts.items()})


def overall(fields: Iterable[StratumField]) -> StratumField:
    """The whole wave: counts added up, rates unweighted as AAPOR has them."""
    fields = list(fields)
    counts = sum((Counter(field.counts) for field in fields), Counter())
    return _field(
        "",
        sum(field.population for field in fields),
        sum(field.planned for field in fields),
        sum(field.reserve_left for field in fields),
        counts,
    )


def wave_design(wave_id: int) -> WaveDesign:
    """Sizes, outcomes and weights by stratum.

    The design weight is population / cases asked, reserve cases called up included: they continue the same draw.
    The nonresponse factor hands the weight of cases without an outcome to the known ones and then that of the
    nonrespondents to the respondents; the adjustment cells are the strata, as they were before any answer came.
    """
    fields = strata(wave_id)
    whole = overall(fields)
    population = np.array([field.population for field in fields], dtype=np.int64)
    asked = np.array([field.asked for field in fields], dtype=np.int64)
    weight = np.divide(population, asked, out=np.full(len(fields), np.nan), where=asked > 0)
    return WaveDesign(
        strata=tuple(field.label for field in fields),
        population=population,
        sampled=asked,
        eligible=asked - np.array([field.counts.get("NE", 0) for field in fields], dtype=np.int64),
        responded=np.array([field.responded for field in fields], dtype=np.int64),
        design_weight=weight,
        nonresponse_factor=_factors(fields, weight),
        rr1=np.array([_number(field.rates.rr1) for field in fields], dtype=np.float64),
        rr2=np.array([_number(field.rates.rr2) for field in fields], dtype=np.float64),
        overall_rr1=whole.rates.rr1,
        overall_rr2=whole.rates.rr2,
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _factors(fields: list[StratumField], weight: np.ndarray) -> np.ndarray:
    """Factor of each stratum; sums of weights by outcome are all the adjustment needs."""
    factors = np.full(len(fields), np.nan)
    answering = [index for index, field in enumerate(fields) if field.responded]
    lines = [
        (index, rules.STATUS_OF[letter], count * weight[index])
        for index in answering
        for letter, count in fields[index].counts.items()
    ]
    if lines:
        cells, status, weights = zip(*lines, strict=True)
        found = nonresponse_factors(np.array(cells), np.array(status), np.array(weights, dtype=np.float64))
        for label, unknown, factor in zip(found.labels, found.unknown_factors, found.factors, strict=True):
            factors[int(str(label))] = unknown * factor
    return factors


def cases(
    wave_id: int, *, search: str = "", stratum: str = "", disposition: str = "", page: int = 1, size: int = 50
) -> tuple[list[CaseLine], int]:
    """One page of drawn cases, by stratum and order of the draw, and how many there are in all."""
    query = _cases(wave_id)
    if search:
        query = query.where(models.Invitation.case_key.contains(search, autoescape=True))
    if stratum:
        query = query.where(models.WaveStratum.label == stratum)
    if disposition == "reserve":
        query = query.where(models.Invitation.active.is_(False))
    elif disposition:
        query = query.where(models.Invitation.disposition == disposition, models.Invitation.active)
    total = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(models.WaveStratum.label, models.Invitation.position)
    rows = session().execute(ordered.limit(size).offset((max(page, 1) - 1) * size))
    return [_line(row) for row in rows], total


def _line(row: Any) -> CaseLine:
    return CaseLine(*row)


def _cases(wave_id: int) -> Select[int, str, str, int, bool, str, bool]:
    table, stratum = models.Invitation, models.WaveStratum
    return (
        select(
            table.id,
            table.case_key,
            stratum.label,
            table.position,
            table.active,
            table.disposition,
            table.answered,
        )
        .join(stratum, table.stratum_id == stratum.id)
        .where(table.wave_id == wave_id)
    )


def set_disposition(wave: models.Wave, invitation_id: int, letter: str) -> None:
    """Record what became of one case."""
    found = session().get(models.Invitation, invitation_id)
    if found is None or found.wave_id != wave.id:
        raise NotFound(gettext("This wave has no such case."))
    if remedy := _why_not(wave, found.active, found.answered, letter):
        raise Refused(gettext("The outcome of this case was not changed."), remedy=remedy)
    found.disposition = letter
    audit.record("case.disposition", wave.name, case=found.case_key, disposition=letter)


def _why_not(wave: models.Wave, active: bool, answered: bool, letter: str) -> str:
    """Why an outcome cannot be recorded; empty if it can."""
    if letter not in rules.DISPOSITIONS:
        return gettext("Use one of I, P, R, NC, O, UO, NE, or its word.")
    if wave.state == "draft":
        return gettext("Draw the wave first.")
    if not active:
        return gettext("This case waits in reserve; call it up first.")
    if answered and letter not in rules.RESPONDED:
        return gettext("This person has answered through the link; the answer stands.")
    return ""


def import_dispositions(wave: models.Wave, data: bytes, *, dry_run: bool) -> int:
    """Record many outcomes from a table with the columns key and disposition, all or nothing; says how many change.

    Raises:
        ImportFaults: unknown or doubled keys, unknown outcomes, cases whose outcome cannot change.
    """
    table = tables.read(
        data,
        columns={
            "key": ("编号", "个案编号", "样本编号", "case_key"),
            "disposition": ("处置", "结果", "个案结果", "处置代码", "outcome"),
        },
        codes=("key", "disposition"),
    )
    known = {line.case_key: line for line in (_line(row) for row in session().execute(_cases(wave.id)))}
    faults: list[Fault] = []
    changes: dict[str, str] = {}
    seen: set[str] = set()
    for row in table.rows:
        key, word = row.get("key"), row.get("disposition")
        letter = DISPOSITION_WORDS.get(word.casefold(), word.upper())
        line = known.get(key)
        if line is None:
            faults.append(row.fault("key", gettext("This wave has no such case; check the key.")))
        elif key in seen:
            faults.append(row.fault("key", gettext("This key comes twice; keep one line.")))
        elif remedy := _why_not(wave, line.active, line.answered, letter):
            faults.append(row.fault("disposition", remedy))
        elif line.disposition != letter:
            changes[key] = letter
        seen.add(key)
    if faults:
        raise ImportFaults(gettext("No outcome was recorded: please mend these places."), faults)
    if not dry_run:
        _record_many(wave, changes)
    return len(changes)


def _record_many(wave: models.Wave, changes: Mapping[str, str]) -> None:
    invitation = models.Invitation
    for letter in rules.DISPOSITIONS:
        keys = [key for key, value in changes.items() if value == letter]
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            session().execute(
                update(invitation)
                .where(invitation.wave_id == wave.id, invitation.case_key.in_(some))
                .values(disposition=letter)
            )
    audit.record("case.dispositions-imported", wave.name, cases=len(changes), outcomes=Counter(changes.values()))
