"""Command line of the worked example."""

from __future__ import annotations

import click

from survey.examples import service


@click.group()
def example() -> None:
    """The worked example: real names, simulated answers."""


GROUP = example


@example.command()
def load() -> None:
    """Load the example into an empty database."""
    click.echo(service.load(click.echo))


@example.command()
@click.confirmation_option(prompt="Remove all simulated answers, caseload, samples and sheets?")
def remove() -> None:
    """Remove everything simulated; names of units and counters stay."""
    service.remove()
    click.echo("The example has been removed.")
