"""Command line of `estimate`: compute a round, show or save its indices."""

from __future__ import annotations

import click
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from survey.base import tables
from survey.base.errors import NotFound
from survey.base.people.roles import SYSTEM
from survey.base.web.columns import written
from survey.estimate import service
from survey.estimate.pages import columns, filters
from survey.questions.service import SOURCE_NAMES
from survey.rounds import service as rounds


@click.group()
def estimate() -> None:
    """Indices of rounds."""


GROUP = estimate


@estimate.command()
@click.argument("round_code", metavar="ROUND")
def compute(round_code: str) -> None:
    """Count the answers of ROUND (its code) and store the computation."""
    run = service.compute(rounds.round_by_code(round_code).id)
    click.echo(
        gettext(
            "Computation %(run)s: %(counted)s answers counted, %(held)s held, %(excluded)s excluded.",
            run=run.id,
            counted=run.counted,
            held=run.held,
            excluded=run.excluded,
        )
    )
    click.echo(gettext("Tally hash %(hash)s", hash=run.tally_hash))


@estimate.command()
@click.argument("round_code", metavar="ROUND")
def release(round_code: str) -> None:
    """Open the newest computation of ROUND to the rated units, for good."""
    run = service.latest_run(rounds.round_by_code(round_code).id)
    if run is None:
        raise _not_computed(round_code)
    service.release(run.id)
    click.echo(gettext("The rated units see computation %(run)s.", run=run.id))


def _not_computed(round_code: str) -> NotFound:
    return NotFound(
        gettext("This round has not been computed yet."),
        remedy=gettext("Run: survey estimate compute %(round)s", round=round_code),
    )


@estimate.command()
@click.argument("round_code", metavar="ROUND")
@click.option("--source", type=click.Choice(sorted(SOURCE_NAMES)), help="Default: the first with answers.")
@click.option("--collection", default="", help="Code of one collection, where a source has several.")
@click.option("--points", default="", help="Points of the levels, best first; default: the scale's usual ones.")
@click.option("--csv", "as_csv", is_flag=True, help="Everything, as CSV.")
def show(round_code: str, source: str | None, collection: str, points: str, as_csv: bool) -> None:
    """Print the indices of the newest computation of ROUND."""
    round_ = rounds.round_by_code(round_code)
    run = service.latest_run(round_.id)
    if run is None:
        raise _not_computed(round_code)
    values: MultiDict[str, str] = MultiDict({"source": source or "", "collection": collection, "points": points})
    asked = filters.asked_of(run, values, SYSTEM)
    found = filters.lines(run, asked, SYSTEM)
    if as_csv:
        click.echo(tables.write_csv(*written(columns.of_file(asked), found)), nl=False)
        return
    click.echo(f"{round_.name} · {asked.title}")
    for line in found:
        click.echo(_sentence(line))


def _sentence(line: filters.UnitIndex) -> str:
    index = line.index
    if index.mean is None or index.low is None or index.high is None:
        return f"{line.unit.code:<8} {filters.FLOOR_NAMES['hidden']}  {line.unit.name}"
    numbers = f"{index.mean:7.2f} [{index.low:6.2f}, {index.high:6.2f}] n={index.valid_n}"
    return f"{line.unit.code:<8} {numbers}  {line.unit.name} {filters.FLOOR_NAMES[index.floor]}".rstrip()


@estimate.command()
@click.option("--repair", is_flag=True, help="Have days that differ counted anew.")
def recount(repair: bool) -> None:
    """Count every day from the answers themselves and compare with the tallies that everything is computed from."""
    titles = {one.id: one.code for one in rounds.collections()}
    days, wrong = 0, 0
    for day, number, right in service.recount(repair=repair):
        days += 1
        if not right:
            wrong += 1
            click.echo(f"{day}  {titles.get(number, number)}  " + gettext("differs"))
    click.echo(gettext("%(days)s days of collections counted, %(wrong)s differ.", days=days, wrong=wrong))
    if wrong and not repair:
        raise click.ClickException(gettext("The tallies do not agree with the answers; --repair counts them anew."))
