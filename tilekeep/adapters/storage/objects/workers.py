"""Threads in which the requests of all stores of objects go side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: As many requests of one process go at a time; a meta tile has 16 tiles.
MOST = 16


class ObjectWorkers:
    """Bounded for the whole process, and made on first use.

    They are kept, since making threads costs more than a request; a single item needs none of them.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._left_behind: list[ThreadPoolExecutor] = []

    def map(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """The results in the order of the items.

        The first failure is raised when all calls that had begun are over; the others are not begun any more.
        ``function`` must not come back here: it would wait for threads that wait for it.
        """
        if len(items) <= 1:
            return [function(item) for item in items]
        pool = self._threads()
        futures = [pool.submit(function, item) for item in items]
        if any(future.exception() for future in wait(futures, return_when=FIRST_EXCEPTION).done):
            for future in futures:
                future.cancel()
            wait(futures)
            raise next(error for future in futures if not future.cancelled() and (error := future.exception()))
        return [future.result() for future in futures]

    def reset_after_fork(self) -> None:
        """Leaves the threads to the parent process; the next use makes new ones."""
        if self._pool is not None:
            self._left_behind.append(self._pool)
        self._lock, self._pool = threading.Lock(), None

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._most, thread_name_prefix="tilekeep-objects")
            return self._pool
