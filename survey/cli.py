"""The command line: `survey serve`, and a group of commands for each room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask_babel import force_locale, gettext

from survey import create_app, migrations, rooms
from survey.base.errors import ImportFaults, SurveyError
from survey.base.people import accounts, audit, passwords, second_factor
from survey.base.people.roles import Role
from survey.base.store import backup, own_key
from survey.base.store.database import engine
from survey.collect import service as collect
from survey.serving import serve


class House(click.Group):
    """Runs every command inside the application, on an up-to-date database, and turns errors into sentences."""

    def invoke(self, context: click.Context) -> Any:
        if {"--help", "-h"} & set(context.args):
            return super().invoke(context)
        try:
            app = create_app()
            migrations.upgrade(app.extensions["engine"])
            context.obj = app
            with app.app_context(), force_locale(context.params.get("language") or "zh_Hans"):
                own_key.require_own()
                return super().invoke(context)
        except SurveyError as error:
            raise click.ClickException(_sentence(error)) from error


def _sentence(error: SurveyError) -> str:
    lines = [f"{error.message} {error.remedy}".strip()]
    if isinstance(error, ImportFaults):
        lines += [f"  {f.line}: {f.column} {f.value!r}: {f.remedy}" for f in error.groups]
    return "\n".join(lines)


@click.group(cls=House, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--language", type=click.Choice(["zh_Hans", "en"]), help="Language of messages and exports.")
def cli(language: str | None) -> None:
    """Public satisfaction survey and rating collector."""


@cli.group()
def person() -> None:
    """People of the staff."""


@person.command("add")
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([str(role) for role in Role]))
def add_person(username: str, roles: tuple[str, ...]) -> None:
    """Add USERNAME and print the first password."""
    words = passwords.given()
    accounts.add(username, words, [Role(role) for role in roles], is_given=True)
    click.echo(words)


@person.command("password")
@click.argument("username")
def new_password(username: str) -> None:
    """Give USERNAME a new password, good for one sign-in, and print it."""
    click.echo(accounts.give_password(_number_of(username)))


@person.command("second-factor")
@click.argument("username")
def reset_second_factor(username: str) -> None:
    """Take the second factor of USERNAME away, whose telephone is lost."""
    second_factor.reset(_number_of(username), username)
    click.echo(gettext("Done."))


def _number_of(username: str) -> int:
    found = next((person for person in accounts.people() if person.username == username), None)
    if found is None:
        raise click.ClickException(f"There is no person named {username}.")
    return found.id


@cli.group("audit")
def audit_group() -> None:
    """The record of what staff did."""


@audit_group.command("verify")
def verify_audit() -> None:
    """Check that every entry follows from the one before."""
    broken = audit.first_broken()
    if broken is not None:
        raise click.ClickException(f"The chain breaks at entry {broken}.")
    click.echo("The chain of the audit log holds.")


@cli.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-keys", is_flag=True, help="Put the keys in; keep the file as you keep the keys.")
def make_backup(file: Path, with_keys: bool) -> None:
    """Write everything into FILE while people go on working."""
    note = backup.make(file, with_keys=with_keys)
    size = sum(each for _sha256, each in note.parts.values())
    click.echo(gettext("%(n)s parts, %(size)s bytes, each with its hash.", n=len(note.parts), size=f"{size:,}"))
    if not with_keys:
        words = gettext("The keys are not in it: keep secret_key and signing_key.pem of the instance folder elsewhere.")
        click.echo(words)


@cli.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def bring_back(file: Path) -> None:
    """Bring FILE back into an empty installation, and check that all of it is there."""
    note = backup.restore(file)
    migrations.upgrade(engine())
    own_key.require_own()
    wrong = [place for *place, right in collect.recount() if not right]
    broken = audit.first_broken()
    if wrong or broken is not None:
        raise click.ClickException(gettext("Restored, but counts or the audit log do not fit; run the checks."))
    click.echo(gettext("Restored as of %(moment)s; counts and the audit log hold.", moment=note.made_at))


cli.add_command(serve)
for _room, _commands in rooms.parts("commands"):
    cli.add_command(_commands.GROUP)


def main() -> None:
    """Entry of `python -m survey`."""
    cli(prog_name="survey")
