"""Command line of `collect`: imports from files, without a browser."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask_babel import gettext

from survey.collect import service
from survey.questions import service as questions


@click.group()
def collect() -> None:
    """Answers: import ratings from files."""


GROUP = collect


@collect.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--form", default="W1", show_default=True, help="Code of the form that was asked.")
@click.option(
    "--mapping",
    required=True,
    help=f"Which words mean which level: {', '.join(questions.MAPPING_NAMES)}, or pairs such as Low=1,High=5.",
)
@click.option("--level", metavar="COLUMN", help="Column with the level.")
@click.option("--unit", metavar="COLUMN", help="Column with the unit's code.")
@click.option("--unit-code", default="", help="The unit of lines that name none.")
@click.option("--stratum", metavar="COLUMN", help="Column with the stratum.")
@click.option("--group", "group_column", metavar="COLUMN", help="Column with the group of respondents.")
@click.option("--raters", "group", default="", help="Group of raters of the whole file, such as residents.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Day of lines that name none; today if not given.")
@click.option("--source", "kind", type=click.Choice(["import", "counter"]), default="import", show_default=True)
@click.option("--dry-run", is_flag=True, help="Only say what would be stored.")
def import_file(
    file: Path,
    form: str,
    mapping: str,
    unit_code: str,
    group: str,
    kind: str,
    day: datetime | None,
    dry_run: bool,
    **columns: str | None,
) -> None:
    """Import ratings from FILE (CSV or XLSX), all or none."""
    columns["group"] = columns.pop("group_column")
    choice = service.ImportChoice(
        mapping=mapping,
        columns={name: heading for name, heading in columns.items() if heading},
        unit_code=unit_code,
        kind=kind,
        form=form,
        group=group,
        day=day.date() if day else None,
    )
    work = service.check_ratings if dry_run else service.import_ratings
    plan = work(file.read_bytes(), choice)
    number = len(plan.responses)
    click.echo(
        gettext("%(n)s answers would be stored.", n=number) if dry_run else gettext("%(n)s answers stored.", n=number)
    )
    for level, count in sorted(plan.levels.items(), reverse=True):
        click.echo(f"  {level}: {count}")
