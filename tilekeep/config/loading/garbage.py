"""A pause for the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_collection_paused(*, for_good: bool = False) -> Iterator[None]:
    """While modules or large trees are built that live on, looking for garbage among them only doubles the time.

    What there is at the end counts as old, so that it is not looked through as soon as the pause is over.  Decorates
    functions too.

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
        elif was_enabled:
            _age()
        if was_enabled:
            gc.enable()


def _age() -> None:
    """Moves all objects to the oldest generation, which is how they come back from being frozen."""
    if not gc.get_freeze_count():  # else those that were frozen for good would come back too
        gc.freeze()
        gc.unfreeze()
