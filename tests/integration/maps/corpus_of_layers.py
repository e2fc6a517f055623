"""Maps of layers, groups and caches of every kind, in every look."""

from __future__ import annotations

from collections.abc import Iterator

from tests.integration.maps.asked import (
    BLENDED,
    CLIPPED,
    MARKED,
    REPROJECTED,
    RESAMPLED,
    SHRUNK,
    TRUE_COLOUR,
    Asked,
    get_map,
)
from tests.integration.maps.grids import DEGREES, EUROPE, MERCATOR, NEAR, SIZE, UTM, around_a_road
from tests.integration.support.pixel_difference import SAME

FORMATS = ("image/png", "image/jpeg", "image/gif", "image/GeoTIFF", "image/tiff", TRUE_COLOUR)

_LAYERS = (
    "photo,land",
    "land,photo",
    "photo,land,towns",
    "land,towns",
    "towns,land,towns",
    "laid",
    "group",
    "inner",
    "group_towns",
    "drawn_group",
    "drawn_child",
    "deep",
    "group,drawn_group,faint",
    "faint",
    "photo,faint",
    "map,faint,towns",
    "mixed,towns",
    "covered,towns",
    "photo,clipped",
    "photo,polygon_clipped,towns",
    "map,map",
    "paletted,towns",
    "timed",
    "described",
)

_LOOKS: dict[str, dict[str, str]] = {
    "plain": {},
    "transparent": {"transparent": "TRUE"},
    "on blue": {"bgcolor": "0x0000FF"},
    "transparent on blue": {"transparent": "true", "bgcolor": "0x0000ff"},
}

_AREAS = ("covered", "clipped", "polygon", "polygon_clipped", "cache_covered", "cache_clipped", "united")

_CLIPPED = ("clipped", "polygon_clipped", "cache_clipped", "united")

#: Layers whose tiles are drawn from those of other levels.
_RESCALED = {"upscaled": RESAMPLED, "downscaled": SHRUNK}


def layers() -> Iterator[Asked]:
    """All of them; each is answered with a map."""
    yield from _several_layers()
    yield from _looks()
    yield from _ranges()
    yield from _areas()
    yield from _caches_out_of_others()
    yield from _single_tiles()


def _several_layers() -> Iterator[Asked]:
    for names in _LAYERS:
        for transparent in ("true", "false"):
            path = get_map(names, "EPSG:3857", NEAR, transparent=transparent)
            tolerance = CLIPPED if "clipped" in names else BLENDED
            yield Asked(f"layers: {names}, transparent {transparent}", path, tolerance)
    for names in ("photo,land,towns", "group", "laid", "photo,faint"):
        path = get_map(names, "EPSG:25832", EUROPE["EPSG:25832"], (320, 320))
        yield Asked(f"layers: {names} reprojected", path, REPROJECTED)
    path = get_map("photo,land", "EPSG:3857", NEAR, STYLES="default,")
    yield Asked("layers: styles by name", path, BLENDED)
    yield Asked("layers: a value of a dimension", get_map("timed", "EPSG:3857", NEAR, TIME="2020-01-01"), BLENDED)
    yield Asked("layers: unknown parameters", get_map("map", "EPSG:3857", NEAR, NOTHING="at all", QUERY="1"))


def _looks() -> Iterator[Asked]:
    """Every format, with transparency and colour of the ground."""
    for image_format in FORMATS:
        for look, more in _LOOKS.items():
            for names in ("land", "photo,towns") if image_format in {"image/png", "image/jpeg"} else ("land",):
                path = get_map(names, "EPSG:3857", NEAR, image_format=image_format, **more)
                yield Asked(f"look: {names} as {image_format}, {look}", path)
        yield Asked(f"look: map as {image_format}", get_map("map", "EPSG:3857", NEAR, image_format=image_format))


def _ranges() -> Iterator[Asked]:
    """Layers and sources that show something at some resolutions only."""
    for level in (2, 4, 5, 7, 9):
        for names in ("ranged", "scaled", "limited", "upscaled", "downscaled", "photo,ranged,towns"):
            path = get_map(names, "EPSG:3857", around_a_road(level))
            yield Asked(f"range: {names} at level {level}", path, _RESCALED.get(names, BLENDED))
    yield Asked("range: in degrees", get_map("ranged", "EPSG:4326", (8, 48, 12, 51)), REPROJECTED)
    yield Asked("range: too close in degrees", get_map("ranged", "EPSG:4326", (8, 48, 8.2, 48.1)))


