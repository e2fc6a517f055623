"""What every tile lock promises: the contract of :mod:`tilekeep.ports.tile_lock`."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tilekeep.adapters.clock import SystemClock
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import LockTimeout
from tilekeep.ports.tile_lock import TileLock

NAME = "0123-4-5-6.lck"
OTHER = "0123-4-5-7.lck"

PASSED = Deadline(0.0)


def soon() -> Deadline:
    """A deadline that passes after one look at a held lock or a few."""
    return Deadline(SystemClock().monotonic() + 0.05)


class TileLockSuite(ABC):
    @abstractmethod
    def make_lock(self, folder: Path) -> TileLock:
        """A lock among all that were made with the same ``folder``; measures deadlines by the system's clock."""

    @pytest.fixture
    def lock(self, tmp_path: Path) -> TileLock:
        return self.make_lock(tmp_path / "locks")

    def test_a_free_lock_is_held_at_once_even_when_no_time_is_left(self, lock: TileLock) -> None:
        with lock.hold(NAME, PASSED):
            assert not self.is_free(lock, NAME)

    def test_a_holder_may_ask_whether_the_lock_is_still_held(self, lock: TileLock) -> None:
        with lock.hold(NAME, NO_DEADLINE) as still_held:
            assert still_held()

    def test_a_held_lock_is_not_given_twice(self, lock: TileLock) -> None:
        with lock.hold(NAME, NO_DEADLINE), lock.try_hold(NAME) as held:
            assert held is False

    def test_a_lock_is_free_again_after_its_context(self, lock: TileLock) -> None:
        with lock.hold(NAME, NO_DEADLINE):
            pass
        assert self.is_free(lock, NAME)

        with lock.try_hold(NAME) as held:
            assert held is True
        assert self.is_free(lock, NAME)

    def test_a_refused_try_does_not_free_the_lock(self, lock: TileLock) -> None:
        with lock.hold(NAME, NO_DEADLINE):
            assert not self.is_free(lock, NAME)
            assert not self.is_free(lock, NAME)

    @pytest.mark.parametrize("way", ["hold", "try_hold"])
    def test_a_lock_is_free_again_after_an_error(self, lock: TileLock, way: str) -> None:
        context: AbstractContextManager[object] = lock.hold(NAME, NO_DEADLINE) if way == "hold" else lock.try_hold(NAME)

        with pytest.raises(RuntimeError, match="the work failed"), context:
            raise RuntimeError("the work failed")

        assert self.is_free(lock, NAME)

    def test_other_names_are_other_locks(self, lock: TileLock) -> None:
        with lock.hold(NAME, NO_DEADLINE), lock.hold(OTHER, PASSED), lock.try_hold("third.lck") as held:
            assert held

    @pytest.mark.parametrize("deadline", [pytest.param(lambda: PASSED, id="passed"), pytest.param(soon, id="passing")])
    def test_a_lock_that_is_not_free_in_time_is_a_timeout_that_names_it(
        self, lock: TileLock, deadline: Callable[[], Deadline]
    ) -> None:
        with lock.hold(NAME, NO_DEADLINE):
            with pytest.raises(LockTimeout, match=NAME), lock.hold(NAME, deadline()):
                pytest.fail("a held lock was given twice")
            assert not self.is_free(lock, NAME)

        assert self.is_free(lock, NAME)

    def test_who_waits_gets_the_lock_when_it_is_given_back(self, lock: TileLock) -> None:
        waiting = threading.Event()
        order = []

        def wait() -> None:
            waiting.set()
            with lock.hold(NAME, NO_DEADLINE):
                order.append("second")

        with ThreadPoolExecutor(1) as pool:
            with lock.hold(NAME, NO_DEADLINE):
                waiter = pool.submit(wait)
                waiting.wait()
                order.append("first")
            waiter.result()

        assert order == ["first", "second"]
        assert self.is_free(lock, NAME)

    def test_threads_exclude_each_other(self, lock: TileLock) -> None:
        inside, most = 0, 0

        def work() -> None:
            nonlocal inside, most
            for _ in range(20):
                with lock.hold(NAME, NO_DEADLINE):
                    inside += 1
                    most = max(most, inside)
                    threading.Event().wait(0.0001)
                    inside -= 1

        with ThreadPoolExecutor(6) as pool:
            for worker in [pool.submit(work) for _ in range(6)]:
                worker.result()

        assert most == 1
        assert self.is_free(lock, NAME)

    def test_whether_a_lock_is_held_is_seen_from_outside(self, lock: TileLock) -> None:
        assert not lock.is_held(NAME)

        with lock.hold(NAME, NO_DEADLINE):
            assert lock.is_held(NAME)
            assert not lock.is_held(OTHER)

        assert not lock.is_held(NAME)

    def test_looking_whether_a_lock_is_held_takes_it_from_nobody(self, lock: TileLock) -> None:
        with lock.hold(NAME, NO_DEADLINE):
            lock.is_held(NAME)

            assert not self.is_free(lock, NAME)
        lock.is_held(NAME)

        assert self.is_free(lock, NAME)

    def is_free(self, lock: TileLock, name: str) -> bool:
        with lock.try_hold(name) as held:
            return held
