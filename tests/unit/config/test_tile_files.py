"""Tiles in files beside the configuration, or anywhere else."""

from __future__ import annotations

import pytest

from tilekeep.config.mapproxy.tile_files import directory_of_tiles, located_template
from tilekeep.domain.geometry import BBox
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_url import TileUrlTemplate


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("file:///tiles/%(z)s/%(x)s.png", "/maps", "file:///tiles/3/1.png"),
        ("file://tiles/%(z)s/%(x)s.png", "/maps", "file:///maps/tiles/3/1.png"),
        ("file://tiles/%(z)s/%(x)s.png", "/my maps/100%", "file:///my%20maps/100%25/tiles/3/1.png"),
        ("http://tiles/%(z)s/%(x)s.png", "/maps", "http://tiles/3/1.png"),
    ],
)
def test_files_with_two_slashes_lie_beside_the_configuration(url: str, base: str, expected: str) -> None:
    template = TileUrlTemplate(located_template(url, base))

    assert template.url(TileCoord(3, 1, 2), "png", lambda _: BBox(0, 0, 1, 1)) == expected


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("file:///tiles/%(z)s/%(x)s.png", "/maps", "/tiles"),
        ("file:///tiles/a-%(z)s.png", "/maps", "/tiles"),
        ("file://a%%20b/%(z)s.png", "/my maps/100%", "/my maps/100%/a b"),
        ("http://tiles/%(z)s/%(x)s.png", "/maps", None),
    ],
)
def test_the_directory_is_what_comes_before_all_places(url: str, base: str, expected: str | None) -> None:
    assert directory_of_tiles(url, base) == expected
