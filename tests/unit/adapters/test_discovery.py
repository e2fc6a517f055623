"""What a server says of itself is asked for once, and not again at once after a failure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.fakes.clock import FakeClock
from tilekeep.adapters.discovery import PAUSE_SECONDS, OnceDiscovered
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import SourceError, SourceRecentlyFailed, SourceTimeout, SourceUnreachable


class Server:
    """Gives its answers one after the other, and counts."""

    def __init__(self, *answers: str | SourceError) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, purpose: Purpose, deadline: Deadline) -> str:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return answer


def test_it_is_asked_for_once() -> None:
    server = Server("documents")
    discovery = OnceDiscovered(server, FakeClock(), name="s")

    before = discovery.known
    answers = [discovery(Purpose.SERVE, NO_DEADLINE) for _ in range(3)]

    assert (before, answers, discovery.known, server.asked) == (None, ["documents"] * 3, "documents", 1)


def test_a_failure_is_remembered_for_a_moment() -> None:
    server, clock = Server(SourceUnreachable("down", client_message="No response."), "documents"), FakeClock()
    discovery = OnceDiscovered(server, clock, name="s")

    with pytest.raises(SourceUnreachable):
        discovery(Purpose.SERVE, NO_DEADLINE)
    with pytest.raises(SourceRecentlyFailed) as again:
        discovery(Purpose.SERVE, NO_DEADLINE)
    asked = server.asked
    clock.advance(PAUSE_SECONDS)

    assert (asked, again.value.client_message, again.value.retry_after) == (1, "No response.", PAUSE_SECONDS)
    assert discovery(Purpose.SERVE, NO_DEADLINE) == "documents"


def test_who_has_no_time_left_spoils_it_for_nobody() -> None:
    clock = FakeClock()
    server = Server(SourceTimeout("slow"), "documents")
    discovery = OnceDiscovered(server, clock, name="s")

    with pytest.raises(SourceTimeout):
        discovery(Purpose.SERVE, Deadline(clock.monotonic()))

    assert discovery(Purpose.SERVE, NO_DEADLINE) == "documents"


def test_threads_that_need_it_at_the_same_time_ask_once() -> None:
    begun, may_end = Event(), Event()

    def ask(purpose: Purpose, deadline: Deadline) -> int:
        begun.set()
        may_end.wait(10)
        return asked.append(1) or len(asked)

    asked: list[int] = []
    discovery = OnceDiscovered(ask, FakeClock(), name="s")
    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(discovery, Purpose.SERVE, NO_DEADLINE) for _ in range(4)]
        begun.wait(10)
        may_end.set()

        assert [answer.result() for answer in answers] == [1] * 4
