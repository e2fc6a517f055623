"""Every bad answer that a source can give: what its operator reads in the log, and what clients are told.

Nothing of it is stored, nobody keeps it, and neither secrets nor inner addresses are told to anybody.
"""

from __future__ import annotations

import gzip
import itertools
import json
import logging
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from werkzeug.test import Client, TestResponse

import tilekeep
from tests.integration.services.process import free_port
from tests.integration.support.bad_images import image_bomb
from tests.integration.support.drawing import plain
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

LARGEST_BYTES = 200_000

#: Of an application that is asked for what comes too late, and of one that waits for everything else.
SHORT_SECONDS = 0.4
LONG_SECONDS = 30.0

HIDDEN = "(see logs for URL and reason)."
USELESS = "The source did not answer with a usable image."


class Bad(NamedTuple):
    """A bad answer to a request for an image of a size.

    :ivar log: what the log says of it, of a WMS and of a tile server.
    :ivar client: the same for clients.
    """

    reply: Callable[[tuple[int, int], Received], Reply]
    log: tuple[str, str]
    client: tuple[str, str]


def _both(reply: Callable[[tuple[int, int], Received], Reply], log: str, client: str) -> Bad:
    return Bad(reply, (log, log), (client, client))


def _status(status: int, **headers: str) -> Bad:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _both(lambda *_: Reply(status, b"inner.example says no", named), f'": {status}', f"HTTP Error {HIDDEN}")


def _content(media_type: str, body: bytes, log: str) -> Bad:
    """Another kind of content than images, which says so."""
    return Bad(
        lambda *_: Reply(body=body, headers={"Content-Type": media_type}),
        (f"no image returned from source WMS: {{url}}, response was: '{log}", f"is '{media_type}'"),
        (f"no image returned from source WMS {HIDDEN}", f"response is not an image {HIDDEN}"),
    )


def _image(body: Callable[[tuple[int, int]], bytes], log: str, client: str = USELESS) -> Bad:
    """What is called a PNG."""
    return _both(lambda size, _: Reply(body=body(size), headers={"Content-Type": "image/png"}), log, client)


def _reply(log: str, client: str, **options: object) -> Bad:
    """A good image, sent in a bad way."""
    return _both(
        lambda size, _: Reply(body=plain(size), headers={"Content-Type": "image/png"}, **options),  # type: ignore[arg-type]
        log,
        client,
    )


NO_RESPONSE = f"No response from URL {HIDDEN}"
UNUSABLE = f"Unusable answer from URL {HIDDEN}"

