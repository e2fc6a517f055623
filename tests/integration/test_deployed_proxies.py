"""Servers in front of Tilekeep, started with the files of ``examples/deploy``."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.integration.services.apache import apache
from tests.integration.services.nginx import nginx_servers
from tests.integration.services.process import HOST, Server, free_port, wait_until
from tests.integration.services.tilekeep import tilekeep
from tests.integration.services.varnish import varnish
from tests.integration.support.answers import Answer, ask
from tests.integration.support.capabilities import wmts_capabilities
from tests.integration.support.drawing import draw_wms
from tests.integration.support.examples import example
from tests.integration.support.upstream_server import Reply, UpstreamServer

_CONFIG = """
globals:
  cache: {{failure_seconds: 0}}
  logging: {{access: true}}
  metrics: {{path: /metrics}}
services: {{tms: , wmts: }}
layers:
  - {{name: world, title: World, sources: [world]}}
  - {{name: broken, title: Broken, sources: [broken]}}
grids: {{webmercator: {{base: GLOBAL_WEBMERCATOR}}}}
caches:
  world:
    grids: [webmercator]
    sources: [wms]
    meta_size: [1, 1]
    cache: {{type: file, directory: ./tiles/world, directory_layout: tms}}
  broken: {{grids: [webmercator], sources: [broken]}}
sources:
  wms: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}
  broken: {{type: wms, req: {{url: "{url}/broken", layers: all}}}}
