"""No request to a page, however odd, puts markup into it, makes the server fail, or makes it ask somebody."""

from __future__ import annotations

import gzip
import json
import os
import socket
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote
from wsgiref.validate import validator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

REQUESTS = {"ci": 800, "soak": 20_000}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 200)

TOKEN = "a-token-of-some-length"

#: What must never come out as an element or attribute; every payload holds it.
MARK = "pwned"

CONFIG = """
services:
  demo: {{background: {{url: 'https://tiles.example/{{z}}/{{x}}/{{y}}.png'}}}}
  tms:
  kml:
  wmts:
  ogcapi: {{default_dataset_layers: [world], attribution: {{text: 'Me <pwned onpwned=1>'}}}}
  wms: {{md: {{title: Maps}}}}
  admin: {{token: {token}, seed_config: seed.yaml}}
layers:
  - {{name: world, title: World, sources: [world]}}
  - {{name: 'odd "name" <i>', title: 'Odd <pwned onpwned=1>"', sources: [world]}}
caches:
  world: {{grids: [GLOBAL_WEBMERCATOR], sources: [world], variants: {{formats: [image/webp], double: next_level}}}}
sources: {{world: {{type: world}}}}
globals: {{cache: {{base_dir: {directory}/cache, lock_dir: {directory}/locks}}}}
"""

PAYLOADS = (
    f"<script>{MARK}</script>",
    f'"><img src=x onerror={MARK}>',
    f"' on{MARK}='1",
    f"</script><{MARK}>",
    f"--></title></style></textarea><{MARK} on{MARK}=1>",
    f"javascript:{MARK}",
    f"{{{{ '{MARK}' * 3 }}}}",
    f"{{% raw %}}{MARK}",
    f"../../../../etc/passwd#{MARK}",
    f"..%2f..%2f{MARK}",
    f"http://127.0.0.1:9/{MARK}",
    f"file:///etc/passwd?{MARK}",
    f"\r\nX-{MARK}: 1",
    f"\x00{MARK}",
    f"\ud7ff\u2028{MARK}",
    MARK * 4000,
)

VALUE = st.one_of(st.sampled_from(PAYLOADS), st.text(max_size=30))


def often(*words: str) -> st.SearchStrategy[str]:
    """One of ``words``, and now and then something odd."""
    return st.one_of(st.sampled_from(words), st.sampled_from(words), VALUE)


#: What a browser says it likes.
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"}

