"""Tiles find their bundle and their place in it, and paths lead back to bundles (spec/caches.md, 3.5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.bundle_layout import SIDE, BundleLayout, bundle_at, bundle_of, bundles_of, coord_in, slot_of
from tilekeep.domain.tile import TileCoord

LAYOUT = BundleLayout()
NUMBERS = st.integers(0, 1 << 30)
COORDS = st.builds(TileCoord, st.integers(0, 70), NUMBERS, NUMBERS)


@pytest.mark.parametrize(
    ("coord", "path", "slot"),
    [
        pytest.param(TileCoord(0, 0, 0), "L00/R0000C0000.bundle", 0, id="first"),
        pytest.param(TileCoord(9, 127, 127), "L09/R0000C0000.bundle", 16383, id="last-of-the-first-bundle"),
        pytest.param(TileCoord(9, 128, 0), "L09/R0000C0080.bundle", 0, id="first-of-the-next-columns"),
        pytest.param(TileCoord(9, 3, 129), "L09/R0080C0000.bundle", 131, id="second-row-of-the-next-rows"),
        pytest.param(
            TileCoord(22, 1_234_567, 3_999_999), "L22/R3d0880C12d680.bundle", 16263, id="more-than-four-digits"
        ),
    ],
)
def test_bundles_are_named_after_their_first_row_and_column(coord: TileCoord, path: str, slot: int) -> None:
    assert LAYOUT.namer("", "bundle")(coord) == path
    assert slot_of(coord) == slot


@given(coord=COORDS)
def test_bundle_and_slot_give_the_tile_back(coord: TileCoord) -> None:
    assert coord_in(bundle_of(coord), slot_of(coord)) == coord
    assert 0 <= slot_of(coord) < SIDE * SIDE


@given(coord=COORDS)
def test_a_path_gives_its_bundle_back(coord: TileCoord) -> None:
    path = LAYOUT.namer("", "bundlx")(coord)

    assert LAYOUT.coord(path, "bundlx") == bundle_at(f"/cache/{path}") == bundle_of(coord)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("L9/R0000C0000.bundle", id="level-of-one-digit"),
        pytest.param("L09/R000C0000.bundle", id="row-of-three-digits"),
        pytest.param("L09/R0000C00A0.bundle", id="capital-digits"),
        pytest.param("L09/R0000C0001.bundle", id="column-that-begins-no-bundle"),
        pytest.param("L09/R00000C0000.bundle", id="a-zero-too-many"),
        pytest.param("L09/R0000C0000.bundlx", id="other-ending"),
        pytest.param("09/R0000C0000.bundle", id="no-level"),
        pytest.param("R0000C0000.bundle", id="no-directory"),
    ],
)
def test_other_paths_are_no_bundles(path: str) -> None:
    assert LAYOUT.coord(path, "bundle") is None


@given(first=COORDS, width=st.integers(0, 300), height=st.integers(0, 300))
def test_the_bundles_of_a_window_are_those_of_its_tiles(first: TileCoord, width: int, height: int) -> None:
    _, x, y = first
    min_x, min_y, max_x, max_y = bundles_of((x, y, x + width, y + height))

    for column, row in ((x, y), (x + width, y), (x, y + height), (x + width, y + height)):
        bundle = bundle_of(TileCoord(0, column, row))
        assert min_x <= bundle.x <= max_x
        assert min_y <= bundle.y <= max_y
    assert bundle_of(TileCoord(0, min_x, min_y)) == TileCoord(0, min_x, min_y)


@pytest.mark.parametrize("coord", [TileCoord(-1, 0, 0), TileCoord(0, -1, 0), TileCoord(0, 0, -1)])
def test_negative_coordinates_have_no_bundle(coord: TileCoord) -> None:
    with pytest.raises(ValueError, match="count from 0"):
        LAYOUT.namer("", "bundle")(coord)