"""
_DOCUMENT = "/wmts/1.0.0/WMTSCapabilities.xml"


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        server.on("/broken", Reply(status=503))
        yield server


@pytest.fixture(scope="module")
def server(upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with tilekeep(tmp_path_factory.mktemp("behind"), _CONFIG.format(url=upstream.url), workers=1) as running:
        yield running


def reached(server: Server, text: str) -> int:
    """How many requests with ``text`` in their address have reached Tilekeep."""
    return sum(1 for line in server.log.splitlines() if '"tilekeep.access"' in line and text in line)


def _nginx(directory: Path, server: Server) -> Server:
    port = free_port()
    places = {"127.0.0.1:8080": f"{HOST}:{server.port}", "listen 80;": f"listen {HOST}:{port};"}
    return nginx_servers(directory, example("nginx/proxy.conf", places), port)


def _apache(directory: Path, server: Server) -> Server:
    body = example("apache/proxy.conf", {"127.0.0.1:8080": f"{HOST}:{server.port}"})
    return apache(directory, body, ("proxy", "proxy_http", "headers"))


@pytest.fixture(scope="module", params=[_nginx, _apache], ids=["nginx", "Apache"])
def proxy(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with request.param(tmp_path_factory.mktemp("proxy"), server) as running:
        yield running


class TestPrefix:
    """Clients see Tilekeep below ``/maps`` on another port."""

    def test_tiles_come_through(self, server: Server, proxy: Server) -> None:
        path = "/wmts/world/webmercator/2/1/1.png"

        assert ask(f"{proxy.url}/maps{path}").body == ask(server.url + path).body

    def test_documents_name_addresses_that_clients_can_follow(self, proxy: Server) -> None:
        found = wmts_capabilities(ask(f"{proxy.url}/maps{_DOCUMENT}").body, f"{proxy.url}/maps")

        addresses = [address for _, _, address in found.addresses] + found.layers["world"].templates
        assert addresses != []
        assert {address.partition("/")[0] for address in addresses} == {"URL"}
        assert ask(f"{proxy.url}/maps/tms/1.0.0/world/EPSG3857").status == 200

    def test_what_clients_say_about_hosts_and_prefixes_does_not_count(self, proxy: Server) -> None:
        claims = {"X-Forwarded-Host": "evil.example", "X-Script-Name": "/evil", "X-Forwarded-Proto": "https"}

        document = ask(f"{proxy.url}/maps{_DOCUMENT}", claims).body.decode()

        assert "evil" not in document
        assert f"{proxy.url}/maps/wmts/world/" in document

    def test_conditional_requests_come_through(self, proxy: Server) -> None:
        url = f"{proxy.url}/maps/wmts/world/webmercator/2/0/0.png"

        assert ask(url, {"If-None-Match": ask(url).headers["etag"]}).status == 304


@pytest.fixture(scope="module")
def nginx(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port = free_port()
    places = {
        "root /var/cache/tilekeep": f"root {server.directory}/tiles",
        "server 127.0.0.1:8080;": f"server {HOST}:{server.port};",
        "listen 80;": f"listen {HOST}:{port};",
    }
    conf = example("nginx/stored_tiles.conf", places)
    with nginx_servers(tmp_path_factory.mktemp("nginx"), conf, port) as running:
        yield running


class TestStoredTiles:
    """nginx sends what is stored, and asks Tilekeep for the rest."""

    def test_a_tile_is_made_by_tilekeep_and_then_sent_by_nginx(self, server: Server, nginx: Server) -> None:
        path = "/wmts/world/webmercator/5/17/11.png"

        made, stored = ask(nginx.url + path), ask(nginx.url + path)

        assert (made.status, stored.status) == (200, 200)
        assert (made.headers.get("x-served-by"), stored.headers.get("x-served-by")) == (None, "nginx")
        assert stored.body == made.body
        assert reached(server, path) == 1

    @pytest.mark.parametrize(("z", "x", "y"), [(0, 0, 0), (1, 1, 0), (3, 2, 6), (12, 2100, 1343)])
    def test_it_is_the_same_tile_wherever_it_is(self, server: Server, nginx: Server, z: int, x: int, y: int) -> None:
        path = f"/wmts/world/webmercator/{z}/{x}/{y}.png"
        own = ask(server.url + path)

        sent = ask(nginx.url + path)

        assert sent.headers.get("x-served-by") == "nginx"
        assert sent.body == own.body
        assert parsedate_to_datetime(sent.headers["last-modified"]) == parsedate_to_datetime(
            own.headers["last-modified"]
        )
        assert (sent.media_type, sent.cache_control) == ("image/png", "max-age=259200")

    @pytest.mark.parametrize("path", ["/tms/1.0.0", _DOCUMENT, "/tiles/world/EPSG3857/2/1/1.png"])
    def test_all_else_is_asked_of_tilekeep(self, nginx: Server, path: str) -> None:
        answer = ask(nginx.url + path)

        assert answer.status == 200
        assert "x-served-by" not in answer.headers

    @pytest.mark.parametrize(
        "path",
        [
            "/wmts/world/webmercator/2/1/..%2f..%2f..%2f..%2f..%2fmapproxy.yaml",
            "/wmts/world/webmercator/../../../mapproxy.yaml",
            "/wmts/world/webmercator/2/1/1.png%00.yaml",
        ],
    )
    def test_nothing_but_tiles_is_sent(self, server: Server, nginx: Server, path: str) -> None:
        """Asked for byte by byte, as no client library would."""
        connection = http.client.HTTPConnection(HOST, nginx.port, timeout=60)
        connection.request("GET", path)
        response = connection.getresponse()

        assert response.status >= 400
        assert b"services:" not in response.read()
        connection.close()


class TestAccelRedirect:
    """Tilekeep decides, and nginx sends."""

    @pytest.fixture
    def nginx(
        self,
        upstream: UpstreamServer,
        running: Callable[[Server], Server],
        new_directory: Callable[[str], Path],
    ) -> Server:
        directory = new_directory("accel")
        options = f"  tiles: {{accel_redirect: /stored/}}\n  cache: {{base_dir: {directory}/stored}}\n"
        plain = _CONFIG.format(url=upstream.url).replace(", directory: ./tiles/world, directory_layout: tms", "")
        config = plain.replace("  cache: {failure_seconds: 0}\n", options)
        behind = running(tilekeep(directory, config, workers=1))
        port = free_port()
        places = {
            "alias /var/cache/tilekeep": f"alias {directory}/stored",
            "server 127.0.0.1:8080;": f"server {HOST}:{behind.port};",
            "listen 80;": f"listen {HOST}:{port};",
        }
        return running(nginx_servers(new_directory("nginx"), example("nginx/accel_redirect.conf", places), port))

    def test_a_stored_tile_is_sent_by_nginx_and_is_the_one_that_was_made(self, nginx: Server) -> None:
        url = f"{nginx.url}/wmts/world/webmercator/4/3/2.png"

        made, stored, head = ask(url), ask(url), ask(url, method="HEAD")

        assert (made.headers.get("x-served-by"), stored.headers["x-served-by"]) == (None, "nginx")
        assert (stored.status, stored.media_type, stored.body) == (200, "image/png", made.body)
        assert stored.cache_control == made.cache_control
        assert "x-accel-redirect" not in stored.headers
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(made.body)))

    def test_clients_revalidate(self, nginx: Server) -> None:
        url = f"{nginx.url}/wmts/world/webmercator/4/3/3.png"
        ask(url)

        unchanged = ask(url, {"If-None-Match": ask(url).headers["etag"]})

        assert (unchanged.status, unchanged.body) == (304, b"")

    @pytest.mark.parametrize("path", ["/stored/", "/stored/../mapproxy.yaml", "/stored/world_webmercator"])
    def test_clients_cannot_ask_for_files(self, nginx: Server, path: str) -> None:
        assert ask(nginx.url + path).status == 404


@pytest.fixture(scope="module")
def cache(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    vcl = example("varnish/default.vcl", {'"8080"': f'"{server.port}"'})
    with varnish(tmp_path_factory.mktemp("varnish"), vcl) as running:
        wait_until(lambda: ask(f"{running.url}/tms/1.0.0").status == 200)
        yield running


class TestVarnish:
    """What Tilekeep says about keeping is obeyed."""

    def test_a_tile_is_asked_for_once(self, server: Server, cache: Server) -> None:
        path = "/wmts/world/webmercator/6/33/22.png"

        first, second = ask(cache.url + path), ask(cache.url + path)

        assert (first.status, second.body) == (200, first.body)
        assert reached(server, path) == 1
        assert (_from_cache(first), _from_cache(second)) == (False, True)
        assert second.headers["etag"] == first.headers["etag"]

    def test_clients_revalidate_with_varnish_alone(self, server: Server, cache: Server) -> None:
        path = "/wmts/world/webmercator/6/34/22.png"
        tile = ask(cache.url + path)

        unchanged = ask(cache.url + path, {"If-None-Match": tile.headers["etag"]})

        assert (unchanged.status, unchanged.body) == (304, b"")
        assert reached(server, path) == 1

    def test_a_cookie_changes_nothing(self, server: Server, cache: Server) -> None:
        path = "/wmts/world/webmercator/6/35/22.png"

        for cookie in ("a=1", "b=2"):
            ask(cache.url + path, {"Cookie": cookie})

        assert reached(server, path) == 1

    def test_failures_are_not_kept(self, server: Server, cache: Server) -> None:
        path = "/wmts/broken/webmercator/3/2/2.png"

        statuses = [ask(cache.url + path).status for _ in range(3)]

        assert statuses == [500, 500, 500]
        assert reached(server, path) == 3

    def test_documents_are_kept_for_the_host_they_name(self, cache: Server) -> None:
        one, other = (ask(cache.url + _DOCUMENT, {"Host": host}).body.decode() for host in ("a.example", "b.example"))

        assert "http://a.example/wmts/" in one
        assert "http://b.example/wmts/" in other
        assert "b.example" not in one

    def test_nobody_outside_says_under_which_address_he_comes(self, cache: Server) -> None:
        claims = {"X-Forwarded-Host": "evil.example", "X-Script-Name": "/evil"}

        assert "evil" not in ask(cache.url + _DOCUMENT, claims).body.decode()

    @pytest.mark.parametrize("path", ["/metrics", "/health/live", "/health/ready"])
    def test_what_watches_over_the_server_is_for_nobody_outside(self, server: Server, cache: Server, path: str) -> None:
        assert ask(cache.url + path).status == 404
        assert ask(server.url + path).status == 200


def _from_cache(answer: Answer) -> bool:
    """Whether Varnish had it: then its header also names the request that brought it."""
    return len(re.findall(r"\d+", answer.headers["x-varnish"])) == 2
