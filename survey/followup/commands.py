"""Command line of `followup`."""

from __future__ import annotations

import click

from survey.base.people.roles import SYSTEM
from survey.followup import service
from survey.units import service as units


@click.group()
def followup() -> None:
    """Bad ratings and the replies to them."""


GROUP = followup


@followup.command()
def rates() -> None:
    """Cases and answered cases by unit."""
    names = {unit.id: f"{unit.code} {unit.name}" for unit in units.units(active_only=False)}
    for rate in service.rates(SYSTEM):
        click.echo(f"{names[rate.unit_id]}\t{rate.answered}/{rate.cases}")
