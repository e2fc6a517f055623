"""What may enter a store whose tiles nobody looks into."""

from __future__ import annotations

import gzip

import pytest

from tests.contract.vector_tiles import vector_tile
from tests.fakes.text_imaging import TextRaster
from tilekeep.application.opaque_gate import OpaqueGate
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage
from tilekeep.domain.map_query import Fetched
from tilekeep.domain.opaque_format import VECTOR_TILE, opaque_format

SIZE = Size(256, 256)
TILE = vector_tile("roads", features=50)


def gate(name: str, max_bytes: int = 10_000) -> OpaqueGate:
    wanted = opaque_format(name)
    assert wanted is not None
    return OpaqueGate(wanted, max_bytes, "test")


def kept(name: str, body: bytes, max_bytes: int = 10_000) -> EncodedImage:
    return gate(name, max_bytes).kept(Fetched(body, None), SIZE, accepts_integer_multiples=True)


def test_a_vector_tile_is_stored_compressed() -> None:
    tile = kept("mvt", TILE)

    assert tile.media_type == VECTOR_TILE
    assert gzip.decompress(tile.body) == TILE
    assert len(tile.body) < len(TILE)


def test_one_that_comes_compressed_is_stored_as_it_is() -> None:
    body = gzip.compress(TILE, 1)

    assert kept("pbf", body).body == body


def test_the_same_tile_is_always_stored_the_same() -> None:
    assert kept("mvt", TILE).body == kept("pbf", TILE).body


def test_a_vector_tile_may_be_empty() -> None:
    assert gzip.decompress(kept("mvt", b"").body) == b""


def test_what_is_no_vector_tile_is_refused() -> None:
    with pytest.raises(SourceContentError, match="mvt tile refused: no vector tile") as error:
        kept("mvt", b"<html>no tiles today</html>")
    assert "html" not in error.value.client_message


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (gzip.compress(TILE)[:-4], "cut"),
        (gzip.compress(TILE) + b"more", "followed by something else"),
        (b"\x1f\x8b" + bytes(30), "damaged"),
        (gzip.compress(bytes(1_000_000)), "permitted when unpacked"),
        (bytes(10_001), "more than the 10000 permitted"),
    ],
    ids=["cut", "more behind", "damaged", "a bomb", "too large"],
)
def test_bad_bodies_are_refused(body: bytes, says: str) -> None:
    with pytest.raises(SourceContentError, match=says):
        kept("mvt", body)


def test_other_formats_are_taken_on_trust_but_not_empty() -> None:
    assert gzip.decompress(kept("terrain", b"any bytes").body) == b"any bytes"
    with pytest.raises(SourceContentError, match="empty"):
        kept("terrain", b"")
    with pytest.raises(SourceContentError, match="empty"):
        kept("terrain", gzip.compress(b""))


def test_images_are_compressed_already() -> None:
    assert kept("jxl", b"\xff\x0apixels") == EncodedImage(b"\xff\x0apixels", "image/jxl")


def test_pictures_are_refused() -> None:
    with pytest.raises(SourceContentError):
        gate("mvt").check_size(TextRaster(SIZE, "map"), SIZE)
    with pytest.raises(SourceContentError):
        gate("mvt").pixels(TILE, SIZE)


@pytest.mark.parametrize(
    ("declared", "agrees"),
    [
        (None, True),
        ("application/x-protobuf", True),
        ("application/vnd.mapbox-vector-tile; charset=x", True),
        ("Application/Octet-Stream", True),
        ("text/html", False),
        ("application/json", False),
        ("image/png", False),
    ],
)
def test_what_servers_may_declare(declared: str | None, agrees: bool) -> None:
    wanted = opaque_format("mvt")
    assert wanted is not None

    assert wanted.agrees_with(declared) is agrees
