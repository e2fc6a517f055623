"""The programs that other integration tests rely on do what those tests take for granted."""

from __future__ import annotations

import io
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page

from tests.integration.services.mapserver import MapServer
from tests.integration.services.mapserver_data import LAYERS
from tests.integration.services.process import Server, answers, living_members

_MAP = {"service": "WMS", "request": "GetMap", "layers": "land,roads,towns", "styles": "", "format": "image/png"}
_SIZE = {"width": 512, "height": 256}

_MAPPROXY_CONFIG = """
services: {{tms: }}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}}}
sources: {{wms: {{type: wms, req: {{url: "{url}", layers: land}}}}}}
"""


def _get(url: str, **params: object) -> bytes:
    with urllib.request.urlopen(f"{url}?{urlencode(params)}" if params else url, timeout=30) as answer:
        body: bytes = answer.read()
    return body


def _image(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body)).convert("RGBA")


def _version_111(layers: str) -> dict[str, object]:
    return {**_MAP, **_SIZE, "layers": layers, "version": "1.1.1", "srs": "EPSG:4326", "bbox": "-40,-10,40,30"}


def _version_130(layers: str) -> dict[str, object]:
    return {**_MAP, **_SIZE, "layers": layers, "version": "1.3.0", "crs": "EPSG:4326", "bbox": "-10,-40,30,40"}


@pytest.mark.parametrize("layer", LAYERS)
def test_mapserver_draws_the_same_picture_for_wms_1_1_1_and_1_3_0(mapserver: MapServer, layer: str) -> None:
    old = _image(_get(mapserver.fcgi_url, **_version_111(layer)))
    new = _image(_get(mapserver.fcgi_url, **_version_130(layer)))

    assert old.size == (512, 256)
    assert len(old.getcolors(maxcolors=1 << 20) or []) > 2, "the layer is not empty"
    assert ImageChops.difference(old, new).getbbox(alpha_only=False) is None


def test_mapserver_draws_the_same_picture_over_fastcgi_and_over_cgi(mapserver: MapServer) -> None:
    params = _version_111("land,roads,towns")

    assert _get(mapserver.fcgi_url, **params) == _get(mapserver.cgi_url, **params)


def test_mapserver_logs_each_request_with_its_parameters(mapserver: MapServer) -> None:
    _get(mapserver.fcgi_url, **_version_111("land"))
    _get(mapserver.fcgi_url, **_version_130("roads"))

    logged = mapserver.requests_logged()

    assert [(request.status, request.params["layers"]) for request in logged] == [(200, "land"), (200, "roads")]


def test_mapserver_comes_back_at_the_same_address_after_it_was_taken_away(mapserver: MapServer) -> None:
    mapserver.stop()
    gone = not answers(mapserver.fcgi_url)
    mapserver.start()

    assert gone
    assert _get(mapserver.fcgi_url, **_version_111("land")).startswith(b"\x89PNG")


def test_a_stopped_server_leaves_no_process_behind(mapserver: MapServer) -> None:
    _get(mapserver.fcgi_url, **_version_111("land"))
    leader = mapserver.server.pid

    mapserver.stop()

    assert living_members(leader) == []


def test_mapproxy_serves_tiles_of_mapserver(mapserver: MapServer, mapproxy_server: Callable[[str], Server]) -> None:
    server = mapproxy_server(_MAPPROXY_CONFIG.format(url=mapserver.fcgi_url))

    tile = _image(_get(f"{server.url}/tms/1.0.0/world/EPSG3857/1/0/0.png"))

    assert tile.size == (256, 256)
    assert len(mapserver.requests_logged()) == 1
    assert (server.directory / "cache_data").is_dir()


def test_tilekeep_serves_tiles_of_mapserver(mapserver: MapServer, tilekeep_server: Callable[[str], Server]) -> None:
    server = tilekeep_server(_MAPPROXY_CONFIG.format(url=mapserver.fcgi_url))

    tile = _image(_get(f"{server.url}/tms/1.0.0/world/EPSG3857/1/0/0.png"))

    assert tile.size == (256, 256)
    assert len(mapserver.requests_logged()) == 1
    assert (server.directory / "cache_data").is_dir()


def test_mapcache_serves_tiles_of_mapserver(
    mapserver: MapServer, mapcache_server: Callable[[str, str, str], Server]
) -> None:
    server = mapcache_server("world", mapserver.fcgi_url, "land")

    tile = _image(_get(f"{server.url}/mapcache/wmts/1.0.0/world/default/GoogleMapsCompatible/1/0/0.png"))

    assert tile.size == (256, 256)
    assert mapserver.requests_logged()


def test_nginx_serves_files(file_server: Callable[[Path], Server], tmp_path: Path) -> None:
    (tmp_path / "0.png").write_bytes(b"not looked at")

    assert _get(f"{file_server(tmp_path).url}/0.png") == b"not looked at"


def test_nginx_strips_the_prefix_of_what_it_passes_on(
    file_server: Callable[[Path], Server], proxy_server: Callable[[str, str], Server], tmp_path: Path
) -> None:
    (tmp_path / "0.png").write_bytes(b"not looked at")
    proxy = proxy_server(file_server(tmp_path).url, "/maps")

    assert _get(f"{proxy.url}/maps/0.png") == b"not looked at"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _get(f"{proxy.url}/0.png")


def test_chromium_runs_the_scripts_of_a_page(page: Page, file_server: Callable[[Path], Server], tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><script>document.title = 6 * 7</script>")

    page.goto(f"{file_server(tmp_path).url}/index.html")

    assert page.title() == "42"
