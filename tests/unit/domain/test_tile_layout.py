"""Directory layouts name tiles as MapProxy does (spec/caches.md, 3.1.1), and read the names back."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_layout import LAYOUT_NAMES, tile_layout

SMALL, LARGE = TileCoord(2, 3, 4), TileCoord(22, 12_345_678, 98_765_432)


@st.composite
def coords(draw: st.DrawFn) -> TileCoord:
    """Tiles of every level, each level as large as quadkeys allow."""
    z = draw(st.integers(0, 32))
    numbers = st.integers(0, (1 << z) - 1)
    return TileCoord(z, draw(numbers), draw(numbers))


@pytest.mark.parametrize(
    ("layout", "coord", "path"),
    [
        pytest.param("tc", SMALL, "02/000/000/003/000/000/004.png", id="tc"),
        pytest.param("tc", LARGE, "22/012/345/678/098/765/432.png", id="tc-large"),
        pytest.param("tc", TileCoord(3, 999_999, 1_000_000), "03/000/999/999/001/000/000.png", id="tc-millions"),
        pytest.param(
            "tc", TileCoord(31, 2_147_483_647, 0), "31/2147/483/647/000/000/000.png", id="tc-more-than-three-digits"
        ),
        pytest.param("tc", TileCoord(100, 1, 1), "100/000/000/001/000/000/001.png", id="tc-level-of-three-digits"),
        pytest.param("mp", SMALL, "02/0000/0003/0000/0004.png", id="mp"),
        pytest.param("mp", LARGE, "22/1234/5678/9876/5432.png", id="mp-large"),
        pytest.param("tms", SMALL, "2/3/4.png", id="tms"),
        pytest.param("wmts", SMALL, "02/3/4.png", id="wmts"),
        pytest.param("reverse_tms", SMALL, "4/3/2.png", id="reverse_tms"),
        pytest.param("quadkey", SMALL._replace(y=0), "11.png", id="quadkey"),
        pytest.param("quadkey", TileCoord(3, 3, 5), "213.png", id="quadkey-of-the-documentation"),
        pytest.param("quadkey", TileCoord(4, 1, 0), "0001.png", id="quadkey-padded"),
        pytest.param("quadkey", TileCoord(0, 0, 0), ".png", id="quadkey-level-0"),
        pytest.param("arcgis", SMALL, "L02/R00000004/C00000003.png", id="arcgis"),
        pytest.param("arcgis", TileCoord(9, 1_234_567, 87_654_321), "L09/R05397fb1/C0012d687.png", id="arcgis-large"),
    ],
)
def test_a_layout_names_a_tile(layout: str, coord: TileCoord, path: str) -> None:
    chosen = tile_layout(layout)

    assert chosen.namer("", "png")(coord) == path
    assert chosen.namer("/cache/osm/", "mixed")(coord) == f"/cache/osm/{path.removesuffix('.png')}.mixed"
    assert chosen.coord(path, "png") == coord
    assert chosen.coord(path, "jpeg") is None


@pytest.mark.parametrize("layout", LAYOUT_NAMES)
@given(coord=coords())
def test_a_name_is_read_back_as_its_tile(layout: str, coord: TileCoord) -> None:
    chosen = tile_layout(layout)

    path = chosen.namer("", "png")(coord)

    assert chosen.coord(path, "png") == coord
    assert path.count("/") == chosen.depth


@pytest.mark.parametrize("layout", LAYOUT_NAMES)
@given(coord=coords())
def test_a_name_stays_below_its_prefix(layout: str, coord: TileCoord) -> None:
    path = tile_layout(layout).namer("/cache/", "png")(coord)

    assert posixpath.normpath(path) == path
    assert path.startswith("/cache/")


@pytest.mark.parametrize("layout", LAYOUT_NAMES)
@given(path=st.from_regex(r"[LRC]?[0-9a-f_+ ٣]{0,4}(/[LRC]?[0-9a-f_+ ]{0,9}){0,6}\.png", fullmatch=True))
def test_a_path_is_read_as_a_tile_only_if_it_is_the_name_of_that_tile(layout: str, path: str) -> None:
    chosen = tile_layout(layout)

    coord = chosen.coord(path, "png")

    assert coord is None or chosen.namer("", "png")(coord) == path


@pytest.mark.parametrize(
    ("layout", "path"),
    [
        pytest.param("tc", "2/000/000/003/000/000/004.png", id="unpadded-level"),
        pytest.param("tc", "02/000/000/003/000/1000/004.png", id="group-too-large"),
        pytest.param("tc", "02/000/000/003/000/004.png", id="too-short"),
        pytest.param("tc", "time-1/02/000/000/003/000/000/004.png", id="dimension-in-front"),
        pytest.param("tc", "02/000/000/003/000/000/004.png.tmp-12", id="unfinished"),
        pytest.param("mp", "02/0000/10000/0000/0004.png", id="group-of-five-digits"),
        pytest.param("tms", "02/3/4.png", id="padded-level"),
        pytest.param("tms", "2/-3/4.png", id="negative"),
        pytest.param("tms", "2/1_0/4.png", id="underscore"),
        pytest.param("tms", "single_color_tiles/ff/00.png", id="words"),
        pytest.param("quadkey", "14.png", id="digit-above-three"),
        pytest.param("quadkey", "a/11.png", id="in-a-directory"),
        pytest.param("arcgis", "L02/R0000000A/C00000003.png", id="capital-digits"),
        pytest.param("arcgis", "L02/C00000004/R00000003.png", id="column-before-row"),
    ],
)
def test_other_paths_are_no_tiles(layout: str, path: str) -> None:
    assert tile_layout(layout).coord(path, "png") is None


@pytest.mark.parametrize("layout", LAYOUT_NAMES)
@pytest.mark.parametrize("coord", [TileCoord(-1, 0, 0), TileCoord(3, -1, 0), TileCoord(3, 0, -1)], ids=str)
def test_negative_coordinates_have_no_name(layout: str, coord: TileCoord) -> None:
    with pytest.raises(ValueError, match=f"{coord.z}/{coord.x}/{coord.y}"):
        tile_layout(layout).namer("", "png")(coord)


@pytest.mark.parametrize("coord", [TileCoord(0, 1, 0), TileCoord(3, 8, 0), TileCoord(3, 0, 8)], ids=str)
def test_tiles_beyond_the_square_of_a_level_have_no_quadkey(coord: TileCoord) -> None:
    with pytest.raises(ValueError, match="has no quadkey"):
        tile_layout("quadkey").namer("", "png")(coord)


@pytest.mark.parametrize("layout", LAYOUT_NAMES)
@given(coord=coords(), left=st.integers(0, 5), right=st.integers(0, 5))
def test_the_directories_of_a_tile_may_hold_it(layout: str, coord: TileCoord, left: int, right: int) -> None:
    chosen = tile_layout(layout)
    z, x, y = coord
    window = (x - left, y - left, x + right, y + right)
    directories = chosen.namer("", "png")(coord).split("/")[:-1]

    for depth in range(len(directories) + 1):
        assert chosen.may_hold(directories[:depth], z, None)
        assert chosen.may_hold(directories[:depth], z, window)


@pytest.mark.parametrize(
    ("layout", "directories"),
    [
        pytest.param("tc", ["11"], id="another-level"),
        pytest.param("tc", ["12", "001"], id="millions-outside"),
        pytest.param("tc", ["12", "000", "003"], id="thousands-outside"),
        pytest.param("tc", ["12", "000", "002", "004"], id="column-outside"),
        pytest.param("tc", ["12", "000", "002", "001", "000", "001"], id="row-outside"),
        pytest.param("tc", ["single_color_tiles"], id="words"),
        pytest.param("tc", ["time-1"], id="dimension"),
        pytest.param("mp", ["12", "0001"], id="ten-thousands-outside"),
        pytest.param("tms", ["12", "2004"], id="tms-column-outside"),
        pytest.param("tms", ["012"], id="tms-padded"),
        pytest.param("reverse_tms", ["10"], id="reverse-tms-row-outside"),
        pytest.param("arcgis", ["L12", "R0000000a"], id="arcgis-row-outside"),
        pytest.param("arcgis", ["12"], id="arcgis-without-letter"),
        pytest.param("quadkey", ["0"], id="quadkey-has-no-directories"),
        pytest.param("tms", ["12", "2001", "3"], id="too-deep"),
    ],
)
def test_directories_that_cannot_hold_tiles_of_the_window_are_passed_by(layout: str, directories: list[str]) -> None:
    assert not tile_layout(layout).may_hold(directories, 12, (2000, 0, 2003, 3))


def test_an_unknown_layout_is_a_configuration_error_that_names_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"'tsm'.*tc, mp, tms, reverse_tms, quadkey, arcgis, wmts"):
        tile_layout("tsm")
