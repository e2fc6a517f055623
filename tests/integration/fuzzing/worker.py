"""Sends fuzzed requests to an application in this process and weighs each: ``SEED COUNT LARGE DIRECTORY``.

Prints as JSON what became of them: how many answers there were of each status, the dearest request in CPU time,
memory and tiles read, and those requests that went wrong or beyond the limits.
"""

from __future__ import annotations

import io
import json
import logging
import random
import sys
import time
import xml.etree.ElementTree as ET
import zlib
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple, Self
from wsgiref.util import setup_testing_defaults

from PIL import Image

from tests.integration.fuzzing.requests import large_request, request
from tests.integration.fuzzing.world import Costs, application

#: The limits of a request; tiles that are not stored yet have to be made, which costs more that one time.
CPU_SECONDS = 2.0
CPU_SECONDS_OF_A_NEW_META_TILE = 0.03
MEGABYTES = 200
TILES_READ = 500

_MOST_COMPLAINTS = 20

#: A request that takes too long is sent again and the least counts: the first time brings modules and projections.
_ATTEMPTS = 3

#: CPU time of :func:`slowness` on the processor of the limit, with nothing else to do.
_YARDSTICK_SECONDS = 0.18

#: Starting anew takes a millisecond, so it is left out while the highest use of memory was hardly above what is in use:
#: what a request takes is exact beyond that.
_FORGOTTEN_KILOBYTES = 80 * 1024


class Weighed(NamedTuple):
    """What a request has cost; megabytes above what the process had before.

    :ivar cpu_seconds: beyond what new meta tiles may cost.
    """

    cpu_seconds: float
    megabytes: int
    tiles_read: int


class Answered(NamedTuple):
    """What came back."""

    status: int
    media_type: str
    body: bytes


_LIMITS = Weighed(CPU_SECONDS, MEGABYTES, TILES_READ)


def slowness() -> float:
    """How many times slower this processor is just now than the one on which the limit was measured, at least 1.0.

    Busy neighbours and smaller caches cost CPU time too.
    """
    began = time.process_time()
    picture = Image.linear_gradient("L").resize((2000, 2000), Image.Resampling.BICUBIC)
    for _ in range(4):
        zlib.compress(picture.resize((1500, 1500), Image.Resampling.BICUBIC).tobytes(), 1)
    return max(1.0, (time.process_time() - began) / _YARDSTICK_SECONDS)


class Scales:
    """Weighs a request: CPU time of the whole process without the map server, highest memory, tiles read."""

    def __init__(self, costs: Costs) -> None:
        self._costs = costs

    def __enter__(self) -> Self:
        self._costs.forget()
        self._before, highest = _kilobytes()
        if highest - self._before > _FORGOTTEN_KILOBYTES:
            Path("/proc/self/clear_refs").write_text("5")  # the highest use of memory starts anew (proc(5))
        self._began = time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        cpu_seconds = time.process_time() - self._began - self._costs.source_cpu_seconds
        cpu_seconds -= self._costs.maps * CPU_SECONDS_OF_A_NEW_META_TILE
        _, highest = _kilobytes()
        self.weighed = Weighed(cpu_seconds, (highest - self._before) // 1024, self._costs.reads)


def _kilobytes() -> tuple[int, int]:
    """Memory in use, and the highest use of it so far."""
    status = Path("/proc/self/status").read_text()
    used, highest = (int(status.split(f"{name}:", 1)[1].split(None, 1)[0]) for name in ("VmRSS", "VmHWM"))
    return used, highest


def ask(app: Any, query: str) -> Answered:
    """The answer to ``query`` as a WSGI server would get it."""
    environ: dict[str, Any] = {"PATH_INFO": "/service", "QUERY_STRING": query, "REQUEST_METHOD": "GET"}
    setup_testing_defaults(environ)
    started: list[tuple[str, list[tuple[str, str]]]] = []
    body = b"".join(app(environ, lambda *given: started.append(given)))
    [(status, headers)] = started
    return Answered(int(status[:3]), dict(headers).get("Content-Type", "").partition(";")[0], body)


def too_dear(weighed: Weighed) -> list[str]:
    """The limits that a request exceeds."""
    pairs = zip(Weighed._fields, weighed, _LIMITS, strict=True)
    return [f"{name} {cost:.2f} of {limit:.2f}" for name, cost, limit in pairs if cost > limit]


def complaints(answered: Answered) -> list[str]:
    """What is wrong with an answer."""
    found = []
    if answered.status >= 500:
        found.append(f"status {answered.status}: {answered.body[:200]!r}")
    try:
        if answered.media_type.startswith("image/"):
            Image.open(io.BytesIO(answered.body)).close()
        elif "xml" in answered.media_type:
            ET.fromstring(answered.body)
        else:
            found.append(f"an answer of type {answered.media_type!r}")
    except (OSError, ET.ParseError, Image.DecompressionBombError) as error:
        found.append(f"an answer that is none: {error}")
    return found


def weighed_request(app: Any, costs: Costs, query: str) -> tuple[Answered, Weighed]:
    """The answer to ``query`` and what it costs: memory and tiles the first time, CPU time at best."""
    scales = Scales(costs)
    least: Weighed | None = None
    for _ in range(_ATTEMPTS):
        with scales:
            answered = ask(app, query)
        now = scales.weighed
        if too_dear(now):
            now = now._replace(cpu_seconds=now.cpu_seconds / slowness())
        least = now if least is None else least._replace(cpu_seconds=min(least.cpu_seconds, now.cpu_seconds))
        if least.cpu_seconds <= CPU_SECONDS:
            break
    assert least is not None
    return answered, least


def run(seed: int, count: int, large: int, directory: Path) -> dict[str, Any]:
    """Sends ``count`` requests, ``large`` of them for large maps, evenly among the others."""
    dice = random.Random(seed)
    costs = Costs()
    app = application(directory, costs)
    statuses: Counter[int] = Counter()
    dearest = dict.fromkeys(Weighed._fields, (0.0, ""))
    wrong: list[str] = []
    every = count // large if large else count + 1
    for number in range(count):
        query = large_request(dice) if number % every == every - 1 else request(dice)
        answered, weighed = weighed_request(app, costs, query)
        statuses[answered.status] += 1
        for name, value in weighed._asdict().items():
            dearest[name] = max(dearest[name], (round(value, 3), query))
        found = complaints(answered) + too_dear(weighed)
        if found and len(wrong) < _MOST_COMPLAINTS:
            wrong.append(f"{'; '.join(found)}: {query}")
    return {"statuses": statuses, "dearest": dearest, "wrong": wrong, "cpu_seconds": time.process_time()}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    Image.MAX_IMAGE_PIXELS = None
    seed, count, large = map(int, sys.argv[1:4])
    json.dump(run(seed, count, large, Path(sys.argv[4])), sys.stdout)
