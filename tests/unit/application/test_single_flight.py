"""One call at a time per key; everyone who asks meanwhile shares its result."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes.clock import FakeClock
from tilekeep.application.single_flight import SingleFlight
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import LockTimeout, SourceUnreachable


class SlowCall:
    """A call that lasts until it is released, and counts how often it was made."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls = 0
        self.started = threading.Event()
        self.release = threading.Event()
        self._error = error

    def __call__(self) -> str:
        self.calls += 1
        self.started.set()
        self.release.wait()
        if self._error is not None:
            raise self._error
        return "result"


def joined(flights: SingleFlight[str], call: SlowCall, followers: int) -> list[str | BaseException]:
    """The outcomes of a leader and of ``followers`` that joined while the leader was under way."""
    with ThreadPoolExecutor(followers + 1) as pool:
        leader = pool.submit(flights.run, "block", call, NO_DEADLINE)
        call.started.wait()
        others = [pool.submit(flights.run, "block", call, NO_DEADLINE) for _ in range(followers)]
        while len(flights._flights["block"].landed._cond._waiters) < followers:  # type: ignore[attr-defined]
            pass
        call.release.set()
        return [future.exception() or future.result() for future in (leader, *others)]


def test_concurrent_callers_share_one_call() -> None:
    call = SlowCall()

    outcomes = joined(SingleFlight[str](FakeClock()), call, followers=11)

    assert call.calls == 1
    assert outcomes == ["result"] * 12


def test_concurrent_callers_share_one_failure() -> None:
    failure = SourceUnreachable("down")
    call = SlowCall(failure)

    outcomes = joined(SingleFlight[str](FakeClock()), call, followers=11)

    assert call.calls == 1
    assert [(SourceUnreachable, "down")] * 12 == [(type(outcome), str(outcome)) for outcome in outcomes]
    assert outcomes[0] is failure
    assert len({id(outcome) for outcome in outcomes}) == 12, "every thread raises an error of its own"


def test_a_later_caller_makes_a_call_of_its_own() -> None:
    flights = SingleFlight[int](FakeClock())
    numbers = iter(range(10))

    first = flights.run("block", lambda: next(numbers), NO_DEADLINE)
    second = flights.run("block", lambda: next(numbers), NO_DEADLINE)

    assert (first, second) == (0, 1)


def test_other_keys_do_not_wait() -> None:
    flights = SingleFlight[str](FakeClock())
    call = SlowCall()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(flights.run, "slow", call, NO_DEADLINE)
        call.started.wait()
        quick = flights.run("quick", lambda: "quick", NO_DEADLINE)
        call.release.set()

    assert quick == "quick"
    assert slow.result() == "result"


def test_a_follower_gives_up_when_its_deadline_has_passed() -> None:
    clock = FakeClock()
    flights = SingleFlight[str](clock)
    call = SlowCall()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(flights.run, "block", call, NO_DEADLINE)
        call.started.wait()
        try:
            with pytest.raises(LockTimeout):
                flights.run("block", call, Deadline(clock.monotonic()))
        finally:
            call.release.set()


def test_a_follower_with_time_left_tries_itself_when_the_leader_ran_out_of_time() -> None:
    clock = FakeClock()
    flights = SingleFlight[str](clock)
    call = SlowCall(SourceUnreachable("cut short"))

    with ThreadPoolExecutor(2) as pool:
        hasty = pool.submit(flights.run, "block", call, Deadline(clock.monotonic() + 1))
        call.started.wait()
        patient = pool.submit(flights.run, "block", lambda: "made after all", NO_DEADLINE)
        while not flights._flights["block"].landed._cond._waiters:  # type: ignore[attr-defined]
            pass
        clock.advance(2)
        call.release.set()

    assert isinstance(hasty.exception(), SourceUnreachable)
    assert patient.result() == "made after all"


def test_calls_of_the_parent_process_do_not_exist_after_a_fork() -> None:
    flights = SingleFlight[str](FakeClock())
    call = SlowCall()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(flights.run, "block", call, NO_DEADLINE)
        call.started.wait()
        flights.reset_after_fork()
        again = flights.run("block", lambda: "own", NO_DEADLINE)
        call.release.set()

    assert again == "own"
