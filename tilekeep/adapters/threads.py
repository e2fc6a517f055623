"""Doing several things at a time in threads that live only as long as the call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class ThreadRunner:
    """A :class:`tilekeep.ports.parallel.ParallelRunner`.

    Threads are made for each call: that costs little beside an upstream request, bounds them by the call's own
    limit, and leaves nothing behind that a fork could break.
    """

    def map(self, function: Callable[[Item], Result], items: Sequence[Item], limit: int) -> list[Result]:
        """See :meth:`tilekeep.ports.parallel.ParallelRunner.map`."""
        if len(items) <= 1 or limit <= 1:
            return [function(item) for item in items]
        with ThreadPoolExecutor(max_workers=min(limit, len(items)), thread_name_prefix="tilekeep") as pool:
            # What is logged in these threads belongs to the request of this one.
            futures = [pool.submit(copy_context().run, function, item) for item in items]
            wait(futures, return_when=FIRST_EXCEPTION)
            for future in futures:
                future.cancel()
            wait(futures)
            for future in futures:
                if not future.cancelled():
                    future.result()
            return [future.result() for future in futures]
