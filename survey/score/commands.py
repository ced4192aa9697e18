"""Command line of `score`."""

from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext

from survey.base.people import accounts
from survey.base.people.roles import Role
from survey.rounds import service as rounds
from survey.score import service

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def score() -> None:
    """Schemes, score sheets, signatures."""


GROUP = score


@score.command("check")
@click.argument("file", type=FILE)
@click.option("--round", "round_code", help="Check too what its components select in this round.")
def check(file: Path, round_code: str | None) -> None:
    """Check the scheme in FILE; every fault is listed with its line and path."""
    text = file.read_text(encoding="utf-8-sig")
    scheme = (
        service.check_in_round(text, rounds.round_by_code(round_code).id) if round_code else service.check_scheme(text)
    )
    words = gettext("%(code)s version %(n)s is sound.", code=scheme.code, n=scheme.version)
    click.echo(words)


@score.command("add")
@click.argument("file", type=FILE)
def add(file: Path) -> None:
    """Check and store the scheme in FILE."""
    number = service.add_scheme(file.read_text(encoding="utf-8-sig"))
    click.echo(gettext("Stored as scheme %(n)s.", n=number))


@score.command("sheet")
@click.argument("round_code")
@click.argument("scheme_code")
def make(round_code: str, scheme_code: str) -> None:
    """Make a sheet for ROUND_CODE by SCHEME_CODE from the round's newest indices."""
    number = service.make_sheet(rounds.round_by_code(round_code).id, scheme_code)
    click.echo(gettext("Sheet %(n)s.", n=number))


@score.command("freeze")
@click.argument("sheet", type=int)
@click.option("--as", "username", required=True, help="User name of somebody of the office.")
def freeze(sheet: int, username: str) -> None:
    """Ask to freeze SHEET; run by a second person, confirm it."""
    actor = accounts.viewer_named(username, Role.OFFICE)
    if service.sheet(sheet).entry.asked_by:
        service.freeze(sheet, actor)
        click.echo(gettext("Sheet %(number)s is frozen, signed and in the feed.", number=sheet))
    else:
        service.ask_to_freeze(sheet, actor)
        click.echo(gettext("Asked for. A second person of the office has to confirm it."))


@score.command("verify")
@click.argument("file", type=FILE)
def verify(file: Path) -> None:
    """Verify the seal of the signed sheet in FILE."""
    intact, ours = service.verify_document(file.read_text(encoding="utf-8"))
    if not intact:
        raise click.ClickException(gettext("The content is not the one that was sealed: it was changed."))
    if not ours:
        raise click.ClickException(
            gettext("The seal is whole, but another installation made it; compare its public key.")
        )
    click.echo(gettext("The sheet is the one that this installation sealed."))
