"""A site whose caches offer their tiles in other forms, and what its answers show."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from werkzeug.test import Client, TestResponse

from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply

PLAIN = (0x20, 0x40, 0x60)

#: A tile and its other forms, as addresses end.
ALL_FORMS = (".png", ".webp", "@2x.png", "@2x.webp")

CONFIG = """
services:
  tms:
  kml:
  demo:
  wmts: {{kvp: true, restful: true}}
  ogcapi: {{image_formats: [image/png, image/jpeg, image/webp]}}
globals:
  cache: {{meta_size: [2, 2], meta_buffer: 0}}
  tiles: {{state_header: true}}
layers:
{layers}
caches:
{caches}
sources:
  map: {{type: wms, req: {{url: '{url}/wms', layers: a}}}}
"""


class Site(NamedTuple):
    """An application over a map server, and where its caches are."""

    client: Client
    upstream: UpstreamServer
    directory: Path

    def get(self, path: str, accept: str = "", **headers: str) -> TestResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers={"Accept": accept, **given} if accept else given)


def configuration(options: dict[str, str], url: str) -> str:
    return CONFIG.format(
        layers="\n".join(f"  - {{name: {name}, title: {name}, sources: [{name}]}}" for name in options),
        caches="\n".join(
            f"  {name}: {{grids: [GLOBAL_WEBMERCATOR], sources: [map], {text}}}" for name, text in options.items()
        ),
        url=url,
    )


def image(answer: TestResponse) -> Image.Image:
    assert answer.status_code == 200, answer.data
    found = Image.open(io.BytesIO(answer.data))
    assert f"image/{(found.format or '').lower()}" == answer.content_type
    return found


def pixels(answer: TestResponse) -> np.ndarray:
    return np.asarray(image(answer).convert("RGB"), dtype=int)


def all_kept(web: Site, addresses: list[str]) -> list[TestResponse]:
    """The answers as soon as all of them are stored.

    Where stores count whole seconds, what is made in the second of its tile may be older than that and is made anew.
    """
    end = time.monotonic() + 30
    answers = [web.get(address) for address in addresses]
    while time.monotonic() < end and any(answer.headers["X-Tilekeep-Cache"] != "hit" for answer in answers):
        time.sleep(0.05)
        answers = [web.get(address) for address in addresses]
    return answers


def plain_map(request: Received) -> Reply:
    """A map in one colour."""
    size = (int(request.parameters["width"]), int(request.parameters["height"]))
    out = io.BytesIO()
    Image.new("RGB", size, PLAIN).save(out, "PNG")
    return image_reply(out.getvalue())
