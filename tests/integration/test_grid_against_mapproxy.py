"""Grids agree with MapProxy 7.0.0 to the last bit: tests/data/grid_facts.json, written by make_grid_facts.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.domain.strategies import SRS_BY_CODE
from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.meta_tile import FetchMode, MetaTilePlan, MetaTilePlanner
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_subset import is_subset

DOCUMENT = json.loads(Path(__file__).parents[1].joinpath("data", "grid_facts.json").read_text())
GRIDS: list[dict[str, Any]] = DOCUMENT["grids"]


def built(options: dict[str, Any]) -> TileGrid:
    settings: dict[str, Any] = dict(options, name="grid", srs=SRS_BY_CODE[options["srs"]])
    convert: dict[str, Callable[[Any], Any]] = {
        "bbox": lambda box: BBox(*box),
        "tile_size": lambda size: Size(*size),
        "align_with": built,
    }
    for option, make in {**convert, "res": tuple, "threshold_res": tuple}.items():
        if option in settings:
            settings[option] = make(settings[option])
    return GridDefinition(**settings).grid()


def label(facts: dict[str, Any]) -> str:
    return json.dumps(facts["options"])[:90]


every_grid = pytest.mark.parametrize("facts", GRIDS, ids=label)


@every_grid
def test_options_give_the_same_matrices(facts: dict[str, Any]) -> None:
    grid = built(facts["options"])

    assert list(grid.bbox) == facts["bbox"]
    assert list(grid.resolutions) == facts["resolutions"]
    assert [list(size) for size in grid.matrix_sizes] == facts["matrix_sizes"]
    assert [origin for origin in ("sw", "nw") if grid.supports_origin(origin)] == facts["supports"]


@every_grid
def test_tiles_lie_in_the_same_boxes(facts: dict[str, Any]) -> None:
    grid = built(facts["options"])

    for coord, bbox, flipped in facts["tiles"]:
        assert list(grid.tile_bbox(TileCoord(*coord))) == bbox
        assert list(grid.flipped(TileCoord(*coord))) == flipped
    for x, y, z, coord in facts["points"]:
        assert list(grid.tile_at(x, y, z)) == coord


@every_grid
def test_resolutions_are_drawn_from_the_same_levels(facts: dict[str, Any]) -> None:
    grid = built(facts["options"])

    chosen = [[resolution, grid.closest_level(resolution)] for resolution, _ in facts["closest_levels"]]
    for_maps = [[bbox, size, grid.level_for(BBox(*bbox), Size(*size))] for bbox, size, _ in facts["levels_for"]]

    assert chosen == facts["closest_levels"]
    assert for_maps == facts["levels_for"]


@every_grid
def test_boxes_affect_the_same_tiles(facts: dict[str, Any]) -> None:
    grid = built(facts["options"])

    for bbox, z, expected in facts["affected"]:
        if expected is None:
            with pytest.raises(InvalidParameter):
                grid.affected(BBox(*bbox), z)
            continue
        affected = grid.affected(BBox(*bbox), z)
        coords = [coord and list(coord) for coord in affected.coords]
        assert {"bbox": list(affected.bbox), "size": list(affected.size), "coords": coords} == expected


def as_facts(plan: MetaTilePlan) -> dict[str, Any]:
    (fetch,) = plan.fetches
    return {
        "bbox": list(fetch.bbox),
        "size": list(fetch.size),
        "crops": [[list(crop.coord), crop.left, crop.top] for crop in fetch.crops],
        "main": list(plan.main),
    }


def as_asked(plan: dict[str, Any]) -> dict[str, Any]:
    """The reference's plan, but for maps of 0 pixels, which Tilekeep never asks for."""
    return {**plan, "size": [max(1, pixels) for pixels in plan["size"]]}


@every_grid
def test_meta_tiles_ask_for_the_same_maps(facts: dict[str, Any]) -> None:
    grid = built(facts["options"])

    for case in facts["meta"]:
        planner = MetaTilePlanner(grid, FetchMode.META, Size(*case["meta_size"]), case["buffer"])
        assert as_facts(planner.plan_for(TileCoord(*case["coord"]))) == as_asked(case["plan"])


@every_grid
def test_minimized_requests_ask_for_the_same_map(facts: dict[str, Any]) -> None:
    grid = built(facts["options"])

    for case in facts["meta"]:
        planner = MetaTilePlanner(grid, FetchMode.META, Size(*case["meta_size"]), case["buffer"], True)
        (plan,) = planner.plans_for([TileCoord(*coord) for coord in case["missing"]])
        assert as_facts(plan) == as_asked(case["smallest"])


@pytest.mark.parametrize("facts", [facts for facts in GRIDS if facts["service"]], ids=label)
def test_services_number_levels_the_same(facts: dict[str, Any]) -> None:
    expected = facts["service"]
    levels = {name: PublicLevels(built(facts["options"]), TileService(name)) for name in ("tms", "tiles")}

    for name, served in levels.items():
        found = [served.coord(*address) for address, _ in expected[name]]
        assert [coord and list(coord) for coord in found] == [coord for _, coord in expected[name]]
    tms = levels["tms"]
    assert (tms.profile, tms.tms_srs_name) == (expected["profile"], expected["srs_name"])
    assert [[order, resolution] for order, _, resolution in tms.orders] == expected["tile_sets"]


def test_the_same_grids_are_subsets_of_each_other() -> None:
    grids = [built(facts["options"]) for facts in GRIDS[:35]]

    found = [
        [inner, outer] for inner, one in enumerate(grids) for outer, other in enumerate(grids) if is_subset(one, other)
    ]

    assert found == DOCUMENT["subsets"]
