"""Requests to services that keep tiles: tried again where that helps, in the right region, not at all in an outage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.transfers import FakeTransfers
from tests.integration.support.certificates import own_certificate
from tests.integration.support.upstream_server import Reply, UpstreamServer
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.outage import OUTAGE_SECONDS
from tilekeep.adapters.storage.objects.s3 import S3Bucket
from tilekeep.adapters.storage.objects.s3_account import S3Account, S3Options
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.pools import Address
from tilekeep.adapters.storage.services.transfers import Answer, Message, NoAnswer, Transfers
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError

ADDRESS = Address("https", "objects.example", None)
GOOD = Answer(200, {}, b"")
BUSY = Answer(503, {}, b"<Error><Code>SlowDown</Code></Error>")
CLOSED = NoAnswer("the connection broke", again=True)
REFUSED = NoAnswer("Connection refused", out=True)


class World:
    def __init__(self, *answers: Answer | NoAnswer) -> None:
        self.clock = FakeClock()
        self.transfers = FakeTransfers(answers)
        self.pauses: list[float] = []
        self.exchanges = Exchanges(self.transfers, self.clock, sleep=self.pauses.append)  # type: ignore[arg-type]

    def ask(self, deadline: Deadline = NO_DEADLINE) -> Answer:
        return self.exchanges.ask(ADDRESS, lambda: Message("GET", "/a", {}), deadline)


@pytest.mark.parametrize("first", [BUSY, CLOSED, Answer(500, {}, b""), Answer(429, {}, b"")], ids=str)
def test_what_may_pass_is_tried_again_after_a_pause(first: Answer | NoAnswer) -> None:
    world = World(first, GOOD)

    assert world.ask() == GOOD
    assert len(world.transfers.sent) == 2
    assert 0 < world.pauses[0] < 1


def test_three_attempts_are_all() -> None:
    world = World(BUSY)

    assert world.ask() == BUSY
    assert len(world.transfers.sent) == 3
    assert world.pauses[1] > world.pauses[0]


def test_there_is_no_pause_beyond_the_deadline() -> None:
    world = World(BUSY, GOOD)

    assert world.ask(Deadline(world.clock.monotonic() + 0.05)) == BUSY
    assert world.pauses == []


@pytest.mark.parametrize("status", [200, 403, 404, 412])
def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    world = World(Answer(status, {}, b""), GOOD)

    assert world.ask().status == status
    assert len(world.transfers.sent) == 1


def test_a_service_that_cannot_be_reached_is_not_asked_for_a_while() -> None:
    world = World(REFUSED, GOOD)

    for _ in range(3):
        with pytest.raises(NoAnswer, match="Connection refused"):
            world.ask()
    assert len(world.transfers.sent) == 1

    world.clock.advance(OUTAGE_SECONDS)
    assert world.ask() == GOOD


class Session:
    """As much of a session of botocore as an account uses."""

    def __init__(self, credentials: Any = None) -> None:
        self._credentials = credentials

    def get_credentials(self) -> Any:
        return self._credentials

    def create_client(self, *arguments: Any, **options: Any) -> Any:
        import botocore.session

        return botocore.session.Session().create_client(*arguments, **options)

    def get_config_variable(self, name: str) -> None:
        return None


def bucket(answers: Sequence[Answer | NoAnswer], **options: Any) -> tuple[S3Bucket, FakeTransfers]:
    world = World(*answers)
    account = S3Account(S3Options("tiles", **options), lambda _: Session())
    return S3Bucket(account, world.exchanges, content_type="image/png"), world.transfers


@pytest.mark.parametrize(
    ("options", "url"),
    [
        pytest.param({"region": "eu-west-1"}, "https://tiles.s3.eu-west-1.amazonaws.com/a/1.png", id="aws"),
        pytest.param({"endpoint_url": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/tiles/a/1.png", id="address"),
        pytest.param({"endpoint_url": "https://o.example/x"}, "https://o.example/x/tiles/a/1.png", id="path"),
    ],
)
def test_a_bucket_is_where_botocore_has_it(options: dict[str, str], url: str) -> None:
    tiles, network = bucket([Answer(404, {}, b"<Error><Code>NoSuchKey</Code></Error>")], **options)

    assert tiles.get("a/1.png") is None

    address, message = network.sent[0]
    assert address.url + message.target == url


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(Answer(301, {"x-amz-bucket-region": "eu-west-3"}, b""), id="header"),
        pytest.param(
            Answer(400, {}, b"<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>"),
            id="document",
        ),
    ],
)
def test_a_bucket_in_another_region_is_asked_there_from_then_on(elsewhere: Answer) -> None:
    tiles, network = bucket([elsewhere, Answer(404, {}, b"")], region="eu-west-1")

    assert tiles.get("a") is None
    assert tiles.get("b") is None

    hosts = [address.host for address, _ in network.sent]
    assert hosts == [f"tiles.s3.{region}.amazonaws.com" for region in ("eu-west-1", "eu-west-3", "eu-west-3")]


def test_a_service_that_sends_round_in_circles_is_an_error() -> None:
    tiles, network = bucket([Answer(301, {"x-amz-bucket-region": "eu-west-3"}, b"")], region="eu-west-1")

    with pytest.raises(StoreError, match="301"):
        tiles.get("a")
    assert len(network.sent) == 2


def test_without_credentials_requests_are_not_signed() -> None:
    tiles, network = bucket([GOOD])

    tiles.put("a", b"x", {})

    assert network.sent[0][1].headers == {"Content-Type": "image/png"}


@pytest.mark.parametrize("status", [403, 404])
def test_read_without_credentials_a_missing_tile_may_look_forbidden(status: int) -> None:
    tiles, _ = bucket([Answer(status, {}, b"")], anonymous_reads=True)

    assert tiles.get("a") is None
    assert tiles.head("a") is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(Answer(403, {}, b"<Error><Code>RequestTimeTooSkewed</Code></Error>"), "the clock", id="clock"),
        pytest.param(Answer(400, {}, b"<Error><Code>ExpiredToken</Code></Error>"), "token has expired", id="token"),
        pytest.param(Answer(403, {}, b"<Error><Code>AccessDenied</Code></Error>"), "access is denied", id="denied"),
        pytest.param(Answer(404, {}, b"<Error><Code>NoSuchBucket</Code></Error>"), "create it", id="bucket"),
        pytest.param(Answer(403, {}, b"<html>"), "access is denied", id="no-document"),
        pytest.param(
            Answer(418, {}, b"<Error><Code>Odd</Code><Message>no\nsecret_key=hunter2 tea</Message></Error>"),
            "the service says 418 Odd: no secret_key=",
            id="unknown",
        ),
        pytest.param(NoAnswer("objects.example timed out"), "timed out", id="no-answer"),
    ],
)
def test_an_error_names_the_object_the_bucket_and_the_remedy(answer: Answer | NoAnswer, said: str) -> None:
    tiles, _ = bucket([answer])

    with pytest.raises(StoreError) as caught:
        tiles.put("a/1.png", b"x", {})

    assert str(caught.value).startswith("cannot store 'a/1.png' in the bucket 'tiles': ")
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_service_that_cannot_remove_many_at_once_is_asked_for_each() -> None:
    tiles, network = bucket([Answer(501, {}, b""), Answer(204, {}, b"")])

    tiles.remove(["a", "b"])
    tiles.remove(["c", "d"])

    assert [message.method for _, message in network.sent] == ["POST", *["DELETE"] * 4]


def test_new_objects_have_the_type_and_the_access_that_was_asked_for() -> None:
    tiles, network = bucket([GOOD], access_control_list="public-read")

    tiles.put("a", b"x", {"tilekeeptime": "1.5"})

    assert network.sent[0][1].headers == {
        "Content-Type": "image/png",
        "x-amz-acl": "public-read",
        "x-amz-meta-tilekeeptime": "1.5",
    }


def test_renewing_keeps_what_a_copy_would_lose() -> None:
    found = {
        "content-length": "5",
        "content-type": "image/png",
        "cache-control": "max-age=5",
        "etag": '"e"',
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-meta-other": "o",
    }
    tiles, network = bucket([Answer(200, found, b""), GOOD], access_control_list="public-read")

    tiles.rewrite("a b", lambda head: {**head.metadata, "tilekeeptime": "1.5"})

    assert network.sent[1][1].headers == {
        "content-type": "image/png",
        "cache-control": "max-age=5",
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-acl": "public-read",
        "x-amz-copy-source": "/tiles/a%20b",
        "x-amz-copy-source-if-match": '"e"',
        "x-amz-metadata-directive": "REPLACE",
        "x-amz-meta-other": "o",
        "x-amz-meta-tilekeeptime": "1.5",
    }


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that nobody has signed but itself, and its key."""
    return own_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server_of_its_own(certificate: tuple[str, str]) -> Iterator[UpstreamServer]:
    """A server with that certificate."""
    with UpstreamServer(certificate) as server:
        yield server


