"""Runs of seeding that are started from a page, each in a process of its own."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class RunState(enum.Enum):
    """How a run stands."""

    RUNNING = "running"
    FINISHED = "finished"
    INCOMPLETE = "incomplete"
    STOPPED = "stopped"
    FAILED = "failed"


class RunRequest(NamedTuple):
    """The tasks of a run, by their names; ``workers`` is the number of processes that work."""

    seeds: tuple[str, ...] = ()
    cleanups: tuple[str, ...] = ()
    workers: int = 2


class SeedRunNote(NamedTuple):
    """What is known of a run.

    :ivar id: by which it is asked for.
    :ivar started_at: in POSIX seconds, like ``ended_at``; of the latest start if it was gone on with.
    :ivar ended_at: None while it runs.
    :ivar progress_file: where it notes down what is done; the file exists until all is done.
    :ivar result: what came of it, once it has ended in good order.
    :ivar last_lines: the end of what it has said.
    """

    id: str
    request: RunRequest
    state: RunState
    started_at: float
    ended_at: float | None
    progress_file: str
    result: Mapping[str, int]
    last_lines: tuple[str, ...]


class SeedRuns(Protocol):
    """Starts and stops runs, and remembers those that are over.  Safe to use from several processes.

    :raises JobStoreError: of all methods, if the directory of the runs cannot be used.
    """

    def notes(self) -> Sequence[SeedRunNote]:
        """All runs, the latest first."""
        ...

    def start(self, request: RunRequest) -> SeedRunNote:
        """Starts a run.

        :raises TooManyRuns: others have to end first.
        """
        ...

    def stop(self, run: str) -> SeedRunNote:
        """Asks a run to end in good order, so that it can be gone on with; nothing happens to one that is over.

        :raises UnknownRun: there is none.
        """
        ...

    def go_on(self, run: str) -> SeedRunNote:
        """Starts a run again that was stopped or has died, where it was; of one that is over, what could not be made.

        :raises UnknownRun: there is none.
        :raises TooManyRuns: it runs, or others have to end first.
        """
        ...
