"""Transfers that are slow, cut, wrong or too large end in time and in the right error."""

from __future__ import annotations

import contextlib
import gzip
import socket
from collections.abc import Iterator

import pytest

from tests.integration.support.http import get, http_client
from tests.integration.support.upstream_server import Reply, UpstreamServer
from tilekeep.domain.errors import SourceContentError, SourceTimeout, SourceUnreachable

#: More than any of these answers would take to come in full.
PATIENCE_SECONDS = 20.0


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


ENDLESS = [
    pytest.param(Reply(delay_seconds=PATIENCE_SECONDS), id="silence"),
    pytest.param(Reply(trickle_headers_seconds=0.02, headers={"X": "x" * 2000}), id="headers byte by byte"),
    pytest.param(Reply(body=b"x" * 2000, trickle=(1, 0.02)), id="a body byte by byte"),
    pytest.param(Reply(body=b"x" * 2000, trickle=(1, 0.02), content_length=None), id="one without length"),
    pytest.param(Reply(body=b"x" * 2000, trickle=(1, 0.02), chunked=True), id="one in chunks"),
    pytest.param(Reply(body=gzip.compress(bytes(4_000_000)), headers={"Content-Encoding": "gzip"},
                       trickle=(1, 0.02)), id="one that is encoded"),
]  # fmt: skip


@pytest.mark.parametrize("reply", ENDLESS)
def test_the_deadline_ends(upstream: UpstreamServer, reply: Reply) -> None:
    upstream.on("/", reply)

    with pytest.raises(SourceTimeout, match="timed out"):
        get(http_client(timeout_seconds=60), upstream.url, seconds=0.3)

    assert upstream.sent_in_full == 0


@pytest.mark.parametrize(
    "stall",
    [
        pytest.param(Reply(delay_seconds=PATIENCE_SECONDS), id="before the answer"),
        pytest.param(Reply(body=b"xx", trickle=(1, PATIENCE_SECONDS)), id="in the body"),
    ],
)
def test_the_time_out_ends_a_silence_without_a_deadline(upstream: UpstreamServer, stall: Reply) -> None:
    upstream.on("/", stall)

    with pytest.raises(SourceTimeout):
        get(http_client(timeout_seconds=0.2), upstream.url)


def test_a_slow_body_may_take_longer_than_the_time_out(upstream: UpstreamServer) -> None:
    upstream.on("/", Reply(body=b"0123456789", trickle=(1, 0.1)))

    assert get(http_client(timeout_seconds=0.5), upstream.url).body == b"0123456789"


def test_a_stall_after_a_trickle_ends_with_the_deadline_not_with_the_time_out(upstream: UpstreamServer) -> None:
    upstream.on("/", Reply(body=b"x" * 4, trickle=(3, PATIENCE_SECONDS)))

    with pytest.raises(SourceTimeout):
        get(http_client(timeout_seconds=PATIENCE_SECONDS), upstream.url, seconds=0.3)

    assert upstream.sent_in_full == 0


@contextlib.contextmanager
def deaf_address() -> Iterator[tuple[str, int]]:
    """An address where connecting takes for ever."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, contextlib.ExitStack() as stack:
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        yield deaf.getsockname()


def test_a_server_that_accepts_no_connection_is_given_up() -> None:
    with deaf_address() as (host, port), pytest.raises(SourceTimeout):
        get(http_client(timeout_seconds=0.2), f"http://{host}:{port}/")


def test_an_address_that_accepts_no_connection_leaves_time_for_the_next(
    upstream: UpstreamServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.on("/", Reply(body=b"map"))
    with deaf_address() as deaf:
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", at) for at in (deaf, ("127.0.0.1", upstream.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: addresses)

        answer = get(http_client(timeout_seconds=60), "http://two-addresses.example/", seconds=1.0)

    assert answer.body == b"map"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(body=b"x" * 1000, send_only=10), id="cut"),
        pytest.param(Reply(body=b"x" * 1000, send_only=0), id="cut after the headers"),
        pytest.param(Reply(body=b"x" * 1000, send_only=10, chunked=True), id="cut in chunks"),
        pytest.param(Reply(body=b"x" * 10, content_length=1000, close="silently"), id="shorter than announced"),
        pytest.param(Reply(headers={"Transfer-Encoding": "chunked"}, body=b"no chunk\r\n"), id="no chunks at all"),
    ],
)
def test_a_transfer_that_breaks_off_is_an_error(upstream: UpstreamServer, reply: Reply) -> None:
    upstream.on("/", reply)

    with pytest.raises(SourceUnreachable):
        get(http_client(), upstream.url, seconds=10)


def test_a_transfer_without_length_ends_with_the_connection(upstream: UpstreamServer) -> None:
    upstream.on("/", Reply(body=b"x" * 100_000, content_length=None))

    assert len(get(http_client(), upstream.url).body) == 100_000


def test_an_error_status_counts_even_if_its_body_is_cut(upstream: UpstreamServer) -> None:
    upstream.on("/", Reply(503, b"x" * 1000, {"Retry-After": "7"}, send_only=10))

    answer = get(http_client(), upstream.url)

    assert (answer.status, answer.headers["retry-after"]) == (503, "7")


@pytest.mark.parametrize("status", [302, 401, 503])
def test_an_answer_without_map_does_not_wait_for_a_slow_body(upstream: UpstreamServer, status: int) -> None:
    upstream.on("/", Reply(status, b"x" * 40, {"Retry-After": "7"}, trickle=(1, 0.1), chunked=True))

    answer = get(http_client(), upstream.url)

    assert (answer.status, answer.headers["retry-after"]) == (status, "7")
    assert upstream.sent_in_full == 0


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(body=bytes(10_000_000)), id="announced"),
        pytest.param(Reply(body=bytes(10_000_000), content_length=None), id="not announced"),
        pytest.param(Reply(body=bytes(10_000_000), chunked=True, trickle=(1_000_000, 0.0)), id="in chunks"),
        pytest.param(
            Reply(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"}), id="when decoded"
        ),
    ],
)
def test_a_body_that_is_too_large_is_refused(upstream: UpstreamServer, reply: Reply) -> None:
    upstream.on("/", reply)

    with pytest.raises(SourceContentError, match="allowed"):
        get(http_client(), upstream.url, max_bytes=100_000)


def test_an_encoded_body_is_decoded(upstream: UpstreamServer) -> None:
    upstream.on("/", Reply(body=gzip.compress(b"map" * 1000), headers={"Content-Encoding": "gzip"}))

    assert get(http_client(), upstream.url).body == b"map" * 1000


def test_headers_without_end_are_refused(upstream: UpstreamServer) -> None:
    upstream.on("/", Reply(headers={f"X-{number}": "x" * 1000 for number in range(1000)}))

    with pytest.raises(SourceUnreachable):
        get(http_client(), upstream.url, seconds=10)
