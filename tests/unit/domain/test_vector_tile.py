"""Whether bytes are a vector tile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.vector_tiles import field, layer, vector_tile
from tilekeep.domain.vector_tile import MOST_FIELDS, NoVectorTile, layer_names

TILE = vector_tile("roads", "Wälder", features=3)


def test_a_tile_tells_its_layers() -> None:
    assert layer_names(TILE) == ["roads", "Wälder"]


def test_nothing_is_a_tile_without_layers() -> None:
    assert layer_names(b"") == []


@pytest.mark.parametrize("kept", range(1, len(TILE)))
def test_a_cut_tile_is_none_unless_it_is_cut_between_layers(kept: int) -> None:
    if kept == len(vector_tile("roads", features=3)):
        assert layer_names(TILE[:kept]) == ["roads"]
    else:
        with pytest.raises(NoVectorTile):
            layer_names(TILE[:kept])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>no tiles today</html>", id="HTML"),
        pytest.param(b'{"error": "not found"}', id="JSON"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(40), id="PNG"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(40), id="JPEG"),
        pytest.param(b"\x1f\x8b" + bytes(40), id="compressed"),
        pytest.param(field(3, layer("roads")) + b"trailing", id="something behind it"),
        pytest.param(field(3, field(5, 4096)), id="a layer without a name"),
        pytest.param(field(3, field(1, b"\xff\xfe")), id="a name that is no text"),
        pytest.param(field(3, 7), id="a layer that is a number"),
        pytest.param(field(1, b"text"), id="another message"),
        pytest.param(field(3, field(1, b"a") + field(16, 1)), id="an unknown field in a layer"),
        pytest.param(b"\x1a" + b"\xff" * 11, id="a length without end"),
        pytest.param(bytes([3 << 3 | 4]), id="an unknown type of field"),
    ],
)
def test_other_things_are_none(body: bytes) -> None:
    with pytest.raises(NoVectorTile):
        layer_names(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tile_or_none(body: bytes) -> None:
    try:
        names = layer_names(body)
    except NoVectorTile:
        return
    assert all(isinstance(name, str) for name in names)


@given(st.lists(st.text(max_size=20), max_size=5), st.integers(0, 20))
def test_every_tile_is_one(names: list[str], features: int) -> None:
    assert layer_names(vector_tile(*names, features=features)) == names


def test_the_work_is_bounded() -> None:
    """Behind as many fields as are looked at anything may stand."""
    large = field(3, field(1, b"a") + b"".join(field(2, b"") for _ in range(MOST_FIELDS)) + field(99, 1))

    assert layer_names(large) == ["a"]
