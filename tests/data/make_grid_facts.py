"""Writes grid_facts.json: what MapProxy 7.0.0 says of many grids.

Run it with an interpreter that has MapProxy 7.0.0 installed: ``python tests/data/make_grid_facts.py``.
Questions are drawn from a fixed seed, so that the file only changes with the version or with this script.
"""
# ruff: noqa: ANN001, ANN201 - every value here is one of MapProxy, whose types are not installed with Tilekeep

import json
import math
import random
from pathlib import Path

from mapproxy.grid import GridError, NoTiles
from mapproxy.grid.meta_grid import MetaGrid
from mapproxy.grid.tile_grid import tile_grid
from mapproxy.service.tile import TileServiceGrid

UTM_BBOX = [280000, 5200000, 921000, 6100000]
ALPS = [5.5, 43.25, 17.1, 48.3]
SQRT2_GRID = {"srs": "EPSG:3857", "origin": "nw", "res_factor": "sqrt2"}
WORLD_GRID = {"srs": "EPSG:3857", "origin": "nw"}

DEFINITIONS = [
    {"srs": "EPSG:4326", "origin": "sw", "num_levels": 20},
    {"srs": "EPSG:900913", "origin": "sw", "num_levels": 20},
    {"srs": "EPSG:3857", "origin": "nw", "num_levels": 20},
    {"srs": "EPSG:4326", "origin": "nw"},
    {"srs": "EPSG:4326", "origin": "nw", "res": [0.703125 / 2**z for z in range(18)]},
    {"srs": "EPSG:4326", "res_factor": "sqrt2"},
    SQRT2_GRID,
    {"srs": "EPSG:3857", "res_factor": math.sqrt(2)},
    {"srs": "EPSG:3857", "res_factor": 1.4142, "num_levels": 12},
    {"srs": "EPSG:3857", "tile_size": [512, 512], "origin": "ul"},
    {"srs": "EPSG:3857", "tile_size": [400, 300]},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "origin": "LL"},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "origin": "UL", "res": [5, 1000, 500.5, 100, 20]},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "min_res": 1000, "max_res": 250},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "min_res": 1000, "max_res": 249.9},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "min_res": 1000, "max_res": 1, "res_factor": "sqrt2"},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "min_res": 1000, "max_res": 1, "num_levels": 7},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "min_res": 1000, "max_res": 4000},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "max_res": 10, "num_levels": 2, "origin": "nw"},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "max_res": 10, "res_factor": 3},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "min_res": 2000, "num_levels": 5, "res_factor": 2.5},
    {"srs": "EPSG:25832", "bbox": UTM_BBOX, "min_res": 100000, "num_levels": 6},
    {"srs": "EPSG:4326", "bbox": ALPS, "origin": "nw", "tile_size": [256, 128]},
    {"srs": "EPSG:4326", "bbox": ALPS, "res_factor": 1.7, "num_levels": 9, "stretch_factor": 1.6},
    {"srs": "EPSG:3857", "bbox": [0, 0, 10000, 10000], "res": [10, 5], "max_shrink_factor": 2},
    {"srs": "EPSG:3857", "res": [1000, 500, 250, 100, 10], "threshold_res": [300, 700]},
    {"srs": "EPSG:3857", "res": [1000, 500, 250, 100, 10], "threshold_res": [5000, 2000, 240, 90]},
    {"srs": "EPSG:3857", "res": [1000, 500, 250, 100, 10], "threshold_res": [800, 700, 300]},
    {"srs": "EPSG:3857", "res": [1000, 500, 250, 100, 10], "threshold_res": [5000]},
    {"srs": "EPSG:3857", "res": [100, 95, 90, 85, 50], "stretch_factor": 1.3},
    {"srs": "EPSG:3857", "align_with": SQRT2_GRID},
    {"srs": "EPSG:3857", "align_with": WORLD_GRID, "res_factor": "sqrt2", "num_levels": 8},
    {"srs": "EPSG:3857", "align_with": WORLD_GRID, "res_factor": 3, "num_levels": 8},
    {"srs": "EPSG:3857", "align_with": SQRT2_GRID, "res_factor": "sqrt2", "min_res": 40000, "max_res": 9},
    {"srs": "EPSG:3857", "align_with": WORLD_GRID, "bbox": [1000000, 6000000, 1500000, 6300000]},
]


def random_definition(dice):
    left, bottom = dice.uniform(-5e6, 5e6), dice.uniform(-5e6, 5e6)
    options = {
        "srs": "EPSG:25832",
        "bbox": [left, bottom, left + 10 ** dice.uniform(1, 6), bottom + 10 ** dice.uniform(1, 6)],
        "origin": dice.choice(["sw", "nw"]),
        "tile_size": [dice.choice([100, 256, 512]), dice.choice([100, 256, 300])],
        "stretch_factor": dice.choice([1.0, 1.15, 1.5]),
    }
    if dice.random() < 0.5:
        options["res"] = [10 ** dice.uniform(-1, 4) for _ in range(dice.randint(2, 8))]
        if dice.random() < 0.5:
            options["threshold_res"] = [10 ** dice.uniform(-1, 4) for _ in range(dice.randint(1, 4))]
    else:
        options.update(num_levels=dice.randint(2, 12), res_factor=dice.choice([1.3, 2.0, 3, "sqrt2"]))
    return options


def built(options):
    options = dict(options)
    if "align_with" in options:
        options["align_with"] = built(options["align_with"])
    if "tile_size" in options:
        options["tile_size"] = tuple(options["tile_size"])
    return tile_grid(**options)


