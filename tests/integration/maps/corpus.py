"""What both programs are asked for: a few hundred maps and tiles, each kind with the tolerance that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from tests.integration.support.pixel_difference import SAME, Tolerance

Box = tuple[float, float, float, float]

#: Both filter by Pillow, whose affine and mesh transforms step through the source in fixed point: a resampled pixel
#: is mixed from the same neighbours with weights that may differ in the last bit.  Lines of one pixel and labels on
#: a plain ground make the most of it.
RESAMPLED = Tolerance(mean=1.0, far=24, share=0.01)

#: The reference follows the projection by a mesh of quads that may be wrong by up to a pixel in their middle, Tilekeep
#: by one that is wrong by less: edges of areas and lines move by a part of a pixel, areas stay as they are.
REPROJECTED = Tolerance(mean=6.0, far=64, share=0.06)

#: JPEG of pixels that are the same, but for an encoder that saw another canvas; the error of quality 90.
JPEG = Tolerance(mean=1.0, far=16, share=0.01)


class Asked(NamedTuple):
    """One request: ``name`` is unique and says what it is about, ``path`` follows the address of a server."""

    name: str
    path: str
    tolerance: Tolerance = SAME


class Grid(NamedTuple):
    """As much of a grid as finds pixels that are stored: the upper left corner and the resolutions, coarse first."""

    srs: str
    left: float
    top: float
    resolutions: tuple[float, ...]

    def box(self, level: int, size: tuple[int, int], column: float, row: float, scale: float = 1.0) -> Box:
        """The box of ``size`` pixels whose upper left one is ``column``, ``row`` of the level.

        Pixels are ``scale`` times as large as those of the level.
        """
        resolution = self.resolutions[level]
        left, top = self.left + column * resolution, self.top - row * resolution
        return (left, top - size[1] * scale * resolution, left + size[0] * scale * resolution, top)


_HALF_WORLD = 20037508.342789244
MERCATOR = Grid("EPSG:3857", -_HALF_WORLD, _HALF_WORLD, tuple(2 * _HALF_WORLD / 256 / 2**z for z in range(20)))
DEGREES = Grid("EPSG:4326", -180.0, 90.0, tuple(360 / 256 / 2**z for z in range(20)))
DEGREES_NW = Grid("EPSG:4326", -180.0, 90.0, tuple(0.703125 / 2**z for z in range(10)))
UTM = Grid("EPSG:25832", -46133.17, 6301219.54, (4891.96, 1212.12, 333.333333333, 77.7))

TRUE_COLOUR = "image/png; mode=24bit"

# Places in the SRS of maps, in x/y order: Central Europe where everything is, and around it.
PLACES: dict[str, Box] = {
    "EPSG:3857": (556597.45, 5465442.18, 2003750.83, 7361866.11),
    "EPSG:900913": (556597.45, 5465442.18, 2003750.83, 7361866.11),
    "EPSG:4326": (5.0, 44.0, 18.0, 55.0),
    "EPSG:4258": (5.0, 44.0, 18.0, 55.0),
    "CRS:84": (5.0, 44.0, 18.0, 55.0),
    "EPSG:25832": (250000.0, 5100000.0, 1050000.0, 6050000.0),
    "EPSG:31467": (3300000.0, 5250000.0, 3900000.0, 6000000.0),
    "EPSG:2154": (100000.0, 6050000.0, 1240000.0, 7110000.0),
}
_NORTH_FIRST = frozenset({"EPSG:4326", "EPSG:4258", "EPSG:31467"})


def get_map(
    layers: str,
    srs: str,
    box: Box,
    size: tuple[int, int] = (300, 200),
    *,
    version: str = "1.1.1",
    image_format: str = TRUE_COLOUR,
    **more: str,
) -> str:
    """The path of a map; ``box`` in x/y order whatever the version."""
    written = (box[1], box[0], box[3], box[2]) if version == "1.3.0" and srs in _NORTH_FIRST else box
    parameters = {
        "SERVICE": "WMS",
        "REQUEST": "GetMap",
        "VERSION": version,
        "LAYERS": layers,
        "STYLES": "",
        "CRS" if version == "1.3.0" else "SRS": srs,
        "BBOX": ",".join(map(repr, written)),
        "WIDTH": str(size[0]),
        "HEIGHT": str(size[1]),
        "FORMAT": image_format,
        **more,
    }
    return f"/service?{urlencode(parameters)}"


def maps() -> Iterator[Asked]:
    """All GetMap requests that are answered with a map."""
    yield from _aligned()
    yield from _resampled()
    yield from _reprojected()
    yield from _several_layers()
    yield from _appearance()
    yield from _sizes()
    yield from _places()
    yield from _ranges()
    yield from _coverages()
    yield from _caches_of_all_kinds()
    yield from _single_tiles()


# Layer, grid, level, first column and row of pixels, size: what is stored is delivered as it is.
_ALIGNED = [
    ("map", MERCATOR, 5, (4200, 2700), (300, 200)),
    ("map", MERCATOR, 2, (0, 0), (1024, 1024)),
    ("map", MERCATOR, 0, (0, 0), (256, 256)),
    ("map", MERCATOR, 9, (67800, 44400), (257, 255)),
    ("map", DEGREES, 3, (1040, 200), (400, 300)),
    ("map", UTM, 1, (100, 120), (512, 300)),
    ("map", UTM, 3, (5000, 5000), (200, 200)),
    ("paletted", MERCATOR, 5, (4200, 2700), (300, 200)),
    ("land", MERCATOR, 5, (4200, 2700), (300, 200)),
    ("towns", MERCATOR, 4, (2050, 1300), (600, 400)),
    ("towns", UTM, 2, (900, 900), (256, 256)),
    ("degrees", DEGREES_NW, 4, (4150, 800), (333, 222)),
    ("local", UTM, 0, (0, 0), (256, 256)),
    ("thirds", MERCATOR, 3, (1000, 700), (450, 300)),
    ("half", MERCATOR, 2, (400, 300), (300, 200)),
    ("mixed", MERCATOR, 3, (1000, 700), (300, 200)),
    ("passing", MERCATOR, 3, (1000, 700), (300, 200)),
]


def _aligned() -> Iterator[Asked]:
    for layer, grid, level, first, size in _ALIGNED:
        box = grid.box(level, size, *first)
        for version in ("1.1.1", "1.3.0"):
            name = f"pixels as stored: {layer} in {grid.srs} level {level} of {version}"
            yield Asked(name, get_map(layer, grid.srs, box, size, version=version))
    box = MERCATOR.box(5, (300, 200), 4200, 2700)
    yield Asked("pixels as stored: under another code", get_map("map", "EPSG:900913", box))
    yield Asked("pixels as stored: code in lower case", get_map("map", "epsg:3857", box))
    yield Asked(
        "pixels as stored: longitude first",
        get_map("map", "CRS:84", DEGREES.box(3, (300, 200), 1040, 200), version="1.3.0"),
    )
    yield Asked("pixels as stored: photograph", get_map("photo", "EPSG:3857", box))
    yield Asked("pixels as stored: photograph as JPEG", get_map("photo", "EPSG:3857", box, image_format="image/jpeg"))


#: How many stored pixels a pixel of the map is wide; 1.15 is the default stretch factor, 4 the largest shrinking.
_SCALES = (0.3, 0.55, 0.8, 0.87, 0.95, 0.995, 1.02, 1.1, 1.14, 1.16, 1.3, 1.9)


def _resampled() -> Iterator[Asked]:
    for scale in _SCALES:
        for layer in ("map", "nearest", "bilinear"):
            box = MERCATOR.box(5, (300, 200), 4200.3, 2700.6, scale)
            yield Asked(f"resampled: {layer} by {scale}", get_map(layer, "EPSG:3857", box), RESAMPLED)
    for scale in (0.4, 1.2, 5.0, 13.0, 40.0):
        box = MERCATOR.box(4, (300, 200), 2050, 1300, scale if scale < 4 else 1.0)
        if scale < 4:
            yield Asked(f"resampled: few levels by {scale}", get_map("stretched", "EPSG:3857", box), RESAMPLED)
    for level in (3, 5, 6, 7, 8):
        box = MERCATOR.box(level, (300, 200), 270 * 2**level / 2, 170 * 2**level / 2)
        yield Asked(f"resampled: few levels at level {level}", get_map("stretched", "EPSG:3857", box), RESAMPLED)
    box = MERCATOR.box(5, (300, 200), 4200.5, 2700.5)
    yield Asked("resampled: shifted by half a pixel", get_map("map", "EPSG:3857", box))
    left, bottom, right, top = MERCATOR.box(5, (300, 200), 4200, 2700)
    yield Asked(
        "resampled: stretched sideways", get_map("map", "EPSG:3857", (left, bottom, right * 1.3, top)), RESAMPLED
    )
    yield Asked(
        "resampled: squeezed sideways", get_map("map", "EPSG:3857", (left, bottom, right, top * 1.1)), RESAMPLED
    )
    yield Asked(
        "resampled: degrees", get_map("degrees", "EPSG:4326", DEGREES_NW.box(4, (300, 200), 4150, 800, 1.07)), RESAMPLED
    )
    yield Asked("resampled: local", get_map("local", "EPSG:25832", UTM.box(1, (300, 200), 100, 120, 1.4)), RESAMPLED)
    for scale in (0.85, 1.2):
        box = MERCATOR.box(4, (300, 200), 2050.2, 1300.7, scale)
        yield Asked(
            f"resampled: transparent by {scale}", get_map("towns", "EPSG:3857", box, transparent="true"), RESAMPLED
        )
        yield Asked(f"resampled: photograph by {scale}", get_map("photo", "EPSG:3857", box), RESAMPLED)


def _reprojected() -> Iterator[Asked]:
    for layer in ("mercator", "degrees", "local", "nearest", "bilinear"):
        for srs, box in PLACES.items():
            yield Asked(f"reprojected: {layer} in {srs}", get_map(layer, srs, box, (320, 320)), REPROJECTED)
    for srs in ("EPSG:4326", "EPSG:31467", "EPSG:25832"):
        yield Asked(
            f"reprojected: by axes of {srs}",
            get_map("mercator", srs, PLACES[srs], (320, 320), version="1.3.0"),
            REPROJECTED,
        )
        yield Asked(
            f"reprojected: transparent in {srs}",
            get_map("land,towns", srs, PLACES[srs], (320, 320), transparent="true"),
            REPROJECTED,
        )
        yield Asked(f"reprojected: photograph in {srs}", get_map("photo", srs, PLACES[srs], (320, 320)), REPROJECTED)
    world = (-180.0, -85.0, 180.0, 85.0)
    yield Asked("reprojected: the world", get_map("mercator", "EPSG:4326", world, (600, 300)), REPROJECTED)
    yield Asked(
        "reprojected: all there is of Mercator",
        get_map("degrees", "EPSG:3857", (-_HALF_WORLD, -_HALF_WORLD, _HALF_WORLD, _HALF_WORLD), (400, 400)),
        REPROJECTED,
    )
    yield Asked(
        "reprojected: far to the north",
        get_map("degrees", "EPSG:3857", (0, 1.2e7, 6e6, 1.9e7), (300, 350)),
        REPROJECTED,
    )
    yield Asked(
        "reprojected: close by", get_map("mercator", "EPSG:25832", (500000, 5500000, 520000, 5515000)), REPROJECTED
    )


def _several_layers() -> Iterator[Asked]:
    box = MERCATOR.box(5, (300, 200), 4200, 2700)
    for layers in (
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
    ):
        for transparent in ("true", "false"):
            yield Asked(
                f"layers: {layers}{' on nothing' if transparent == 'true' else ''}",
                get_map(layers, "EPSG:3857", box, transparent=transparent),
                BLENDED,
            )
    wide = PLACES["EPSG:25832"]
    for layers in ("photo,land,towns", "group", "laid", "photo,faint"):
        yield Asked(f"layers: {layers} reprojected", get_map(layers, "EPSG:25832", wide, (320, 320)), REPROJECTED)


#: Pillow pastes with an alpha of whole numbers; the reference rounds opacity to one of 255 steps before it multiplies.
BLENDED = Tolerance(mean=0.5, far=3, share=0.001)


def _appearance() -> Iterator[Asked]:
    box = MERCATOR.box(5, (300, 200), 4200, 2700)
    for image_format in ("image/png", "image/jpeg", "image/gif", "image/GeoTIFF", "image/tiff", TRUE_COLOUR):
        for layers in ("map", "land", "photo,towns"):
            for name, more in (
                ("", {}),
                (" transparent", {"transparent": "TRUE"}),
                (" on blue", {"bgcolor": "0x0000FF"}),
                (" transparent on blue", {"transparent": "true", "bgcolor": "0x0000ff"}),
            ):
                lossy = image_format == "image/jpeg" and layers != "map"
                yield Asked(
                    f"appearance: {layers} as {image_format}{name}",
                    get_map(layers, "EPSG:3857", box, image_format=image_format, **more),
                    JPEG if lossy else SAME,
                )
    yield Asked(
        "appearance: styles by name",
        get_map("photo,land", "EPSG:3857", box, STYLES="default,", image_format=TRUE_COLOUR),
    )
    yield Asked("appearance: unknown parameters", get_map("map", "EPSG:3857", box, NOTHING="at all", dim_x="1"))
    yield Asked("appearance: a value of a dimension", get_map("timed", "EPSG:3857", box, TIME="2020-01-01"))


def _sizes() -> Iterator[Asked]:
    for size in ((1, 1), (1, 300), (300, 1), (2, 2), (3, 7), (10, 10), (49, 51)):
        box = MERCATOR.box(5, size, 4200, 2700)
        yield Asked(f"size: {size[0]} by {size[1]}", get_map("map", "EPSG:3857", box, size))
        yield Asked(
            f"size: {size[0]} by {size[1]} for all of Europe",
            get_map("map", "EPSG:3857", PLACES["EPSG:3857"], size),
            SMALL,
        )
    for size in ((2048, 1024), (1500, 1000), (1024, 2048)):
        box = MERCATOR.box(3, size, 0, 0)
        yield Asked(f"size: {size[0]} by {size[1]}", get_map("map", "EPSG:3857", box, size))
    yield Asked(
        "size: large and reprojected", get_map("mercator", "EPSG:4326", (-20, 30, 40, 60), (2000, 1000)), REPROJECTED
    )
    yield Asked("size: fractions", get_map("map", "EPSG:3857", MERCATOR.box(5, (300, 200), 4200, 2700), WIDTH="300.7"))


#: Of a few pixels each shows much: one on an edge makes the mean.
SMALL = Tolerance(mean=12.0, far=64, share=0.05)


def _places() -> Iterator[Asked]:
    for name, box in (
        ("partly west of the world", (-2.4e7, 2e6, -1.6e7, 7e6)),
        ("partly north of the world", (0, 1.7e7, 9e6, 2.3e7)),
        ("all around the world", (-4e7, -3e7, 4e7, 3e7)),
        ("west of the world", (-5e7, 0, -4e7, 7e6)),
        ("at the edge of the world", (-3e7, 0, -_HALF_WORLD, 7e6)),
    ):
        for layer in ("map", "land"):
            yield Asked(f"place: {layer} {name}", get_map(layer, "EPSG:3857", box), RESAMPLED)
        yield Asked(f"place: transparent {name}", get_map("land", "EPSG:3857", box, transparent="true"), RESAMPLED)
    for name, box in (
        ("partly beyond a local grid", (-400000, 4900000, 300000, 5400000)),
        ("around a local grid", (-2e6, 4e6, 3e6, 7e6)),
        ("beyond a local grid", (2e6, 5e6, 3e6, 6e6)),
        ("a corner of a local grid", (1206000, 6301000, 1206500, 6301400)),
    ):
        for transparent in ("true", "false"):
            yield Asked(
                f"place: {name}{' on nothing' if transparent == 'true' else ''}",
                get_map("local", "EPSG:25832", box, transparent=transparent, bgcolor="0x336699"),
                RESAMPLED,
            )
    yield Asked("place: latitudes beyond the pole", get_map("degrees", "EPSG:4326", (-200, -100, 200, 100)), RESAMPLED)
    for name, box in (
        ("inside an SRS with limits", (3400000, 5300000, 3500000, 5400000)),
        ("partly beyond an SRS with limits", (3100000, 5100000, 3500000, 5500000)),
        ("beyond an SRS with limits", (2100000, 5100000, 2500000, 5500000)),
        ("around an SRS with limits", (3000000, 5000000, 4200000, 6300000)),
    ):
        for transparent in ("true", "false"):
            yield Asked(
                f"place: {name}{' on nothing' if transparent == 'true' else ''}",
                get_map("mercator", "EPSG:31467", box, (300, 300), transparent=transparent, bgcolor="0xFF8800"),
                REPROJECTED,
            )


def _ranges() -> Iterator[Asked]:
    for level in (2, 4, 5, 7, 8, 9):
        box = MERCATOR.box(level, (300, 200), 270 * 2**level / 2, 170 * 2**level / 2)
        for layer in ("ranged", "scaled", "limited", "upscaled", "downscaled", "photo,ranged,towns"):
            yield Asked(f"range: {layer} at level {level}", get_map(layer, "EPSG:3857", box), BLENDED)
    yield Asked("range: in degrees", get_map("ranged", "EPSG:4326", (8, 48, 12, 51)), REPROJECTED)
    yield Asked("range: too close in degrees", get_map("ranged", "EPSG:4326", (8, 48, 8.2, 48.1)))


def _coverages() -> Iterator[Asked]:
    near = MERCATOR.box(5, (300, 200), 4200, 2700)
    wide = MERCATOR.box(4, (400, 400), 1950, 1200)
    away = MERCATOR.box(4, (300, 200), 300, 1200)
    for layer in ("covered", "clipped", "polygon", "polygon_clipped", "cache_covered", "cache_clipped", "united"):
        yield Asked(f"coverage: {layer} near", get_map(layer, "EPSG:3857", near, transparent="true"))
        yield Asked(f"coverage: {layer} wide", get_map(layer, "EPSG:3857", wide, (400, 400)))
        yield Asked(
            f"coverage: {layer} wide on nothing", get_map(layer, "EPSG:3857", wide, (400, 400), transparent="true")
        )
        yield Asked(f"coverage: {layer} away", get_map(layer, "EPSG:3857", away, bgcolor="0x112233"))
        yield Asked(
            f"coverage: {layer} resampled",
            get_map(layer, "EPSG:3857", MERCATOR.box(4, (300, 200), 2000, 1200, 1.3), transparent="true"),
            RESAMPLED,
        )
        yield Asked(
            f"coverage: {layer} reprojected",
            get_map(layer, "EPSG:4326", (-5, 38, 25, 60), (360, 300), transparent="true"),
            REPROJECTED,
        )


def _caches_of_all_kinds() -> Iterator[Asked]:
    near = MERCATOR.box(6, (300, 200), 8500, 5500)
    yield Asked("cache: out of another", get_map("nested", "EPSG:25832", UTM.box(1, (300, 200), 200, 200)), REPROJECTED)
    yield Asked("cache: out of another reprojected", get_map("nested", "EPSG:3857", PLACES["EPSG:3857"]), REPROJECTED)
    yield Asked("cache: the same tiles", get_map("same_tiles", "EPSG:3857", near))
    yield Asked("cache: the same tiles resampled", get_map("same_tiles", "EPSG:4326", PLACES["EPSG:4326"]), REPROJECTED)
    yield Asked("cache: out of two", get_map("nested_twice", "EPSG:3857", near), REPROJECTED)
    for layer in ("marked", "marked_wide"):
        yield Asked(f"cache: {layer}", get_map(layer, "EPSG:3857", MERCATOR.box(6, (512, 512), 8192, 5376), (512, 512)))
        yield Asked(f"cache: {layer} resampled", get_map(layer, "EPSG:3857", PLACES["EPSG:3857"]), RESAMPLED)
    for srs in ("EPSG:4326", "EPSG:25832", "EPSG:3857", "EPSG:4258", "CRS:84"):
        yield Asked(f"cache: best grid for {srs}", get_map("map", srs, PLACES[srs], (320, 320)), REPROJECTED)
        yield Asked(
            f"cache: of a layer with fewer grids for {srs}", get_map("towns", srs, PLACES[srs], (320, 320)), REPROJECTED
        )


def _single_tiles() -> Iterator[Asked]:
    for layer, grid, level, column, row in (
        ("map", MERCATOR, 4, 8, 5),
        ("map", MERCATOR, 0, 0, 0),
        ("map", DEGREES, 3, 4, 0),
        ("map", UTM, 1, 1, 1),
        ("paletted", MERCATOR, 5, 17, 10),
        ("land", MERCATOR, 4, 8, 5),
        ("marked", MERCATOR, 4, 8, 5),
        ("covered", MERCATOR, 6, 33, 21),
        ("polygon_clipped", MERCATOR, 6, 33, 21),
        ("cache_clipped", MERCATOR, 6, 33, 21),
        ("upscaled", MERCATOR, 7, 66, 42),
    ):
        box = grid.box(level, (256, 256), column * 256, row * 256)
        name = f"tile: {layer} in {grid.srs} {level}/{column}/{row}"
        yield Asked(name, get_map(layer, grid.srs, box, (256, 256), image_format="image/png", tiled="true"))
    box = MERCATOR.box(4, (256, 256), 8 * 256, 5 * 256)
    yield Asked(
        "tile: photograph", get_map("photo", "EPSG:3857", box, (256, 256), image_format="image/jpeg", tiled="true")
    )
    yield Asked(
        "tile: under another code",
        get_map("map", "EPSG:900913", box, (256, 256), image_format="image/png", tiled="true"),
    )


# Layer, SRS of the TMS address, matrix set, what follows the last point, and levels, columns and rows from the north-west.
_TILES = [
    ("map", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["1/0/1", "3/4/2", "6/33/21", "9/266/172"]),
    ("map", "EPSG25832", "utm", "png", ["0/0/0", "1/2/1", "2/7/7", "3/30/30"]),
    ("paletted", "EPSG900913", "GLOBAL_MERCATOR", "png", ["1/1/1", "5/17/10"]),
    ("photo", "EPSG3857", "GLOBAL_WEBMERCATOR", "jpeg", ["2/2/1", "5/17/10"]),
    ("photo", "EPSG25832", "utm", "jpeg", ["1/1/1"]),
    ("land", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "7/66/42"]),
    ("towns", "EPSG25832", "utm", "png", ["1/2/2"]),
    ("degrees", "EPSG4326", "degrees_nw", "png", ["2/4/1", "4/17/3"]),
    ("thirds", "EPSG3857", "odd_tiles", "png", ["3/4/3"]),
    ("limited", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["1/0/0", "6/33/21", "10/530/345"]),
    ("covered", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("clipped", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("polygon", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("polygon_clipped", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("polygon_clipped", "EPSG25832", "utm", "png", ["0/0/0", "1/2/2"]),
    ("cache_covered", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("cache_clipped", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "5/17/10", "5/2/10"]),
    ("united", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/7/5", "5/16/11"]),
    ("same_tiles", "EPSG3857", "eight_levels", "png", ["4/8/5", "7/66/42"]),
    ("upscaled", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["6/33/21", "7/66/42"]),
    ("marked", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "4/8/4"]),
    ("marked_wide", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5", "4/8/4"]),
    ("passing", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5"]),
    ("mixed", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["3/4/2", "8/133/86"]),
]

# Tiles that are drawn from tiles of another cache in another grid, or of another level.
_REDRAWN_TILES = [
    ("nested", "EPSG25832", "utm", "png", ["1/2/1", "2/7/7"]),
    ("nested_twice", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["4/8/5"]),
    ("upscaled", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["8/133/86"]),
    ("downscaled", "EPSG3857", "GLOBAL_WEBMERCATOR", "png", ["5/17/10", "6/33/21"]),
]


def tiles() -> Iterator[Asked]:
    """All requests to WMTS and TMS that are answered with a tile."""
    for listed, tolerance in ((_TILES, SAME), (_REDRAWN_TILES, REPROJECTED)):
        for layer, srs, matrix_set, extension, places in listed:
            for place in places:
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
                    "FORMAT": f"image/{extension}",
                }
                yield Asked(
                    f"WMTS by parameters: {layer} {matrix_set} {place}", f"/service?{urlencode(parameters)}", tolerance
                )
                yield Asked(
                    f"WMTS by path: {layer} {matrix_set} {place}",
                    f"/wmts/{layer}/{matrix_set}/{place}.{extension}",
                    tolerance,
                )
                yield Asked(
                    f"tiles: {layer} {srs} {place}", f"/tiles/{layer}/{srs}/{place}.{extension}?origin=nw", tolerance
                )
    for layer, srs, place in (
        ("map", "EPSG3857", "0/0/1"),
        ("map", "EPSG3857", "4/17/18"),
        ("map", "EPSG4326", "0/0/0"),
        ("map", "EPSG4326", "2/5/2"),
        ("map", "EPSG25832", "1/1/1"),
        ("half", "EPSG3857", "1/2/1"),
        ("half", "EPSG3857", "3/8/10"),
        ("paletted", "EPSG900913", "4/17/18"),
        ("clipped", "EPSG3857", "4/16/20"),
        ("cache_clipped", "EPSG3857", "4/16/20"),
        ("limited", "EPSG3857", "4/16/20"),
        ("marked", "EPSG3857", "4/16/20"),
    ):
        yield Asked(f"TMS: {layer} {srs} {place}", f"/tms/1.0.0/{layer}/{srs}/{place}.png")
