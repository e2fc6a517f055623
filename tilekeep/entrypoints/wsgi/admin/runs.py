"""What the API says of seeding, and what it can start and stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tilekeep.domain.errors import ConfigurationError, JobStoreError
from tilekeep.entrypoints.facts.tasks import instant_text, remaining_seconds, task_facts
from tilekeep.entrypoints.wsgi.admin.access import Refused
from tilekeep.entrypoints.wsgi.admin.api_request import text, texts
from tilekeep.ports.job_store import JobStore, TaskNote
from tilekeep.ports.seed_runs import RunRequest, SeedRunNote, SeedRuns


class KnownTasks(NamedTuple):
    """The names of the tasks that can be started."""

    seeds: Sequence[str]
    cleanups: Sequence[str]


class RunsApi:
    """Shows, starts and stops runs of seeding.

    Args:
        runs: those that are started here.
        tasks: reads the file of tasks; raises ConfigurationError; None where there is none.
        notes: opens the progress of a run; raises JobStoreError.
        progress_files: of runs that are started elsewhere.
        workers: processes of a run.
    """

    def __init__(
        self,
        *,
        runs: SeedRuns,
        tasks: Callable[[], KnownTasks] | None,
        notes: Callable[[str], JobStore],
        progress_files: Sequence[str],
        workers: int,
    ) -> None:
        self._runs = runs
        self._tasks = tasks
        self._notes = notes
        self._progress_files = progress_files
        self._workers = workers

    def tasks(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The tasks that can be started.

        :raises Refused: 501, 500.
        """
        return self._known_tasks()._asdict()

    def list(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Runs that are started here, the latest first, and those that are started elsewhere and are not finished.

        :raises JobStoreError: the directory of the runs cannot be read.
        """
        here = [self._run_facts(note) for note in self._runs.notes()]
        elsewhere = [
            {"file": os.path.basename(path), "tasks": self._task_facts(path, None)}
            for path in self._progress_files
            if os.path.exists(path)
        ]
        return {"runs": here, "elsewhere": elsewhere}

    def start(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a run with the tasks ``seeds`` and ``cleanups``.

        :raises Refused: 400, 404, 501.
        :raises JobStoreError: the run cannot be started.
        """
        seeds, cleanups = texts(given, "seeds"), texts(given, "cleanups")
        if not seeds and not cleanups:
            raise Refused(400, "name tasks in seeds or cleanups")
        known = self._known_tasks()
        unknown = [name for name in seeds if name not in known.seeds]
        unknown += [name for name in cleanups if name not in known.cleanups]
        if unknown:
            raise Refused(404, f"there are no tasks {', '.join(unknown):.200}")
        return self._run_facts(self._runs.start(RunRequest(seeds, cleanups, self._workers)))

    def stop(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Asks a run to end in good order; raises as :meth:`start`."""
        return self._run_facts(self._runs.stop(text(given, "run")))

    def go_on(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a run again where it was, or with what it could not make; raises as :meth:`start`."""
        self._known_tasks()
        return self._run_facts(self._runs.go_on(text(given, "run")))

    def _known_tasks(self) -> KnownTasks:
        if self._tasks is None:
            raise Refused(501, "no tasks can be started: set services.admin.seed_config")
        try:
            return self._tasks()
        except ConfigurationError as error:
            raise Refused(500, f"the tasks cannot be read: {error}") from error

    def _run_facts(self, note: SeedRunNote) -> dict[str, Any]:
        return {
            "run": note.id,
            "seeds": list(note.request.seeds),
            "cleanups": list(note.request.cleanups),
            "state": note.state.value,
            "started": instant_text(note.started_at),
            "ended": None if note.ended_at is None else instant_text(note.ended_at),
            "result": dict(note.result) or None,
            "tasks": self._task_facts(note.progress_file, note),
            "last_lines": list(note.last_lines),
        }

    def _task_facts(self, path: str, run: SeedRunNote | None) -> Sequence[dict[str, Any]]:
        """How far its tasks are; nothing if it has noted nothing, or is done."""
        if not os.path.exists(path):
            return []
        try:
            notes = self._notes(path)
        except JobStoreError:
            return []  # it has just begun, or just ended
        try:
            return [_facts(task, run) for task in notes.tasks()]
        except JobStoreError:
            return []
        finally:
            notes.close()


def _facts(task: TaskNote, run: SeedRunNote | None) -> dict[str, Any]:
    facts = task_facts(task, task.progress.result.some_failed)
    left = None if run is None or run.ended_at is not None else remaining_seconds(task, run.started_at)
    return {**facts, "seconds_left": left}
