"""``tilekeep check``, and loading a configuration for the other commands."""

from __future__ import annotations

import os
import sys

import click

from tilekeep.config.loading.garbage import garbage_collection_paused
from tilekeep.config.loading.settings_file import LoadedSettings, load_settings
from tilekeep.config.problems import ConfigurationProblems, Report
from tilekeep.config.problems import error as problem_of
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION


def load_or_exit(config: str, environment: str | None) -> LoadedSettings:
    """The settings of ``config``; problems are printed, fatal ones end the program with exit code 2."""
    loaded, report = _checked(config, environment)
    if report.problems:
        click.echo(report.as_text(), err=True)
    if loaded is None:
        sys.exit(EXIT_CONFIGURATION)
    return loaded


@garbage_collection_paused()
def checked(config: str, environment: str | None) -> LoadedSettings:
    """The settings of ``config``, of which an application can be made.

    :raises ConfigurationError: none can.
    """
    from tilekeep.config.checked_container import problems_of_parts
    from tilekeep.entrypoints.wsgi.make_app import application_of

    loaded = load_settings(config, environment=environment, variables=os.environ, further=problems_of_parts)
    application_of(loaded)
    return loaded


def _checked(config: str, environment: str | None) -> tuple[LoadedSettings | None, Report]:
    """The settings, or None if they cannot be obeyed, and all that is to be said of them."""
    try:
        loaded = checked(config, environment)
    except ConfigurationProblems as problems:
        return None, problems.report
    except ConfigurationError as error:
        return None, Report.of([problem_of(error.option, error.message)])
    return loaded, loaded.report


@click.command("check")
@options.configuration
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@options.environment
def command(config: str, as_json: bool, environment: str | None) -> None:
    """Check the configuration file CONFIG and report every problem with its place.

    The exit code is 0 for a configuration that can be obeyed, with or without warnings, and 2 otherwise.
    """
    loaded, report = _checked(config, environment)
    click.echo(report.as_json() if as_json else report.as_text() or f"{config}: no problems")
    if loaded is None:
        sys.exit(EXIT_CONFIGURATION)
