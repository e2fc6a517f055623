"""Reports on grids for the commands that print them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from tilekeep.config.problems import ConfigurationProblems
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION, EXIT_USAGE

if TYPE_CHECKING:
    from tilekeep.config.assemble.grid_reports import GridReport, GridReports
    from tilekeep.config.loading.settings_file import LoadedSettings
    from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage


def wanted_keys(reports: GridReports, name: str | None, *, unused: bool) -> list[str]:
    """The keys of the grids that are asked for; an unknown name ends the program with exit code 1."""
    if name is None:
        return list(reports.keys(unused=unused))
    key = reports.key_of(name)
    if key is None:
        click.echo(f"grid not found: {name}", err=True)
        sys.exit(EXIT_USAGE)
    return [key]


def seed_coverage(loaded: LoadedSettings, seed_conf: str | None, name: str | None) -> EffectiveCoverage | None:
    """An area of a file of tasks; None if none is asked for.

    One of the options without the other, and an unknown area, end the program with exit code 1, a file that cannot be
    obeyed with 2.
    """
    from tilekeep.config.mapproxy.meaning_coverage import effective_coverage
    from tilekeep.config.seeding.loading import load_tasks

    if seed_conf is None and name is None:
        return None
    if seed_conf is None or name is None:
        _end("--coverage-name and --seed-conf can only be used together", EXIT_USAGE)
    try:
        known = load_tasks(seed_conf, loaded.settings, variables=os.environ).settings.coverages
    except ConfigurationProblems as problems:
        click.echo(problems.report.as_text(), err=True)
        sys.exit(EXIT_CONFIGURATION)
    if name not in known:
        _end(f"coverage {name} not found; available coverages: {', '.join(known) or 'none'}", EXIT_USAGE)
    return effective_coverage(known[name], loaded.base_dir)


def report_on(reports: GridReports, keys: list[str], coverage: EffectiveCoverage | None) -> list[GridReport]:
    """The reports; an area that cannot be read ends the program with exit code 2."""
    try:
        return [reports.report(key, coverage) for key in keys]
    except ConfigurationError as error:
        _end(error.message, EXIT_CONFIGURATION)


def _end(error: str, code: int) -> NoReturn:
    click.echo(f"ERROR: {error}", err=True)
    sys.exit(code)
