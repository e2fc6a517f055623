"""Maps of the same caches at all resolutions, in all SRS, of all sizes and places."""

from __future__ import annotations

from collections.abc import Iterator

from tests.integration.maps.asked import REPROJECTED, RESAMPLED, SHRUNK, Asked, get_map
from tests.integration.maps.grids import (
    DEGREES,
    DEGREES_NW,
    EUROPE,
    HALF_WORLD,
    MERCATOR,
    NEAR,
    SIZE,
    UTM,
    around_a_road,
)

# Layer, grid, level, first column and row of pixels, size.
_STORED = [
    ("map", MERCATOR, 5, (4200, 2700), (300, 200)),
    ("map", MERCATOR, 2, (0, 0), (1024, 1024)),
    ("map", MERCATOR, 0, (0, 0), (256, 256)),
    ("map", MERCATOR, 9, (69040, 44800), (257, 255)),
    ("map", DEGREES, 3, (1040, 200), (400, 300)),
    ("map", UTM, 1, (100, 120), (512, 300)),
    ("map", UTM, 3, (7900, 10700), (200, 200)),
    ("paletted", MERCATOR, 5, (4200, 2700), (300, 200)),
    ("land", MERCATOR, 5, (4200, 2700), (300, 200)),
    ("towns", MERCATOR, 4, (2050, 1300), (600, 400)),
    ("towns", UTM, 1, (300, 300), (700, 500)),
    ("degrees", DEGREES_NW, 4, (4150, 800), (333, 222)),
    ("local", UTM, 0, (0, 0), (256, 256)),
    ("half", MERCATOR, 2, (400, 300), (300, 200)),
    ("mixed", MERCATOR, 3, (1000, 700), (300, 200)),
    ("passing", MERCATOR, 3, (1100, 700), (100, 50)),
]

# How many stored pixels a pixel of the map is wide; 1.15 is the default stretch factor.
_SCALES = (0.3, 0.55, 0.8, 0.87, 0.95, 0.995, 1.02, 1.1, 1.14, 1.16, 1.3, 1.9)


def places() -> Iterator[Asked]:
    """All of them; each is answered with a map."""
    yield from _stored()
    yield from _resampled()
    yield from _reprojected()
    yield from _sizes()
    yield from _beyond()
    yield from _beyond_the_limits_of_an_srs()


def _stored() -> Iterator[Asked]:
    """What lies in the cache at the same resolution is delivered as it is."""
    for layer, grid, level, first, size in _STORED:
        box = grid.box(level, size, *first)
        for version in ("1.1.1", "1.3.0"):
            name = f"stored: {layer} in {grid.srs} level {level}, version {version}"
            yield Asked(name, get_map(layer, grid.srs, box, size, version=version))
    yield Asked("stored: SRS under another code", get_map("mercator", "EPSG:900913", NEAR))
    yield Asked("stored: code in lower case", get_map("map", "epsg:3857", NEAR))
    in_degrees = DEGREES_NW.box(4, SIZE, 4150, 800)
    yield Asked("stored: longitude first", get_map("degrees", "CRS:84", in_degrees, version="1.3.0"))
    yield Asked("stored: photograph", get_map("photo", "EPSG:3857", NEAR))
    yield Asked("stored: shifted by half a pixel", get_map("map", "EPSG:3857", MERCATOR.box(5, SIZE, 4200.5, 2700.5)))


def _resampled() -> Iterator[Asked]:
    """Other resolutions, within the stretch factor and beyond it, larger and smaller."""
    for scale in _SCALES:
        box = MERCATOR.box(5, SIZE, 4200.3, 2700.6, scale)
        # Below the stretch factor what is stored is enlarged, above it the next level is shrunk.
        tolerance = RESAMPLED if scale in {0.87, 0.95, 0.995} else SHRUNK
        yield Asked(f"resampled: map by {scale}", get_map("map", "EPSG:3857", box), tolerance)
        for layer in ("nearest", "bilinear") if scale in {0.3, 0.87, 1.1, 1.3} else ():
            yield Asked(f"resampled: {layer} by {scale}", get_map(layer, "EPSG:3857", box), tolerance)
    yield Asked("resampled: odd tiles", get_map("thirds", "EPSG:3857", MERCATOR.box(3, SIZE, 1000, 700)), SHRUNK)
    for level in (3, 4, 5, 6, 7, 8):
        path = get_map("stretched", "EPSG:3857", around_a_road(level))
        yield Asked(f"resampled: few levels at level {level}", path, SHRUNK)
    left, bottom, right, top = NEAR
    wider, higher = (left, bottom, 2 * right - left, top), (left, bottom, right, 1.1 * top)
    yield Asked("resampled: squeezed sideways", get_map("map", "EPSG:3857", wider), SHRUNK)
    yield Asked("resampled: squeezed lengthways", get_map("map", "EPSG:3857", higher), SHRUNK)
    in_degrees = DEGREES_NW.box(4, SIZE, 4150, 800, 1.07)
    yield Asked("resampled: degrees", get_map("degrees", "EPSG:4326", in_degrees), SHRUNK)
    yield Asked("resampled: local", get_map("local", "EPSG:25832", UTM.box(1, SIZE, 100, 120, 1.4)), SHRUNK)
    for scale, tolerance in ((0.88, RESAMPLED), (1.2, SHRUNK)):
        box = MERCATOR.box(4, SIZE, 2050.2, 1300.7, scale)
        on_nothing = get_map("towns", "EPSG:3857", box, transparent="true")
        yield Asked(f"resampled: transparent by {scale}", on_nothing, tolerance)
        yield Asked(f"resampled: photograph by {scale}", get_map("photo", "EPSG:3857", box), tolerance)


