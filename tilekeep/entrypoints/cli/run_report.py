"""How people hear of a run: a bar on a terminal that can draw one, else lines."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tilekeep.config.containers import TilekeepContainer
from tilekeep.entrypoints.seeding.lines import LineReport
from tilekeep.entrypoints.seeding.run import RunReport
from tilekeep.entrypoints.seeding.summary import Summaries

if TYPE_CHECKING:
    from rich.console import Console


@contextlib.contextmanager
def run_report(container: TilekeepContainer, summaries: Summaries, quiet: int) -> Iterator[RunReport]:
    """The report, while it lasts; ``quiet`` is how often the option has been given."""
    clock = container.adapters.clock()
    console = None if quiet or not sys.stdout.isatty() else _console()
    if console is None:
        yield LineReport(click.echo, summaries, clock, max(1, quiet))
        return
    from tilekeep.entrypoints.seeding.display import TerminalReport
    from tilekeep.entrypoints.seeding.server_loads import ServerLoads

    report = TerminalReport(console, summaries, clock, ServerLoads(container.adapters.gate()))
    with report.shown():
        yield report


def _console() -> Console | None:
    """The terminal, or None for one that cannot move back (``TERM=dumb``), on which nothing would be shown."""
    from rich.console import Console

    console = Console()
    return None if console.is_dumb_terminal else console
