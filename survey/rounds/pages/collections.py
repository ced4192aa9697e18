"""Pages of collections: by which ways answers come in, and which rounds count them."""

from __future__ import annotations

from flask import render_template, request

from survey.base.people.guard import allow
from survey.questions import service as questions
from survey.rounds import service
from survey.rounds.pages.rounds import READERS, blueprint
from survey.units import service as units


@blueprint.get("/collections")
@allow(*READERS)
def collections() -> str:
    kind = request.args.get("kind", "")
    q = request.args.get("q", "").strip()
    every = service.collections()
    shown = [one for one in every if kind in ("", one.kind) and q.casefold() in f"{one.code} {one.title}".casefold()]
    kinds = {one.kind for one in every}
    return render_template(
        "rounds/collections.html",
        collections=shown,
        kinds=[(code, name) for code, name in questions.SOURCE_NAMES.items() if code in kinds],
        kind=kind,
        q=q,
        taken_by=_taken_by(),
        kind_names=questions.SOURCE_NAMES,
        group_names=service.group_names(),
    )


def _taken_by() -> dict[int, list[service.Round]]:
    """Collection -> the rounds that select something of it."""
    found: dict[int, list[service.Round]] = {}
    for one in service.rounds():
        for number in service.selection(one).collection_ids:
            found.setdefault(number, []).append(one)
    return found


@blueprint.get("/collections/<int:collection_id>")
@allow(*READERS)
def collection(collection_id: int) -> str:
    one = service.collection(collection_id)
    return render_template(
        "rounds/collection.html",
        collection=one,
        form=questions.newest().get(one.form),
        rounds=_taken_by().get(one.id, []),
        units=[unit for unit in units.units(active_only=False) if unit.id in one.unit_ids],
        kind_names=questions.SOURCE_NAMES,
        channels=[questions.CHANNEL_NAMES[channel] for channel in one.channels],
        group_names=service.group_names(),
    )
