"""Connections to a real server: kept, shared, bounded, and replaced when the server has closed them."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.support.http import get, http_client
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import SourceContentError, SourceTimeout, SourceUnreachable
from tilekeep.domain.map_query import UpstreamRequest


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/", Reply(body=b"map"))
        yield server


def test_one_connection_serves_request_after_request(upstream: UpstreamServer) -> None:
    client = http_client()

    for _ in range(20):
        assert get(client, upstream.url).body == b"map"

    assert len(upstream.requests) == 20
    assert upstream.connections == 1


@pytest.mark.parametrize("reply", [
    pytest.param(Reply(404, b"gone"), id="an error"),
    pytest.param(Reply(204), id="no content"),
    pytest.param(Reply(304), id="not modified"),
    pytest.param(Reply(body=b"x" * 100_000, chunked=True, trickle=(10_000, 0.0)), id="chunks"),
    pytest.param(Reply(302, b"moved", {"Location": "/"}), id="a redirect"),
])  # fmt: skip
def test_the_connection_outlives(upstream: UpstreamServer, reply: Reply) -> None:
    upstream.on("/other", reply)
    client = http_client()

    get(client, f"{upstream.url}/other")
    get(client, upstream.url)

    assert upstream.connections == 1


def test_parallel_requests_share_no_more_connections_than_the_pool_has(upstream: UpstreamServer) -> None:
    upstream.on("/", Reply(body=b"map", delay_seconds=0.05))
    client = http_client(pool_size=3)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: get(client, upstream.url), range(24)))

    assert [answer.body for answer in answers] == [b"map"] * 24
    assert upstream.connections <= 3
    assert upstream.most_under_way <= 3


def test_who_waits_for_a_connection_waits_no_longer_than_the_deadline(upstream: UpstreamServer) -> None:
    held, release = threading.Event(), threading.Event()

    def slow(_request: Received) -> Reply:
        held.set()
        release.wait(10)
        return Reply(body=b"slow")

    upstream.on("/slow", slow)
    client = http_client(pool_size=1)
    with ThreadPoolExecutor(1) as threads:
        slow_answer = threads.submit(get, client, f"{upstream.url}/slow")
        held.wait(10)

        with pytest.raises(SourceTimeout):
            get(client, upstream.url, seconds=0.05)
        release.set()

        assert slow_answer.result().body == b"slow"
    assert upstream.requests_to("/") == []


def test_a_connection_that_failed_does_not_use_up_the_pool(upstream: UpstreamServer) -> None:
    upstream.on("/cut", Reply(body=b"x" * 1000, send_only=10))
    client = http_client(pool_size=1)

    for _ in range(3):
        with pytest.raises(SourceUnreachable):
            get(client, f"{upstream.url}/cut", seconds=5)
        with pytest.raises(SourceContentError):
            get(client, upstream.url, seconds=5, max_bytes=1)

    assert get(client, upstream.url, seconds=5).body == b"map"


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_idle_connections_that_the_server_closes_are_replaced(upstream: UpstreamServer, reset: bool) -> None:
    client = http_client()
    get(client, upstream.url)

    upstream.close_connections(reset=reset)

    assert get(client, upstream.url).body == b"map"
    assert upstream.connections == 2


@pytest.mark.parametrize("ending", [True, "reset"], ids=["closed", "reset"])
def test_a_request_is_sent_again_if_a_used_connection_ends_instead_of_answering(
    upstream: UpstreamServer, ending: bool | str
) -> None:
    upstream.on("/again", Reply(no_answer=ending), Reply(body=b"map"))
    client = http_client()
    get(client, upstream.url)

    answer = get(client, f"{upstream.url}/again")

    assert answer.body == b"map"
    assert [request.connection for request in upstream.requests_to("/again")] == [1, 2]


def test_a_post_is_sent_again_with_its_body(upstream: UpstreamServer) -> None:
    upstream.on("/again", Reply(no_answer=True), Reply(body=b"map"))
    client = http_client()
    get(client, upstream.url)

    url = f"{upstream.url}/again"
    client.send(UpstreamRequest("POST", url, body=b"sld_body=x"), NO_DEADLINE, max_bytes=1000)

    assert [request.body for request in upstream.requests_to("/again")] == [b"sld_body=x"] * 2


def test_a_request_is_not_sent_a_third_time(upstream: UpstreamServer) -> None:
    upstream.on("/never", Reply(no_answer=True))
    client = http_client()
    get(client, upstream.url)

    with pytest.raises(SourceUnreachable):
        get(client, f"{upstream.url}/never")

    assert len(upstream.requests_to("/never")) == 2


def test_a_request_is_not_sent_again_on_a_fresh_connection(upstream: UpstreamServer) -> None:
    upstream.on("/never", Reply(no_answer=True))

    with pytest.raises(SourceUnreachable):
        get(http_client(), f"{upstream.url}/never")

    assert len(upstream.requests) == 1


def test_a_request_is_not_sent_again_once_a_byte_of_the_answer_came(upstream: UpstreamServer) -> None:
    upstream.on("/cut", Reply(body=b"x" * 1000, send_only=0))
    client = http_client()
    get(client, upstream.url)

    with pytest.raises(SourceUnreachable):
        get(client, f"{upstream.url}/cut")

    assert len(upstream.requests_to("/cut")) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_errors_are_not_retried(upstream: UpstreamServer, status: int) -> None:
    upstream.on("/", Reply(status, headers={"Retry-After": "0"}))

    assert get(http_client(), upstream.url).status == status
    assert len(upstream.requests) == 1


def test_a_server_that_is_gone_is_unreachable(upstream: UpstreamServer) -> None:
    url = upstream.url
    upstream.stop()

    with pytest.raises(SourceUnreachable, match="Connection refused"):
        get(http_client(), url)


def test_closing_the_client_closes_idle_connections(upstream: UpstreamServer) -> None:
    client = http_client()
    get(client, upstream.url)

    client.close()

    assert get(client, upstream.url).body == b"map"
    assert upstream.connections == 2


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_after_a_fork_parent_and_child_have_connections_of_their_own(upstream: UpstreamServer) -> None:
    client = http_client()
    get(client, upstream.url)
    reader, writer = socket.socketpair()

    child = os.fork()
    if child == 0:
        try:
            client.reset_after_fork()
            writer.sendall(get(client, upstream.url, seconds=10).body)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    get(client, upstream.url)

    with reader, writer:
        assert reader.recv(10) == b"map"
    assert [request.connection for request in upstream.requests] == [1, 2, 1]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_request_leaves_the_child_a_usable_client(upstream: UpstreamServer) -> None:
    held, release = threading.Event(), threading.Event()

    def slow(_request: Received) -> Reply:
        held.set()
        release.wait(10)
        return Reply(body=b"slow")

    upstream.on("/slow", slow)
    client = http_client(pool_size=1)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(get, client, f"{upstream.url}/slow")
        held.wait(10)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                client.reset_after_fork()
                status = 0 if get(client, upstream.url, seconds=10).body == b"map" else 1
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        release.set()

        assert answer.result().body == b"slow"
    assert status == 0
