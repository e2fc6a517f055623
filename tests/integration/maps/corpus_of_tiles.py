"""Tiles of WMTS, TMS and ``/tiles`` from caches of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from tests.integration.maps.asked import CLIPPED, MARKED, REPROJECTED, Asked
from tests.integration.support.pixel_difference import SAME, Tolerance

# Layer, SRS as addresses have it, matrix set, extension; levels, columns and rows from the north-west.
_TILES = [
    ("map", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["1/0/1", "3/4/2", "6/33/21", "9/270/175"]),
    ("map", "EPSG25832", "utm", "png", ["0/0/0", "1/2/2", "2/7/9", "3/31/42"]),
    ("paletted", "EPSG900913", "GLOBAL_MERCATOR", "png", ["1/1/1", "5/17/10"]),
    ("photo", "EPSG3857", "GLOBAL_WEBMERCATOR", "jpeg", ["2/2/1", "5/17/10"]),
    ("photo", "EPSG25832", "utm", "jpeg", ["1/1/1"]),
    ("land", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "6/33/21"]),
    ("towns", "EPSG25832", "utm", "png", ["1/2/2"]),
    ("degrees", "EPSG4326", "degrees_nw", "png", ["2/4/1", "4/17/3"]),
    ("thirds", "EPSG3857", "odd_tiles", "png", ["3/4/3"]),
    ("limited", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["1/0/0", "6/33/21", "10/540/350"]),
    ("covered", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("clipped", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("polygon", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("polygon_clipped", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("polygon_clipped", "EPSG25832", "utm", "png", ["0/0/0", "1/2/2"]),
    ("cache_covered", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("cache_clipped", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("united", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/7/5", "5/16/11"]),
    ("same_tiles", "EPSG3857", "eight_levels", "png", ["4/8/5", "7/67/43"]),
    ("upscaled", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["6/33/21"]),
    ("marked", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "4/8/4"]),
    ("marked_wide", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "4/8/4"]),
    ("passing", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5"]),
    ("mixed", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["3/4/2", "8/135/87"]),
]

# The same for tiles that are drawn from tiles of another grid or level.
_REDRAWN = [
    ("nested", "EPSG25832", "utm", "png", ["1/2/2", "2/7/9"]),
    ("nested_twice", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5"]),
    ("upscaled", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["7/67/43", "8/135/87"]),
    ("downscaled", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["5/17/10", "6/33/21"]),
]

# Levels, columns and rows of the profile, from the south-west.
_TMS = [
    ("map", "EPSG3857", ["0/0/1", "4/17/18"]),
    ("map", "EPSG4326", ["0/0/0", "2/5/2"]),
    ("map", "EPSG25832", ["1/1/1"]),
    ("half", "EPSG3857", ["1/2/1", "3/8/10"]),
    ("paletted", "EPSG900913", ["4/17/18"]),
    ("clipped", "EPSG3857", ["4/16/20"]),
    ("cache_clipped", "EPSG3857", ["4/16/20"]),
    ("limited", "EPSG3857", ["4/16/20"]),
    ("marked", "EPSG3857", ["4/16/20"]),
]


def tiles() -> Iterator[Asked]:
    """All of them; each is answered with a tile."""
    for listed, tolerance in ((_TILES, SAME), (_REDRAWN, REPROJECTED)):
        for layer, srs, matrix_set, extension, places in listed:
            for number, place in enumerate(places):
                ways = [
                    Asked(f"tiles: {layer} {srs} {place}", f"/tiles/{layer}/{srs}/{place}.{extension}?origin=nw"),
                    Asked(f"WMTS: {layer} {matrix_set} {place}", f"/wmts/{layer}/{matrix_set}/{place}.{extension}"),
                    Asked(
                        f"WMTS by parameters: {layer} {matrix_set} {place}",
                        get_tile(layer, matrix_set, place, f"image/{extension}"),
                    ),
                ]
                # The first place in every way, the others in one each.
                asked = ways if number == 0 else [ways[number % len(ways)]]
                yield from (way._replace(tolerance=_tolerance(layer) or tolerance) for way in asked)
    for layer, srs, places in _TMS:
        for place in places:
            path = f"/tms/1.0.0/{layer}/{srs}/{place}.png"
            yield Asked(f"TMS: {layer} {srs} {place}", path, _tolerance(layer) or SAME)


def _tolerance(layer: str) -> Tolerance | None:
    """What the tiles of a layer need in any case, or None."""
    if layer.startswith("marked"):
        return MARKED
    return CLIPPED if layer in {"clipped", "polygon_clipped", "cache_clipped", "united"} else None


def get_tile(layer: str, matrix_set: str, place: str, image_format: str) -> str:
    """The path of a tile by parameters; ``place`` is level, column and row."""
    level, column, row = place.split("/")
    parameters = {
        "SERVICE": "WMTS",
        "REQUEST": "GetTile",
        "VERSION": "1.0.0",
        "LAYER": layer,
        "STYLE": "",
        "TILEMATRIXSET": matrix_set,
        "TILEMATRIX": level,
        "TILECOL": column,
        "TILEROW": row,
        "FORMAT": image_format,
    }
    return f"/service?{urlencode(parameters)}"
