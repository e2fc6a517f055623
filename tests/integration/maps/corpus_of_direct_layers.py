"""Maps of layers that ask their sources each time."""

from __future__ import annotations

from collections.abc import Iterator

from tests.integration.maps.asked import BLENDED, CLIPPED, REPROJECTED, SHRUNK, TRUE_COLOUR, Asked, get_map
from tests.integration.maps.grids import EUROPE, MERCATOR, NEAR, SIZE, around_a_road
from tests.integration.support.pixel_difference import SAME, Tolerance

#: Layers that are drawn in any SRS of the map server without being reprojected.
_PLAIN = (
    "map",
    "photo",
    "land",
    "tagged",
    "stack",
    "opaque_stack",
    "elsewhere",
    "informed",
    "group",
    "group_roads",
    "old",
    "older",
    "new",
    "new_stack",
    "png",
    "image_format",
    "formats",
    "with_seeding",
)

#: Several layers in one request, with what hides what.
_SEVERAL = (
    "land,roads,towns",
    "photo,land",
    "land,photo",
    "land,photo,towns",
    "towns,photo,towns",
    "land,map",
    "land,nearly,roads",
    "photo,faint",
    "photo,parted",
    "land,covered",
    "land,clipped,towns",
    "photo,seethrough,towns",
    "photo,exactly",
    "cached,land,roads",
    "land,cached,roads",
    "group,towns",
    "photo,group",
    "land,opaque_stack",
    "photo,covered_stack",
    "land,limited,roads",
    "empty",
    "empty,land",
    "photo,seeding",
    "seeding",
)

_RESTRICTED = ("mercator", "google", "degrees", "local", "several", "degrees_stack", "seethrough_degrees")

_AREAS = ("covered", "clipped", "covered_stack", "polygon", "polygon_clipped", "covered_degrees", "clipped_degrees")

#: SRS that the map server has, so that only those that sources do not support are reprojected.
_OF_THE_SERVER = ("EPSG:3857", "EPSG:4326", "CRS:84", "EPSG:25832", "EPSG:900913")

#: Text, lines and areas of one colour: the map of the server is the same for both, only its pixels are moved.
_MOVED = REPROJECTED


def direct_layers() -> Iterator[Asked]:
    """All of them; each is answered with a map."""
    yield from _plain()
    yield from _several()
    yield from _restricted()
    yield from _areas()
    yield from _looks()
    yield from _ranges()
    yield from _beside_caches()
    yield from _with_parameters()


def _plain() -> Iterator[Asked]:
    for name in _PLAIN:
        for version, srs in (("1.1.1", "EPSG:3857"), ("1.3.0", "EPSG:4326")):
            box = EUROPE[srs] if srs == "EPSG:4326" else NEAR
            path = get_map(name, srs, box, transparent="true", version=version)
            yield Asked(f"plain: {name} in {srs}", path)
    for srs in _OF_THE_SERVER:
        yield Asked(f"plain: all Europe in {srs}", get_map("map", srs, EUROPE[srs], (320, 320), version="1.3.0"))
    for size in ((1, 1), (3, 200), (2048, 1024)):
        yield Asked(f"plain: {size[0]} by {size[1]}", get_map("land", "EPSG:3857", NEAR, size))


def _several() -> Iterator[Asked]:
    for names in _SEVERAL:
        for transparent in ("true", "false"):
            path = get_map(names, "EPSG:3857", NEAR, transparent=transparent)
            tolerance: Tolerance = CLIPPED if "clipped" in names or "covered" in names else BLENDED
            yield Asked(f"several: {names}, transparent {transparent}", path, tolerance)


def _restricted() -> Iterator[Asked]:
    """Sources that have some SRS only."""
    for name in _RESTRICTED:
        for srs in ("EPSG:3857", "EPSG:4326", "EPSG:25832", "EPSG:31467", "EPSG:2154", "EPSG:900913"):
            path = get_map(name, srs, EUROPE[srs], (320, 320), transparent="true")
            if (name, srs) != ("google", "EPSG:31467"):
                yield Asked(f"restricted: {name} in {srs}", path, _MOVED)
    path = get_map("degrees", "EPSG:3857", (-2.2e6, 5.5e5, 6.7e6, 1.1e7), (520, 610))
    yield Asked("restricted: a continent", path, _MOVED)
    path = get_map("mercator", "EPSG:4326", (8.0, 49.0, 8.3, 49.2), SIZE, version="1.3.0")
    yield Asked("restricted: close by", path, _MOVED)


