"""``tilekeep util create`` (spec/util-deploy.md, 2)."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from tilekeep.entrypoints.cli.exit_codes import EXIT_USAGE
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand, end_with_help
from tilekeep.entrypoints.cli.written_files import template, write_file

_BASE_CONFIG = ("mapproxy.yaml", "seed.yaml", "full_example.yaml", "full_seed_example.yaml")

#: As the reference lists them.
_TEMPLATES = ("base-config", "wsgi-app", "log-ini")


@click.command("create", cls=ReferenceCommand)
@click.argument("destination", required=False)
@click.option("--list-templates", "-l", is_flag=True, help="List the templates.")
@click.option("--template", "-t", "name", metavar="NAME", help="base-config, wsgi-app or log-ini.")
@click.option("--mapproxy-conf", "-f", "config", metavar="FILE", help="Configuration that the WSGI script serves.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.pass_context
def command(
    context: click.Context,
    destination: str | None,
    list_templates: bool,
    name: str | None,
    config: str | None,
    force: bool,
) -> None:
    """Write files to begin with to DESTINATION.

    base-config is a directory with configurations, wsgi-app a script for WSGI servers, log-ini a configuration of
    logging.
    """
    if list_templates:
        width = max(map(len, _TEMPLATES))
        click.echo("\n".join(["Available templates:", *(f"  {listed:<{width}}" for listed in _TEMPLATES)]))
        sys.exit(EXIT_USAGE)
    if not name:
        end_with_help(context)
    if name not in _TEMPLATES:
        _end(f"unknown template {name}")
    if not destination:
        _end("template requires destination argument")
    if name == "wsgi-app" and not config:
        end_with_help(context, "template requires --mapproxy-conf option")
    for path, text in _files(name, destination, config or ""):
        write_file(path, text, force=force)


def _files(name: str, destination: str, config: str) -> list[tuple[str, str]]:
    """Paths and texts of a template."""
    if name == "base-config":
        return [(os.path.join(destination, file), template(file)) for file in _BASE_CONFIG]
    if name == "log-ini":
        return [(destination, template("log.ini"))]
    path = destination if "." in os.path.basename(destination) else f"{destination}.py"
    return [(path, template("application.txt").replace("CONFIGURATION", repr(os.path.abspath(config))))]


def _end(error: str) -> NoReturn:
    click.echo(f"ERROR: {error}", err=True)
    sys.exit(EXIT_USAGE)
