"""A client that is made when the first request is sent."""

from __future__ import annotations

from tests.fakes.clock import FakeClock
from tests.fakes.http_client import FakeHttpClient
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.adapters.admitted_client import AdmittedClient
from tilekeep.adapters.http.lazy_client import LazyHttpClient
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.map_query import Upstream, UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer

ANSWER = HttpAnswer(200, {}, b"tile")
REQUEST = UpstreamRequest("GET", "http://maps.example/1")


class Forkable(FakeHttpClient):
    """Counts how often it was told that it is in another process."""

    def __init__(self, *answers: HttpAnswer) -> None:
        super().__init__(*answers)
        self.resets = 0

    def reset_after_fork(self) -> None:
        self.resets += 1


def test_it_is_made_once_and_not_before_a_request() -> None:
    made: list[Forkable] = []

    def make() -> Forkable:
        made.append(Forkable(ANSWER, ANSWER))
        return made[-1]

    client = LazyHttpClient(make)
    before = len(made)
    answers = [client.send(REQUEST, NO_DEADLINE, max_bytes=10) for _ in range(2)]

    assert (before, len(made), answers) == (0, 1, [ANSWER, ANSWER])


def test_a_forked_child_has_the_client_leave_its_connections() -> None:
    inner = Forkable(ANSWER)
    client = LazyHttpClient(lambda: inner)

    client.reset_after_fork()
    unmade = inner.resets
    client.send(REQUEST, NO_DEADLINE, max_bytes=10)
    client.reset_after_fork()

    assert (unmade, inner.resets) == (0, 1)


def test_it_is_there_before_the_gate_lets_a_request_go() -> None:
    gate = FakeUpstreamGate()
    admitted_before: list[int] = []

    def make() -> Forkable:
        admitted_before.append(len(gate.admitted))
        return Forkable(ANSWER)

    client = AdmittedClient(
        LazyHttpClient(make), gate, FakeClock(), upstream=Upstream("maps.example"), timeout_seconds=1.0
    )
    client.ask(REQUEST, Purpose.SERVE, NO_DEADLINE, max_bytes=10)

    assert (admitted_before, len(gate.admitted)) == ([0], 1)
