"""Every bad answer that a source can give: what its operator reads in the log, and what clients are told.

Nothing of it is stored, nobody keeps it, and neither secrets nor inner addresses are told to anybody.
"""

from __future__ import annotations

import itertools
import json
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from werkzeug.test import Client, TestResponse

import tilekeep
from tests.integration.services.process import free_port
from tests.integration.support.bad_answers import (
    BAD,
    HIDDEN,
    LARGEST_BYTES,
    NO_RESPONSE,
    SLOW,
    USELESS,
    is_told,
    log_of,
    stored_tiles,
)
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

#: Of an application that is asked for what comes too late, and of one that waits for everything else.
SHORT_SECONDS = 0.4
LONG_SECONDS = 30.0


def configuration(maps: str, tiles: str, timeout_seconds: float) -> str:
    """Layers over a WMS and a tile server, whose addresses have secrets in them."""
    maps = maps.replace("://", "://user:hunter2@")
    caches = {"grids": ["GLOBAL_WEBMERCATOR"], "meta_size": [1, 1], "meta_buffer": 0}
    http = {"client_timeout": timeout_seconds, "headers": {"X-Key": "hunter2"}}
    return json.dumps(
        {
            "services": {"tms": None, "wms": None},
            "globals": {
                "cache": {"failure_seconds": 0},
                "http": {"max_image_bytes": LARGEST_BYTES, "max_image_pixels": 4_000_000},
            },
            "layers": [{"name": name, "title": name, "sources": [name]} for name in ("tiles", "maps")]
            + [{"name": "direct", "title": "direct", "sources": ["wms"]}],
            "caches": {"tiles": {**caches, "sources": ["tile"]}, "maps": {**caches, "sources": ["wms"]}},
            "sources": {
                "wms": {"type": "wms", "req": {"url": f"{maps}/wms?token=hunter2", "layers": "a"}, "http": http},
                "tile": {
                    "type": "tile",
                    "grid": "GLOBAL_WEBMERCATOR",
                    "url": f"{tiles}/tiles?at=%(tms_path)s&api_key=hunter2",
                    "http": http,
                },
            },
        }
    )


class Application(NamedTuple):
    """The whole application, and the folder of its caches."""

    web: Client
    folder: Path

    @staticmethod
    def over(folder: Path, maps: str, tiles: str, timeout_seconds: float = LONG_SECONDS) -> Application:
        (folder / "mapproxy.yaml").write_text(configuration(maps, tiles, timeout_seconds))
        return Application(Client(tilekeep.make_wsgi_app(str(folder / "mapproxy.yaml"))), folder)

    def ask(self, layer: str) -> TestResponse:
        """A tile that nobody has asked for, or a map."""
        if layer != "direct":
            return self.web.get(f"/tiles/{layer}/EPSG3857/9/{next(_columns)}/8.png")
        return self.web.get(
            "/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=direct&STYLES=&SRS=EPSG:3857"
            "&BBOX=0,0,1000000,1000000&WIDTH=300&HEIGHT=300&FORMAT=image/png"
        )


