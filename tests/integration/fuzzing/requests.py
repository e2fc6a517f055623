"""WMS requests that are valid, nearly valid or hostile, the same ones for the same dice."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from urllib.parse import quote_plus

from tests.integration.fuzzing.world import LAYERS, SRS

_FORMATS = ("image/png", "image/jpeg", "image/gif", "image/GeoTIFF", "image/tiff", "image/png; mode=24bit")

# Where maps of an SRS show something, in x/y order; others are asked for in the same numbers.
_WORLDS = {
    "EPSG:3857": (-20037508.0, -20037508.0, 20037508.0, 20037508.0),
    "EPSG:900913": (-20037508.0, -20037508.0, 20037508.0, 20037508.0),
    "EPSG:4326": (-180.0, -90.0, 180.0, 90.0),
    "EPSG:4258": (-180.0, -90.0, 180.0, 90.0),
    "CRS:84": (-180.0, -90.0, 180.0, 90.0),
    "EPSG:25832": (-46133.0, 5048875.0, 1206211.0, 6301219.0),
    "EPSG:31467": (3200000.0, 5200000.0, 4000000.0, 6150000.0),
    "EPSG:2154": (0.0, 6000000.0, 1300000.0, 7200000.0),
    "EPSG:3035": (900000.0, 900000.0, 7400000.0, 7400000.0),
    "EPSG:3995": (-9000000.0, -9000000.0, 9000000.0, 9000000.0),
    "EPSG:32733": (160000.0, 1100000.0, 840000.0, 10000000.0),
    "EPSG:27700": (-100000.0, -100000.0, 800000.0, 1300000.0),
}

_SMALL_SIDES = (1, 2, 7, 16, 30, 40, 64, 64, 100, 128, 256)

#: Up to as many pixels as ``max_output_pixels`` permits, in all shapes; the less large ones have room for layers.
LARGE_SIZES = (
    *((4000, 4000), (8000, 2000), (2000, 8000), (16000, 1000), (3000, 5000), (5000, 3000), (1000, 16000)),
    *((40000, 400), (400, 40000), (65000, 246), (2000, 2000), (2000, 2000), (1600, 1200)),
)

_LONG = "9" * 600
_ODD: Sequence[str] = (
    "",
    " ",
    "-1",
    "0",
    "NaN",
    "inf",
    "-inf",
    "1e999",
    "1e308",
    "1_0",
    "0x10",
    "\u0663",
    "true",
    "null",
    "../../etc/passwd",
    "%2e%2e",
    "<b>&amp;'\"",
    "\r\nX: y",
    "\x00",
    "\ud800",
    ",",
    ",,,,",
    ";",
    "münchen",
    _LONG,
    "map," * 400,
)
_ODD_BOXES: Sequence[str] = (
    "0,0,0,0",
    "1,1,0,0",
    "NaN,NaN,NaN,NaN",
    "-inf,-inf,inf,inf",
    "-1e999,0,1e999,1",
    "-1e15,-1e15,1e15,1e15",
    "-1e14,-1e14,1e14,1e14",
    "1e14,1e14,1.1e14,1.1e14",
    "0,0,1e-12,1e-12",
    "0,0,1e-320,1e-320",
    "1e7,1e7,10000000.000001,10000000.000001",
    "0,0,1,1e15",
    "179.9,89.9,540,270",
    "-720,-360,720,360",
    "0,89.999999999,1e-9,90",
    "0,0,1",
    "0,0,1,1,1",
    "a,b,c,d",
)

Dice = random.Random


def request(dice: Dice) -> str:
    """The query string of a request for a small map, or for something else."""
    kind = dice.random()
    if kind < 0.25:
        return _written(dice, _valid(dice, _small_size(dice)))
    if kind < 0.6:
        return _written(dice, _nearly(dice, _valid(dice, _small_size(dice))))
    if kind < 0.65:
        return _written(dice, {**_valid(dice, _small_size(dice)), "bbox": dice.choice(_ODD_BOXES)})
    if kind < 0.67:
        return _written(
            dice, {"service": "WMS", "request": "GetCapabilities", "version": dice.choice(("", "1.1.1", "9"))}
        )
    return _written(dice, _hostile(dice))


def large_request(dice: Dice) -> str:
    """The query string of a request for a map of as many pixels as there may be, with any layers in any SRS."""
    given = _valid(dice, dice.choice(LARGE_SIZES))
    if dice.random() < 0.2:
        given["bbox"] = dice.choice(_ODD_BOXES)
    return _written(dice, given)


def _small_size(dice: Dice) -> tuple[int, int]:
    return dice.choice(_SMALL_SIDES), dice.choice(_SMALL_SIDES)


def _valid(dice: Dice, size: tuple[int, int]) -> dict[str, str]:
    version = dice.choice(("1.1.1", "1.3.0"))
    srs = dice.choice(SRS)
    given = {
        "service": "WMS",
        "request": "GetMap",
        "version": version,
        "layers": ",".join(dice.sample(LAYERS, _layers(dice))),
        "styles": "",
        "crs" if version == "1.3.0" else "srs": srs,
        "bbox": ",".join(map(repr, _box(dice, srs))),
        "width": str(size[0]),
        "height": str(size[1]),
        "format": dice.choice(_FORMATS),
    }
    more = {
        "transparent": dice.choice(("true", "FALSE")),
        "bgcolor": f"0x{dice.randrange(1 << 24):06X}",
        "exceptions": dice.choice(("INIMAGE", "BLANK", "XML", "application/vnd.ogc.se_inimage")),
        "tiled": "true",
        "time": dice.choice(("2020", "2021", "2022", "../up")),
    }
    return given | {name: value for name, value in more.items() if dice.random() < 0.2}


def _layers(dice: Dice) -> int:
    """Mostly one, often some, now and then all."""
    return dice.choice((*[1] * 16, 2, 2, 3, dice.randrange(1, len(LAYERS) + 1)))


def _box(dice: Dice, srs: str) -> tuple[float, float, float, float]:
    """A part of the world at any zoom; there are few of them, so that tiles are found as well as made."""
    left, bottom, right, top = _WORLDS[srs]
    width, height = (side / 2 ** dice.randrange(0, 20, 3) for side in (right - left, top - bottom))
    if dice.random() < 0.97:
        height = width * (top - bottom) / (right - left)
    x, y = left + (right - left) * dice.choice((0.0, 0.55)), bottom + (top - bottom) * 0.62
    shift = dice.choice((0.0, 0.0, 0.0, -3.0, 1000.0)) * width
    return x + shift, y, x + shift + width, y + height


def _nearly(dice: Dice, given: dict[str, str]) -> dict[str, str]:
    """A valid request with one or two mistakes."""
    mistakes: Sequence[Callable[[], object]] = (
        lambda: given.pop(dice.choice(list(given))),
        lambda: given.update({dice.choice(list(given)): dice.choice(_ODD)}),
        lambda: given.update({"bbox": dice.choice(_ODD_BOXES)}),
        lambda: given.update({dice.choice(("width", "height")): dice.choice(("4001", "100000", "2147483648", "1e9"))}),
        lambda: given.update({"srs": dice.choice(("EPSG:32601", "EPSG:99999", "epsg:3857"))}),
        lambda: given.update({"layers": f"{given.get('layers', '')},{dice.choice(('nothing', '', 'Map'))}"}),
        lambda: given.update({"styles": dice.choice(("nothing", "default", ",,,"))}),
    )
    for _ in range(dice.choice((1, 1, 2))):
        dice.choice(mistakes)()
    return given


def _hostile(dice: Dice) -> dict[str, str]:
    names = ("service", "request", "version", "layers", "styles", "srs", "crs", "bbox", "width", "height", "format")
    odd = {name: dice.choice(_ODD) for name in names if dice.random() < 0.7}
    if dice.random() < 0.8:
        odd |= {"service": "WMS", "request": dice.choice(("GetMap", "map", "GetFeatureInfo", "GetLegendGraphic"))}
    return odd


def _written(dice: Dice, given: dict[str, str]) -> str:
    """A query string, with names in any case and parameters in any order, some of them twice."""
    pairs = list(given.items())
    if dice.random() < 0.1:
        dice.shuffle(pairs)
        pairs += pairs[: dice.randrange(3)]
    shape = dice.choice((str.lower, str.upper, str.title))
    return "&".join(f"{shape(name)}={quote_plus(value, errors='surrogatepass')}" for name, value in pairs)
