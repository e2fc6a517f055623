"""The failure memory of one process stays small."""

from __future__ import annotations

from tests.fakes.clock import FakeClock
from tilekeep.adapters.locks.memory_failure_memory import MemoryFailureMemory
from tilekeep.ports.failure_memory import RememberedFailure


def test_the_oldest_failures_make_room_for_new_ones() -> None:
    clock = FakeClock()
    memory = MemoryFailureMemory(clock, max_entries=2)

    for scope in "abca":
        memory.remember(scope, RememberedFailure(scope, clock.now() + 10.0))

    assert {scope: memory.recall(scope) is not None for scope in "abc"} == {"a": True, "b": False, "c": True}


def test_failures_whose_time_is_over_make_room_first() -> None:
    clock = FakeClock()
    memory = MemoryFailureMemory(clock, max_entries=2)
    memory.remember("long", RememberedFailure("long", clock.now() + 100.0))
    memory.remember("short", RememberedFailure("short", clock.now() + 1.0))
    clock.advance(2.0)

    memory.remember("new", RememberedFailure("new", clock.now() + 10.0))

    assert memory.recall("long") is not None
    assert memory.recall("new") is not None


def test_failures_stay_known_in_a_forked_child() -> None:
    clock = FakeClock()
    memory = MemoryFailureMemory(clock, max_entries=2)
    memory.remember("a", RememberedFailure("a", clock.now() + 10.0))

    memory.reset_after_fork()

    assert memory.recall("a") is not None
    memory.remember("b", RememberedFailure("b", clock.now() + 10.0))
    assert memory.recall("b") is not None
