"""However many addresses a server has, connecting ends with the deadline."""

from __future__ import annotations

import math
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from tilekeep.adapters.http.connecting import connected_socket
from tilekeep.adapters.http.limits import ExchangeLimit
from tilekeep.domain.deadline import NO_DEADLINE, Deadline

NODELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]


class Network:
    """Addresses that answer after so many seconds, or never."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answer_after: float) -> None:
        self.clock = FakeClock()
        self.tried: list[FakeSocket] = []
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (seconds, 80)) for seconds in answer_after]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: addresses)

    def connect(self, deadline: Deadline, timeout_seconds: float = 60.0) -> FakeSocket:
        limit = ExchangeLimit(self.clock, deadline, timeout_seconds)
        return connected_socket("host", 80, NODELAY, limit, self._socket)  # type: ignore[arg-type, return-value]

    def within(self, seconds: float) -> Deadline:
        return Deadline(self.clock.monotonic() + seconds)

    def _socket(self, *_kind: int) -> FakeSocket:
        self.tried.append(FakeSocket(self.clock))
        return self.tried[-1]


class FakeSocket:
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.timeout = math.inf
        self.options: list[tuple[int, int, int]] = []
        self.closed = False

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def setsockopt(self, *option: int) -> None:
        self.options.append(option)  # type: ignore[arg-type]

    def connect(self, address: tuple[float, int]) -> None:
        self._clock.advance(min(self.timeout, address[0]))
        if address[0] > self.timeout:
            raise TimeoutError("timed out")

    def close(self) -> None:
        self.closed = True


@given(count=st.integers(1, 8), seconds=st.floats(0.01, 1000), timeout=st.floats(0.01, 100))
def test_addresses_that_never_answer_take_no_longer_than_the_deadline(
    count: int, seconds: float, timeout: float
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        network = Network(monkeypatch, *[math.inf] * count)
        deadline = network.within(seconds)

        with pytest.raises(TimeoutError):
            network.connect(deadline, timeout)

    assert network.clock.monotonic() <= deadline.expires_at + 1e-6
    assert len(network.tried) == count
    assert all(sock.closed for sock in network.tried)


def test_an_address_leaves_time_for_those_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, math.inf, math.inf, 0.5)

    sock = network.connect(network.within(3.0))

    assert not sock.closed
    assert sock.options == NODELAY
    assert sock.timeout == pytest.approx(0.5)


def test_without_a_deadline_each_address_has_the_whole_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, 11.0, 9.0)

    sock = network.connect(NO_DEADLINE, timeout_seconds=10.0)

    assert sock is network.tried[1]


def test_a_host_without_addresses_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="no address"):
        Network(monkeypatch).connect(NO_DEADLINE)


def test_a_kind_of_address_that_the_system_lacks_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, 0.0, 0.0)
    sockets = iter([OSError("address family not supported"), FakeSocket(network.clock)])

    def make(*_kind: int) -> FakeSocket:
        made = next(sockets)
        if isinstance(made, OSError):
            raise made
        return made

    limit = ExchangeLimit(network.clock, NO_DEADLINE, 60.0)

    assert not connected_socket("host", 80, NODELAY, limit, make).closed  # type: ignore[arg-type, attr-defined]
