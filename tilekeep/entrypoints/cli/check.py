"""``tilekeep check``, and loading a configuration for the other commands."""

from __future__ import annotations

import os
import sys

import click

from tilekeep.config.loading.settings_file import LoadedSettings, load_settings
from tilekeep.config.problems import ConfigurationProblems
from tilekeep.entrypoints.cli import options

#: Exit code for a configuration that cannot be obeyed (spec/util-deploy.md, 13).
EXIT_CONFIGURATION = 2


def load_or_exit(config: str, environment: str | None) -> LoadedSettings:
    """The settings of ``config``; problems are printed, fatal ones end the program with exit code 2."""
    try:
        loaded = load_settings(config, environment=environment, variables=os.environ)
    except ConfigurationProblems as problems:
        click.echo(problems.report.as_text(), err=True)
        sys.exit(EXIT_CONFIGURATION)
    if loaded.report.problems:
        click.echo(loaded.report.as_text(), err=True)
    return loaded


@click.command("check")
@options.configuration
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@options.environment
def command(config: str, as_json: bool, environment: str | None) -> None:
    """Check the configuration file CONFIG and report every problem with its place.

    The exit code is 0 for a configuration that can be obeyed, with or without warnings, and 2 otherwise.
    """
    try:
        report, fatal = load_settings(config, environment=environment, variables=os.environ).report, False
    except ConfigurationProblems as problems:
        report, fatal = problems.report, True
    click.echo(report.as_json() if as_json else report.as_text() or f"{config}: no problems")
    if fatal:
        sys.exit(EXIT_CONFIGURATION)