LAYER = often("world", 'odd "name" <i>', "nothing")
DEMO = st.fixed_dictionaries(
    {},
    optional={
        "wms_layer": LAYER,
        "tms_layer": LAYER,
        "wmts_layer": LAYER,
        "srs": often("EPSG:3857", "EPSG:4326", "epsg:900913"),
        "format": often("png", "image/png", "image/jpeg"),
        "grid": often("GLOBAL_WEBMERCATOR"),
        "wms_capabilities": often(""),
        "wmsc_capabilities": often(""),
        "wmts_capabilities": often(""),
        "wmts_capabilities_kvp": often(""),
        "tms_capabilities": often(""),
        "layer": LAYER,
        "type": often("external", "internal"),
        "extent": VALUE,
        f"<{MARK}>": VALUE,
    },
)
API = st.fixed_dictionaries(
    {},
    optional={
        "cache": often("world"),
        "grid": often("GLOBAL_WEBMERCATOR"),
        "level": often("0", "5", "-1", "99"),
        "bbox": often("0,0,1,1", "nan,0,0,1", "1,1,1,1", "0,0,1e308,1e308", "-1e308,-1e308,1e308,1e308"),
    },
)
PARAMETERS_OF_OGC = {
    "f": often("json", "html", "png", "jpeg", "tilejson"),
    "ui": often("swagger", "redoc"),
    "collections": LAYER,
    "bbox": often("0,40,20,60", "0,40,0,20,60,0", "nan,0,0,1", "1e308,1e308,-1e308,1e308"),
    "bbox-crs": often("[EPSG:4326]", "[OGC:CRS84]", "EPSG:3857"),
    "crs": often("[EPSG:3857]", "EPSG:4326", "http://www.opengis.net/def/crs/EPSG/0/3857"),
    "center": often("10,50", "0,0"),
    "center-crs": often("EPSG:4326"),
    "subset": often("Lat(40:60),Lon(0:20)", "x(0:1)"),
    "subset-crs": often("EPSG:4326"),
    "width": often("64", "0", "1e9", "999999999"),
    "height": often("64", "-1"),
    "scale-denominator": often("1e7", "0", "nan"),
    "mm-per-pixel": often("0.28", "-1"),
    "bgcolor": often("0xFF0000", "red"),
    "transparent": often("true", "false"),
    "service": often("WMS"),
    f"<{MARK}>": VALUE,
}
OGC = st.fixed_dictionaries({}, optional=PARAMETERS_OF_OGC) | st.fixed_dictionaries(
    {"f": st.just("html")}, optional={name: PARAMETERS_OF_OGC[name] for name in ("ui", "crs", f"<{MARK}>")}
)
NUMBER = often("0", "1", "-1", "99", "1@2x", "9" * 30)
ENDING = often("png", "webp", "jpeg", "kml", "json", "map")
OF_OGC = st.one_of(
    often("", "/", "/api", "/conformance", "/collections", "/tileMatrixSets", "/map", "/map/tiles", "/static/ol.js"),
    LAYER.map(lambda layer: f"/collections/{layer}"),
    st.tuples(LAYER, often("map", "map.png", "map/tiles", "map/tiles/WebMercatorQuad")).map(
        lambda parts: f"/collections/{parts[0]}/{parts[1]}"
    ),
    st.tuples(LAYER, often("WebMercatorQuad"), NUMBER, NUMBER, NUMBER).map(
        lambda parts: f"/collections/{parts[0]}/map/tiles/{'/'.join(parts[1:])}"
    ),
    often("WebMercatorQuad", "GLOBAL_GEODETIC").map(lambda name: f"/tileMatrixSets/{name}"),
).map(lambda path: f"/ogcapi{path}")
OF_TILES = st.tuples(
    st.sampled_from(["tiles", "tms/1.0.0", "kml", "wmts"]), LAYER, often("EPSG3857"), NUMBER, NUMBER, NUMBER, ENDING
).map(lambda parts: f"/{'/'.join(parts[:-1])}.{parts[-1]}")
OF_DOCUMENTS = st.one_of(
    st.sampled_from(["/", "/tms/", "/tms/1.0.0", "/wmts/1.0.0/WMTSCapabilities.xml"]),
    LAYER.map(lambda layer: f"/tilejson/{layer}.json"),
    LAYER.map(lambda layer: f"/tilejson/{layer}@2x.json"),
    LAYER.map(lambda layer: f"/tms/1.0.0/{layer}/EPSG3857"),
    LAYER.map(lambda layer: f"/kml/{layer}"),
)
REQUEST = st.one_of(
    st.tuples(OF_OGC, OGC),
    st.tuples(OF_TILES, st.fixed_dictionaries({}, optional={"origin": often("nw", "sw")})),
    st.tuples(OF_DOCUMENTS, st.just({})),
    st.tuples(st.sampled_from(["/demo/", "/demo", "/demo/x"]), DEMO),
    st.tuples(st.just("/demo/world.json"), st.fixed_dictionaries({"srs": often("EPSG:3857", "EPSG:4326")})),
    st.tuples(VALUE.map(lambda name: f"/demo/static/{name}"), st.just({})),
    st.tuples(VALUE.map(lambda name: f"/admin/{name}"), DEMO),
    st.tuples(st.sampled_from(["/admin/api/caches", "/admin/api/servers", "/admin/api/runs", "/admin/"]), API),
    st.tuples(often("cache", "squares", "nothing").map(lambda name: f"/admin/api/{name}"), API),
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Host": often("maps.example", "127.0.0.1:9"),
        "X-Forwarded-Host": often("127.0.0.1:9", "a.example, b.example"),
        "X-Forwarded-Proto": often("https", "file"),
        "X-Script-Name": often("/maps", "//127.0.0.1:9", "/../.."),
        "Accept-Language": VALUE,
        "Accept": often("text/html", "application/json", "image/webp,image/*;q=0.5", "image/avif", "*/*"),
        "Accept-Encoding": often("gzip", "br"),
        "Origin": often("https://evil.example", "null"),
        "Authorization": often(f"Bearer {TOKEN}", "Bearer x", "Basic eDp5"),
        "If-None-Match": VALUE,
    },
).map(lambda headers: {name: value for name, value in headers.items() if _fits_in_header(value)})

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), VALUE),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NUMBER = st.floats(-180, 180) | st.floats(allow_nan=False, allow_infinity=False)


