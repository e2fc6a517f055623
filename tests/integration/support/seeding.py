"""Seeding and cleaning up in this process, as the command does it."""

from __future__ import annotations

import os
from pathlib import Path

from tilekeep.config.assemble.seed_tasks import NO_OVERRIDES, Overrides
from tilekeep.config.checked_container import checked_container
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.seeding.loading import load_tasks
from tilekeep.domain.patience import Patience
from tilekeep.entrypoints.seeding.lines import LineReport
from tilekeep.entrypoints.seeding.run import RunOptions, wanted_tasks
from tilekeep.entrypoints.seeding.session import SeedSession, SessionOptions, SessionResult
from tilekeep.entrypoints.seeding.summary import Summaries

#: Fails at once.
IMPATIENT = Patience(attempts=1)


def container_of(configuration: Path) -> TilekeepContainer:
    return checked_container(load_settings(str(configuration), variables=os.environ))


def seed_and_clean(
    configuration: Path,
    tasks: Path,
    *,
    overrides: Overrides = NO_OVERRIDES,
    options: SessionOptions = SessionOptions(RunOptions(workers=1, patience=IMPATIENT)),  # noqa: B008 - a value
    said: list[str] | None = None,
) -> SessionResult:
    """Does all tasks of a file; what is said goes to a list."""
    container = container_of(configuration)
    settings = load_tasks(str(tasks), container.settings, variables=os.environ).settings
    wanted = wanted_tasks(container, settings, list(settings.seeds), list(settings.cleanups), overrides)
    lines: list[str] = [] if said is None else said
    report = LineReport(lines.append, Summaries(container.adapters.projection()), container.adapters.clock(), quiet=2)
    session = SeedSession(container, options, report, lines.append, container.adapters.seed_stop())
    return session(wanted)


def tiles_below(directory: Path) -> list[str]:
    """Sorted paths of all tiles."""
    return sorted(str(path.relative_to(directory)) for path in directory.glob("**/*.png"))
