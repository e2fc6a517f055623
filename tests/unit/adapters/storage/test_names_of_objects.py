"""Keys of objects: what folders of dimensions are called, and what they are read back as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.storage.objects.names import ObjectNames, dimension_folder, parsed_dimension_folder
from tilekeep.domain.errors import InvalidDimension
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.domain.tile_layout import tile_layout

_NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
_VALUES = st.text(st.sampled_from("a/%0A.-\n\x01\x7f=1"), max_size=8) | st.text(max_size=8)
_DIMENSIONS = st.dictionaries(_NAMES, _VALUES, max_size=3).map(lambda found: tuple(sorted(found.items())))


@given(_DIMENSIONS, st.sampled_from(["", "2x", "a\n/%0A"]))
def test_a_folder_is_read_back_as_what_it_stands_for(dimensions: tuple[tuple[str, str], ...], variant: str) -> None:
    folder = dimension_folder(dimensions, variant)

    assert folder == "" or parsed_dimension_folder(folder) == (dimensions, variant)
    assert not any(ord(character) < 0x20 or ord(character) == 0x7F for character in folder)


@pytest.mark.parametrize(
    ("directory", "key"),
    [
        pytest.param("osm/webmercator", "osm/webmercator/4/9/6.png", id="two-parts"),
        pytest.param("/1.0.0/lyr", "1.0.0/lyr/4/9/6.png", id="leading-slash"),
        pytest.param("//1.0.0/lyr", "1.0.0/lyr/4/9/6.png", id="leading-slashes"),
        pytest.param("osm/", "osm/4/9/6.png", id="trailing-slash"),
        pytest.param("a//b", "a//b/4/9/6.png", id="slashes-within"),
        pytest.param("/", "4/9/6.png", id="slash-alone"),
        pytest.param("", "4/9/6.png", id="nothing"),
    ],
)
def test_a_key_is_the_path_of_the_layout_below_the_directory_without_leading_slashes(directory: str, key: str) -> None:
    names = ObjectNames(directory, tile_layout("tms"), "png")

    assert names.key(TileKey(TileCoord(4, 9, 6))) == key


def test_a_key_longer_than_services_allow_is_the_fault_of_the_request() -> None:
    names = ObjectNames("osm", tile_layout("tms"), "png")
    dimensions = tuple((f"dim_{number}", "x" * 240) for number in range(5))

    with pytest.raises(InvalidDimension, match="too long"):
        names.key(TileKey(TileCoord(4, 9, 6), dimensions))