def _areas() -> Iterator[Asked]:
    """Coverages of sources and caches, with and without clipping."""
    wide = MERCATOR.box(4, (400, 400), 1950, 1200)
    away = MERCATOR.box(4, SIZE, 300, 1200)
    other_resolution = MERCATOR.box(4, SIZE, 2000, 1200, 1.3)
    for name in _AREAS:
        on_nothing = get_map(name, "EPSG:3857", NEAR, transparent="true")
        tolerance = CLIPPED if name in _CLIPPED else RESAMPLED
        yield Asked(f"area: {name} near", on_nothing, tolerance)
        yield Asked(f"area: {name} wide", get_map(name, "EPSG:3857", wide, (400, 400)), tolerance)
        on_nothing = get_map(name, "EPSG:3857", wide, (400, 400), transparent="true")
        yield Asked(f"area: {name} wide on nothing", on_nothing, tolerance)
        yield Asked(f"area: {name} away", get_map(name, "EPSG:3857", away, bgcolor="0x112233"))
        path = get_map(name, "EPSG:3857", other_resolution, transparent="true")
        yield Asked(f"area: {name} resampled", path, SHRUNK)
        path = get_map(name, "EPSG:4326", (-5, 38, 25, 60), (360, 300), transparent="true")
        yield Asked(f"area: {name} reprojected", path, REPROJECTED)


def _caches_out_of_others() -> Iterator[Asked]:
    near = around_a_road(6)
    local = UTM.box(1, SIZE, 400, 550)
    yield Asked("cache: out of another", get_map("nested", "EPSG:25832", local), REPROJECTED)
    yield Asked("cache: out of another, in its SRS", get_map("nested", "EPSG:3857", EUROPE["EPSG:3857"]), REPROJECTED)
    yield Asked("cache: the same tiles", get_map("same_tiles", "EPSG:3857", near))
    yield Asked(
        "cache: the same tiles in degrees", get_map("same_tiles", "EPSG:4326", EUROPE["EPSG:4326"]), REPROJECTED
    )
    yield Asked("cache: out of two", get_map("nested_twice", "EPSG:3857", near), REPROJECTED)
    for name in ("marked", "marked_wide"):
        box = MERCATOR.box(6, (512, 512), 8448, 5376)
        yield Asked(f"cache: {name}", get_map(name, "EPSG:3857", box, (512, 512)), MARKED)
        yield Asked(f"cache: {name} resampled", get_map(name, "EPSG:3857", EUROPE["EPSG:3857"]), SHRUNK)


def _single_tiles() -> Iterator[Asked]:
    """WMS-C: stored tiles as they are."""
    for name, grid, level, column, row, extension, tolerance in (
        ("map", MERCATOR, 4, 8, 5, "png", SAME),
        ("map", MERCATOR, 0, 0, 0, "png", SAME),
        ("map", DEGREES, 3, 4, 0, "png", SAME),
        ("map", UTM, 1, 1, 2, "png", SAME),
        ("paletted", MERCATOR, 5, 17, 10, "png", SAME),
        ("photo", MERCATOR, 4, 8, 5, "jpeg", SAME),
        ("land", MERCATOR, 4, 8, 5, "png", SAME),
        ("marked", MERCATOR, 4, 8, 5, "png", MARKED),
        ("covered", MERCATOR, 6, 33, 21, "png", SAME),
        ("polygon_clipped", MERCATOR, 6, 33, 21, "png", CLIPPED),
        ("cache_clipped", MERCATOR, 6, 33, 21, "png", CLIPPED),
    ):
        box = grid.box(level, (256, 256), column * 256, row * 256)
        wanted = {"image_format": f"image/{extension}", "transparent": "true", "tiled": "true"}
        path = get_map(name, grid.srs, box, (256, 256), **wanted)
        yield Asked(f"tile: {name} in {grid.srs} {level}/{column}/{row}", path, tolerance)
    box = MERCATOR.box(4, (256, 256), 8 * 256, 5 * 256)
    path = get_map("mercator", "EPSG:900913", box, (256, 256), image_format="image/png", tiled="true")
    yield Asked("tile: under another code of the SRS", path)
