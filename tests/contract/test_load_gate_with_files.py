"""The gate of slot and state files keeps what upstream gates promise, also between processes."""

from __future__ import annotations

import os
from pathlib import Path

from tests.contract.processes import forked, kill, signals, wait_for
from tests.contract.upstream_gate_suite import TWO_AT_A_TIME, UpstreamGateSuite
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_gate import file_gate
from tilekeep.adapters.locks.load_gate import LoadGate
from tilekeep.adapters.locks.lock_file import LockedFile


class TestLoadGateWithFiles(UpstreamGateSuite):
    def make_gate(self, folder: Path) -> LoadGate[LockedFile]:
        return file_gate(str(folder), SystemClock())

    def test_processes_never_exceed_the_limit_together(self, tmp_path: Path) -> None:
        inside = tmp_path / "inside"
        inside.mkdir()

        def work() -> None:
            gate = self.make_gate(tmp_path / "slots")
            for _ in range(20):
                with self.admit(gate):
                    mark = inside / str(os.getpid())
                    mark.touch()
                    assert len(list(inside.iterdir())) <= 2
                    mark.unlink()

        wait_for(*[forked(work) for _ in range(4)])

    def test_a_process_that_is_killed_gives_its_permits_back(self, tmp_path: Path) -> None:
        gate = self.make_gate(tmp_path / "slots")
        with signals() as (tell, await_):

            def work() -> None:
                other = self.make_gate(tmp_path / "slots")
                with self.admit(other), self.admit(other):
                    tell()
                    while True:
                        os.read(os.pipe()[0], 1)

            holder = forked(work)
            await_()
            assert self.free_slots(gate, TWO_AT_A_TIME) == 0

            kill(holder)

        assert self.free_slots(gate, TWO_AT_A_TIME) == 2
