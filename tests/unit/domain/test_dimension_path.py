"""Dimensions become directories that are MapProxy's where that is safe, and never those of something else."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

from tilekeep.domain.dimension_path import (
    dimension_directory,
    dimension_name,
    may_be_dimension_directory,
    parsed_dimension_directory,
    parsed_dimension_name,
)
from tilekeep.domain.errors import InvalidDimension
from tilekeep.domain.tile import Dimensions
from tilekeep.domain.tile_layout import LAYOUT_NAMES, tile_layout

_NASTY = st.text("ab01-/.%\\=\0 LRx_ü", max_size=8)
_KEYS = st.sampled_from(["time", "elevation", "dim_run", "a", "a-b"]) | _NASTY | st.text(max_size=4)
_VALUES = _NASTY | st.text(max_size=12)
DIMENSIONS = st.dictionaries(_KEYS, _VALUES, max_size=3).map(lambda found: tuple(sorted(found.items())))


@pytest.mark.parametrize(
    ("dimensions", "path"),
    [
        pytest.param((), "", id="none"),
        pytest.param((("time", "2020-08-25T00:00:00Z"),), "time-2020-08-25T00:00:00Z", id="time"),
        pytest.param(
            (("dim_level", "700"), ("dim_reference_time", "2020"), ("time", "2021")),
            "time-2021/dim_level-700/dim_reference_time-2020",
            id="custom-dimensions-come-last",
        ),
        pytest.param((("elevation", "-10.5"), ("time", "x y+z")), "elevation--10.5/time-x y+z", id="signs-and-blanks"),
        pytest.param((("time", "a/b"),), "time-a/b", id="slashes-nest"),
        pytest.param((("time", "2020-01-01/2020-02-01"),), "time-2020-01-01/2020-02-01", id="intervals-nest"),
        pytest.param((("time", "50%"),), "time-50%", id="percent-sign"),
        pytest.param((("time", "Jänner"),), "time-Jänner", id="not-ascii"),
    ],
)
def test_a_path_is_that_of_mapproxy(dimensions: Dimensions, path: str) -> None:
    assert dimension_directory(dimensions) == path


@pytest.mark.parametrize(
    ("dimensions", "path"),
    [
        pytest.param((("time", ".."),), "time-..", id="no-directory-of-its-own"),
        pytest.param((("time", "../x"),), "time-../x", id="climbing-out-of-nothing"),
        pytest.param((("time", "x/.."),), "time-x%2F..", id="climbing"),
        pytest.param((("time", "/x"),), "time-/x", id="leading-slash"),
        pytest.param((("time", "x/"),), "time-x%2F", id="trailing-slash"),
        pytest.param((("time", "x//y"),), "time-x%2F%2Fy", id="double-slash"),
        pytest.param((("time", "2020/02"),), "time-2020%2F02", id="ending-like-a-level"),
        pytest.param((("time", "2020/L02"),), "time-2020%2FL02", id="ending-like-an-arcgis-level"),
        pytest.param((("time", "2020/4.png"),), "time-2020%2F4.png", id="ending-like-a-tile"),
        pytest.param((("time", "1/b-2"),), "time-1%2Fb-2", id="like-a-second-dimension"),
        pytest.param((("a-b", "c"),), "a%2Db-c", id="dash-in-the-name"),
        pytest.param((("4d", "c"),), "%34d-c", id="name-like-a-level"),
        pytest.param((("TIME", "c"),), "%54IME-c", id="capitals"),
        pytest.param((("time", "%2F"),), "time-%252F", id="like-an-escape"),
        pytest.param((("time", "a\0"),), "time-a%00", id="nul"),
    ],
)
def test_other_values_are_escaped(dimensions: Dimensions, path: str) -> None:
    assert dimension_directory(dimensions) == path


@given(dimensions=DIMENSIONS, variant=st.sampled_from(["", "2x"]) | _NASTY)
@example(dimensions=(("", ""),), variant="")
@example(dimensions=(("%", "%"),), variant="%")
@example(dimensions=(("time", "\ud800"),), variant="\ud800")
def test_a_path_is_read_back_as_its_dimensions(dimensions: Dimensions, variant: str) -> None:
    path = dimension_directory(dimensions, variant)

    if path:
        assert parsed_dimension_directory(path) == (dimensions, variant)
    else:
        assert (dimensions, variant) == ((), "")


@given(dimensions=DIMENSIONS, variant=st.sampled_from(["", "2x"]) | _NASTY)
def test_a_path_stays_where_it_is_put(dimensions: Dimensions, variant: str) -> None:
    path = dimension_directory(dimensions, variant)

    assert posixpath.normpath(f"/cache/{path}/x") == f"/cache/{path}/x".replace("//", "/")
    assert "\0" not in path
    path.encode()


@given(dimensions=DIMENSIONS, variant=st.sampled_from(["", "2x"]) | _NASTY)
def test_every_directory_of_a_path_is_recognised_and_is_none_of_a_layout(dimensions: Dimensions, variant: str) -> None:
    names = [name for name in dimension_directory(dimensions, variant).split("/") if name]

    for index, name in enumerate(names):
        assert may_be_dimension_directory(name, nested=index > 0)
        assert not any(tile_layout(layout).may_hold([name], 2, None) for layout in LAYOUT_NAMES)


@pytest.mark.parametrize("name", ["02", "2", "L02", "R0000000a", "single_color_tiles", "tile_locks", ".png", "4.png"])
def test_directories_of_the_cache_itself_are_no_dimensions(name: str) -> None:
    assert not may_be_dimension_directory(name, nested=False)


def test_only_wanted_dimensions_are_recognised() -> None:
    assert may_be_dimension_directory("time-1", nested=False, keys={"time"})
    assert not may_be_dimension_directory("old-cache", nested=False, keys={"time"})
    assert not may_be_dimension_directory("old-cache", nested=True, keys={"time"})
    assert may_be_dimension_directory("2020-02-01", nested=True, keys={"time"})


@pytest.mark.parametrize(
    "path",
    ["", "time", "time-1/", "/time-1", "02", "b-1/a-2", "a-1/a-2", "time-%3A", "dim_x-1/time-2", "time-%ff", "=", "=%"],
)
def test_paths_that_no_dimensions_give_are_not_read(path: str) -> None:
    assert parsed_dimension_directory(path) is None


@pytest.mark.parametrize("value", ["x" * 251, "ü" * 130, "/".join(["abcdef"] * 400)])
def test_a_value_too_long_for_a_file_name_is_refused(value: str) -> None:
    with pytest.raises(InvalidDimension, match="'time' is too long") as caught:
        dimension_directory((("time", value),))

    assert caught.value.locator == "time"


@given(dimensions=DIMENSIONS, variant=st.sampled_from(["", "2x"]) | _NASTY)
@example(dimensions=(("a", "1/b-2"),), variant="")
@example(dimensions=(("a", "1%2Fb-2"),), variant="")
def test_a_name_is_one_name_and_is_read_back_as_its_dimensions(dimensions: Dimensions, variant: str) -> None:
    try:
        name = dimension_name(dimensions, variant)
    except InvalidDimension:
        reject()  # Escaped, some are too long for one name.

    assert "/" not in name
    assert "\0" not in name
    assert name not in (".", "..")
    assert parsed_dimension_name(name) == ((dimensions, variant) if dimensions or variant else None)


@pytest.mark.parametrize("name", ["", "7", "7.mbtiles", "time", "time-a%2Fb%2", "osm.mbtiles"])
def test_names_that_no_dimensions_give_are_not_read(name: str) -> None:
    assert parsed_dimension_name(name) is None


def test_dimensions_too_long_for_one_name_are_refused() -> None:
    parts = tuple((key, "x" * 90) for key in ("a", "b", "c"))

    assert dimension_directory(parts)
    with pytest.raises(InvalidDimension, match="too long"):
        dimension_name(parts)