def _polygon(points: list[list[float]]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[*points, points[0]]]}


BODY = st.fixed_dictionaries(
    {},
    optional={
        "cache": often("world") | JSON,
        "grid": often("GLOBAL_WEBMERCATOR") | JSON,
        "seeds": JSON | st.lists(VALUE, max_size=3),
        "cleanups": JSON,
        "run": often("20260101T000000-abcdef") | JSON,
        "area": JSON | st.lists(st.lists(NUMBER, min_size=2, max_size=2), min_size=3, max_size=5).map(_polygon),
        "srs": often("EPSG:4326") | JSON,
        "levels": JSON,
    },
)


def _fits_in_header(value: str) -> bool:
    """Servers refuse requests with other headers before any application sees them."""
    return all(" " <= sign < "\x7f" for sign in value) and len(value) < 8000


class Found(HTMLParser):
    """Elements and attributes with the mark in their names, and scripts with text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self._script: dict[str, str | None] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [tag, *(name for name, _ in attrs)]
        self.wrong += [name for name in names if MARK in name or name.startswith("on") or name in {"style", "i"}]
        links = [value or "" for name, value in attrs if name in {"href", "src", "action"}]
        self.wrong += [link for link in links if link.lower().lstrip().startswith(("javascript:", "file:"))]
        self._script = dict(attrs) if tag == "script" else None

    def handle_endtag(self, tag: str) -> None:
        self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None and data.strip() and self._script.get("type") != "application/json":
            self.wrong.append(f"script: {data:.40}")


class Connections:
    """Sockets that Python connects, names that it looks up, and programs that it starts, while it watches."""

    _EVENTS = frozenset({"socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.posix_spawn"})

    def __init__(self) -> None:
        self.watching = False
        self.seen: list[str] = []
        sys.addaudithook(self._note)  # for the rest of the process: hooks cannot be taken back

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.watching and event in self._EVENTS:
            self.seen.append(f"{event} {arguments!r:.200}")


@pytest.fixture(scope="module")
def connections() -> Connections:
    return Connections()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    directory = tmp_path_factory.mktemp("pages")
    config = directory / "mapproxy.yaml"
    config.write_text(CONFIG.format(token=TOKEN, directory=directory))
    (directory / "seed.yaml").write_text("seeds: {all: {caches: [world], levels: [0]}}")
    return Client(validator(make_wsgi_app(str(config), debug=True)))


@pytest.fixture(autouse=True)
def _watched(connections: Connections) -> Iterator[None]:
    connections.seen.clear()
    connections.watching = True
    yield
    connections.watching = False


def text_of(answer: TestResponse) -> str:
    """The body as text, images too."""
    packed = answer.headers.get("Content-Encoding") == "gzip" and answer.data
    return (gzip.decompress(answer.data) if packed else answer.data).decode("utf-8", "replace")


def judge(answer: TestResponse, connections: Connections) -> None:
    text = text_of(answer)
    assert answer.status_code < 500, text[:500]
    assert connections.seen == []
    for name, value in answer.headers:
        assert MARK not in name.lower()
        assert "\n" not in value
    if answer.mimetype == "text/html":
        assert Found(text).wrong == []
        assert "default-src 'none'; script-src 'self'" in answer.headers["Content-Security-Policy"]
    elif answer.mimetype == "application/json":
        json.loads(text)
    if answer.status_code != 304:
        assert answer.headers["X-Content-Type-Options"] == "nosniff" or not answer.data
    assert "root:x:" not in text


@settings(max_examples=REQUESTS, suppress_health_check=list(HealthCheck), deadline=None)
@given(request=REQUEST, headers=HEADERS)
def test_no_request_gets_markup_into_a_page_or_makes_the_server_fail(
    client: Client, connections: Connections, request: tuple[str, dict[str, str]], headers: dict[str, str]
) -> None:
    path, query = request

    answer = client.get(quote(path), query_string=query, headers=headers, buffered=True)

    judge(answer, connections)


@settings(max_examples=REQUESTS, suppress_health_check=list(HealthCheck), deadline=None)
@given(operation=st.sampled_from(["count", "start", "stop", "go-on", "invalidate"]), body=BODY)
def test_no_body_makes_the_server_fail(
    client: Client, connections: Connections, operation: str, body: dict[str, Any]
) -> None:
    answer = client.post(
        f"/admin/api/{operation}",
        data=json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {TOKEN}"},
        buffered=True,
    )

    judge(answer, connections)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "parameter", ["wms_layer", "tms_layer", "wmts_layer", "layer", "srs", "format", "grid", "type", "extent"]
)
def test_every_payload_in_every_parameter_is_harmless(
    client: Client, connections: Connections, parameter: str, payload: str
) -> None:
    whole = {"wms_layer": "world", "srs": "EPSG:3857", "format": "image/png"}

    for query in ({**whole, parameter: payload}, {parameter: payload}, {"tms_capabilities": "", parameter: payload}):
        judge(client.get("/demo/", query_string=query, buffered=True), connections)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("parameter", [*PARAMETERS_OF_OGC])
def test_every_payload_in_every_parameter_of_ogc_api_is_harmless(
    client: Client, connections: Connections, parameter: str, payload: str
) -> None:
    paths = ("", "/api", "/collections/world", "/collections/world/map", "/map", "/map/tiles/WebMercatorQuad/0/0/0")

    for path in paths:
        for query in ({"f": "html", parameter: payload}, {parameter: payload}):
            judge(client.get(f"/ogcapi{path}", query_string=query, headers=BROWSER, buffered=True), connections)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("operation", ["cache", "squares", "runs", "servers", "caches"])
def test_every_payload_in_every_parameter_of_the_admin_api_is_harmless(
    client: Client, connections: Connections, operation: str, payload: str
) -> None:
    whole = {"cache": "world", "grid": "GLOBAL_WEBMERCATOR", "level": "0", "bbox": "0,0,1,1"}

    for parameter in (*whole, MARK):
        query = {**whole, parameter: payload}
        judge(client.get(f"/admin/api/{operation}", query_string=query, headers=BROWSER, buffered=True), connections)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "path",
    [
        "/ogcapi/{}",
        "/ogcapi/collections/{}",
        "/ogcapi/collections/{}/map",
        "/ogcapi/collections/world/map/tiles/{}",
        "/ogcapi/collections/world/map/tiles/WebMercatorQuad/{}/0/0",
        "/ogcapi/tileMatrixSets/{}",
        "/ogcapi/static/{}",
        "/demo/{}",
        "/demo/static/{}",
        "/admin/{}",
        "/admin/api/{}",
        "/tilejson/{}.json",
        "/kml/{}",
        "/kml/world/0/0/{}.kml",
        "/tiles/world/0/0/{}@2x.png",
        "/tms/1.0.0/{}",
        "/wmts/{}/GLOBAL_WEBMERCATOR/0/0/0@2x.png",
        "/{}",
    ],
)
def test_every_payload_in_every_path_is_harmless(
    client: Client, connections: Connections, path: str, payload: str
) -> None:
    judge(client.get(quote(path.format(payload)), headers=BROWSER, buffered=True), connections)


@pytest.mark.parametrize(
    "page", ["wms_capabilities", "wmsc_capabilities", "wmts_capabilities", "wmts_capabilities_kvp", "tms_capabilities"]
)
@pytest.mark.parametrize("kind", ["internal", "external"])
def test_no_page_leads_to_a_request_of_the_server(
    client: Client, connections: Connections, page: str, kind: str
) -> None:
    """The reference fetches the document from the host that a header names, or from the server's own port."""
    with socket.create_server(("127.0.0.1", 0)) as bait:
        host = f"127.0.0.1:{bait.getsockname()[1]}"
        headers = {"Host": host, "X-Forwarded-Host": host}

        answer = client.get(f"/demo/?{page}&type={kind}", headers=headers, buffered=True)

        bait.settimeout(0.0)
        with pytest.raises(BlockingIOError):
            bait.accept()
    assert answer.status_code == 200
    assert connections.seen == []


def test_nothing_outside_is_served(client: Client, tmp_path: Path) -> None:
    for name in ("../../../../../../etc/passwd", "..%2f..%2fhandler.py", "/etc/passwd", "....//pages.css"):
        for prefix in ("demo", "admin"):
            assert client.get(f"/{prefix}/static/{name}", buffered=True).status_code == 404
