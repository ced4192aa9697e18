"""Command line of `collect`: imports from files, without a browser."""

from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext

from survey.base.errors import NotFound
from survey.collect import service
from survey.units import service as units


@click.group()
def collect() -> None:
    """Answers: import ratings from files."""


GROUP = collect


@collect.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--round", "round_code", required=True, help="Code of the round.")
@click.option(
    "--mapping",
    required=True,
    help=f"Which words mean which level: {', '.join(service.MAPPING_NAMES)}, or pairs such as Low=1,High=5.",
)
@click.option("--level", metavar="COLUMN", help="Column with the level.")
@click.option("--unit", metavar="COLUMN", help="Column with the unit's code.")
@click.option("--unit-code", default="", help="The unit of lines that name none.")
@click.option("--stratum", metavar="COLUMN", help="Column with the stratum.")
@click.option("--group", metavar="COLUMN", help="Column with the group of respondents.")
@click.option("--source", type=click.Choice(["import", "counter"]), default="import", show_default=True)
@click.option("--dry-run", is_flag=True, help="Only say what would be stored.")
def import_file(
    file: Path, round_code: str, mapping: str, unit_code: str, source: str, dry_run: bool, **columns: str | None
) -> None:
    """Import ratings from FILE (CSV or XLSX), all or none."""
    named = next((found for found in units.rounds() if found.code == round_code), None)
    if named is None:
        known = ", ".join(found.code for found in units.rounds()) or "–"
        raise NotFound(gettext("There is no round %(code)s.", code=round_code), remedy=known)
    choice = service.ImportChoice(
        round_id=named.id,
        mapping=mapping,
        columns={name: heading for name, heading in columns.items() if heading},
        unit_code=unit_code,
        source=source,
    )
    deed = service.check_ratings if dry_run else service.import_ratings
    plan = deed(file.read_bytes(), choice)
    number = len(plan.responses)
    click.echo(
        gettext("%(n)s answers would be stored.", n=number) if dry_run else gettext("%(n)s answers stored.", n=number)
    )
    for level, count in sorted(plan.levels.items(), reverse=True):
        click.echo(f"  {level}: {count}")