def _reprojected() -> Iterator[Asked]:
    for srs, box in EUROPE.items():
        for layer in ("mercator", "degrees", "local", "nearest", "bilinear"):
            if layer == "mercator" or srs in {"EPSG:4326", "EPSG:3857", "EPSG:31467"}:
                yield Asked(f"reprojected: {layer} in {srs}", get_map(layer, srs, box, (320, 320)), REPROJECTED)
    for srs in ("EPSG:4326", "EPSG:31467", "EPSG:25832"):
        box = EUROPE[srs]
        by_authority = get_map("mercator", srs, box, (320, 320), version="1.3.0")
        on_nothing = get_map("towns,faint", srs, box, (320, 320), transparent="true")
        yield Asked(f"reprojected: axes of {srs}", by_authority, REPROJECTED)
        yield Asked(f"reprojected: transparent in {srs}", on_nothing, REPROJECTED)
        yield Asked(f"reprojected: photograph in {srs}", get_map("photo", srs, box, (320, 320)), REPROJECTED)
        yield Asked(f"reprojected: best grid in {srs}", get_map("map", srs, box, (320, 320)), REPROJECTED)
    for name, layer, srs, box, size in (
        ("a continent", "mercator", "EPSG:4326", (-20.0, 5.0, 60.0, 70.0), (640, 520)),
        ("a continent in Mercator", "degrees", "EPSG:3857", (-2.2e6, 5.5e5, 6.7e6, 1.1e7), (520, 610)),
        ("far to the north", "degrees", "EPSG:3857", (0, 1.2e7, 6e6, 1.9e7), (300, 350)),
        ("close by", "mercator", "EPSG:25832", (560000, 5455000, 590000, 5475000), SIZE),
        ("beyond a local grid", "local", "EPSG:3857", (-2e6, 4e6, 4e6, 9e6), SIZE),
    ):
        yield Asked(f"reprojected: {name}", get_map(layer, srs, box, size), REPROJECTED)


def _sizes() -> Iterator[Asked]:
    for size in ((1, 1), (1, 300), (300, 1), (2, 2), (3, 7), (10, 10), (49, 51)):
        name = f"size: {size[0]} by {size[1]}"
        yield Asked(name, get_map("map", "EPSG:3857", MERCATOR.box(5, size, 4300, 2750), size))
    for size in ((2048, 1024), (1024, 2048)):
        path = get_map("map", "EPSG:3857", MERCATOR.box(3, size, 0, 0), size)
        yield Asked(f"size: {size[0]} by {size[1]}", path)
    yield Asked("size: small, of all Europe", get_map("map", "EPSG:3857", EUROPE["EPSG:3857"], (49, 51)), SHRUNK)
    large = get_map("mercator", "EPSG:4326", (-20, 30, 40, 60), (2000, 1000))
    yield Asked("size: large and reprojected", large, REPROJECTED)
    yield Asked("size: cut off fractions", get_map("map", "EPSG:3857", NEAR, WIDTH="300.7"))


def _beyond() -> Iterator[Asked]:
    """Boxes partly and wholly outside what there is."""
    for name, box in (
        ("partly west of the world", (-2.4e7, 2e6, -1.6e7, 7e6)),
        ("partly north of the world", (0, 1.4e7, 9e6, 2.3e7)),
        ("all around the world", (-4e7, -3e7, 4e7, 3e7)),
        ("west of the world", (-5e7, 0, -4e7, 7e6)),
        ("at the edge of the world", (-3e7, 0, -HALF_WORLD, 7e6)),
    ):
        yield Asked(f"beyond: {name}", get_map("land", "EPSG:3857", box), SHRUNK)
        yield Asked(f"beyond: {name} on nothing", get_map("land", "EPSG:3857", box, transparent="true"), SHRUNK)
    for name, box in (
        ("partly outside a local grid", (-400000, 4900000, 300000, 5400000)),
        ("around a local grid", (-2e6, 4e6, 3e6, 7e6)),
        ("outside a local grid", (2e6, 5e6, 3e6, 6e6)),
        ("a corner of a local grid", (1206000, 6301000, 1206500, 6301400)),
    ):
        for transparent in ("true", "false"):
            path = get_map("local", "EPSG:25832", box, transparent=transparent, bgcolor="0x336699")
            yield Asked(f"beyond: {name}, transparent {transparent}", path, SHRUNK)
    path = get_map("degrees", "EPSG:4326", (-195, 55, -150, 95), (450, 400))
    yield Asked("beyond: past the pole and the antimeridian", path, SHRUNK)


def _beyond_the_limits_of_an_srs() -> Iterator[Asked]:
    """Where a map is only partly inside, its ground is transparent in the reference whatever is asked for."""
    for name, box, looks in (
        ("inside", (3400000, 5300000, 3500000, 5400000), ("true", "false")),
        ("partly inside", (3100000, 5100000, 3500000, 5500000), ("true",)),
        ("outside", (2100000, 5100000, 2500000, 5500000), ("true", "false")),
        ("around", (3000000, 5000000, 4200000, 6300000), ("true",)),
    ):
        for transparent in looks:
            path = get_map("mercator", "EPSG:31467", box, (300, 300), transparent=transparent, bgcolor="0xFF8800")
            yield Asked(f"limits of an SRS: {name}, transparent {transparent}", path, REPROJECTED)
