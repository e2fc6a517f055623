"""The container of a configuration for commands that work on caches; what is wrong is printed and ends the program.

Services are not put together: neither their time nor what is wrong with them concerns such a command.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from tilekeep.config.loading.garbage import garbage_collection_paused
from tilekeep.config.loading.settings_file import LoadedSettings, load_settings
from tilekeep.config.problems import ConfigurationProblems, Report
from tilekeep.config.problems import error as problem_of
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION
from tilekeep.entrypoints.rate import with_rate

if TYPE_CHECKING:
    from tilekeep.config.containers import TilekeepContainer


class Configured(NamedTuple):
    """Settings, and what is made of them."""

    loaded: LoadedSettings
    container: TilekeepContainer


def configured_or_exit(config: str, environment: str | None, rate: float | None = None) -> Configured:
    """The caches of the file ``config``; problems are printed, fatal ones end the program with exit code 2.

    Args:
        config: path of the configuration.
        environment: the entry of ``environments`` to lay over the rest, or None.
        rate: the most requests in a second to each server, whatever the configuration says; None leaves that to it.
    """
    from tilekeep.config.checked_container import checked_container, problems_of_parts

    try:
        with garbage_collection_paused(for_good=True):
            loaded = load_settings(config, environment=environment, variables=os.environ, further=problems_of_parts)
            loaded = with_rate(loaded, rate)
            configured = Configured(loaded, checked_container(loaded))
    except ConfigurationProblems as problems:
        _end(problems.report)
    except ConfigurationError as error:
        _end(Report.of([problem_of(error.option, error.message)]))
    if loaded.report.problems:
        click.echo(loaded.report.as_text(), err=True)
    return configured


def _end(report: Report) -> NoReturn:
    click.echo(report.as_text(), err=True)
    sys.exit(EXIT_CONFIGURATION)
