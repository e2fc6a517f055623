"""Doing something soon, for which no client waits."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class BackgroundRunner(Protocol):
    """Runs jobs beside the requests, a bounded number of them; what is waiting at the end of the process is dropped."""

    @property
    def runs_beside_requests(self) -> bool:
        """Whether a request may wait for a job; else jobs begin when the answer has been sent."""
        ...

    def submit(self, key: Hashable, job: Callable[[], Result], lane: Hashable = None) -> Future[Result] | None:
        """The outcome of ``job``, or of the job under the same ``key`` that waits or runs already.

        Jobs of one ``lane`` that take long do not keep those of others from running.  None if it is not taken: too many
        are waiting, jobs have cost too much that came to nothing, or the process is about to end.
        """
        ...
