"""Puts the admin service together."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tilekeep.config.assemble.stored_caches import StoredCaches
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import LoadedSettings
from tilekeep.config.mapproxy.meaning_services import EffectiveAdmin
from tilekeep.config.seeding.loading import load_tasks
from tilekeep.domain.errors import JobStoreError
from tilekeep.entrypoints.invalidation import invalidated
from tilekeep.entrypoints.wsgi.admin.access import Access
from tilekeep.entrypoints.wsgi.admin.caches import CachesApi
from tilekeep.entrypoints.wsgi.admin.handler import AdminHandler, Operation
from tilekeep.entrypoints.wsgi.admin.marks import MarksApi
from tilekeep.entrypoints.wsgi.admin.runs import KnownTasks, RunsApi
from tilekeep.entrypoints.wsgi.admin.servers import ServersApi
from tilekeep.entrypoints.wsgi.demo.world import World, WorldParts
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.pages.static_files import StaticFiles
from tilekeep.ports.seed_runs import RunRequest


@dataclass(frozen=True, slots=True)
class AdminParts:
    """What the admin service works with; ``knows_proxies`` says whether only trusted ones tell its address."""

    options: EffectiveAdmin
    stored: StoredCaches
    caches: CachesApi
    servers: ServersApi
    runs: RunsApi
    marks: MarksApi
    knows_proxies: bool = False


def admin_parts(
    options: EffectiveAdmin, container: TilekeepContainer, loaded: LoadedSettings, environment: str | None
) -> AdminParts:
    """The parts of a configuration; ``environment`` is the overlay with which it was loaded."""
    adapters, stored = container.adapters, container.use_cases.stored_caches()
    command = partial(_command, loaded.files[0], options.seed_config, environment)
    return AdminParts(
        options,
        stored,
        CachesApi(stored, adapters.background(), adapters.clock(), adapters.metrics()),
        ServersApi(stored, adapters.gate(), adapters.metrics()),
        RunsApi(
            runs=adapters.seed_runs(options.runs_dir, command),
            tasks=None if options.seed_config is None else _tasks(options.seed_config, loaded),
            notes=partial(adapters.seed_notes, read_only=True),
            progress_files=options.progress_files,
            workers=options.workers,
        ),
        MarksApi(
            partial(invalidated, container),
            lambda: (name.cache for name in stored.names()),
            adapters.projection().srs,
            adapters.background(),
        ),
        container.options.trusted_proxies is not None,
    )


def admin_handler(
    parts: AdminParts, templates: DocumentTemplates, world: WorldParts, *, has_demo: bool
) -> AdminHandler:
    """The page and the API."""
    caches, runs = parts.caches, parts.runs
    operations = {
        "caches": Operation(caches.list),
        "cache": Operation(caches.cache),
        "squares": Operation(caches.squares),
        "servers": Operation(parts.servers.list),
        "tasks": Operation(runs.tasks),
        "runs": Operation(runs.list),
        "invalidate": Operation(parts.marks.invalidate, changes=True),
        "count": Operation(caches.count, changes=True),
        "start": Operation(runs.start, changes=True),
        "stop": Operation(runs.stop, changes=True),
        "go-on": Operation(runs.go_on, changes=True),
    }

    def codes() -> Iterator[str]:
        return (name.srs for name in parts.stored.names())

    return AdminHandler(
        operations=operations,
        access=Access(parts.options.token, knows_proxies=parts.knows_proxies),
        templates=templates,
        files=StaticFiles(),
        world=World(world, codes),
        has_demo=has_demo,
    )


def _tasks(path: str, loaded: LoadedSettings) -> Callable[[], KnownTasks]:
    def read() -> KnownTasks:
        settings = load_tasks(path, loaded.settings, variables=os.environ).settings
        return KnownTasks(list(settings.seeds), list(settings.cleanups))

    return read


def _command(config: str, tasks: str | None, environment: str | None, request: RunRequest) -> list[str]:
    """The program of a run; every name stands behind its option, so that none can be taken for one."""
    assert tasks is not None, "without tasks nothing can be started"
    command = [*_python(), "-m", "tilekeep.entrypoints.cli.main", "seed", "-q", f"--proxy-conf={config}"]
    command += [f"--seed-conf={tasks}", f"--concurrency={request.workers}"]
    command += [f"--seed={name}" for name in request.seeds]
    command += [f"--cleanup={name}" for name in request.cleanups]
    return command + ([f"--env={environment}"] if environment else [])


def _python() -> list[str]:
    """The interpreter, which in some servers is not what runs (uWSGI); it imports nothing from where it is started.

    :raises JobStoreError: there is none.
    """
    candidates = (sys.executable, os.path.join(sys.prefix, "bin", "python3"))
    for path in candidates:
        if os.path.basename(path or "").startswith("python") and os.access(path, os.X_OK):
            return [path, "-P"]
    raise JobStoreError(f"no run can be started: there is no interpreter at {candidates[1]!r}")
