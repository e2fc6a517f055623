"""``tilekeep stewards``."""

from __future__ import annotations

import os

import click

from tilekeep.domain.errors import ConfigurationError
from tilekeep.plugins import layer_facts, load_settings
from tilekeep_example_plugin.stewards import stewards_of


@click.command("stewards")
@click.argument("config", type=click.Path(exists=True, dir_okay=False))
def stewards(config: str) -> None:
    """Say who looks after the layers of CONFIG."""
    try:
        loaded = load_settings(config, variables=os.environ)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    for title, steward in stewards_of(layer_facts(loaded.settings)):
        click.echo(f"{title}: {steward.name} {steward.email or ''}".rstrip())
