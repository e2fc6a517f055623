"""What tile locks promise besides when several processes use them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.contract.processes import forked, kill, signals, wait_for
from tests.contract.tile_lock_suite import NAME, TileLockSuite, soon
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import LockTimeout


class SharedTileLockSuite(TileLockSuite):
    def test_two_locks_of_one_process_exclude_each_other(self, tmp_path: Path) -> None:
        one, other = self.make_lock(tmp_path / "locks"), self.make_lock(tmp_path / "locks")

        with one.hold(NAME, NO_DEADLINE):
            assert not self.is_free(other, NAME)
            with pytest.raises(LockTimeout, match=NAME), other.hold(NAME, soon()):
                pytest.fail("a held lock was given twice")

        assert self.is_free(other, NAME)

    def test_processes_exclude_each_other(self, tmp_path: Path) -> None:
        inside = tmp_path / "inside"

        def work() -> None:
            lock = self.make_lock(tmp_path / "locks")
            for _ in range(25):
                with lock.hold(NAME, NO_DEADLINE):
                    inside.mkdir()
                    os.sched_yield()
                    inside.rmdir()

        wait_for(*[forked(work) for _ in range(4)])

    def test_a_holder_that_is_killed_gives_its_lock_back(self, tmp_path: Path) -> None:
        lock = self.make_lock(tmp_path / "locks")
        with signals() as (tell, await_):

            def work() -> None:
                with self.make_lock(tmp_path / "locks").hold(NAME, NO_DEADLINE):
                    tell()
                    while True:
                        os.read(os.pipe()[0], 1)

            holder = forked(work)
            await_()
            assert not self.is_free(lock, NAME)

            kill(holder)

        with lock.hold(NAME, NO_DEADLINE):
            pass
        assert self.is_free(lock, NAME)