_columns = itertools.count()


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.fixture(scope="module")
def patient(upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Application:
    return Application.over(tmp_path_factory.mktemp("patient"), upstream.url, upstream.url)


@pytest.fixture(scope="module")
def impatient(upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Application:
    return Application.over(tmp_path_factory.mktemp("impatient"), upstream.url, upstream.url, SHORT_SECONDS)


@pytest.mark.parametrize("layer", ["maps", "tiles", "direct"])
@pytest.mark.parametrize("name", BAD)
def test_the_operator_reads_why_and_clients_are_told_no_more_than_that_it_failed(
    patient: Application,
    impatient: Application,
    upstream: UpstreamServer,
    caplog: pytest.LogCaptureFixture,
    layer: str,
    name: str,
) -> None:
    bad = BAD[name]
    application = impatient if name in SLOW else patient

    def scripted(request: Received) -> Reply:
        asked = request.parameters
        return bad.reply((int(asked.get("width", 256)), int(asked.get("height", 256))), request)

    upstream.on("/wms", scripted)
    upstream.on("/tiles", scripted)
    caplog.set_level(logging.INFO)

    answer = application.ask(layer)

    kind = 1 if layer == "tiles" else 0
    is_told(answer, bad.client[kind])
    log = log_of(caplog)
    assert bad.log[kind].partition("{url}")[0] in log, log
    assert bad.log[kind].partition("{url}")[2] in log, log
    assert upstream.host in log
    assert "hunter2" not in log
    assert stored_tiles(application.folder) == []


@pytest.mark.parametrize("layer", ["maps", "tiles", "direct"])
def test_a_server_that_has_no_time_is_left_alone_and_that_is_said_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, layer: str
) -> None:
    with UpstreamServer() as busy:
        for path in ("/wms", "/tiles"):
            busy.on(path, Reply(429, headers={"Retry-After": "40"}))
        application = Application.over(tmp_path, busy.url, busy.url)
        caplog.set_level(logging.INFO)

        answers, host = [application.ask(layer), application.ask(layer)], busy.host

        assert len(busy.requests) == 1
    for answer, text in zip(answers, [f"HTTP Error {HIDDEN}", "The source is left alone for a moment"], strict=True):
        is_told(answer, text)
        assert 30 <= int(answer.headers["Retry-After"]) <= 40
    assert '": 429' in log_of(caplog)
    assert f"{host} is not asked for another " in log_of(caplog)
    assert stored_tiles(application.folder) == []


#: Sources that something is done to before anybody knows of a cache.
WRAPPED = """
services: {{tms: , wms: {{on_source_errors: raise}}}}
globals: {{cache: {{failure_seconds: 0}}}}
layers:
  - {{name: reprojected, title: a, sources: [reprojected]}}
  - {{name: clipped, title: a, sources: [clipped]}}
  - {{name: keyed, title: a, sources: [keyed]}}
  - {{name: merged, title: a, sources: [merged]}}
  - {{name: bands, title: a, sources: [bands]}}
  - {{name: copied, title: a, sources: [copied]}}
  - {{name: direct, title: a, sources: [in_degrees]}}
caches:
  reprojected: {{grids: [GLOBAL_WEBMERCATOR], sources: [in_degrees]}}
  clipped: {{grids: [GLOBAL_WEBMERCATOR], sources: [limited]}}
  keyed: {{grids: [GLOBAL_WEBMERCATOR], sources: [white]}}
  merged: {{grids: [GLOBAL_WEBMERCATOR], sources: [world, limited]}}
  bands: {{grids: [GLOBAL_WEBMERCATOR], sources: {{l: [{{source: white, band: 0}}]}}}}
  copied: {{grids: [GLOBAL_WEBMERCATOR], sources: [keyed]}}
sources:
  world: {{type: world}}
  in_degrees: {{type: wms, supported_srs: ["EPSG:4326"], req: {{url: "{url}", layers: a}}}}
  limited:
    type: wms
    coverage: {{bbox: [-90, -45, 90, 45], srs: "EPSG:4326", clip: true}}
    req: {{url: "{url}", layers: a}}
  white: {{type: wms, image: {{transparent_color: "#ffffff"}}, req: {{url: "{url}", layers: a}}}}
"""


@pytest.mark.parametrize("layer", ["reprojected", "clipped", "keyed", "merged", "bands", "copied", "direct"])
def test_what_is_done_to_a_map_hides_nothing_from_the_operator(
    tmp_path: Path, upstream: UpstreamServer, caplog: pytest.LogCaptureFixture, layer: str
) -> None:
    upstream.on("/wms", BAD["half an image"].reply((256, 256), Received("GET", "/", {}, b"", 1)))
    (tmp_path / "mapproxy.yaml").write_text(WRAPPED.format(url=f"{upstream.url}/wms?token=hunter2"))
    application = Application(Client(tilekeep.make_wsgi_app(str(tmp_path / "mapproxy.yaml"))), tmp_path)

    answer = (
        application.ask("direct") if layer == "direct" else application.web.get(f"/tiles/{layer}/EPSG3857/3/4/3.png")
    )

    is_told(answer, USELESS)
    [warning] = [
        record.getMessage()
        for record in caplog.records
        if record.levelno == logging.WARNING and "upstream image refused" in record.getMessage()
    ]
    assert f"asked for: {upstream.url}/wms?token=***&layers=a" in warning
    assert stored_tiles(application.folder) == []


def _dead() -> dict[str, tuple[str, str, str]]:
    """Servers that nobody can talk to: the address, what the log says and what clients are told."""
    unverified = f"Could not verify connection to URL {HIDDEN}"
    return {
        "nobody listens": (f"http://127.0.0.1:{free_port()}", "Connection refused", NO_RESPONSE),
        "no such name": ("http://maps.invalid", "No response from URL", NO_RESPONSE),
        "a certificate of nobody": ("https://{tls}", "self-signed certificate", unverified),
    }


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*command, *names], check=True, capture_output=True)
    return certificate, key


@pytest.mark.service("openssl")
@pytest.mark.parametrize("layer", ["maps", "tiles", "direct"])
@pytest.mark.parametrize("name", _dead())
def test_servers_that_nobody_can_talk_to(
    self_signed: tuple[str, str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    layer: str,
    name: str,
) -> None:
    with UpstreamServer(self_signed) as behind_tls:
        address, log, client = _dead()[name]
        address = address.format(tls=behind_tls.host)
        application = Application.over(tmp_path, address, address)
        caplog.set_level(logging.INFO)

        answer = application.ask(layer)

    is_told(answer, client)
    found = log_of(caplog)
    assert log in found, found
    assert "hunter2" not in found
    assert stored_tiles(application.folder) == []
