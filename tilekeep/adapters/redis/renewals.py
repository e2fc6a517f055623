"""What is repeated as long as somebody lives: the renewal of all that a process holds for a time."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable

#: Renews what is held under a name with a token, or withdraws it.
Renewal = Callable[[bytes, bytes], None]


def _leave(name: bytes, token: bytes) -> None:
    """Nothing has been taken for nobody."""


#: How often the thread looks in vain before it ends.
_IDLE_ROUNDS = 12


class Renewals:
    """Renews names with their tokens in a thread until they are forgotten, where the process has threads.

    What the parent of a forked child holds stays the parent's.
    """

    def __init__(self, *, every_seconds: float) -> None:
        """Says how often; starts nothing."""
        self._every_seconds = every_seconds
        self._process = _Process()

    def keep(self, name: bytes, token: bytes, renew: Renewal, withdraw: Renewal = _leave) -> None:
        """Renews from now on, by the same ``renew`` for all.

        ``withdraw`` undoes a renewal that was under way when its name was forgotten: it may have come after the return
        of what was held, and have taken it anew for nobody.
        """
        # Kept nowhere but in the thread: whoever renews owns connections, which would hang on in a cycle.
        self._of_this_process().keep(name, token, renew, withdraw, self._every_seconds)

    def forget(self, name: bytes, token: bytes) -> None:
        """Renews no more; to be called before what was held is given back."""
        self._of_this_process().forget(name, token)

    def _of_this_process(self) -> _Process:
        if self._process.number != os.getpid():
            self._process = _Process()
        return self._process


class _Process:
    """What one process holds, and the thread that renews it; it ends when there is nothing."""

    def __init__(self) -> None:
        self.number = os.getpid()
        self._held: dict[tuple[bytes, bytes], None] = {}
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, name: bytes, token: bytes, renew: Renewal, withdraw: Renewal, every_seconds: float) -> None:
        with self._guard:
            self._held[name, token] = None
            if self._thread is None:
                thread = threading.Thread(
                    target=self._run, args=(renew, withdraw, every_seconds), name="tilekeep-leases", daemon=True
                )
                # Where it cannot start, the lease ends by itself, and the next one tries again.
                with contextlib.suppress(RuntimeError):
                    thread.start()
                    self._thread = thread

    def forget(self, name: bytes, token: bytes) -> None:
        with self._guard:
            self._held.pop((name, token), None)

    def _run(self, renew: Renewal, withdraw: Renewal, every_seconds: float) -> None:
        idle = 0
        while True:
            time.sleep(every_seconds)
            with self._guard:
                held = list(self._held)
                idle = 0 if held else idle + 1
                if idle > _IDLE_ROUNDS:
                    self._thread = None
                    return
            for name, token in held:
                if (name, token) in self._held:
                    renew(name, token)
                    if (name, token) not in self._held:
                        withdraw(name, token)
