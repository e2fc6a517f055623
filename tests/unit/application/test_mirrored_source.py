"""Several servers with the same maps: who is asked, and when another is."""

from __future__ import annotations

import logging

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.map_source import FakeMapSource
from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.application.sources.mirrored_source import PAUSE_SECONDS, MirroredSource, MirrorHealth
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import (
    NoImage,
    SourceBusy,
    SourceContentError,
    SourceError,
    SourceStatusError,
    SourceTimeout,
    SourceUnreachable,
)
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Fetched, MapQuery, SourceAnswer

QUERY = MapQuery(BBox(0, 0, 10, 10), Size(10, 10), WEB_MERCATOR, "image/png")
MAP = Fetched(b"map", "image/png")


class Servers:
    """A source over some servers, and who of them was asked."""

    def __init__(self, *servers: FakeMapSource) -> None:
        self.clock = FakeClock()
        self.servers = servers
        self.health = MirrorHealth(len(servers), self.clock)
        self.source = MirroredSource("s", servers, self.health, self.clock)

    def get(self, deadline: Deadline = NO_DEADLINE) -> SourceAnswer:
        return self.source.get(QUERY, Purpose.SERVE, deadline)

    @property
    def asked(self) -> list[int]:
        return [len(server.queries) for server in self.servers]


@pytest.mark.parametrize(
    "error",
    [
        SourceUnreachable("down"),
        SourceTimeout("slow"),
        SourceStatusError("broken", status=503),
        SourceStatusError("too many", status=429),
        SourceStatusError("who are you", status=401),
        SourceStatusError("the token is old", status=498),
        SourceStatusError("in circles", status=302),
        NoImage("a page"),
        SourceContentError("an exception"),
        SourceBusy("full"),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(error, 'status', '')}".strip(),
)
def test_the_next_server_is_asked_where_one_fails(error: SourceError) -> None:
    servers = Servers(FakeMapSource(error), FakeMapSource(MAP), FakeMapSource(MAP))

    assert servers.get() == MAP
    assert servers.asked == [1, 1, 0]


@pytest.mark.parametrize("status", [204, 400, 403, 404, 410])
def test_what_a_server_says_of_the_request_holds_for_all(status: int) -> None:
    servers = Servers(FakeMapSource(SourceStatusError("no", status=status)), FakeMapSource(MAP))

    with pytest.raises(SourceStatusError):
        servers.get()

    assert servers.asked == [1, 0]


def test_a_query_that_does_not_fit_the_source_fits_no_mirror_either() -> None:
    servers = Servers(FakeMapSource(SourceError("no tile")), FakeMapSource(MAP))

    with pytest.raises(SourceError):
        servers.get()

    assert servers.asked == [1, 0]


def test_a_server_that_just_failed_is_asked_last_for_a_while() -> None:
    servers = Servers(FakeMapSource(SourceUnreachable("down"), MAP), FakeMapSource(MAP))

    servers.get()
    servers.get()
    before = servers.asked
    servers.clock.advance(PAUSE_SECONDS)
    servers.get()

    assert (before, servers.asked) == ([1, 2], [2, 2])


def test_a_server_that_asks_for_more_time_gets_it() -> None:
    busy = SourceStatusError("busy", status=503, retry_after=PAUSE_SECONDS * 2)
    servers = Servers(FakeMapSource(busy, MAP), FakeMapSource(MAP))

    servers.get()
    servers.clock.advance(PAUSE_SECONDS * 1.5)
    servers.get()

    assert servers.asked == [1, 2]


def test_a_document_about_one_map_is_no_illness() -> None:
    servers = Servers(FakeMapSource(SourceContentError("an exception")), FakeMapSource(MAP))

    servers.get()
    servers.get()

    assert servers.asked == [2, 2]


def test_sources_of_the_same_servers_share_what_is_known_of_them() -> None:
    servers = Servers(FakeMapSource(SourceUnreachable("down")), FakeMapSource(MAP))
    other = MirroredSource("other", servers.servers, servers.health, servers.clock)

    servers.get()
    other.get(QUERY, Purpose.SERVE, NO_DEADLINE)

    assert servers.asked == [1, 2]


def test_all_are_asked_where_all_are_ill_and_the_last_failure_is_the_answer() -> None:
    servers = Servers(FakeMapSource(SourceUnreachable("down")), FakeMapSource(SourceTimeout("slow")))

    with pytest.raises(SourceTimeout):
        servers.get()
    with pytest.raises(SourceError):
        servers.get()

    assert servers.asked == [2, 2]


def test_each_attempt_leaves_time_for_the_next() -> None:
    servers = Servers(FakeMapSource(SourceTimeout("slow")), FakeMapSource(MAP))
    now = servers.clock.monotonic()

    servers.get(Deadline(now + 10))

    assert [server.deadlines for server in servers.servers] == [[Deadline(now + 5)], [Deadline(now + 10)]]


def test_nobody_is_asked_after_the_deadline() -> None:
    servers = Servers(FakeMapSource(SourceTimeout("slow")), FakeMapSource(MAP))

    with pytest.raises(SourceTimeout):
        servers.get(Deadline(servers.clock.monotonic()))

    assert servers.asked == [1, 0]


def test_the_log_says_which_server_failed(caplog: pytest.LogCaptureFixture) -> None:
    servers = Servers(FakeMapSource(SourceUnreachable("no route")), FakeMapSource(MAP))

    with caplog.at_level(logging.INFO):
        servers.get()

    assert "source s: server 1 of 2 failed, asking the next: no route" in caplog.text


def test_what_would_be_asked_is_what_the_first_healthy_server_is_asked() -> None:
    servers = Servers(FakeMapSource(SourceUnreachable("down"), url="http://a/"), FakeMapSource(MAP, url="http://b/"))
    before = servers.source.requests_for(QUERY, Purpose.SERVE)

    servers.get()

    assert [requests[0].url for requests in (before, servers.source.requests_for(QUERY, Purpose.SERVE))] == [
        "http://a/",
        "http://b/",
    ]
