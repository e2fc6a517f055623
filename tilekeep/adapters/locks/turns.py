"""Queues inside one process, so that only one of its threads looks at the lock files of a name."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field

#: Longer waits than this overflow in the system's own lock functions.
_LONGEST_WAIT_SECONDS = 1_000_000.0


@dataclass(slots=True)
class _Queue:
    places: threading.Semaphore | threading.Lock
    users: int = 0


@dataclass(slots=True)
class Turns:
    """Named semaphores that exist as long as someone holds or wants them."""

    _guard: threading.Lock = field(default_factory=threading.Lock)
    _queues: dict[tuple[str, int], _Queue] = field(default_factory=dict)

    def take(self, name: str, places: int, wait_seconds: float) -> bool:
        """Takes one of ``places`` under ``name`` and says whether it got one within ``wait_seconds``."""
        with self._guard:
            queue = self._queues.get((name, places))
            if queue is None:
                # A lock is a semaphore for one, and costs a twentieth to make.
                queue = _Queue(threading.Lock() if places == 1 else threading.Semaphore(places))
                self._queues[name, places] = queue
            queue.users += 1
        taken = False
        try:
            taken = _acquire(queue.places, wait_seconds)
        finally:
            if not taken:
                self._leave(name, places, queue)
        return taken

    def give_back(self, name: str, places: int) -> None:
        """Gives a taken place back."""
        queue = self._queues[name, places]
        queue.places.release()
        self._leave(name, places, queue)

    def _leave(self, name: str, places: int, queue: _Queue) -> None:
        with self._guard:
            queue.users -= 1
            if not queue.users:
                del self._queues[name, places]


def _acquire(places: threading.Semaphore | threading.Lock, wait_seconds: float) -> bool:
    if wait_seconds <= 0:
        return places.acquire(blocking=False)
    if math.isinf(wait_seconds):
        return places.acquire()
    return places.acquire(timeout=min(wait_seconds, _LONGEST_WAIT_SECONDS))
