"""One export: a seed of a cache that is there for this run alone (spec/util-deploy.md, 8)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import click

from tilekeep.application.seeding.seed_task import CleanupTask, SeedTask
from tilekeep.config.assemble.seed_tasks import EmptyTask
from tilekeep.config.checked_container import checked_container
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.exporting import (
    ExportOrder,
    ExportSettings,
    export_settings,
    grid_name,
    is_source,
    static_settings,
)
from tilekeep.config.loading.settings_file import LoadedSettings
from tilekeep.config.mapproxy.meaning_source import EffectiveCacheSource
from tilekeep.config.problems import ConfigurationProblems
from tilekeep.config.seeding.given_tasks import GivenTasks
from tilekeep.domain.errors import ConfigurationError, JobStoreError, SeedingBrokenOff, StoreError
from tilekeep.domain.image import MIXED
from tilekeep.domain.meta_tile import FetchMode
from tilekeep.domain.path_names import fits_in_path
from tilekeep.entrypoints.cli.exit_codes import (
    EXIT_BROKEN_OFF,
    EXIT_CONFIGURATION,
    EXIT_FAILED_TILES,
    EXIT_INTERRUPTED,
)
from tilekeep.entrypoints.cli.export_call import ExportCall, given_grid, unpacked_place
from tilekeep.entrypoints.cli.run_report import run_report
from tilekeep.entrypoints.seeding.run import RunOptions, WantedTasks, wanted_tasks
from tilekeep.entrypoints.seeding.session import SeedSession, SessionOptions
from tilekeep.entrypoints.seeding.summary import Summaries


def run_export(loaded: LoadedSettings, call: ExportCall) -> int:
    """Exports, and gives the exit code."""
    try:
        with tempfile.TemporaryDirectory(prefix="tilekeep-export-") as locks:
            return _Run(loaded, call, locks)()
    except ConfigurationProblems as problems:
        click.echo("\n".join(f"ERROR: {problem}" for problem in problems.report.errors), err=True)
        return EXIT_CONFIGURATION
    except ConfigurationError as error:
        click.echo(f"ERROR: {error.message}", err=True)
        return EXIT_CONFIGURATION
    except (StoreError, JobStoreError, SeedingBrokenOff) as error:
        click.echo(f"ERROR: {error}", err=True)
        return EXIT_BROKEN_OFF


class _Run:
    """One call; tile locks lie in the directory ``locks``."""

    def __init__(self, loaded: LoadedSettings, call: ExportCall, locks: str) -> None:
        self._call = call
        self._loaded = loaded
        self._locks = locks

    def __call__(self) -> int:
        call = self._call
        settings = export_settings(self._loaded, self._order())
        container = checked_container(settings.loaded)
        grid = container.use_cases.grids().grid(settings.grid)
        levels = call.levels_of(grid)
        encoding = container.use_cases.caches().effective(settings.cache).encoding
        if call.type.from_the_north:
            self._refuse_other_rows(levels)
            if encoding.format == MIXED:
                raise ConfigurationError("files of web servers have one format, but tiles of the cache are mixed")
        if call.type.packed:
            container.use_cases.archives().check(grid, encoding)
        if not call.fetches and is_source(self._loaded, call.source):
            click.echo(
                f"WARN: {call.source} is a source, of which nothing is stored; add --fetch-missing-tiles", err=True
            )
            return 0
        coverages = tuple(map(partial(_with_srs, srs=grid.srs.code), call.coverages))
        tasks = GivenTasks((settings.cache,), coverages, levels).seeds(settings.loaded.settings)
        wanted = wanted_tasks(container, tasks, [settings.cache], [])
        if _draws(container, settings, wanted):
            click.echo("WARN: grids are incompatible. needs to scale/reproject tiles for export.", err=True)
        return self._seeded(container, settings, wanted)

    def _seeded(self, container: TilekeepContainer, settings: ExportSettings, wanted: WantedTasks) -> int:
        call = self._call
        summaries = _ExportSummaries(container, call)
        options = SessionOptions(RunOptions(call.workers, dry_run=call.dry_run), call.progress_file, call.goes_on)
        stop = container.adapters.seed_stop()
        with run_report(container, summaries, call.quiet) as report:
            result = SeedSession(container, options, report, lambda _: None, stop)(wanted)
        if result.interrupted:
            click.echo("stopping...", err=True)
            return EXIT_INTERRUPTED
        if not call.dry_run:
            self._finish(container, settings, wanted)
            if not os.path.exists(call.dest):
                click.echo("WARN: none of these tiles is stored, so nothing has been written", err=True)
        return EXIT_FAILED_TILES if result.tiles.failed else 0

    def _finish(self, container: TilekeepContainer, settings: ExportSettings, wanted: WantedTasks) -> None:
        """Makes what has been stored into what was asked for."""
        call = self._call
        if call.type.packed:
            self._pack(container, settings, wanted)
        else:
            self._hand_on(container)
        if call.type.described:
            self._describe(container, settings)

    def _describe(self, container: TilekeepContainer, settings: ExportSettings) -> None:
        """Writes the capabilities of a WMTS that has just these tiles."""
        from tilekeep.entrypoints.wsgi.static_capabilities import static_capabilities

        call = self._call
        grid = container.use_cases.grids().grid(settings.grid)
        encoding = container.use_cases.caches().effective(settings.cache).encoding
        static = static_settings(self._loaded, call.source, grid, call.levels_of(grid)[-1], encoding.format)
        path = os.path.join(call.dest, "wmts", "1.0.0", "WMTSCapabilities.xml")
        container.adapters.write_text()(path, static_capabilities(static, call.url or ""))

    def _pack(self, container: TilekeepContainer, settings: ExportSettings, wanted: WantedTasks) -> None:
        """Makes the archive, then removes what it was made of."""
        caches, call = container.use_cases.caches(), self._call
        (stored,) = [stored for stored in caches.stores() if stored.tile_set.cache == settings.cache]
        (task,) = wanted.seeds
        region = task.plan.region if isinstance(task, SeedTask) else None
        container.use_cases.archives().pack(
            os.path.abspath(call.dest),
            call.source,
            stored.store,
            stored.grid,
            caches.effective(settings.cache).encoding,
            stored.grid.bbox if region is None else region.bbox,
        )
        unpacked = unpacked_place(call.dest)
        for path in (unpacked, f"{unpacked}-wal", f"{unpacked}-shm", f"{unpacked}-journal"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def _hand_on(self, container: TilekeepContainer) -> None:
        """Makes databases what is copied to other machines: single files that need none beside them."""
        container.adapters.sqlite_connections().close()
        for path in self._call.type.databases_at(self._call.dest):
            container.adapters.into_one_file()(path)

    def _order(self) -> ExportOrder:
        call = self._call
        dest = unpacked_place(call.dest) if call.type.packed else call.dest
        grid = given_grid(call.grid)
        if call.type.below:
            _refuse_unfit(call.source, grid_name(grid))
        store = {**call.type.store_at(dest, call.source, grid_name(grid)), "tile_lock_dir": self._locks}
        return ExportOrder(call.source, grid, store, call.fetches, call.type.from_the_north)

    def _refuse_other_rows(self, levels: tuple[int, ...]) -> None:
        """Rows can be counted from the other end only where levels fill the box of the grid."""
        if "=" in self._call.grid:
            return
        given = checked_container(self._loaded).use_cases.grids().grid(self._call.grid)
        if not given.supports_origin("nw"):
            message = (
                f"the rows of {self._call.grid} cannot be counted from the north, as its levels do not fill its box"
            )
            raise ConfigurationError(f"{message}; use --type tms")


class _ExportSummaries(Summaries):
    """Writes what is exported from where to where."""

    def __init__(self, container: TilekeepContainer, call: ExportCall) -> None:
        super().__init__(container.adapters.projection())
        self._call = call

    def lines(self, task: SeedTask | CleanupTask | EmptyTask) -> Iterator[str]:
        """The lines of the header."""
        call = self._call
        if isinstance(task, EmptyTask):
            yield "Empty coverage given for this export"
            return
        grid = "custom grid" if "=" in call.grid else f"grid {call.grid!r}"
        yield f"Exporting {call.source!r} to {call.dest!r} with {grid} in {task.plan.grid.srs.code}"
        yield from (line.removeprefix("  ").replace("to coverage in:", "to:") for line in self._area(task.plan))
        yield f"  Levels: {list(task.name.levels)}"


def _draws(container: TilekeepContainer, settings: ExportSettings, wanted: WantedTasks) -> bool:
    """Whether tiles are drawn, because the grid or the source is another one, instead of being copied."""
    caches = container.use_cases.caches()
    cache = caches.effective(settings.cache)
    if any(isinstance(source, EffectiveCacheSource) for source in cache.sources):
        return not caches.maps.passes_on(cache, settings.grid)
    return any(isinstance(task, SeedTask) and task.cache.planner.mode is FetchMode.META for task in wanted.seeds)


def _with_srs(coverage: Mapping[str, Any], srs: str) -> Mapping[str, Any]:
    """Lists of tiles have an SRS of their own."""
    return coverage if "expire_tiles" in coverage else {"srs": srs, **coverage}


def _refuse_unfit(*names: str) -> None:
    """Names that become directories and parts of addresses."""
    for name in names:
        if not fits_in_path(name):
            raise ConfigurationError(f"{name!r} cannot be part of an address; choose another --type")
