"""Seeding and cleaning up from Python."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

from tilekeep.config.assemble.seed_tasks import Overrides
from tilekeep.config.checked_container import checked_container
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.seeding.brokers import seed_broker
from tilekeep.config.seeding.given_tasks import GivenTasks
from tilekeep.config.seeding.loading import load_tasks
from tilekeep.config.seeding.options import SeedSettings
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.working_hours import WorkingHours, working_hours
from tilekeep.entrypoints.invalidation import Invalidated, WantedInvalidation, invalidated
from tilekeep.entrypoints.rate import with_rate
from tilekeep.entrypoints.seeding.asked_tiles import asked_for
from tilekeep.entrypoints.seeding.lines import LineReport
from tilekeep.entrypoints.seeding.run import RunOptions, wanted_tasks
from tilekeep.entrypoints.seeding.session import SeedSession, SessionOptions, SessionResult
from tilekeep.entrypoints.seeding.summary import Summaries

_log = logging.getLogger("tilekeep.seed")


def seed(
    configuration: str,
    tasks: str | None = None,
    *,
    names: Sequence[str] | None = None,
    caches: Sequence[str] = (),
    coverages: Sequence[Mapping[str, Any]] = (),
    levels: Sequence[int] | None = None,
    access_logs: Sequence[str] = (),
    concurrency: int = 2,
    dry_run: bool = False,
    progress_file: str | None = None,
    goes_on: bool = False,
    retry_failed: bool = False,
    refresh_before_seconds: float | None = None,
    only_existing: bool = False,
    keep_stale: bool = True,
    rate: float | None = None,
    between: str | None = None,
    environment: str | None = None,
    broker: str | None = None,
) -> SessionResult:
    """Does the seeds of a file, as ``tilekeep seed`` does; progress is logged as ``tilekeep.seed``.

    Args:
        configuration: path of ``mapproxy.yaml``.
        tasks: path of ``seed.yaml``; None where ``caches`` or ``access_logs`` say what is to be seeded.
        names: of the seeds, in order; None is all.
        caches: their names, where there is no file of tasks.
        coverages: areas as in ``seed.yaml``, with absolute paths, instead of those of the tasks.
        levels: of the grids, instead of those of the tasks.
        access_logs: paths of logs of web servers; the tiles that were asked for are seeded.
        concurrency: processes that work; with 1 it is this one.  Without effect beside a broker.
        dry_run: whether tiles are only counted.
        progress_file: where it is noted what is done.
        goes_on: whether an earlier run with that file is gone on with.
        retry_failed: whether only those tiles are made that an earlier run with that file could not make.
        refresh_before_seconds: the age at which tiles are stale, whatever the file says.
        only_existing: whether no missing tiles are made.
        keep_stale: whether stale tiles stay that cannot be made anew.
        rate: most requests in a second to each server.  Workers at a broker have their own.
        between: the part of the day in which tiles are made, such as ``22:00-06:00``, in local time; None is all of it.
        environment: overlay of the configuration.
        broker: URL of a Redis where workers are met (``tilekeep worker``), who make the tiles.

    :raises ConfigurationError: one of the files cannot be obeyed, or there is no such task, or a library is missing.
    :raises SeedingBrokenOff: the broker cannot be used, or workers die again and again.
    :raises StoreError: tiles cannot be stored.
    :raises JobStoreError: it cannot be noted what is done.
    """
    hours = _hours(between)
    loaded = with_rate(load_settings(configuration, environment=environment, variables=os.environ), rate)
    container = checked_container(loaded)
    overrides = Overrides(refresh_before_seconds, only_existing=only_existing, keeps_stale=keep_stale)
    if access_logs:
        wanted = asked_for(container, loaded, access_logs, levels, overrides, _log.info)
    else:
        given = GivenTasks(tuple(caches), tuple(coverages), None if levels is None else tuple(levels))
        settings = given.seeds(loaded.settings) if tasks is None else given.applied(_tasks(tasks, loaded.settings))
        chosen = _chosen("seed", names, list(settings.seeds))
        wanted = wanted_tasks(container, settings, chosen, [], overrides)
    meeting = None if broker is None else seed_broker(broker, container.settings)
    run = RunOptions(concurrency, dry_run=dry_run, hours=hours, broker=meeting)
    options = SessionOptions(run, progress_file, goes_on=goes_on, retry_failed=retry_failed)
    return _session(container, options)(wanted)


def cleanup(
    configuration: str,
    tasks: str,
    *,
    names: Sequence[str] | None = None,
    dry_run: bool = False,
    environment: str | None = None,
) -> None:
    """Does the cleanups of a file, as ``tilekeep seed`` does; arguments and errors are those of :func:`seed`."""
    loaded = load_settings(configuration, environment=environment, variables=os.environ)
    container, settings = checked_container(loaded), _tasks(tasks, loaded.settings)
    chosen = _chosen("cleanup", names, list(settings.cleanups))
    options = SessionOptions(RunOptions(1, dry_run=dry_run))
    _session(container, options)(wanted_tasks(container, settings, [], chosen))


def invalidate(
    configuration: str,
    *,
    caches: Sequence[str] | None = None,
    coverages: Sequence[Mapping[str, Any]] | None = None,
    levels: Sequence[int] | None = None,
    derived: bool = True,
    dry_run: bool = False,
    environment: str | None = None,
) -> list[Invalidated]:
    """Marks stored tiles as stale where data has changed, as ``tilekeep invalidate`` does.

    Args:
        configuration: path of ``mapproxy.yaml``.
        caches: their names; None is all.
        coverages: areas as in ``seed.yaml``, such as ``{"bbox": [5, 47, 15, 55], "srs": "EPSG:4326"}`` or
            ``{"expire_tiles": "expired.list"}``; paths begin at the current directory.  None is everywhere.
        levels: of the grids; None is all.
        derived: whether caches that are made of these are reached too.
        dry_run: whether tiles are only counted.
        environment: overlay of the configuration.

    :raises ConfigurationError: the configuration cannot be obeyed, there is no such cache, or an area cannot be read.
    """
    loaded = load_settings(configuration, environment=environment, variables=os.environ)
    wanted = WantedInvalidation(caches, coverages, levels, with_derived=derived, dry_run=dry_run)
    return list(invalidated(checked_container(loaded), wanted))


def _tasks(path: str, settings: Settings) -> SeedSettings:
    return load_tasks(path, settings, variables=os.environ).settings


def _hours(between: str | None) -> WorkingHours | None:
    hours = None if between is None else working_hours(between)
    if between is not None and hours is None:
        raise ConfigurationError(f"between: {between!r} is not HH:MM-HH:MM")
    return hours


def _chosen(kind: str, names: Sequence[str] | None, available: list[str]) -> list[str]:
    unknown = [name for name in names or () if name not in available]
    if unknown:
        raise ConfigurationError(f"unknown {kind} tasks: {', '.join(unknown)} (available: {', '.join(available)})")
    return available if names is None else list(names)


def _session(container: TilekeepContainer, options: SessionOptions) -> SeedSession:
    summaries = Summaries(container.adapters.projection())
    report = LineReport(_log.info, summaries, container.adapters.clock(), quiet=1)
    return SeedSession(container, options, report, _log.info, container.adapters.seed_stop())
