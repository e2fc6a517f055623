"""What is sent to CouchDB, and what people are told when it does not do what it is asked."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.transfers import FakeTransfers
from tilekeep.adapters.storage.couchdb.database import CouchdbDatabase
from tilekeep.adapters.storage.couchdb.documents import TileDocuments, batch, encoded
from tilekeep.adapters.storage.couchdb.server import CouchdbServer
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.pools import Address
from tilekeep.adapters.storage.services.transfers import Answer
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import StoreError
from tilekeep.domain.secrets import Credentials

SERVER = CouchdbServer("https://couch.example:6984/db", Credentials("u%40x", "p%2Fw"), 7.0, "/ca.pem", verify=False)


def database(answer: Answer) -> tuple[CouchdbDatabase, FakeTransfers]:
    network = FakeTransfers([answer])
    exchanges = Exchanges(network, FakeClock(), transient=())  # type: ignore[arg-type]
    return CouchdbDatabase(exchanges, SERVER, "tiles"), network


def test_a_document_is_asked_for_with_user_and_password_where_the_server_is() -> None:
    tiles, network = database(Answer(200, {}, b'{"_id": "g-1-0-0"}'))

    found = tiles.document("g/1 0", NO_DEADLINE)

    ((address, message),) = network.sent
    assert found == {"_id": "g-1-0-0"}
    assert address == Address("https", "couch.example", 6984, "/ca.pem", verify=False)
    assert (message.method, message.target) == ("GET", "/db/tiles/g%2F1%200?attachments=true")
    assert b64decode(message.headers["Authorization"].removeprefix("Basic ")) == b"u@x:p/w"
    assert message.silence_seconds == 7.0


def test_a_batch_is_json_with_the_bytes_of_tiles_in_it() -> None:
    body = bytes(range(256))

    tile = TileDocuments("image/png").encoded({"_id": 'a"ä', "level": 3}, body)
    sent = json.loads(batch([tile, encoded({"_id": "b", "_deleted": True})]))

    first, second = sent["docs"]
    attachment = first.pop("_attachments")["tile"]
    assert first == {"_id": 'a"ä', "level": 3}
    assert (attachment["content_type"], b64decode(attachment["data"])) == ("image/png", body)
    assert second == {"_id": "b", "_deleted": True}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(Answer(401, {}, b""), "put another user and password into the url", id="refused"),
        pytest.param(
            Answer(301, {"Location": "https://u:hunter2@other.example/"}, b""),
            r"it sends on to https://other\.example/; put that into the url",
            id="elsewhere",
        ),
        pytest.param(Answer(503, {}, b"no\nroom"), "it answers 503: no", id="fault"),
        pytest.param(Answer(200, {}, b"<html>"), "is it CouchDB", id="something-else"),
    ],
)
def test_an_answer_that_is_no_document_is_an_error_with_a_remedy(answer: Answer, said: str) -> None:
    tiles, network = database(answer)

    with pytest.raises(StoreError, match=said):
        tiles.document("a", NO_DEADLINE)

    assert len(network.sent) == 1


@pytest.mark.parametrize("answer", ['{"status": "ok"}', "[]", "null and void", "5", '{"rows": null}'])
@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda tiles: tiles.rows("read tiles", ["a"], NO_DEADLINE), id="several documents"),
        pytest.param(lambda tiles: tiles.page("list tiles", {}, NO_DEADLINE), id="a page"),
    ],
)
def test_rows_that_are_none_are_an_error_with_a_remedy(ask: Callable[[CouchdbDatabase], object], answer: str) -> None:
    """As of another service that has got the address of CouchDB."""
    tiles, _ = database(Answer(200, {}, answer.encode()))

    with pytest.raises(StoreError, match="CouchDB"):
        ask(tiles)


def test_what_is_stored_by_something_else_is_an_error_with_a_remedy() -> None:
    tiles, _ = database(Answer(200, {}, b'{"status": "ok"}'))

    with pytest.raises(StoreError, match="does the url lead to something else"):
        tiles.store("store tiles", [encoded({"_id": "a"})], NO_DEADLINE)


def test_a_password_is_not_shown() -> None:
    assert "p%2Fw" not in repr(SERVER)
