"""Rates, pauses and breakers of upstream servers hold for all processes of a host together."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.contract.processes import forked, kill, wait_for
from tests.fakes.clock import FakeClock
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_gate import file_gate
from tilekeep.adapters.locks.load_gate import LoadGate
from tilekeep.adapters.locks.lock_file import LockedFile
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.map_query import Breaker, Upstream

PASSED = Deadline(0.0)
FIFTY_A_SECOND = Upstream("user:hunter2@maps.example", requests_per_second=50.0)
BREAKS_AFTER_TWO = Upstream("maps.example", breaker=Breaker(2, 30.0))
PLAIN = Upstream("maps.example")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def gate_in(folder: Path, clock: FakeClock | None = None) -> LoadGate[LockedFile]:
    return file_gate(str(folder), clock or SystemClock())


def test_four_processes_together_keep_to_the_rate(tmp_path: Path) -> None:
    log = tmp_path / "admissions"

    def work() -> None:
        gate = gate_in(tmp_path / "locks")
        for _ in range(30):
            with gate.admit(FIFTY_A_SECOND, Purpose.SERVE, NO_DEADLINE), log.open("a") as lines:
                lines.write(f"{time.monotonic()}\n")

    wait_for(*[forked(work) for _ in range(4)])

    instants = sorted(float(line) for line in log.read_text().splitlines())
    assert len(instants) == 120
    # What is written down is a little later than the admission, so that neighbours may seem to come closer.
    for index in range(len(instants) - 51):
        assert instants[index + 51] - instants[index] > 0.9


def test_a_process_that_dies_while_it_notes_something_does_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "locks"

    def work() -> None:
        gate = gate_in(folder)
        while True:
            with gate.admit(BREAKS_AFTER_TWO, Purpose.SERVE, NO_DEADLINE) as permit:
                permit.report(200)
                permit.report(500)

    for _ in range(5):
        worker = forked(work)
        while not list(folder.glob("*.load")):
            time.sleep(0.001)
        kill(worker)

        with gate_in(folder).admit(BREAKS_AFTER_TWO, Purpose.SERVE, PASSED) as permit:
            permit.report(200)


def test_all_processes_leave_a_server_alone_that_one_of_them_was_told_to(tmp_path: Path, clock: FakeClock) -> None:
    def work() -> None:
        with gate_in(tmp_path, clock).admit(PLAIN, Purpose.SEED, PASSED) as permit:
            permit.report(429, retry_after=20.0)

    wait_for(forked(work))

    with pytest.raises(SourceBusy) as caught, gate_in(tmp_path, clock).admit(PLAIN, Purpose.SERVE, NO_DEADLINE):
        pytest.fail("asked a server that wants to be left alone")
    assert caught.value.retry_after == 20.0
    clock.advance(20.0)
    with gate_in(tmp_path, clock).admit(PLAIN, Purpose.SERVE, PASSED):
        pass


def test_failures_of_all_processes_open_one_breaker_which_one_probe_closes(tmp_path: Path, clock: FakeClock) -> None:
    def fail() -> None:
        with gate_in(tmp_path, clock).admit(BREAKS_AFTER_TWO, Purpose.SERVE, PASSED) as permit:
            permit.report(None)

    wait_for(forked(fail))
    wait_for(forked(fail))

    with pytest.raises(SourceBusy, match="2 requests in a row have failed"):
        enter(gate_in(tmp_path, clock))
    clock.advance(30.0)
    with gate_in(tmp_path, clock).admit(BREAKS_AFTER_TWO, Purpose.SERVE, Deadline(clock.monotonic() + 5.0)) as permit:
        with pytest.raises(SourceBusy, match="whether it has recovered"):
            enter(gate_in(tmp_path, clock))
        permit.report(200)
    enter(gate_in(tmp_path, clock))


def enter(gate: LoadGate[LockedFile]) -> None:
    with gate.admit(BREAKS_AFTER_TWO, Purpose.SERVE, Deadline(1e12)):
        pass


def test_seeding_waits_until_a_server_may_be_asked_again(tmp_path: Path) -> None:
    gate = gate_in(tmp_path)
    with gate.admit(PLAIN, Purpose.SERVE, PASSED) as permit:
        permit.report(429, retry_after=0.2)

    with gate.admit(PLAIN, Purpose.SEED, NO_DEADLINE):
        assert gate.status(PLAIN).reason is None


def test_a_state_from_before_the_machine_was_started_means_nothing(tmp_path: Path, clock: FakeClock) -> None:
    with gate_in(tmp_path, clock).admit(PLAIN, Purpose.SERVE, PASSED) as permit:
        permit.report(429, retry_after=500.0)

    just_started = FakeClock(now=clock.now() + 30.0, monotonic=10.0)

    with gate_in(tmp_path, just_started).admit(PLAIN, Purpose.SERVE, PASSED):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"admitted": 1}', b"\0" * 100, b'{"failures": "nan"}'])
def test_a_state_that_cannot_be_read_means_nothing(tmp_path: Path, clock: FakeClock, content: bytes) -> None:
    with gate_in(tmp_path, clock).admit(PLAIN, Purpose.SERVE, PASSED) as permit:
        permit.report(429, retry_after=500.0)
    (state,) = tmp_path.iterdir()

    state.write_bytes(content)

    with gate_in(tmp_path, clock).admit(PLAIN, Purpose.SERVE, PASSED):
        pass


def test_credentials_in_the_name_of_a_server_are_not_written_down(tmp_path: Path) -> None:
    with gate_in(tmp_path).admit(FIFTY_A_SECOND, Purpose.SERVE, PASSED):
        pass

    (state,) = tmp_path.iterdir()
    assert "hunter2" not in state.name + state.read_text()