def _areas() -> Iterator[Asked]:
    wide = MERCATOR.box(4, (400, 400), 1950, 1200)
    away = MERCATOR.box(4, SIZE, 300, 1200)
    for name in _AREAS:
        moved = name.endswith("_degrees")
        tolerance = _MOVED if moved else CLIPPED
        yield Asked(f"area: {name} wide", get_map(name, "EPSG:3857", wide, (400, 400), transparent="true"), tolerance)
        path = get_map(name, "EPSG:3857", wide, (400, 400), bgcolor="0x0000ff")
        if name != "covered_degrees":
            yield Asked(f"area: {name} on blue", path, tolerance)
        yield Asked(f"area: {name} away", get_map(name, "EPSG:3857", away, bgcolor="0x112233"))
        path = get_map(name, "EPSG:4326", (-5, 38, 25, 60), (360, 300), transparent="true")
        yield Asked(f"area: {name} in degrees", path, CLIPPED)
        path = get_map(name, "EPSG:4326", (8, 48, 9, 49), (200, 200), transparent="true")
        yield Asked(f"area: inside {name}", path)


def _looks() -> Iterator[Asked]:
    for image_format in ("image/png", "image/jpeg", "image/tiff", TRUE_COLOUR):
        for names in ("land,cached", "cached,towns"):
            path = get_map(names, "EPSG:3857", NEAR, image_format=image_format, transparent="false")
            yield Asked(f"look: {names} as {image_format}", path, SAME if "tiff" in image_format else BLENDED)
    for look, more in {"on blue": {"bgcolor": "0x0000FF"}, "plain": {}, "transparent": {"transparent": "TRUE"}}.items():
        yield Asked(f"look: land {look}", get_map("land", "EPSG:3857", NEAR, **more))
    for name, image_format in (("photo", "image/png"), ("land", "image/png"), ("photo", "image/jpeg")):
        path = get_map(name, "EPSG:3857", NEAR, image_format=image_format, transparent="true")
        yield Asked(f"look: {name} passed on as {image_format}", path)
    yield Asked("look: faint alone on nothing", get_map("faint", "EPSG:3857", NEAR, transparent="true"))


def _ranges() -> Iterator[Asked]:
    for level in (2, 4, 5, 7, 9):
        for names in ("limited", "scaled", "own_range", "photo,limited,towns"):
            path = get_map(names, "EPSG:3857", around_a_road(level))
            yield Asked(f"range: {names} at level {level}", path, BLENDED)
    yield Asked("range: in degrees", get_map("limited", "EPSG:4326", (8, 48, 12, 51)))
    yield Asked("range: too close in degrees", get_map("limited", "EPSG:4326", (8, 48, 8.2, 48.1)))


def _beside_caches() -> Iterator[Asked]:
    """Caches that are passed by in fine resolutions."""
    for level in (4, 5, 6, 7, 9):
        for name in ("by_level", "by_resolution"):
            yield Asked(f"beside: {name} at level {level}", get_map(name, "EPSG:3857", around_a_road(level)))
    yield Asked("beside: by_level in degrees", get_map("by_level", "EPSG:4326", (9, 48, 11, 49)))
    yield Asked("beside: by_resolution in degrees", get_map("by_resolution", "EPSG:4326", (9, 48, 10, 49)))
    yield Asked("beside: coarse in degrees", get_map("by_resolution", "EPSG:4326", EUROPE["EPSG:4326"]), REPROJECTED)
    path = get_map("reprojected_cache", "EPSG:3857", MERCATOR.box(5, SIZE, 4200, 2700))
    yield Asked("beside: a cache whose source has another SRS", path, _MOVED)
    path = get_map("reprojected_cache", "EPSG:4326", EUROPE["EPSG:4326"])
    yield Asked("beside: such a cache reprojected again", path, SHRUNK._replace(mean=8.0, share=0.05))


def _with_parameters() -> Iterator[Asked]:
    for name in ("posted", "parameters", "styled", "styled_by_file"):
        yield Asked(f"parameters: {name}", get_map(name, "EPSG:3857", NEAR, transparent="true"))
    yield Asked("parameters: of the client", get_map("forwarded", "EPSG:3857", NEAR, TIME="2020-01-01", Token="x"))
    for name in ("forwarded_stack", "half_forwarded", "forwarded,towns"):
        yield Asked(f"parameters: without, {name}", get_map(name, "EPSG:3857", NEAR))
        yield Asked(f"parameters: of the client, {name}", get_map(name, "EPSG:3857", NEAR, time="2020", token="a b&c"))
