"""Pauses of the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tilekeep.config.loading.garbage import garbage_collection_paused


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    gc.unfreeze()  # what commands that tests have called have frozen for good
    gc.enable()
    yield
    gc.unfreeze()
    gc.enable()


def is_old(thing: object) -> bool:
    return any(other is thing for other in gc.get_objects(generation=2))


def test_nothing_is_collected_during_a_pause() -> None:
    with garbage_collection_paused():
        during = gc.isenabled()

    assert (during, gc.isenabled()) == (False, True)


def test_a_pause_within_a_pause_does_not_end_it() -> None:
    with garbage_collection_paused():
        with garbage_collection_paused():
            pass
        between = gc.isenabled()

    assert (between, gc.isenabled()) == (False, True)


def test_what_was_made_during_a_pause_is_old_when_it_ends() -> None:
    with garbage_collection_paused():
        made = [object()]
        before = is_old(made)

    assert (before, is_old(made)) == (False, True)
    assert gc.get_freeze_count() == 0


def test_what_was_frozen_for_good_stays_so() -> None:
    with garbage_collection_paused(for_good=True):
        made = [object()]

    with garbage_collection_paused():
        pass

    assert gc.get_freeze_count() > 0
    assert not is_old(made)