BAD = {
    "204": _both(lambda *_: Reply(204), '": 204', 'HTTP Error "204 No Content"'),
    "304 to nobody's question": _status(304),
    "400": _status(400),
    "401": _status(401, WWW_Authenticate="Negotiate"),
    "403": _status(403),
    "404": _status(404),
    "500": _status(500),
    "502": _status(502),
    "503": _status(503),
    "a redirect in circles": _both(
        lambda _, request: Reply(302, headers={"Location": request.target}), '": 302', f"HTTP Error {HIDDEN}"
    ),
    "a redirect to a file": _status(302, Location="file:///etc/passwd"),
    "HTML": _content("text/html", b"<html>Sign in at inner.example</html>", "<html>Sign in at inner.example</html>'"),
    "an exception in XML": _content(
        "application/vnd.ogc.se_xml", b"<E>\nno data\x1b[31m</E>", r"<E>\nno data\x1b[31m</E>'"
    ),
    "JSON with a secret": _content("application/json", b'{"token": "hunter2"}', '{"token": "***"}'),
    "bytes": _content("application/octet-stream", b"\x00" * 200, r"\x00"),
    "HTML called PNG": _image(lambda _: b"<html>Sign in</html>", "upstream image refused"),
    "nothing": _image(lambda _: b"", "Empty answer from URL", f"Empty answer from URL {HIDDEN}"),
    "half an image": _image(lambda size: plain(size)[:-40], "upstream image refused"),
    "an image bomb": _image(lambda _: image_bomb(5000, 5000), "upstream image refused"),
    "a wrong size": _image(lambda size: plain((size[0] - 1, size[1])), "pixels instead of"),
    "another wrong size": _image(lambda size: encoded_jpeg((size[0], size[1] + 1)), "pixels instead of"),
    "a body without end": _image(lambda _: bytes(5 * LARGEST_BYTES), "Unusable answer from URL", UNUSABLE),
    "a chunked body without end": _both(
        lambda *_: Reply(
            body=bytes(5 * LARGEST_BYTES), headers={"Content-Type": "image/png"}, chunked=True, trickle=(65536, 0.0)
        ),
        "Unusable answer from URL",
        UNUSABLE,
    ),
    "a compressed body without end": _both(
        lambda *_: Reply(
            body=gzip.compress(bytes(20 * LARGEST_BYTES)),
            headers={"Content-Type": "image/png", "Content-Encoding": "gzip"},
        ),
        "Unusable answer from URL",
        UNUSABLE,
    ),
    "an encoding nobody asked for": _both(
        lambda size, _: Reply(body=plain(size), headers={"Content-Type": "image/png", "Content-Encoding": "br"}),
        "Unusable answer from URL",
        UNUSABLE,
    ),
    "a body cut off": _reply("No response from URL", NO_RESPONSE, send_only=100),
    "a connection closed": _reply("No response from URL", NO_RESPONSE, no_answer=True),
    "a connection reset": _reply("No response from URL", NO_RESPONSE, no_answer="reset"),
    "silence": _reply("timed out", NO_RESPONSE, delay_seconds=3.0),
    "dripping headers": _reply("timed out", NO_RESPONSE, trickle_headers_seconds=0.1),
    "a dripping body": _reply("timed out", NO_RESPONSE, trickle=(1, 0.1)),
}


#: What comes too late for the impatient one.
SLOW = {"silence", "dripping headers", "a dripping body"}


def encoded_jpeg(size: tuple[int, int]) -> bytes:
    return plain(size, "JPEG")


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

    @property
    def stored(self) -> list[str]:
        return [name for _, _, names in os.walk(self.folder / "cache_data") for name in names if name.endswith(".png")]


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
    _is_told(answer, bad.client[kind])
    log = _log_of(caplog)
    assert bad.log[kind].partition("{url}")[0] in log, log
    assert bad.log[kind].partition("{url}")[2] in log, log
    assert upstream.host in log
    assert "hunter2" not in log
    assert application.stored == []


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
        _is_told(answer, text)
        assert 30 <= int(answer.headers["Retry-After"]) <= 40
    assert '": 429' in _log_of(caplog)
    assert f"{host} is not asked for another " in _log_of(caplog)
    assert application.stored == []


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

    _is_told(answer, USELESS)
    [warning] = [
        record.getMessage()
        for record in caplog.records
        if record.levelno == logging.WARNING and "upstream image refused" in record.getMessage()
    ]
    assert f"asked for: {upstream.url}/wms?token=***&layers=a" in warning
    assert application.stored == []


def _is_told(answer: TestResponse, text: str) -> None:
    """The failure in the form of the protocol, for nobody to keep, and nothing that is nobody's business."""
    body = answer.get_data(as_text=True)
    assert text in body.replace("&quot;", '"'), body
    assert answer.status_code == 500
    assert "no-store" in answer.headers["Cache-Control"]
    for secret in ("hunter2", "127.0.0.1", "inner.example", "://"):
        assert secret not in body.replace("http://www.opengis.net", "").replace("http://schemas.opengis.net", "")


def _log_of(caplog: pytest.LogCaptureFixture) -> str:
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("tilekeep")]
    assert not any("\n" in message or "\x1b" in message for message in messages)
    assert not any(record.exc_info for record in caplog.records)
    return "\n".join(messages)


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

    _is_told(answer, client)
    found = _log_of(caplog)
    assert log in found, found
    assert "hunter2" not in found
    assert application.stored == []