class TestTime:
    """How long a service may take, over real connections."""

    def ask(self, reply: Reply, seconds: float) -> Answer:
        clock = SystemClock()
        with UpstreamServer() as server:
            server.on("/a", reply)
            address = Address("http", "127.0.0.1", urlsplit(server.url).port)
            deadline = Deadline(clock.monotonic() + seconds)
            return Exchanges(Transfers(clock), clock).ask(address, lambda: Message("GET", "/a", {}), deadline)

    def test_silence_ends_with_the_deadline(self) -> None:
        with pytest.raises(NoAnswer, match="timed out"):
            self.ask(Reply(body=b"x", delay_seconds=2), seconds=0.2)

    def test_an_answer_in_drops_ends_with_the_deadline(self) -> None:
        with pytest.raises(NoAnswer, match="time of the request is up"):
            self.ask(Reply(body=b"x" * 500, trickle=(1, 0.05)), seconds=0.4)

    def test_an_answer_that_is_cut_is_none(self) -> None:
        with pytest.raises(NoAnswer, match="broke"):
            self.ask(Reply(body=b"x" * 500, send_only=100), seconds=5)

    def test_a_connection_that_was_closed_meanwhile_is_opened_again(self) -> None:
        clock = SystemClock()
        exchanges = Exchanges(Transfers(clock), clock)
        with UpstreamServer() as server:
            server.on("/a", Reply(body=b"x", close="silently"))
            address = Address("http", "127.0.0.1", urlsplit(server.url).port)

            bodies = [exchanges.ask(address, lambda: Message("GET", "/a", {}), NO_DEADLINE).body for _ in range(3)]

        assert bodies == [b"x"] * 3

    def test_a_refused_connection_is_no_outage(self, free_port: Callable[[], int]) -> None:
        clock = SystemClock()
        address = Address("http", "127.0.0.1", free_port())

        with pytest.raises(NoAnswer, match="Connection refused") as caught:
            Transfers(clock).send(address, Message("GET", "/a", {}), NO_DEADLINE)

        assert not caught.value.out


@pytest.mark.service("openssl")
class TestCertificates:
    """Whom a service may be, over TLS."""

    def ask(self, server: UpstreamServer, **trust: Any) -> Answer:
        server.on("/a", Reply(body=b"x"))
        address = Address("https", "127.0.0.1", urlsplit(server.url).port, **trust)
        return Transfers(SystemClock()).send(address, Message("GET", "/a", {}), NO_DEADLINE)

    def test_one_that_nobody_has_signed_is_refused(self, server_of_its_own: UpstreamServer) -> None:
        with pytest.raises(NoAnswer, match=r"self.signed"):
            self.ask(server_of_its_own)

    def test_one_that_the_file_of_authorities_has_is_trusted(
        self, server_of_its_own: UpstreamServer, certificate: tuple[str, str]
    ) -> None:
        assert self.ask(server_of_its_own, ca_bundle=certificate[0]).body == b"x"

    def test_anyone_may_be_it_where_certificates_are_not_looked_at(self, server_of_its_own: UpstreamServer) -> None:
        assert self.ask(server_of_its_own, verify=False).body == b"x"
