"""Command line of `units`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask_babel import gettext

from survey.base import clock
from survey.base.errors import NotFound
from survey.units import service

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what the file would do; store nothing.")


@click.group()
def units() -> None:
    """Units, counters, codes, caseload and posters."""


GROUP = units


@units.command("import-units")
@FILE
@DRY_RUN
def import_units(file: Path, dry_run: bool) -> None:
    """Add and change units from FILE (CSV or XLSX)."""
    _import(service.import_units, file, dry_run)


@units.command("import-windows")
@FILE
@DRY_RUN
def import_windows(file: Path, dry_run: bool) -> None:
    """Add and change counters from FILE (CSV or XLSX)."""
    _import(service.import_windows, file, dry_run)


@units.command("import-caseload")
@FILE
@DRY_RUN
def import_caseload(file: Path, dry_run: bool) -> None:
    """Set cases by counter and month from FILE (CSV or XLSX)."""
    _import(service.import_caseload, file, dry_run)


def _import(carry_out: Callable[[bytes, bool], service.UnitPlan], file: Path, dry_run: bool) -> None:
    plan = carry_out(file.read_bytes(), dry_run)
    numbers = {"added": len(plan.added), "changed": len(plan.changed), "same": plan.same}
    if dry_run:
        click.echo(gettext("Would add %(added)s and change %(changed)s; %(same)s are stored already.", **numbers))
    else:
        click.echo(gettext("Added %(added)s, changed %(changed)s; %(same)s were stored already.", **numbers))


@units.command("posters")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write.")
@click.option("--unit", "unit_code", default="", help="Code of a unit; without it, all units.")
@click.option("--kind", type=click.Choice(service.KINDS), default="a4", show_default=True)
def posters(out: Path, unit_code: str, kind: str) -> None:
    """Write posters or table cards of all open counters."""
    windows = [window for window in service.windows(_unit_id(unit_code)) if window.active]
    found = service.posters_of([window.id for window in windows], clock.today())
    if not found:
        raise NotFound(gettext("No counter has a code."), remedy=gettext("Issue codes: survey units codes --issue"))
    out.write_bytes(service.poster_pdf(found, kind))
    click.echo(gettext("%(n)s posters written to %(file)s.", n=len(found), file=str(out)))


@units.command("codes")
@click.option("--unit", "unit_code", default="", help="Code of a unit; without it, all units.")
@click.option("--issue", is_flag=True, help="First give a code to every open counter without one.")
def codes(unit_code: str, issue: bool) -> None:
    """List the codes that stand today: unit, counter, code, link; tabs between."""
    today = clock.today()
    if issue:
        issued = service.issue_missing_codes(today)
        click.echo(gettext("%(n)s codes issued.", n=len(issued)), err=True)
    windows = service.windows(_unit_id(unit_code))
    for poster in service.posters_of([window.id for window in windows], today):
        click.echo("\t".join((poster.unit_name, poster.window_code, poster.window_name, poster.code, poster.link)))


def _unit_id(code: str) -> int | None:
    if not code:
        return None
    unit = service.unit_by_code(code)
    if unit is None:
        raise NotFound(gettext("There is no unit with the code %(code)s.", code=code))
    return unit.id
