"""Bodies: decoded as their header says, and never more of them than allowed."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from tilekeep.adapters.http.body import BodyTooLarge, UnknownEncoding, read_body


class Counting(io.BytesIO):
    """Remembers how many bytes were taken from it, and how often."""

    taken = reads = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        self.reads += 1
        return data

    read1 = read


def response(body: bytes | io.BytesIO, **headers: str) -> HTTPResponse:
    stream = io.BytesIO(body) if isinstance(body, bytes) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPResponse(stream, headers=named, preload_content=False)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


ENCODERS = [
    pytest.param("gzip", gzip.compress, id="gzip"),
    pytest.param("X-GZIP", gzip.compress, id="its old name"),
    pytest.param("deflate", zlib.compress, id="deflate"),
    pytest.param("deflate", raw_deflate, id="deflate without wrapper"),
    pytest.param("identity", bytes, id="identity"),
]


def test_a_body_that_says_its_length_is_taken_in_one_piece() -> None:
    data = bytes(10_000_000)
    stream = Counting(data)

    assert read_body(response(stream, content_length=str(len(data))), len(data)) == data
    assert stream.reads <= 2, "the second finds the end"


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS)
@given(data=st.binary(max_size=300), slack=st.integers(0, 3))
def test_an_encoded_body_is_decoded(encoding: str, encode: type, data: bytes, slack: int) -> None:
    encoded = encode(data)
    limit = max(len(data), len(encoded)) + slack

    assert read_body(response(encoded, content_encoding=encoding), limit) == data


@given(data=st.binary(min_size=1, max_size=300))
def test_a_body_may_arrive_byte_by_byte(data: bytes) -> None:
    class Slow(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            return super().read1(1)

    assert read_body(response(Slow(raw_deflate(data)), content_encoding="deflate"), 1000) == data


def test_a_body_as_large_as_allowed_is_read() -> None:
    assert read_body(response(b"x" * 1000), 1000) == b"x" * 1000


def test_a_body_of_a_known_length_may_arrive_in_pieces() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(3)

    assert read_body(response(Slow(b"0123456789"), content_length="10"), 1000) == b"0123456789"


def test_a_body_shorter_than_announced_is_refused() -> None:
    with pytest.raises(ProtocolError, match="IncompleteRead"):
        read_body(response(b"0123456789", content_length="11"), 1000)


def test_a_larger_body_is_refused_before_it_is_read_if_it_says_so() -> None:
    stream = Counting(b"x" * 2000)

    with pytest.raises(BodyTooLarge):
        read_body(response(stream, content_length="2000"), 1000)

    assert stream.taken == 0


def test_a_larger_body_is_refused_as_soon_as_it_shows() -> None:
    stream = Counting(b"x" * 10_000_000)

    with pytest.raises(BodyTooLarge):
        read_body(response(stream), 1000)

    assert stream.taken < 1_000_000


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS[:4])
def test_a_body_that_grows_when_decoded_is_refused(encoding: str, encode: type) -> None:
    bomb = encode(bytes(50_000_000))
    assert len(bomb) < 100_000

    with pytest.raises(BodyTooLarge):
        read_body(response(bomb, content_encoding=encoding), 1_000_000)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
def test_an_encoding_that_nobody_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(UnknownEncoding, match=encoding):
        read_body(response(b"whatever", content_encoding=encoding), 1000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_is_not_encoded_as_it_says_is_refused(encoding: str) -> None:
    with pytest.raises(UnknownEncoding):
        read_body(response(b"\xffno such thing", content_encoding=encoding), 1000)


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS[:4])
def test_a_cut_body_is_refused(encoding: str, encode: type) -> None:
    with pytest.raises(UnknownEncoding, match="cut"):
        read_body(response(encode(b"some text that is cut")[:-2], content_encoding=encoding), 1000)


def test_an_empty_body_is_empty_whatever_its_encoding() -> None:
    assert read_body(response(b"", content_encoding="gzip"), 1000) == b""


@given(parts=st.lists(st.binary(max_size=50), min_size=1, max_size=4), piece=st.integers(1, 40))
def test_all_members_of_a_gzip_body_count(parts: list[bytes], piece: int) -> None:
    class Slow(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            return super().read1(piece)

    body = b"".join(map(gzip.compress, parts))

    assert read_body(response(Slow(body), content_encoding="gzip"), 1000) == b"".join(parts)


def test_a_later_member_that_is_cut_or_damaged_is_refused() -> None:
    body = gzip.compress(b"a") + gzip.compress(b"b" * 100)

    with pytest.raises(UnknownEncoding):
        read_body(response(body[:-9], content_encoding="gzip"), 1000)
    with pytest.raises(UnknownEncoding):
        read_body(response(body[:-1] + b"\xff", content_encoding="gzip"), 1000)


def test_members_together_are_no_larger_than_allowed() -> None:
    with pytest.raises(BodyTooLarge):
        read_body(response(gzip.compress(bytes(600)) * 2, content_encoding="gzip"), 1000)


def test_so_many_members_that_they_can_only_cost_time_are_refused() -> None:
    with pytest.raises(UnknownEncoding, match="members"):
        read_body(response(gzip.compress(b"") * 20_000, content_encoding="gzip"), 1_000_000)


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS[:4])
@pytest.mark.parametrize("padding", [b"\0", b"\x1f", b"padding" * 20_000], ids=["a zero", "half a magic", "a lot"])
def test_what_follows_the_end_is_ignored(encoding: str, encode: type, padding: bytes) -> None:
    assert read_body(response(encode(b"map") + padding, content_encoding=encoding), 1_000_000) == b"map"


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS[:4])
def test_what_follows_the_end_is_not_kept(encoding: str, encode: type) -> None:
    body = response(encode(b"map") + bytes(8_000_000), content_encoding=encoding)

    tracemalloc.start()
    try:
        read_body(body, 10_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 1_000_000


def test_a_body_in_tiny_pieces_takes_no_more_memory_than_it_has_bytes() -> None:
    class Dripping(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            return super().read1(2)

    body = response(Dripping(bytes(range(256)) * 1000))

    tracemalloc.start()
    try:
        read_body(body, 1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 1_000_000
