"""Tiles of JPEG caches are cut out of what the server sent, and only its damage keeps them from being stored."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.test import Client

from tests.integration.services.mapproxy import mapproxy
from tests.integration.support.answers import ask
from tests.integration.support.drawing import encoded
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tests.unit.adapters.imaging.jpegs import brightness, inner, opened
from tests.unit.adapters.imaging.loops import needs_jpeg_scans
from tilekeep import make_wsgi_app

pytestmark = needs_jpeg_scans

CONFIG = """
services: {{tms: }}
globals: {{cache: {{failure_seconds: 0}}}}
layers:
  - {{name: photo, title: Tiles as they come, sources: [photo]}}
  - {{name: marked, title: Tiles with a watermark, sources: [marked]}}
  - {{name: odd, title: Tiles that begin inside blocks, sources: [odd]}}
caches:
  photo: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], format: image/jpeg, link_single_color_images: true}}
  marked: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], format: image/jpeg, watermark: {{text: tilekeep}}}}
  odd: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], format: image/jpeg, meta_buffer: 10}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}}}
"""

#: A meta tile inside the world, with a buffer of 80 pixels all around.
TILES = [(x, y) for y in range(8, 12) for x in range(8, 12)]
BUFFER_PX, TILE_PX = 80, 256


def picture(width: int, height: int) -> Image.Image:
    """A photograph of the sea, whose right half is all water."""
    shades = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.effect_noise((256, 256), 40)]
    image = Image.merge("RGB", shades).resize((width, height))
    image.paste((20, 60, 120), (width // 2, 0, width, height))
    return image


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.fixture
def client(upstream: UpstreamServer, tmp_path: Path) -> Client:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG.format(url=upstream.url))
    return Client(make_wsgi_app(str(tmp_path / "mapproxy.yaml")))


def path(layer: str, x: int, y: int) -> str:
    return f"/tms/1.0.0/{layer}/EPSG3857/5/{x}/{63 - y}.jpeg"


def answers(upstream: UpstreamServer, change: Callable[[bytes], bytes] = lambda body: body, quality: int = 85) -> bytes:
    """Lets the server answer with a changed picture; the unchanged one."""
    whole = encoded(picture(1184, 1184), "JPEG", quality=quality)

    def draw(request: Received) -> Reply:
        size = int(request.parameters["width"]), int(request.parameters["height"])
        body = whole if size == (1184, 1184) else encoded(picture(*size), "JPEG", quality=quality)
        return Reply(body=change(body), headers={"Content-Type": "image/jpeg"})

    upstream.on("/wms", draw)
    return whole


def region(column: int, row: int) -> tuple[int, int, int, int]:
    left, top = BUFFER_PX + TILE_PX * column, BUFFER_PX + TILE_PX * row
    return left, top, left + TILE_PX, top + TILE_PX


def test_stored_tiles_show_what_the_server_sent_and_nothing_else(upstream: UpstreamServer, client: Client) -> None:
    whole = answers(upstream)

    tiles = {(x, y): client.get(path("photo", x, y)) for x, y in TILES}

    assert len(upstream.requests) == 1
    for (x, y), answer in tiles.items():
        area = region(x - 8, y - 8)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert brightness(answer.data).tobytes() == brightness(whole).crop(area).tobytes()
        assert inner(opened(answer.data)) == inner(opened(whole).crop(area))
        assert opened(answer.data).quantization == opened(whole).quantization  # type: ignore[attr-defined]


def test_tiles_of_one_color_share_a_file(upstream: UpstreamServer, client: Client, tmp_path: Path) -> None:
    whole = answers(upstream)

    client.get(path("photo", 8, 8))

    shared = list((tmp_path / "cache_data").rglob("single_color_tiles/*.jpeg"))
    links = [file for file in (tmp_path / "cache_data").rglob("*.jpeg") if file.is_symlink()]
    assert len(shared) == 1
    assert {link.resolve() for link in links} == {shared[0].resolve()}
    assert len(links) == 2 * 4  # the water begins where a column of tiles does
    water = opened(whole).getpixel((900, 500))
    assert Image.open(shared[0]).getcolors(1) == [(TILE_PX * TILE_PX, water)]
    assert shared[0].stem == "".join(f"{band:02x}" for band in water)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body[: len(body) // 2],
        lambda body: body[:-2000],
    ],
    ids=["half of it", "all but the end"],
)
def test_a_damaged_answer_is_refused_and_nothing_is_stored(
    upstream: UpstreamServer, client: Client, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    answers(upstream, change)

    answer = client.get(path("photo", 8, 8))

    assert answer.status_code == 500
    assert list((tmp_path / "cache_data").rglob("*.jpeg")) == []


@pytest.mark.parametrize("layer", ["marked", "odd"])
def test_other_tiles_are_encoded_anew(upstream: UpstreamServer, client: Client, layer: str) -> None:
    whole = answers(upstream)

    answer = client.get(path(layer, 9, 9))

    assert answer.status_code == 200
    assert opened(answer.data).quantization != opened(whole).quantization  # type: ignore[attr-defined]


def test_answers_of_better_quality_than_configured_are_encoded_anew(upstream: UpstreamServer, client: Client) -> None:
    whole = answers(upstream, quality=95)

    answer = client.get(path("photo", 8, 8))

    assert len(answer.data) < len(encoded(opened(whole).crop(region(0, 0)), "JPEG", quality=95))
    buffer = io.BytesIO()
    opened(whole).crop(region(0, 0)).save(buffer, "JPEG", quality=90)
    assert opened(answer.data).tobytes() == opened(buffer.getvalue()).tobytes()


def test_mapproxy_loses_a_second_time(upstream: UpstreamServer, client: Client, tmp_path: Path) -> None:
    whole = answers(upstream)
    directory = tmp_path / "reference"
    directory.mkdir()
    with mapproxy(directory, CONFIG.format(url=upstream.url).replace(", watermark: {text: tilekeep}", "")) as reference:
        theirs = ask(reference.url + path("photo", 8, 9)).body

    ours = client.get(path("photo", 8, 9)).data

    stored = brightness(whole).crop(region(0, 1)).tobytes()
    assert brightness(ours).tobytes() == stored
    assert brightness(theirs).tobytes() != stored
    assert len(ours) < len(theirs)
