"""When a process leaves its numbers for the others: about once a second, while there is news."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable

_PAUSE_SECONDS = 1.0

#: Of the time of a process not more than this part goes into saving.
_LARGEST_SHARE = 0.02


class RegularSaving:
    """Calls ``save`` again and again in a thread, from :meth:`begin` on.

    Args:
        save: leaves the numbers; it is held weakly, and the thread ends with its object.
    """

    def __init__(self, save: Callable[[], object]) -> None:
        self._save = weakref.WeakMethod(save)
        self._lock = threading.Lock()
        self._has_begun = False

    def begin(self) -> None:
        """Starts the thread, unless it runs."""
        with self._lock:
            if self._has_begun:
                return
            self._has_begun = True
        threading.Thread(target=_work, args=(self._save,), name="tilekeep-metrics", daemon=True).start()

    def reset_after_fork(self) -> None:
        """The thread is the parent's; one that was there is begun here too."""
        self._lock = threading.Lock()
        if self._has_begun:
            self._has_begun = False
            self.begin()


def _work(save_of: weakref.WeakMethod[Callable[[], object]]) -> None:
    pause = _PAUSE_SECONDS
    while True:
        time.sleep(pause)
        save, begin = save_of(), time.monotonic()
        if save is None:
            return
        save()
        del save
        pause = max(_PAUSE_SECONDS, (time.monotonic() - begin) / _LARGEST_SHARE)
