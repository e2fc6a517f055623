"""A pause for the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_collection_paused(*, for_good: bool = False) -> Iterator[None]:
    """While modules or large trees are built that live on, looking for garbage among them only doubles the time.

    Decorates functions too.

    Args:
        for_good: whether all that there is at the end lives as long as the process, and is never looked through again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if for_good:
            gc.freeze()
        if was_enabled:
            gc.enable()