def zxy(coord):
    return None if coord is None else [coord[2], coord[0], coord[1]]


def random_coord(dice, grid, level):
    columns, rows = grid.grid_sizes[level]
    return (
        dice.choice([0, columns - 1, dice.randrange(columns)]),
        dice.choice([0, rows - 1, dice.randrange(rows)]),
        level,
    )


def random_bbox(dice, grid, level):
    center_x = dice.uniform(grid.bbox[0], grid.bbox[2])
    center_y = dice.uniform(grid.bbox[1], grid.bbox[3])
    reach = dice.choice([0.02, 0.3, 50, 400, 700]) * grid.resolution(level)
    return [center_x - reach, center_y - reach * 0.6, center_x + reach, center_y + reach]


def affected(grid, bbox, level):
    try:
        block, size, tiles = grid.get_affected_level_tiles(bbox, level)
    except GridError:
        return None
    return {"bbox": block, "size": size, "coords": [zxy(coord) for coord in tiles]}


def level_for(grid, bbox, size):
    try:
        return grid.get_affected_bbox_and_level(bbox, size)[1]
    except NoTiles:
        return None


def plan(meta_grid, meta_tile):
    crops = [[zxy(coord), *corner] for coord, corner in meta_tile.tile_patterns if coord is not None]
    main = meta_grid.main_tile(meta_tile.main_tile_coord)
    return {"bbox": meta_tile.bbox, "size": meta_tile.size, "crops": crops, "main": zxy(main)}


def meta_facts(dice, grid, level):
    meta_size = dice.choice([[4, 4], [1, 1], [2, 3], [5, 1], [3, 3]])
    buffer = dice.choice([0, 10, 80, 200])
    meta_grid = MetaGrid(grid, meta_size, buffer)
    coord = random_coord(dice, grid, level)
    x, y, _ = coord
    near = (min(grid.grid_sizes[level][0] - 1, x + dice.randrange(4)), max(0, y - dice.randrange(3)), level)
    return {
        "meta_size": meta_size,
        "buffer": buffer,
        "coord": zxy(coord),
        "plan": plan(meta_grid, meta_grid.meta_tile(coord)),
        "missing": [zxy(coord), zxy(near)],
        "smallest": plan(meta_grid, meta_grid.minimal_meta_tile([coord, near])),
    }


def service_facts(dice, grid):
    if grid.levels < 2:
        return None
    served = TileServiceGrid(grid)
    addresses = [(0, 0, z) for z in range(-1, grid.levels + 1)]
    addresses += [(dice.randrange(-1, 40), dice.randrange(-1, 40), dice.randrange(8)) for _ in range(8)]
    return {
        "profile": served.profile,
        "srs_name": served.srs_name,
        "tile_sets": served.tile_sets,
        "tms": [[zxy(address), zxy(served.internal_tile_coord(address, True))] for address in addresses],
        "tiles": [[zxy(address), zxy(served.internal_tile_coord(address, False))] for address in addresses],
    }


def facts(dice, options):
    grid = built(options)
    levels = [dice.randrange(grid.levels) for _ in range(3)]
    coords = [random_coord(dice, grid, level) for level in levels]
    boxes = [(random_bbox(dice, grid, level), level) for level in levels]
    asked = [r * f for r in list(grid.resolutions.values())[:9] for f in (0.7, 0.88, 0.999, 1, 1.001, 1.12, 1.4, 9)]
    sizes = [(bbox, [dice.randrange(1, 900), dice.randrange(1, 900)]) for bbox, _ in boxes]
    sizes += [([0, 0, 1, 1], [256, 256]), (list(grid.bbox), [3, 3])]
    return {
        "options": options,
        "bbox": grid.bbox,
        "resolutions": list(grid.resolutions.values()),
        "matrix_sizes": [list(size) for size in grid.grid_sizes.values()],
        "supports": [origin for origin in ("sw", "nw") if grid.supports_access_with_origin(origin)],
        "tiles": [[zxy(coord), grid.tile_bbox(coord), zxy(grid.flip_tile_coord(coord))] for coord in coords],
        "points": [[bbox[0], bbox[1], z, zxy(grid.tile_coord_for_point(bbox[0], bbox[1], z))] for bbox, z in boxes],
        "closest_levels": [[resolution, grid.closest_level(resolution)] for resolution in asked],
        "levels_for": [[bbox, size, level_for(grid, bbox, size)] for bbox, size in sizes],
        "affected": [[bbox, level, affected(grid, bbox, level)] for bbox, level in boxes],
        "meta": [meta_facts(dice, grid, level) for level in [0, *levels[:2]]],
        "service": service_facts(dice, grid),
    }


def main():
    dice = random.Random(17083)
    definitions = DEFINITIONS + [random_definition(dice) for _ in range(30)]
    grids = [facts(dice, options) for options in definitions]
    built_grids = [built(options) for options in definitions[:35]]
    subsets = [
        [inner, outer]
        for inner, one in enumerate(built_grids)
        for outer, other in enumerate(built_grids)
        if one.is_subset_of(other)
    ]
    lines = ",\n".join(json.dumps(grid) for grid in grids)
    document = f'{{"reference": "MapProxy 7.0.0", "subsets": {json.dumps(subsets)},\n"grids": [\n{lines}\n]}}\n'
    Path(__file__).with_name("grid_facts.json").write_text(document)


if __name__ == "__main__":
    main()
