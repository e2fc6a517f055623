"""Tilekeep on each of the servers it is deployed on, started with the files of ``examples/deploy``."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.integration.services.process import Server, wait_until
from tests.integration.support.answers import ask
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer
from tests.integration.support.wsgi_servers import WSGI_SERVERS

_CONFIG = """
globals: {{tiles: {{state_header: true}}}}
services: {{tms: , wmts: , wms: {{srs: ['EPSG:3857', 'EPSG:4326'], md: {{title: {title}}}}}}}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], meta_size: [2, 2]}}}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}}}
"""
_MAP = (
    "service=WMS&version=1.1.1&request=GetMap&layers=world&styles=&srs=EPSG:4326&bbox=-90,-45,90,45"
    "&width=200&height=100&format=image/png"
)


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


@pytest.fixture(scope="module", params=list(WSGI_SERVERS))
def server(
    request: pytest.FixtureRequest, upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("deployed")
    (directory / "mapproxy.yaml").write_text(_CONFIG.format(url=upstream.url, title="First"))
    with WSGI_SERVERS[request.param](directory) as running:
        yield running


def test_a_tile_is_made_once_and_then_kept(server: Server) -> None:
    url = f"{server.url}/wmts/world/GLOBAL_WEBMERCATOR/3/2/2.png"

    made, kept = ask(url), ask(url)

    assert (made.status, made.media_type, made.headers["x-tilekeep-cache"]) == (200, "image/png", "miss")
    assert (kept.body, kept.headers["x-tilekeep-cache"]) == (made.body, "hit")
    assert kept.image().size == (256, 256)
    assert int(kept.headers["content-length"]) == len(kept.body)


def test_many_clients_at_a_time_share_one_making(server: Server, upstream: UpstreamServer) -> None:
    before = len(upstream.requests_to("/wms"))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, [f"{server.url}/tms/1.0.0/world/EPSG3857/4/7/7.png"] * 8))

    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert len(upstream.requests_to("/wms")) == before + 1


def test_conditional_requests_and_head_send_no_body(server: Server) -> None:
    url = f"{server.url}/tms/1.0.0/world/EPSG3857/1/0/0.png"
    tile = ask(url)

    unchanged = ask(url, {"If-None-Match": tile.headers["etag"]})
    head = ask(url, method="HEAD")

    assert (unchanged.status, unchanged.body) == (304, b"")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == tile.headers["etag"]


def test_documents_name_the_address_that_clients_used(server: Server) -> None:
    document = ask(f"{server.url}/tms/1.0.0").body.decode()
    capabilities = ask(f"{server.url}/service?service=WMS&version=1.3.0&request=GetCapabilities").body.decode()

    assert f'href="{server.url}/tms/1.0.0/world/EPSG3857"' in document
    addresses = set(re.findall(r'href="(http://127[^"?]+)', capabilities))
    assert addresses == {f"{server.url}/service"}


def test_maps_can_be_asked_for_by_get_and_post(server: Server) -> None:
    got = ask(f"{server.url}/service?{_MAP}")
    posted = _post(f"{server.url}/service", _MAP)

    assert (got.status, got.image().size) == (200, (200, 100))
    assert posted == (200, got.body)


@pytest.mark.parametrize("path", ["/nothing", "/k%C3%A4se", "/%ff", "/a%0Ab", "/tms/1.0.0/world/EPSG3857/%00/0/0.png"])
def test_what_is_not_there_is_an_error_of_the_client(server: Server, path: str) -> None:
    assert 400 <= ask(server.url + path).status < 500


def test_it_says_that_it_is_ready(server: Server) -> None:
    assert ask(f"{server.url}/health/ready").status == 200


def test_every_process_uses_a_changed_configuration(server: Server, upstream: UpstreamServer) -> None:
    (server.directory / "mapproxy.yaml").write_text(_CONFIG.format(url=upstream.url, title="Second"))
    url = f"{server.url}/service?service=WMS&version=1.1.1&request=GetCapabilities"

    wait_until(lambda: all("Second" in ask(url).body.decode() for _ in range(8)))


def _post(url: str, form: str) -> tuple[int, bytes]:
    """Status and body of the answer to a form."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    try:
        connection.request("POST", parts.path, form, {"Content-Type": "application/x-www-form-urlencoded"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
