"""Whether the tasks of ``seed.yaml`` fit the caches of ``mapproxy.yaml`` (spec/seed.md, 1.3 and 1.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tilekeep.config.mapproxy.coverage_checks import coverage_problems
from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Problem, error
from tilekeep.config.seeding.options import SeedSettings, TaskOptions
from tilekeep.config.suggestions import closest


def task_problems(tasks: SeedSettings, settings: Settings) -> Iterator[Problem]:
    """All that is wrong with the references of tasks, and with their areas."""
    for name, coverage in tasks.coverages.items():
        yield from coverage_problems(("coverages", name), coverage)
    for section, entries in (("seeds", tasks.seeds), ("cleanups", tasks.cleanups)):
        for name, task in entries.items():
            path = (section, name)
            yield from _unknown(task.caches, settings.caches, (*path, "caches"), "cache")
            yield from _unknown(task.coverages or (), tasks.coverages, (*path, "coverages"), "coverage")
            yield from _area_problems(path, task)
            yield from _grid_problems(path, task, settings)
            yield from _storage_problems(path, task, settings)


def grids_of(task: TaskOptions, settings: Settings) -> tuple[str, ...]:
    """The keys of the grids of a task, in order."""
    return task.grids or _grids(settings, task.caches[0])


def _grids(settings: Settings, cache: str) -> tuple[str, ...]:
    return settings.caches[cache].grids or (DEFAULT_GRID,)


def _unknown(names: Sequence[str], known: dict[str, object] | object, path: OptionPath, what: str) -> Iterator[Problem]:
    assert isinstance(known, dict)
    for index, name in enumerate(names):
        if name not in known:
            available = ", ".join(map(str, known)) or "none"
            message = f"{what} {name!r} does not exist (available: {available})"
            yield error((*path, index), message, suggestion=closest(name, list(map(str, known))))


def _area_problems(path: OptionPath, task: TaskOptions) -> Iterator[Problem]:
    """No area at all is rather a mistake than a wish for the whole world, of which all tiles might be removed."""
    if "coverages" in task.model_fields_set and not task.coverages:
        yield error((*path, "coverages"), "no coverage is named; name some, or leave 'coverages' out for everywhere")


def _grid_problems(path: OptionPath, task: TaskOptions, settings: Settings) -> Iterator[Problem]:
    caches = [name for name in task.caches if name in settings.caches]
    if not caches:
        if not task.caches:
            yield error((*path, "caches"), "the task has no caches; name some")
        return
    for index, grid in enumerate(task.grids or ()):
        without = [name for name in caches if grid not in _grids(settings, name)]
        if without:
            message = f"grid {grid!r} is not among those of {', '.join(without)}; name grids that all caches have"
            yield error((*path, "grids", index), message)
    if not task.grids and len({frozenset(_grids(settings, name)) for name in caches}) > 1:
        message = f"the caches {', '.join(caches)} have different grids; name those that are meant with 'grids'"
        yield error((*path, "caches"), message)


def _storage_problems(path: OptionPath, task: TaskOptions, settings: Settings) -> Iterator[Problem]:
    for index, name in enumerate(task.caches):
        cache = settings.caches.get(name)
        if cache is not None and cache.disable_storage:
            yield error((*path, "caches", index), f"the cache {name!r} stores nothing (disable_storage); leave it out")
        if cache is not None and path[0] == "seeds" and not cache.sources:
            yield error((*path, "caches", index), f"the cache {name!r} has no sources to make tiles of; leave it out")
