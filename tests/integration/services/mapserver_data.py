"""The world that MapServer draws for the tests: always the same polygons, lines, labelled points and a photograph."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

LAYERS = ("land", "roads", "towns", "photo")

_MAP = """\
MAP
  NAME "world" STATUS ON SIZE 256 256 MAXSIZE 4096 UNITS DD
  EXTENT -180 -85 180 85 SHAPEPATH "{directory}" IMAGECOLOR 200 220 255
  PROJECTION "init=epsg:4326" END
  OUTPUTFORMAT
    NAME "png" DRIVER AGG/PNG MIMETYPE "image/png" IMAGEMODE RGBA EXTENSION "png"
  END
  OUTPUTFORMAT
    NAME "jpeg" DRIVER AGG/JPEG MIMETYPE "image/jpeg" IMAGEMODE RGB EXTENSION "jpg" FORMATOPTION "QUALITY=85"
  END
  WEB
    METADATA
      "ows_title" "A world for tests"
      "ows_srs" "EPSG:4326 EPSG:3857 EPSG:900913 EPSG:25832 CRS:84"
      "ows_enable_request" "*"
      "wms_feature_info_mime_type" "text/html"
    END
  END
  LAYER
    NAME "photo" TYPE RASTER STATUS ON DATA "photo.png" EXTENT -180 -90 180 90
    PROJECTION "init=epsg:4326" END
    METADATA "ows_title" "photo" END
  END
  LAYER
    NAME "land" TYPE POLYGON STATUS ON CONNECTIONTYPE OGR CONNECTION "{directory}/land.geojson" TEMPLATE "info.html"
    PROJECTION "init=epsg:4326" END
    METADATA "ows_title" "land" "ows_include_items" "all" "gml_include_items" "all" END
    CLASSITEM "kind"
    CLASS NAME "first" EXPRESSION "0" STYLE COLOR 222 198 150 OUTLINECOLOR 90 60 30 WIDTH 1 END END
    CLASS NAME "second" EXPRESSION "1" STYLE COLOR 160 200 130 OUTLINECOLOR 40 90 40 WIDTH 1 END END
    CLASS NAME "third" STYLE COLOR 230 160 150 OUTLINECOLOR 120 40 40 WIDTH 1 END END
  END
  LAYER
    NAME "roads" TYPE LINE STATUS ON CONNECTIONTYPE OGR CONNECTION "{directory}/roads.geojson" TEMPLATE "info.html"
    PROJECTION "init=epsg:4326" END
    METADATA "ows_title" "roads" "ows_include_items" "all" "gml_include_items" "all" END
    CLASS NAME "road" STYLE COLOR 120 20 20 WIDTH 4 END STYLE COLOR 250 220 90 WIDTH 2 END END
  END
  LAYER
    NAME "towns" TYPE POINT STATUS ON CONNECTIONTYPE OGR CONNECTION "{directory}/towns.geojson" TEMPLATE "info.html"
    PROJECTION "init=epsg:4326" END
    METADATA "ows_title" "towns" "ows_include_items" "all" "gml_include_items" "all" END
    LABELITEM "name"
    CLASS NAME "town"
      STYLE SYMBOL "dot" SIZE 7 COLOR 20 20 90 END
      LABEL SIZE 11 COLOR 10 10 10 OUTLINECOLOR 255 255 255 POSITION UR OFFSET 3 3 PARTIALS TRUE FORCE TRUE END
    END
  END
  SYMBOL NAME "dot" TYPE ELLIPSE FILLED TRUE POINTS 1 1 END END
END
"""

#: What MapServer says about a feature in HTML.
_INFO = "<!-- MapServer Template -->\n<p>[name]</p>\n"

_CONF = """\
CONFIG
  ENV
    MS_MAP_PATTERN "^{directory}/.*\\.map$"
  END
  MAPS
    WORLD "{directory}/world.map"
  END
END
"""


def write_world(directory: Path) -> None:
    """Writes ``world.map``, ``mapserver.conf`` and the data; the map shows the layers :data:`LAYERS`."""
    (directory / "world.map").write_text(_MAP.format(directory=directory))
    (directory / "info.html").write_text(_INFO)
    (directory / "mapserver.conf").write_text(_CONF.format(directory=directory))
    dice = random.Random(1729)
    for name, features in (("land", _land(dice)), ("roads", _roads()), ("towns", _towns(dice))):
        collection = {"type": "FeatureCollection", "features": list(features)}
        (directory / f"{name}.geojson").write_text(json.dumps(collection))
    _write_photo(directory)


def _land(dice: random.Random) -> Iterator[dict[str, Any]]:
    """Irregular islands, one in each cell of 20 by 15 degrees, none across the date line."""
    for row, column in ((row, column) for row in range(10) for column in range(18)):
        centre = (-170 + 20 * column, -67.5 + 15 * row)
        ring = [_on_island(centre, dice.uniform(3.5, 7.4), step * math.tau / 24) for step in range(24)]
        shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        yield _feature(shape, kind=(row + column) % 3, name=f"Island {row}-{column}")


def _on_island(centre: tuple[float, float], radius: float, angle: float) -> list[float]:
    return [round(centre[0] + 1.3 * radius * math.cos(angle), 4), round(centre[1] + radius * math.sin(angle), 4)]


def _roads() -> Iterator[dict[str, Any]]:
    """Waves around the world, so that some line crosses every edge of a meta tile at a slant."""
    for number in range(-7, 8):
        waves = [[x, round(10 * number + 4 * math.sin(x / 9 + number), 4)] for x in range(-179, 180)]
        yield _feature({"type": "LineString", "coordinates": waves}, name=f"Road {number}")


def _towns(dice: random.Random) -> Iterator[dict[str, Any]]:
    """Points whose labels are drawn in any case, and so cross the edges of tiles and of meta tiles."""
    for number in range(300):
        place = [round(dice.uniform(-178, 178), 4), round(dice.uniform(-80, 80), 4)]
        yield _feature({"type": "Point", "coordinates": place}, name=f"Town {number}")


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _write_photo(directory: Path) -> None:
    """Soft gradients with noise in thousands of colours, as an aerial image has."""
    width, height = 720, 360
    noise = random.Random(271).randbytes(width * height * 3)
    pixels = bytearray(width * height * 3)
    for y in range(height):
        for x in range(width):
            at = 3 * (y * width + x)
            pixels[at] = int(127 + 90 * math.sin(x / 40)) + (noise[at] & 31)
            pixels[at + 1] = int(127 + 90 * math.cos(y / 30)) + (noise[at + 1] & 31)
            pixels[at + 2] = int(127 + 90 * math.sin((x + y) / 50)) + (noise[at + 2] & 31)
    Image.frombytes("RGB", (width, height), bytes(pixels)).save(directory / "photo.png")
    (directory / "photo.pgw").write_text("0.5\n0\n0\n-0.5\n-179.75\n89.75\n")
