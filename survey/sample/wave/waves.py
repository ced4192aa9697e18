"""Waves: made, their design locked, drawn, opened, widened from the reserve, closed. Callers in `service` commit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask_babel import gettext
from sqlalchemy import delete, insert, select

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.store.database import session
from survey.rounds import service as rounds
from survey.rounds.service import NewCollection
from survey.sample import models, rules
from survey.sample.design import draw as drawing
from survey.sample.frame import frames
from survey.sample.values import Drawn, SampleDesign, Wave
from survey.sample.wave import links, used


def wave_value(wave: models.WaveRow) -> Wave:
    return Wave(
        id=wave.id,
        collection_id=wave.collection_id,
        name=wave.name,
        kind=wave.kind,
        questionnaire=wave.questionnaire,
        state=wave.state,
        opens_on=wave.opens_on,
        closes_on=wave.closes_on,
        group=wave.group_code,
        frame_id=wave.frame_id,
        design=wave.design,
        seed=wave.seed,
        sample_hash=wave.sample_hash,
        unit_ids=tuple(wave.unit_ids),
    )


def waves(collection_ids: Collection[int] | None = None) -> list[Wave]:
    """All waves, newest first; those of some collections if these are named."""
    query = select(models.WaveRow).order_by(models.WaveRow.id.desc())
    if collection_ids is not None:
        query = query.where(models.WaveRow.collection_id.in_(list(collection_ids)))
    return [wave_value(wave) for wave in session().scalars(query)]


def stored(wave_id: int) -> models.WaveRow:
    found = session().get(models.WaveRow, wave_id)
    if found is None:
        raise NotFound(gettext("There is no such wave."))
    return found


def add(
    name: str,
    *,
    frame_id: int,
    kind: str,
    questionnaire: str,
    opens_on: date,
    closes_on: date,
    group: str,
    unit_ids: Collection[int],
) -> models.WaveRow:
    if closes_on < opens_on:
        raise Refused(gettext("The wave would close before it opens."))
    if session().scalar(select(models.WaveRow.id).where(models.WaveRow.name == name)):
        raise Refused(gettext("There is a wave named %(name)s already; choose another name.", name=name))
    frames.frame(frame_id)
    collection = rounds.add_collection(
        NewCollection(
            name,
            name,
            kind,
            questionnaire,
            rounds.known_code(group, rounds.groups()),
            opens_on=opens_on,
            closes_on=closes_on,
            unit_ids=frozenset(unit_ids),
        )
    )
    wave = models.WaveRow(
        name=name,
        collection_id=collection.id,
        frame_id=frame_id,
        kind=kind,
        questionnaire=questionnaire,
        opens_on=opens_on,
        closes_on=closes_on,
        group_code=group,
        unit_ids=sorted(set(unit_ids)),
        state="draft",
    )
    session().add(wave)
    session().flush()
    audit.record("wave.added", name, kind=kind, frame=frame_id, questionnaire=questionnaire)
    return wave


def lock(wave: models.WaveRow, design: SampleDesign) -> None:
    """Fix the design before the seed is known; nothing changes it afterwards."""
    if wave.design is not None:
        raise Refused(
            gettext("The design of this wave is locked."),
            remedy=gettext("Make a new wave if it has to be different; both stay on record."),
        )
    if wave.kind == "panel" and design.method != "census":
        raise Refused(gettext("A panel asks all its members; choose everybody."))
    wave.design = drawing.design_json(design)
    session().execute(
        insert(models.WaveStratumRow),
        [
            {
                "wave_id": wave.id,
                "label": label,
                "population": count,
                "sampled": design.sizes[label],
                "reserve": design.reserve[label],
            }
            for label, count in design.population.items()
        ],
    )
    audit.record("wave.design-locked", wave.name, design_hash=drawing.design_hash(wave.design))


def draw(wave: models.WaveRow, seed: str) -> list[Drawn]:
    """Draw with an announced seed and give every case of the sample its link."""
    if wave.design is None:
        raise Refused(gettext("Lock the design first, then draw."))
    if wave.state != "draft":
        raise Refused(gettext("This wave is drawn already; a sample is drawn once."))
    if not seed.strip():
        raise Refused(gettext("Enter the announced seed."))
    design = SampleDesign.from_json(wave.design)
    drawn = drawing.draw(*frames.keys_and_strata(wave.frame_id, design.columns), design, seed.strip())
    _store(wave.id, drawn)
    wave.seed, wave.sample_hash = seed.strip(), rules.sample_hash(drawn)
    wave.state, wave.drawn_at = "drawn", clock.now()
    audit.record("wave.drawn", wave.name, seed=wave.seed, sample_hash=wave.sample_hash, cases=len(drawn))
    return drawn


def _store(wave_id: int, drawn: list[Drawn]) -> None:
    stratum = models.WaveStratumRow
    numbers = dict(session().execute(select(stratum.label, stratum.id).where(stratum.wave_id == wave_id)).all())
    rows = [
        {
            "wave_id": wave_id,
            "stratum_id": numbers[case.stratum],
            "case_key": case.key,
            "position": case.position,
            "active": not case.waits,
            "disposition": rules.UNKNOWN,
            "answered": False,
            **({"token_hash": None, "token_sealed": None} if case.waits else links.fresh_link()),
        }
        for case in drawn
    ]
    for start in range(0, len(rows), frames.CHUNK):
        session().connection().execute(insert(models.InvitationRow), rows[start : start + frames.CHUNK])


def move(wave: models.WaveRow, to: str) -> None:
    """Open or close a wave; closing destroys the encrypted links."""
    if not rules.may_change(wave.state, to):
        raise Refused(gettext("The wave cannot be opened or closed now."), remedy=gettext("Look at its state."))
    wave.state = to
    if to == "closed":
        session().flush()
        used.settle_on(session().connection(), wave.id)
        links.purge_links(wave.id)
    audit.record("wave.opened" if to == "open" else "wave.closed", wave.name)


def call_up(wave: models.WaveRow, label: str, count: int) -> int:
    """Make the next reserve cases of a stratum active, in the order of the draw; says how many."""
    if wave.state not in ("drawn", "open"):
        raise Refused(gettext("Reserve cases can be called up while the wave is drawn or open."))
    table, stratum = models.InvitationRow, models.WaveStratumRow
    waiting = (
        session()
        .scalars(
            select(table)
            .join(stratum, table.stratum_id == stratum.id)
            .where(table.wave_id == wave.id, stratum.label == label, table.active.is_(False))
            .order_by(table.position)
            .limit(max(count, 0))
        )
        .all()
    )
    if not waiting:
        raise Refused(gettext("This stratum has no reserve left."))
    for invitation in waiting:
        link = links.fresh_link()
        invitation.active = True
        invitation.token_hash, invitation.token_sealed = link["token_hash"], link["token_sealed"]
    session().flush()
    audit.record("wave.reserve-called", wave.name, stratum=label, cases=len(waiting))
    return len(waiting)


def remove(wave: models.WaveRow) -> None:
    """Delete a wave that was not drawn; a drawn one stays on record."""
    if wave.state != "draft":
        raise Refused(gettext("A drawn wave stays on record."))
    session().execute(delete(models.WaveStratumRow).where(models.WaveStratumRow.wave_id == wave.id))
    session().delete(wave)
    session().flush()
    rounds.remove_collections([wave.collection_id])
    audit.record("wave.removed", wave.name)
