"""How people hear of a run: a bar on a terminal, else lines."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import click

from tilekeep.config.containers import TilekeepContainer
from tilekeep.entrypoints.seeding.lines import LineReport
from tilekeep.entrypoints.seeding.run import RunReport
from tilekeep.entrypoints.seeding.summary import Summaries


@contextlib.contextmanager
def run_report(container: TilekeepContainer, summaries: Summaries, quiet: int) -> Iterator[RunReport]:
    """The report, while it lasts; ``quiet`` is how often the option has been given."""
    clock = container.adapters.clock()
    if quiet or not sys.stdout.isatty():
        yield LineReport(click.echo, summaries, clock, max(1, quiet))
        return
    from rich.console import Console

    from tilekeep.entrypoints.seeding.display import TerminalReport
    from tilekeep.entrypoints.seeding.server_loads import ServerLoads

    report = TerminalReport(Console(), summaries, clock, ServerLoads(container.adapters.gate()))
    with report.shown():
        yield report
