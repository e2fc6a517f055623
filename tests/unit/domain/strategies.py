"""Grids, tiles and boxes for property tests, and the SRS values unit tests use without a projection library."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from hypothesis import strategies as st

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import BUILT_IN_GRIDS, GridDefinition
from tilekeep.domain.meta_tile import FetchMode, MetaTilePlanner
from tilekeep.domain.srs import METRES_PER_DEGREE, Srs
from tilekeep.domain.tile import TileCoord

WEB_MERCATOR = Srs("EPSG:3857", "web mercator", geographic=False, north_first=False, metres_per_unit=1.0)
GOOGLE_MERCATOR = replace(WEB_MERCATOR, code="EPSG:900913")
WGS84 = Srs("EPSG:4326", "WGS 84", geographic=True, north_first=True, metres_per_unit=METRES_PER_DEGREE)
UTM32 = Srs("EPSG:25832", "UTM zone 32", geographic=False, north_first=False, metres_per_unit=1.0)

SRS_BY_CODE = {srs.code: srs for srs in (WEB_MERCATOR, GOOGLE_MERCATOR, WGS84, UTM32)}


def built_in_definition(name: str) -> GridDefinition:
    """The definition of a built-in grid in tiles of 256 pixels."""
    settings = next(grid for grid in BUILT_IN_GRIDS if grid.name == name)
    return GridDefinition(
        name=settings.name,
        srs=SRS_BY_CODE[settings.srs_code],
        bbox=settings.bbox,
        origin=settings.origin,
        num_levels=settings.num_levels,
    )


BUILT_IN = tuple(built_in_definition(grid.name).grid() for grid in BUILT_IN_GRIDS)
GEODETIC, MERCATOR, WEBMERCATOR = BUILT_IN


@st.composite
def bboxes(draw: st.DrawFn) -> BBox:
    """Boxes of a hundred metres to a thousand kilometres in a projected SRS."""
    left = draw(st.floats(-5e6, 5e6))
    bottom = draw(st.floats(-5e6, 5e6))
    width = draw(st.floats(1e2, 1e6))
    height = width * draw(st.floats(0.2, 5.0))
    return BBox(left, bottom, left + width, bottom + height)


@st.composite
def random_grids(draw: st.DrawFn) -> TileGrid:
    """Grids over any box: regular pyramids of several factors, or lists of resolutions, with either origin."""
    definition = GridDefinition(
        name="random",
        srs=UTM32,
        bbox=draw(bboxes()),
        tile_size=Size(draw(st.sampled_from([100, 256, 300, 512])), draw(st.sampled_from([100, 256, 300, 512]))),
        origin=draw(st.sampled_from(["sw", "nw"])),
        stretch_factor=draw(st.sampled_from([1.0, 1.15, 1.5])),
    )
    if draw(st.booleans()):
        steps = draw(st.lists(st.floats(1.01, 6.0), min_size=1, max_size=8))
        listed = [draw(st.floats(10, 5000))]
        for step in steps:
            listed.append(listed[-1] / step)
        return replace(definition, res=tuple(listed)).grid()
    factor: float | Literal["sqrt2"] = draw(st.sampled_from([1.5, 2.0, "sqrt2", 3.0]))
    return replace(definition, res_factor=factor, num_levels=draw(st.integers(2, 10))).grid()


def grids() -> st.SearchStrategy[TileGrid]:
    """All built-in grids and random ones."""
    return st.one_of(st.sampled_from(BUILT_IN), random_grids())


@st.composite
def halving_grids(draw: st.DrawFn) -> TileGrid:
    """Grids whose every level has half the resolution of the one above."""
    definition = GridDefinition(
        name="halving", srs=UTM32, bbox=draw(bboxes()), origin=draw(st.sampled_from(["sw", "nw"])), num_levels=10
    )
    return draw(st.one_of(st.sampled_from(BUILT_IN), st.just(definition.grid())))


@st.composite
def tiles_of(draw: st.DrawFn, grid: TileGrid) -> TileCoord:
    """Any tile of ``grid``."""
    z = draw(st.integers(0, grid.levels - 1))
    columns, rows = grid.matrix_size(z)
    return TileCoord(z, draw(st.integers(0, columns - 1)), draw(st.integers(0, rows - 1)))


@st.composite
def grids_with_tile(draw: st.DrawFn) -> tuple[TileGrid, TileCoord]:
    """A grid and one of its tiles."""
    grid = draw(grids())
    return grid, draw(tiles_of(grid))


@st.composite
def planners(draw: st.DrawFn) -> MetaTilePlanner:
    """Planners of every mode, block size and buffer over :func:`grids`."""
    return MetaTilePlanner(
        grid=draw(grids()),
        mode=draw(st.sampled_from(FetchMode)),
        meta_size=Size(draw(st.integers(1, 6)), draw(st.integers(1, 6))),
        buffer_px=draw(st.sampled_from([0, 1, 10, 80, 500])),
    )
