"""WMS maps out of cached tiles over HTTP: both programs on the same server, in turn, with the same random boxes."""

from __future__ import annotations

import io
import math
import random
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from PIL import Image

from benchmarks import samples
from benchmarks.programs import PROGRAMS, ProgramFailed
from benchmarks.served import granian, requests_per_second
from benchmarks.table import Row
from tests.integration.services.process import Server
from tests.integration.services.programs import find_program
from tests.integration.services.tilekeep import tilekeep

_ROUNDS = 5
_SECONDS = 4
_CLIENTS = 4
_BOXES = 200
_RESOLUTION = 156543.03392804097 / 2**samples.LEVEL


class _Kind(NamedTuple):
    """A kind of map that is measured."""

    work: str
    side: int
    media_type: str
    srs: str


_KINDS = (
    _Kind("512 px PNG", 512, "image/png", "EPSG:3857"),
    _Kind("512 px JPEG", 512, "image/jpeg", "EPSG:3857"),
    _Kind("512 px PNG, reprojected to EPSG:4326", 512, "image/png", "EPSG:4326"),
    _Kind("1500 px PNG", 1500, "image/png", "EPSG:3857"),
)


def measure(directory: Path) -> Iterator[Row]:
    """A row for each kind of map: maps per second of two processes."""
    wrk = str(find_program("wrk"))
    config = samples.colourful_map(directory)
    with ExitStack() as stack:
        servers: dict[str, Server] = {
            "mapproxy": granian(directory, "mapproxy", config),
            "tilekeep": tilekeep(directory, config.read_text(), workers=2, threads=8),
        }
        for server in servers.values():
            stack.enter_context(server)
        for kind in _KINDS:
            script = _script(directory, kind)
            rates: dict[str, list[float]] = {program: [] for program in PROGRAMS}
            for program, server in servers.items():
                _verify(server, kind)
                requests_per_second(wrk, server.url, 1, clients=_CLIENTS, script=script)
                rates[program].clear()
            for _ in range(_ROUNDS):
                for program, server in servers.items():
                    rate, errors = requests_per_second(wrk, server.url, _SECONDS, clients=_CLIENTS, script=script)
                    if errors:
                        raise ProgramFailed(f"{program} failed {errors} times at {kind.work}")
                    rates[program].append(rate)
            yield Row(f"WMS map out of the cache, {kind.work}", "maps/s", rates, less_is_better=False)


def _paths(kind: _Kind) -> list[str]:
    """Requests for boxes at random places, nine tenths to eleven tenths as fine as the stored level."""
    dice = random.Random(5)
    half = 20037508.342789244
    paths = []
    for _ in range(_BOXES):
        width = kind.side * _RESOLUTION * dice.uniform(0.9, 1.1)
        left, bottom = (dice.uniform(-half * 0.7, half * 0.7 - width) for _ in range(2))
        box = [left, bottom, left + width, bottom + width]
        if kind.srs == "EPSG:4326":
            box = [_degrees(value, of_latitude=position % 2 == 1) for position, value in enumerate(box)]
        paths.append("/service?" + urlencode(_parameters(kind, box)))
    return paths


def _degrees(metres: float, *, of_latitude: bool) -> float:
    """Longitude or latitude of a web mercator coordinate, so that a box covers the same tiles in both."""
    angle = metres / 6378137.0
    return math.degrees(2 * math.atan(math.exp(angle)) - math.pi / 2 if of_latitude else angle)


def _parameters(kind: _Kind, box: list[float]) -> dict[str, object]:
    return {
        "SERVICE": "WMS",
        "VERSION": "1.1.1",
        "REQUEST": "GetMap",
        "LAYERS": "world",
        "STYLES": "",
        "SRS": kind.srs,
        "BBOX": ",".join(map(str, box)),
        "WIDTH": kind.side,
        "HEIGHT": kind.side,
        "FORMAT": kind.media_type,
    }


def _script(directory: Path, kind: _Kind) -> Path:
    """What wrk runs to ask for one box after the other."""
    paths = ",\n".join(f'"{path}"' for path in _paths(kind))
    script = directory / "boxes.lua"
    script.write_text(
        f"local paths = {{\n{paths}\n}}\nlocal at = 0\n"
        "request = function()\n  at = at % #paths + 1\n  return wrk.format(nil, paths[at])\nend\n"
    )
    return script


def _verify(server: Server, kind: _Kind) -> None:
    """The answer must be a map in many colours of the right size, not a blank one and not an exception."""
    with urllib.request.urlopen(server.url + _paths(kind)[0], timeout=60) as answer:
        body = answer.read()
    image = Image.open(io.BytesIO(body))
    colors = image.convert("RGB").getcolors(1 << 24) or []
    if image.size != (kind.side, kind.side) or len(colors) < 100:
        raise ProgramFailed(f"{server.url}: {kind.work}: {image.size}, {len(colors)} colours\n{server.log[-2000:]}")
