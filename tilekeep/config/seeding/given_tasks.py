"""Tasks as the command line and Python callers give them, beside a file of tasks or instead of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tilekeep.config.loading.settings_file import scalar_coerced
from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.config.mapproxy.coverage_checks import coverage_problems
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.validation import validated
from tilekeep.config.problems import ConfigurationProblems, Problem, Report
from tilekeep.config.seeding.checks import task_problems
from tilekeep.config.seeding.options import CleanupOptions, SeedOptions, SeedSettings, TaskOptions


@dataclass(frozen=True, slots=True)
class GivenTasks:
    """What is said of tasks outside of a file.

    :ivar caches: without a file, each of them is a seed of its own name.
    :ivar coverages: areas as in files of tasks, with absolute paths; they take the place of those of all tasks.
    :ivar levels: take the place of those of all tasks; None leaves them.
    """

    caches: tuple[str, ...] = ()
    coverages: tuple[Mapping[str, Any], ...] = ()
    levels: tuple[int, ...] | None = None

    def seeds(self, settings: Settings) -> SeedSettings:
        """A seed for each cache.

        :raises ConfigurationProblems: there is no such cache, or it has no sources.
        """
        tasks = SeedSettings(seeds={name: SeedOptions(caches=(name,)) for name in self.caches})
        _refuse(list(task_problems(tasks, settings)))
        return self.applied(tasks)

    def applied(self, tasks: SeedSettings) -> SeedSettings:
        """The tasks of a file with what is said here.

        :raises ConfigurationProblems: a coverage means nothing.
        """
        areas = {f"area {number}": given_coverage(one) for number, one in enumerate(self.coverages, start=1)}
        changes: dict[str, Any] = {}
        if areas:
            changes["coverages"] = tuple(areas)
        if self.levels is not None:
            changes |= {"levels": self.levels, "resolutions": None}
        seeds: dict[str, SeedOptions] = _changed(tasks.seeds, changes)
        cleanups: dict[str, CleanupOptions] = _changed(tasks.cleanups, changes)
        update = {"seeds": seeds, "cleanups": cleanups, "coverages": {**tasks.coverages, **areas}}
        return tasks.model_copy(update=update)


def given_coverage(coverage: Mapping[str, Any]) -> Coverage:
    """An area as it is written in files, of plain data.

    :raises ConfigurationProblems: it means nothing.
    """
    result = validated(Coverage, _as_of_a_file(coverage), scalar_coerced)
    settings = result.settings
    _refuse([*result.problems, *coverage_problems(("coverage",), settings, member=True)])
    return settings


def _as_of_a_file(value: Any) -> Any:
    """Lists as tuples."""
    if isinstance(value, Mapping):
        return {key: _as_of_a_file(inner) for key, inner in value.items()}
    return tuple(map(_as_of_a_file, value)) if isinstance(value, list | tuple) else value


def _changed(tasks: Mapping[str, TaskOptions], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: task.model_copy(update=dict(changes)) for name, task in tasks.items()}


def _refuse(problems: Sequence[Problem]) -> None:
    report = Report.of(problems)
    if report.errors:
        raise ConfigurationProblems(report)
