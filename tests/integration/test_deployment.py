"""Behind a proxy and with caches on the way: addresses, prefixes and conditional requests as clients meet them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

import pytest

from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask
from tests.integration.support.capabilities import wmts_capabilities
from tests.integration.support.drawing import draw_wms
from tests.integration.support.gunicorn import gunicorn
from tests.integration.support.upstream_server import UpstreamServer
from tests.integration.support.workers import WorkerConnection, connections_to_workers

CONFIG = """
services: {{tms: , wmts: , demo: }}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}}}
sources: {{wms: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}}}
"""
_DOCUMENT = "/wmts/1.0.0/WMTSCapabilities.xml"
TILE = "/tiles/world/EPSG3857/3/4/2.png"


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


@pytest.fixture(scope="module")
def server(upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with tilekeep(tmp_path_factory.mktemp("deployed"), CONFIG.format(url=upstream.url), workers=2) as running:
        yield running


@pytest.fixture(scope="module")
def workers(server: Server) -> Iterator[list[WorkerConnection]]:
    """A connection to each of the two workers."""
    with connections_to_workers(server, workers=2) as ((one,), (other,)):
        yield [one, other]


class TestBehindNginx:
    @pytest.fixture
    def proxy(self, server: Server, proxy_server: Callable[[str, str], Server]) -> Server:
        return proxy_server(server.url, "/maps")

    def test_tiles_come_through(self, server: Server, proxy: Server) -> None:
        assert ask(f"{proxy.url}/maps{TILE}").body == ask(server.url + TILE).body

    @pytest.mark.parametrize("path", ["/service?service=WMTS&request=GetCapabilities", _DOCUMENT])
    def test_wmts_names_the_addresses_that_clients_reach(self, proxy: Server, path: str) -> None:
        answer = ask(f"{proxy.url}/maps{path}")

        described = wmts_capabilities(answer.body, f"{proxy.url}/maps")
        addresses = [address for _, _, address in described.addresses] + described.layers["world"].templates
        assert addresses != []
        assert {address.partition("/")[0] for address in addresses} == {"URL"}

    def test_every_address_of_the_tms_documents_can_be_followed(self, proxy: Server) -> None:
        follow = [f"{proxy.url}/maps/tms/1.0.0"]
        for address in follow:
            is_level = re.search(r"/\d+$", address)
            answer = ask(f"{address}/0/0.png" if is_level else address)
            assert answer.status == 200, address
            follow += [found for found in _addresses(answer.body) if found not in follow and "/tms/1.0.0/" in found]

        assert len(follow) > 2
        assert all(address.startswith(f"{proxy.url}/maps/tms/") for address in follow)

    def test_host_and_scheme_are_those_of_the_outermost_proxy(self, server: Server) -> None:
        headers = {"X-Script-Name": "/maps", "X-Forwarded-Host": "tiles.example.org", "X-Forwarded-Proto": "https"}

        document = ask(f"{server.url}/maps/wmts/1.0.0/WMTSCapabilities.xml", headers)

        assert "https://tiles.example.org/maps/wmts/world/" in document.body.decode()
        assert "127.0.0.1" not in document.body.decode()
        assert document.headers["vary"] == "X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto, Accept-Encoding"

    @pytest.mark.parametrize("path", [_DOCUMENT, "/service?service=WMTS&request=GetCapabilities"])
    def test_documents_come_through_compressed_and_are_revalidated(self, proxy: Server, path: str) -> None:
        url = f"{proxy.url}/maps{path}"
        plain = ask(url)

        compressed = ask(url, {"Accept-Encoding": "gzip"})
        unchanged = ask(url, {"Accept-Encoding": "gzip", "If-None-Match": compressed.headers["etag"]})

        assert compressed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(compressed.body) == plain.body
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.headers["etag"] == compressed.headers["etag"] != plain.headers["etag"]


class TestTrustedProxies:
    """Whose headers count is a matter of the address they come from."""

    @pytest.fixture
    def proxied(
        self,
        upstream: UpstreamServer,
        tilekeep_server: Callable[..., Server],
        proxy_server: Callable[[str, str], Server],
    ) -> Callable[[str], tuple[Server, Server]]:
        """A function from the option to a server and the nginx in front of it."""

        def start(option: str) -> tuple[Server, Server]:
            config = f"globals: {{http: {{trusted_proxies: {option}}}}}\n" + CONFIG.format(url=upstream.url)
            server = tilekeep_server(config, workers=1)
            return server, proxy_server(server.url, "/maps")

        return start

    def test_a_trusted_proxy_is_believed(self, proxied: Callable[[str], tuple[Server, Server]]) -> None:
        _, proxy = proxied("[127.0.0.0/8, '::1']")

        described = ask(f"{proxy.url}/maps{_DOCUMENT}").body.decode()

        assert f"{proxy.url}/maps/wmts/world/" in described

    def test_others_are_not(self, proxied: Callable[[str], tuple[Server, Server]]) -> None:
        server, proxy = proxied("[192.0.2.1]")

        described = ask(f"{proxy.url}/maps{_DOCUMENT}").body.decode()
        prefixed = ask(f"{server.url}/maps{TILE}", {"X-Script-Name": "/maps"})

        assert f"{proxy.url}/wmts/world/" in described  # its Host is what the client asked for
        assert "/maps" not in described
        assert prefixed.status == 404


class TestDocumentsOfWorkers:
    def test_both_workers_give_the_same_bytes_and_tags(self, workers: list[WorkerConnection]) -> None:
        headers = {"Accept-Encoding": "gzip", "Host": "maps.example"}

        one, other = (worker.get(_DOCUMENT, headers) for worker in workers)

        assert (one.status, one.headers["etag"], one.body) == (200, other.headers["etag"], other.body)

    def test_one_worker_revalidates_what_the_other_gave(self, workers: list[WorkerConnection]) -> None:
        given = workers[0].get(_DOCUMENT, {"Host": "maps.example"})

        again = workers[1].get(_DOCUMENT, {"Host": "maps.example", "If-None-Match": given.headers["etag"]})

        assert (given.status, again.status) == (200, 304)


class TestConditionalRequests:
    def test_both_workers_give_the_same_validators(self, workers: list[WorkerConnection]) -> None:
        one, other = (worker.get(TILE) for worker in workers)

        assert (one.status, other.status) == (200, 200)
        assert re.fullmatch(r'"[^"]+"', one.headers["etag"])
        assert one.headers["etag"] == other.headers["etag"]
        assert one.headers["last-modified"] == other.headers["last-modified"]

    @pytest.mark.parametrize("header", ["if-none-match", "if-modified-since"])
    def test_either_validator_saves_the_body_with_every_worker(
        self, workers: list[WorkerConnection], header: str
    ) -> None:
        tile = workers[0].get(TILE)
        validator = tile.headers["etag" if header == "if-none-match" else "last-modified"]

        answers = [worker.get(TILE, {header: validator}) for worker in workers]

        for answer in answers:
            assert (answer.status, answer.body) == (304, b"")
            kept = ("etag", "last-modified", "cache-control")
            assert {name: answer.headers[name] for name in kept} == {name: tile.headers[name] for name in kept}

    def test_an_unquoted_tag_from_a_cache_of_earlier_times_matches_too(self, workers: list[WorkerConnection]) -> None:
        tag = workers[0].get(TILE).headers["etag"].strip('"')

        assert workers[1].get(TILE, {"If-None-Match": tag}).status == 304

    def test_other_validators_get_the_tile(self, workers: list[WorkerConnection]) -> None:
        tile = workers[0].get(TILE)
        before = parsedate_to_datetime(tile.headers["last-modified"]).timestamp() - 1

        answers = [
            workers[1].get(TILE, {"If-None-Match": '"other"'}),
            workers[1].get(TILE, {"If-Modified-Since": formatdate(before, usegmt=True)}),
            workers[1].get(TILE, {"If-None-Match": '"other"', "If-Modified-Since": tile.headers["last-modified"]}),
        ]

        assert [answer.status for answer in answers] == [200, 200, 200]
        assert {answer.body for answer in answers} == {tile.body}

    def test_a_tile_that_is_just_made_has_the_validators_it_keeps(self, server: Server) -> None:
        """MapProxy's first answer out of a meta tile has a tag that every such answer has, and no time."""
        made = ask(f"{server.url}/tiles/world/EPSG3857/5/9/9.png")
        again = ask(f"{server.url}/tiles/world/EPSG3857/5/9/9.png")

        assert made.headers["etag"] == again.headers["etag"]
        assert made.headers["last-modified"] == again.headers["last-modified"]

    def test_an_existing_connection_survives_a_304(self, workers: list[WorkerConnection]) -> None:
        tag = workers[0].get(TILE).headers["etag"]

        conditional = {"If-None-Match": tag}
        statuses = [workers[0].get(TILE, headers).status for headers in (conditional, {}, conditional)]

        assert statuses == [304, 200, 304]


def test_gunicorn_serves_below_a_prefix(
    upstream: UpstreamServer,
    running: Callable[[Server], Server],
    proxy_server: Callable[[str, str], Server],
    new_directory: Callable[[str], Path],
) -> None:
    directory = new_directory("gunicorn")
    (directory / "mapproxy.yaml").write_text(CONFIG.format(url=upstream.url))
    module = "from tilekeep.wsgiapp import make_wsgi_app\napplication = make_wsgi_app('mapproxy.yaml')\n"
    proxy = proxy_server(running(gunicorn(directory, module)).url, "/a/b")

    tile, document = ask(f"{proxy.url}/a/b{TILE}"), ask(f"{proxy.url}/a/b/tms/1.0.0/world/EPSG3857")

    assert (tile.status, tile.media_type) == (200, "image/png")
    assert f'href="{proxy.url}/a/b/tms/1.0.0/world/EPSG3857/0"' in document.body.decode()


def _addresses(document: bytes) -> list[str]:
    return re.findall(r'href="([^"]+)"', document.decode("latin-1"))
