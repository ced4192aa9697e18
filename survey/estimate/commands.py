"""Command line of `estimate`: compute a round, show or save its indices."""

from __future__ import annotations

import click
from flask_babel import gettext

from survey.base import tables
from survey.base.errors import NotFound
from survey.base.people.roles import SYSTEM
from survey.estimate import service
from survey.estimate.pages import filters
from survey.units import service as units


@click.group()
def estimate() -> None:
    """Indices of rounds."""


GROUP = estimate


@estimate.command()
@click.argument("round_code", metavar="ROUND")
def compute(round_code: str) -> None:
    """Count the answers of ROUND (its code) and store the computation."""
    run = service.compute(_round(round_code).id)
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
@click.option("--source", type=click.Choice(sorted(filters.SOURCE_NAMES)), help="Default: the first with answers.")
@click.option("--points", default=filters.DEFAULT_POINTS, show_default=True, help="Points of levels 5 to 1.")
@click.option("--csv", "as_csv", is_flag=True, help="Everything, as CSV.")
def show(round_code: str, source: str | None, points: str, as_csv: bool) -> None:
    """Print the indices of the newest computation of ROUND."""
    round_ = _round(round_code)
    run = service.latest_run(round_.id)
    if run is None:
        raise NotFound(
            gettext("This round has not been computed yet."),
            remedy=gettext("Run: survey estimate compute %(round)s", round=round_code),
        )
    asked = filters.asked_of(run, {"source": source or "", "points": points})
    found = filters.lines(run, asked, SYSTEM)
    if as_csv:
        click.echo(tables.write_csv(*filters.table(found, asked.source)), nl=False)
        return
    click.echo(f"{round_.name} · {filters.SOURCE_NAMES[asked.source]}")
    for line in found:
        click.echo(_sentence(line))


def _sentence(line: filters.Line) -> str:
    index = line.index
    if index.mean is None or index.low is None or index.high is None:
        return f"{line.unit.code:<8} {filters.FLOOR_NAMES['hidden']}  {line.unit.name}"
    numbers = f"{index.mean:7.2f} [{index.low:6.2f}, {index.high:6.2f}] n={index.valid_n}"
    return f"{line.unit.code:<8} {numbers}  {line.unit.name} {filters.FLOOR_NAMES[index.floor]}".rstrip()


def _round(code: str) -> units.Round:
    found = next((round_ for round_ in units.rounds() if round_.code == code), None)
    if found is None:
        known = ", ".join(round_.code for round_ in units.rounds())
        raise NotFound(
            gettext("There is no round %(code)s.", code=code), remedy=gettext("Rounds: %(codes)s", codes=known)
        )
    return found
