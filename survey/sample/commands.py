"""Command line of `sample`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import IO

import click

from survey.base import clock, tables
from survey.base.store import demo
from survey.base.web.presentation import percent
from survey.sample import service
from survey.sample.design.record import Comparison
from survey.sample.wave import letters

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def sample() -> None:
    """Frames, draws, personal links and response rates."""


GROUP = sample


@sample.command("import-frame")
@click.argument("file", type=FILE)
@click.option("--name", required=True, help="What the list is called.")
@click.option("--supplied-by", required=True, help="Who handed it over.")
@click.option("--supplied-on", type=click.DateTime(["%Y-%m-%d"]), help="When; today if not given.")
@click.option("--key", required=True, help="Heading of the key column.")
@click.option("--stratum", "columns", multiple=True, help="Heading of a stratum column; may be repeated.")
@click.option("--contact", "contacts", multiple=True, help="name=HEADING, phone=HEADING or address=HEADING.")
@click.option("--note", default="", help="How the list was made.")
@click.option("--dry-run", is_flag=True, help="Only say what is wrong.")
def import_frame(
    file: Path,
    name: str,
    supplied_by: str,
    supplied_on: datetime | None,
    key: str,
    columns: tuple[str, ...],
    contacts: tuple[str, ...],
    note: str,
    dry_run: bool,
) -> None:
    """Import the list FILE (CSV or XLSX), whole or not at all."""
    source = service.FrameSource(
        name=name,
        supplied_by=supplied_by,
        supplied_on=supplied_on.date() if supplied_on else clock.today(),
        key_column=key,
        columns=columns,
        note=note,
        contacts=_contacts(contacts),
    )
    cases = service.read_cases(file.read_bytes(), source)
    if dry_run:
        click.echo(f"The list is in order: {len(cases)} cases. Nothing was stored.")
        return
    made = service.add_frame(source, cases)
    click.echo(f"Frame {made.id}: {made.cases} cases, fingerprint {made.frame_hash}")


def _contacts(pairs: tuple[str, ...]) -> dict[str, str]:
    found = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(found) != len(pairs) or not found.keys() <= {"name", "phone", "address"}:
        raise click.BadParameter("write name=HEADING, phone=HEADING or address=HEADING", param_hint="--contact")
    return found


@sample.command("waves")
def list_waves() -> None:
    """List the waves with their state and response rates."""
    for wave in service.waves():
        whole = service.overall(service.strata(wave.id))
        rates = f"RR1 {percent(whole.rates.rr1)}  RR2 {percent(whole.rates.rr2)}"
        click.echo(f"{wave.id}  {wave.name}  {wave.state}  {whole.responded}/{whole.asked}  {rates}")


@sample.command("record")
@click.argument("wave", type=int)
def record(wave: int) -> None:
    """Print the draw record of WAVE as JSON."""
    click.echo(json.dumps(service.record(wave), ensure_ascii=False, indent=2))


@sample.command("redraw")
@click.argument("wave", type=int, required=False)
@click.option("--frame", type=FILE, help="The list, when it is not in this database.")
@click.option("--record", "record_file", type=click.File(encoding="utf-8"), help="The draw record (JSON).")
@click.option("--out", type=click.Path(path_type=Path), help="Write the drawn cases to this CSV file.")
def redraw(wave: int | None, frame: Path | None, record_file: IO[str] | None, out: Path | None) -> None:
    """Draw WAVE again, or a list with its record, and compare with what was drawn."""
    if frame and record_file and wave is None:
        found = service.repeat_from_file(frame.read_bytes(), record_file.read())
    elif wave is not None and not (frame or record_file):
        found = service.repeat(wave)
    else:
        raise click.UsageError("Name a wave, or give both --frame and --record.")
    if out:
        out.write_bytes(_drawn_csv(found))
    click.echo(f"frame  {found.frame_hash}  {'agrees' if found.frame_agrees else 'DIFFERS'}")
    click.echo(f"sample {found.sample_hash}  {'agrees' if found.sample_agrees else 'DIFFERS'}")
    if not found.agrees:
        raise click.ClickException("The repetition does not agree with the record.")


def _drawn_csv(found: Comparison) -> bytes:
    rows = [(case.stratum, case.position, case.key, "reserve" if case.waits else "sample") for case in found.drawn]
    return tables.write_csv(("stratum", "position", "key", "part"), rows)


@sample.command("links")
@click.argument("wave", type=int)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="CSV file to write.")
def write_links(wave: int, out: Path) -> None:
    """Write the personal links of WAVE."""
    found = service.links(wave)
    out.write_bytes(tables.write_csv(("key", "stratum", "link"), found))
    service.note_download(wave, out.name)
    click.echo(f"{len(found)} links")


@sample.command("letters")
@click.argument("wave", type=int)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="PDF file to write.")
@click.option("--stratum", default="", help="Only this stratum.")
def write_letters(wave: int, out: Path, stratum: str) -> None:
    """Write letters with QR codes for WAVE."""
    found = service.wave(wave)
    wanted = letters.collect(found, service.links(wave), stratum=stratum)
    out.write_bytes(letters.pdf(found, wanted, clock.today(), mark=demo.label()))
    service.note_download(wave, out.name)
    click.echo(f"{len(wanted)} letters")


@sample.command("dispositions")
@click.argument("wave", type=int)
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only say what is wrong.")
def dispositions(wave: int, file: Path, dry_run: bool) -> None:
    """Record outcomes of WAVE from FILE (columns key and disposition)."""
    changed = service.import_dispositions(wave, file.read_bytes(), dry_run=dry_run)
    click.echo(f"{changed} outcomes {'would change' if dry_run else 'were recorded'}.")


@sample.command("rates")
@click.argument("wave", type=int)
def rates(wave: int) -> None:
    """Response rates and weights of WAVE by stratum."""
    found = service.wave_design(wave)
    for i, label in enumerate(found.strata):
        click.echo(
            f"{label}: {found.responded[i]}/{found.sampled[i]}  RR1 {percent(found.rr1[i])}  "
            f"RR2 {percent(found.rr2[i])}  weight {found.design_weight[i]:.3f} × {found.nonresponse_factor[i]:.3f}"
        )
    click.echo(f"RR1 {percent(found.overall_rr1)}  RR2 {percent(found.overall_rr2)}")
