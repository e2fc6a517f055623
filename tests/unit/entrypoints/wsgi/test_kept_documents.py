"""Documents are written once per configuration and base address, kept compressed, and revalidated."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.fakes.catalogue import GEODETIC_NW, WEBMERCATOR, FakeLayers
from tests.fakes.clock import FakeClock
from tests.fakes.wsgi import client
from tilekeep.application.single_flight import SingleFlight
from tilekeep.domain.errors import UnknownLayer
from tilekeep.entrypoints.wsgi.kept_document import KeptDocument
from tilekeep.entrypoints.wsgi.kept_documents import DocumentName, KeptDocuments, KeptShare
from tilekeep.entrypoints.wsgi.response import Response

LARGE = b"<a>" + b"<b>text</b>" * 1000 + b"</a>"
DOCUMENTS = [
    pytest.param("/wmts/1.0.0/WMTSCapabilities.xml", id="WMTS REST"),
    pytest.param("/service?service=WMTS&request=GetCapabilities", id="WMTS KVP"),
    pytest.param("/tms/1.0.0", id="TMS"),
    pytest.param("/tms/1.0.0/layer_1/EPSG3857", id="TMS layer"),
]


class Writer:
    """Writes documents and counts how often."""

    def __init__(self, documents: KeptDocuments) -> None:
        self._documents = documents
        self.written: list[str] = []

    def get(self, host: str, body: bytes = LARGE, **environ: Any) -> Response:
        """The document as written for ``host``."""

        def write() -> bytes:
            self.written.append(host)
            return body

        return self._documents(environ, DocumentName("kind", f"http://{host}"), "text/xml", write)


@pytest.fixture
def writer() -> Writer:
    return Writer(KeptDocuments(SingleFlight(FakeClock())))


def limited(once: KeptShare, again: KeptShare) -> Writer:
    return Writer(KeptDocuments(SingleFlight(FakeClock()), once=once, again=again))


def test_a_document_is_written_once_for_each_address(writer: Writer) -> None:
    answers = [writer.get(host) for host in ("a", "a", "b", "a", "b")]

    assert writer.written == ["a", "b"]
    assert {answer.body for answer in answers} == {LARGE}


def test_a_client_that_takes_gzip_gets_it(writer: Writer) -> None:
    _, headers, body = writer.get("a", HTTP_ACCEPT_ENCODING="gzip")

    assert dict(headers)["Content-Encoding"] == "gzip"
    assert dict(headers)["Content-Length"] == str(len(body))
    assert gzip.decompress(body) == LARGE


def test_what_fits_into_one_packet_is_not_compressed(writer: Writer) -> None:
    _, headers, body = writer.get("a", b"<a/>", HTTP_ACCEPT_ENCODING="gzip")

    assert body == b"<a/>"
    assert "Content-Encoding" not in dict(headers)


@pytest.mark.parametrize("coding", ["gzip", ""])
def test_an_unchanged_document_is_304_in_the_form_that_is_asked_for(writer: Writer, coding: str) -> None:
    headers = dict(writer.get("a", HTTP_ACCEPT_ENCODING=coding).headers)

    status, kept, body = writer.get("a", HTTP_ACCEPT_ENCODING=coding, HTTP_IF_NONE_MATCH=headers["ETag"])

    assert (status, body) == ("304 Not Modified", b"")
    assert dict(kept) == {name: headers[name] for name in ("ETag", "Cache-Control", "Vary")}


def test_the_two_forms_have_tags_of_their_own(writer: Writer) -> None:
    plain, compressed = (
        dict(writer.get("a", HTTP_ACCEPT_ENCODING=coding).headers)["ETag"] for coding in ("identity", "gzip")
    )

    assert plain != compressed
    assert writer.get("a", HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=plain).status == "200 OK"
    assert writer.get("a", HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=f"{plain}, W/{compressed}").body == b""


def test_every_process_makes_the_same_bytes_and_tags() -> None:
    """Nothing of the clock or of the process is in the compressed form (RFC 1952, 2.3)."""
    one, other = KeptDocument.of("text/xml", LARGE), KeptDocument.of("text/xml", bytes(LARGE))

    assert one == other
    assert one.body[4:8] == b"\0\0\0\0"


def test_documents_may_be_kept_and_must_be_revalidated(writer: Writer) -> None:
    assert dict(writer.get("a").headers)["Cache-Control"] == "no-cache"


def test_where_a_hook_has_a_say_documents_are_written_for_each_request_and_kept_by_nobody(writer: Writer) -> None:
    answers = [writer.get("a", **{"mapproxy.authorize": object()}) for _ in range(2)]
    writer.get("a")

    assert writer.written == ["a", "a", "a"]
    for status, headers, body in answers:
        assert (status, body) == ("200 OK", LARGE)
        assert dict(headers)["Cache-Control"] == "no-cache, no-store"
        assert "ETag" not in dict(headers)


def test_a_document_that_could_not_be_written_is_tried_again(writer: Writer) -> None:
    documents = writer._documents
    name = DocumentName("kind", "http://a")

    def fail() -> bytes:
        raise UnknownLayer("not yet")

    with pytest.raises(UnknownLayer):
        documents({}, name, "text/xml", fail)

    assert documents({}, name, "text/xml", lambda: LARGE).body == LARGE


class TestRoomForDocuments:
    """Hosts are client data: whoever makes them up must neither fill the memory nor drive out what others ask for."""

    def test_invented_hosts_do_not_drive_out_what_is_asked_for_again(self) -> None:
        writer = limited(KeptShare(4, 10**6), KeptShare(4, 10**6))
        writer.get("busy")
        writer.get("busy")

        for number in range(1000):
            writer.get(f"invented-{number}")
        writer.get("busy")

        assert writer.written.count("busy") == 1

    def test_a_new_document_stays_long_enough_to_be_asked_for_again(self) -> None:
        writer = limited(KeptShare(4, 10**6), KeptShare(2, 10**6))
        for host in ("one", "one", "other", "other"):
            writer.get(host)

        for host in ("new", "invented-1", "invented-2", "new", "invented-3", "invented-4", "invented-5", "new"):
            writer.get(host)

        assert writer.written.count("new") == 1

    def test_no_more_documents_are_kept_than_there_is_room_for(self) -> None:
        writer = limited(KeptShare(4, 10**6), KeptShare(3, 10**6))

        for number in range(100):
            writer.get(f"twice-{number}")
            writer.get(f"twice-{number}")
        for number in range(100):
            writer.get(f"once-{number}")

        assert len(writer._documents._kept) == 4 + 3

    def test_no_more_bytes_are_kept_than_there_is_room_for(self) -> None:
        size = len(KeptDocument.of("text/xml", LARGE).body)
        writer = limited(KeptShare(100, 3 * size), KeptShare(100, 2 * size + 1))

        for number in range(100):
            writer.get(f"twice-{number}")
            writer.get(f"twice-{number}")
        for number in range(100):
            writer.get(f"once-{number}")

        assert len(writer._documents._kept) == 3 + 2

    def test_those_that_nobody_asked_for_longest_make_room(self) -> None:
        writer = limited(KeptShare(10, 10**6), KeptShare(2, 10**6))
        for host in ("a", "a", "b", "b", "a", "c", "c"):
            writer.get(host)

        writer.written.clear()
        for host in ("a", "c", "b"):
            writer.get(host)

        assert writer.written == ["b"]

    def test_a_document_larger_than_all_the_room_is_kept_alone(self) -> None:
        writer = limited(KeptShare(4, 10), KeptShare(4, 10))

        for host in ("a", "a", "a"):
            writer.get(host)

        assert writer.written == ["a"]
        assert len(writer._documents._kept) == 1


def test_requests_at_the_same_moment_wait_for_one_that_writes() -> None:
    flights: SingleFlight[KeptDocument] = SingleFlight(FakeClock())
    documents = KeptDocuments(flights)
    started, done = threading.Event(), threading.Event()
    written: list[int] = []

    def write() -> bytes:
        written.append(1)
        started.set()
        assert done.wait(20)
        return LARGE

    def ask() -> bytes:
        return documents({}, DocumentName("kind", "http://a"), "text/xml", write).body

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(ask)
        assert started.wait(20)
        others = [pool.submit(ask) for _ in range(3)]
        done.set()
        bodies = {answer.result(20) for answer in (first, *others)}

    assert (bodies, written) == ({LARGE}, [1])


def test_many_threads_and_hosts_leave_no_more_than_there_is_room_for() -> None:
    writer = limited(KeptShare(3, 10**6), KeptShare(3, 10**6))

    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(lambda number: writer.get(f"host-{number % 17}").body, range(2000)))

    assert bodies == {LARGE}
    assert len(writer._documents._kept) <= 3 + 3


def test_a_forked_process_does_not_wait_for_a_thread_of_its_parent() -> None:
    flights: SingleFlight[KeptDocument] = SingleFlight(FakeClock())
    documents = KeptDocuments(flights)
    name = DocumentName("kind", "http://a")
    started, done = threading.Event(), threading.Event()

    def never_ending() -> bytes:
        started.set()
        assert done.wait(20)
        return b"<parent/>"

    with ThreadPoolExecutor(1) as pool:
        of_parent = pool.submit(documents, {}, name, "text/xml", never_ending)
        assert started.wait(20)
        flights.reset_after_fork()
        in_child = documents({}, name, "text/xml", lambda: b"<child/>")
        done.set()
        of_parent.result(20)

    assert in_child.body == b"<child/>"


class TestServices:
    @pytest.fixture
    def layers(self) -> FakeLayers:
        layers = FakeLayers()
        for number in range(20):
            layers.add(f"layer_{number}", WEBMERCATOR, GEODETIC_NW)
        return layers

    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_every_document_is_compressed_tagged_and_revalidated(self, layers: FakeLayers, path: str) -> None:
        web = client(layers)

        plain = web.get(path)
        compressed = web.get(path, Accept_Encoding="gzip")
        unchanged = web.get(path, Accept_Encoding="gzip", If_None_Match=compressed.headers["ETag"])

        assert gzip.decompress(compressed.data) == plain.data
        assert (unchanged.status_code, unchanged.data) == (304, b"")
        expected = "X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto, Accept-Encoding"
        assert {answer.headers["Vary"] for answer in (plain, compressed, unchanged)} == {expected}

    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_documents_set_up_no_store_and_no_source(self, layers: FakeLayers, path: str) -> None:
        web = client(layers)

        for _ in range(3):
            assert web.get(path).status_code == 200

        assert layers.built == []
        assert len(layers.described) == len(set(layers.described))

    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_documents_differ_with_the_address_of_the_service(self, layers: FakeLayers, path: str) -> None:
        web = client(layers)

        first = web.get(path, Host="one.example")
        second = web.get(path, Host="other.example")

        assert ("one.example" in first.text, "one.example" in second.text) == (True, False)
        assert first.headers["ETag"] != second.headers["ETag"]

    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_what_a_hook_permits_to_one_client_is_shown_to_no_other(self, layers: FakeLayers, path: str) -> None:
        web = client(layers)
        hook: Callable[..., Any] = lambda *_, **__: {  # noqa: E731
            "authorized": "partial",
            "layers": {"layer_1": {"tile": True}},
        }

        before = web.get(path)
        permitted = web.get(path, environ={"mapproxy.authorize": hook}, If_None_Match=before.headers["ETag"])
        after = web.get(path)

        assert (before.data, before.headers["ETag"]) == (after.data, after.headers["ETag"])
        assert (permitted.status_code, "Layer_2" in permitted.text) == (200, False)
        assert "ETag" not in permitted.headers
