"""No request, however odd, makes the server fail or leads outside the cache."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from tests.fakes.catalogue import GEODETIC_NW, ONE_LEVEL, PNG_TILE, UTM_GRID, WEBMERCATOR, FakeLayers
from tests.fakes.info_source import FakeInfoSource, feature_info_of
from tests.fakes.layer_tree import FakeMaps, api_options
from tests.fakes.wsgi import application
from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.application.tile_maker import Made, Outcome, WantedBlock
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import RequestError
from tilekeep.domain.feature_info import InfoDocument, InfoKind
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import NewTile, StoredTile, TileInfo, TileKey, TileSet
from tilekeep.domain.tile_layout import tile_layout
from tilekeep.entrypoints.wsgi.application import TilekeepApplication
from tilekeep.entrypoints.wsgi.options import DemoOptions, KmlOptions, TmsOptions, WmtsOptions
from tilekeep.entrypoints.wsgi.services import KmlParts

REQUESTS = {"ci": 5000, "soak": 50_000}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 300)

TIME = Dimension("time", ("2020", "../up", "default"), "2020")


class GuardedStore:
    """A file store that refuses to be asked for what the grid does not hold."""

    def __init__(self, store: FileTileStore, grid: TileGrid) -> None:
        self._store = store
        self._grid = grid

    def _checked(self, key: TileKey) -> TileKey:
        assert self._grid.holds(key.coord), f"{key} lies outside the grid"
        assert all(value in TIME.values for _, value in key.dimensions), f"{key} has a value nobody configured"
        return key

    def read(self, key: TileKey, deadline: Deadline = NO_DEADLINE) -> StoredTile | None:
        return self._store.read(self._checked(key), deadline)

    def read_many(self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE) -> Mapping[TileKey, StoredTile]:
        return self._store.read_many([self._checked(key) for key in keys], deadline)

    def stat_many(
        self, keys: Sequence[TileKey], deadline: Deadline = NO_DEADLINE, *, with_records: bool = True
    ) -> Mapping[TileKey, TileInfo]:
        return self._store.stat_many([self._checked(key) for key in keys], deadline, with_records=with_records)

    def locate(self, key: TileKey) -> str:
        return self._store.locate(self._checked(key))

    def write(self, key: TileKey, body: bytes, at: float) -> TileInfo:
        return self._store.write([NewTile(self._checked(key), body, "image/png")], at)[0]


class WorkingSource:
    """Makes every tile, and stores it."""

    def __init__(self, store: GuardedStore) -> None:
        self._store = store

    def make(self, block: WantedBlock, deadline: Deadline) -> Mapping[TileKey, Outcome]:
        at = 1_600_000_000.0
        keys = block.keys
        infos = [self._store.write(key, PNG_TILE, at) for key in keys]
        return {key: Made(StoredTile(PNG_TILE, "image/png", info)) for key, info in zip(keys, infos, strict=True)}


class TouchedPaths:
    """Every path that Python opens, makes, renames or removes while it watches."""

    #: How many paths come first among the arguments of an event.
    _PATHS: Mapping[str, int] = {
        "open": 1,
        "os.mkdir": 1,
        "os.listdir": 1,
        "os.remove": 1,
        "os.rmdir": 1,
        "os.rename": 2,
        "os.link": 2,
        "os.symlink": 2,
    }

    def __init__(self) -> None:
        self.watching = False
        self.paths: list[str] = []
        sys.addaudithook(self._seen)  # for the rest of the process: hooks cannot be taken back

    def _seen(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.watching and event in self._PATHS:
            paths = arguments[: self._PATHS[event]]
            self.paths += [os.fsdecode(path) for path in paths if isinstance(path, str | bytes)]


class World(NamedTuple):
    """The application under fire, the root of its cache, and what it touches."""

    app: TilekeepApplication
    root: Path
    touched: TouchedPaths


@pytest.fixture(scope="module")
def touched() -> TouchedPaths:
    return TouchedPaths()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, touched: TouchedPaths) -> World:
    root = tmp_path_factory.mktemp("cache")
    layers = FakeLayers()
    for name, grid, layout, dimensions in (
        ("osm", WEBMERCATOR, "tc", ()),
        ("geo", GEODETIC_NW, "tms", (TIME,)),
        ("one", ONE_LEVEL, "quadkey", ()),
        ("münchen", UTM_GRID, "arcgis", ()),
    ):
        tile_set = TileSet(name, grid.name, "png")
        store = FileTileStore(
            tile_set,
            str(root / name),
            tile_layout(layout),
            media_type="image/png",
            directory_permissions=None,
            file_permissions=None,
            link_single_color=None,
            dimension_names=[dimension.name for dimension in dimensions],
        )
        guarded = GuardedStore(store, grid)
        layers.add(name, grid, dimensions=dimensions, maker=WorkingSource(guarded), info_sources=("s",))
        layers.stores[name, grid.name] = guarded
    maps = FakeMaps()
    maps.info["s"] = FakeInfoSource(InfoDocument(InfoKind.XML, "<found/>"))
    maps.add(
        maps.layer("osm", info=("s",)),
        maps.group("group", maps.layer("geo", dimensions=(TIME,)), maps.layer("münchen")),
    )
    template = "/{Layer}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}"
    app = application(
        layers,
        **maps.parts(),
        **maps.api_parts(api_options(dataset_layers=("osm", "group")), WEBMERCATOR, GEODETIC_NW, ONE_LEVEL, UTM_GRID),
        kml=KmlParts(KmlOptions(), maps.projection, 3600.0),
        tms=TmsOptions(origin="nw"),
        wmts=WmtsOptions(restful_template=template, info_formats=(("txt", "text/plain"),)),
        get_info=feature_info_of(maps.info),
        demo=DemoOptions(),
        access_control_allow_origin="https://app.example",
        trusted_proxies=["127.0.0.1", "10.0.0.0/8", "unix"],
    )
    return World(app, root, touched)


def wsgi_text(text: str) -> str:
    """``text`` as servers put it into the environment: its UTF-8 bytes as Latin-1 characters.

    The superscript two stands for bytes that are no UTF-8: it is passed as the Latin-1 character it is.
    """
    return text.encode("utf-8", "surrogatepass").decode("latin-1").replace("\u00c2\u00b2", "\u00b2")


ODD = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "..",
            ".",
            "",
            "%2e%2e",
            "../../../etc/passwd",
            "\x00",
            "\r\nX: y",
            "<b>",
            "&amp;",
            "'\"",
            "-1",
            "\u00b2",
            "9" * 5000,
        ]
    ),
)


def often(*words: str) -> st.SearchStrategy[str]:
    """One of ``words``, and now and then something odd."""
    return st.integers(0, 15).flatmap(lambda number: ODD if number == 15 else st.sampled_from(words))


NUMBER = often("0", "1", "0", "1", "2", "3", "00", "01", "9", "40", "-1", "-0", "+1", "1_0", "1e3", "\u0663")
LAYER = often("osm", "geo", "one", "münchen", "osm", "geo", "one", "münchen", "osm_EPSG3857", "nothing")
SRS = often("EPSG3857", "EPSG4326", "EPSG25832")
GRID = often("GLOBAL_WEBMERCATOR", "geodetic_nw", "one_level", "utm")
FORMAT = often("png", "png", "png", "jpeg", "kml")
TMS_PATH = st.builds(
    lambda *parts: "/".join(parts[:-1]) + "." + parts[-1],
    often("/tms", "/tiles", "/tms/1.0.0", "/tiles/1.0.0", "/kml"),
    LAYER,
    SRS,
    NUMBER,
    NUMBER,
    NUMBER,
    FORMAT,
)
WMTS_PATH = st.builds(
    lambda *parts: "/wmts/" + "/".join(parts[:-1]) + "." + parts[-1],
    LAYER,
    often("2020", "default", "../up"),
    GRID,
    NUMBER,
    NUMBER,
    NUMBER,
    FORMAT,
)
API_LAYERS = st.one_of(
    st.just(""), st.builds(lambda name: f"/collections/{name}", often("osm", "group", "münchen", "geo"))
)
API_PATH = st.one_of(
    st.builds(
        lambda layers, below: f"/ogcapi{layers}{below}",
        API_LAYERS,
        often("/map", "/map.png", "/map.jpg", "/map/tiles", "", "/map.gif"),
    ),
    st.builds(
        lambda layers, *parts: f"/ogcapi{layers}/map/tiles/" + "/".join(parts),
        API_LAYERS,
        often("WebMercatorQuad", "geodetic_nw", "utm", "one_level"),
        NUMBER,
        NUMBER,
        st.builds(lambda number, ending: number + ending, NUMBER, often("", ".png", ".jpg", ".gif")),
    ),
    st.builds(lambda *parts: "/ogcapi/" + "/".join(parts), often("collections", "tileMatrixSets", "static"), LAYER),
    often("/ogcapi", "/ogcapi/conformance", "/ogcapi/api", "/ogcapi/collections", "/ogcapi/tileMatrixSets"),
)
PATH = st.one_of(
    TMS_PATH,
    API_PATH,
    WMTS_PATH,
    st.sampled_from(["/service", "/wms", "/ows"]),
    st.lists(
        often("tms", "tiles", "wmts", "kml", "ogcapi", "service", "ows", "demo", "static", "1.0.0", "osm", "map"),
        max_size=7,
    ).map("/".join),
    often(
        "/service",
        "/ows",
        "/wms",
        "/demo/",
        "/demo/static/ol.js",
        "/",
        "/tms/1.0.0/osm",
        "/wmts/1.0.0/WMTSCapabilities.xml",
    ),
).map(lambda path: wsgi_text("/" + path.lstrip("/")))

KEYS = {
    "service": often("WMTS", "wmts", "WMS"),
    "request": often("GetTile", "GetCapabilities", "GetFeatureInfo", "gettile"),
    "version": often("1.0.0"),
    "layer": LAYER,
    "style": often("", "default"),
    "tilematrixset": GRID,
    "tilematrix": NUMBER,
    "tilerow": NUMBER,
    "tilecol": NUMBER,
    "format": often("image/png", "image%2Fpng", "png", ""),
    "infoformat": often("text/plain"),
    "i": NUMBER,
    "j": NUMBER,
    "time": often("2020", "default", "../up", "1999"),
    "origin": often("nw", "sw"),
}
WMS_KEYS = {
    "service": often("WMS", "wms"),
    "version": often("1.1.1", "1.3.0", "1.0.0", "2"),
    "request": often("GetMap", "map", "GetFeatureInfo", "GetCapabilities", "feature_info"),
    "query_layers": often("osm", "osm,osm", "group", "nothing", ""),
    "x": often("0", "1", "255", "7.5", "999", "-1", "nan"),
    "y": often("0", "1", "255", "7.5", "999", "-1", "inf"),
    "i": often("0", "1", "7.5", "256"),
    "j": often("0", "1", "7.5", "256"),
    "info_format": often("text/plain", "text/html", "text/xml", "application/json", "text/plain; charset=x", ""),
    "feature_count": often("1", "5", "0", "many"),
    "layers": often("osm", "geo", "group", "osm,group", "osm,osm", "nothing", ""),
    "styles": often("", ",", "default"),
    "srs": often("EPSG:4326", "EPSG:3857", "epsg:900913", "EPSG:25832", ""),
    "crs": often("EPSG:4326", "EPSG:3857", "EPSG:25832", ""),
    "bbox": often(
        "-180,-90,180,90", "-20037508.342789244,0,0,20037508.342789244", "5,45,15,55", "45,5,55,15", "0,0,1e-320,1",
        "-1e15,-1e15,1e15,1e15", "nan,0,1,1", "1,1,0,0", "",
    ),
    "width": often("256", "256", "1", "999", "-1", "1e9", "nan", "1e400"),
    "height": often("256", "256", "1", "999", "-0", "1e9", "inf"),
    "format": often("image/png", "image/png", "image/jpeg", "image/tiff", "png"),
    "transparent": often("true", "false"),
    "bgcolor": often("0xffffff", "0x000000"),
    "exceptions": often("XML", "INIMAGE", "BLANK"),
    "tiled": often("true", "true", "false"),
    "time": often("2020", "default"),
}  # fmt: skip
API_KEYS = {
    "f": often("json", "html", "png", "jpeg", "tilejson", "xml"),
    "ui": often("swagger", "redoc"),
    "collections": often("osm", "osm,geo", "group", "nothing"),
    "crs": often("EPSG:4326", "[EPSG:3857]", "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:25832"),
    "bbox": often("0,40,10,50", "-180,-90,180,90", "0,0,1,10,10,2", "1,1,0,0", "nan,0,1,1", "0,0,5e-324,1"),
    "bbox-crs": often("EPSG:3857", "EPSG:4326", "CRS:84", "EPSG:25832"),
    "center": often("8,50", "0,0", "999,999", "nan,1"),
    "center-crs": often("EPSG:3857", "EPSG:4326"),
    "subset": often("Lat(40:50),Lon(5:10)", "N(0:1e6),E(0:1e6)", "Lat(50:40),Lon(5:10)", "Lat(1:2)", "Lon(nan:inf)"),
    "subset-crs": often("EPSG:3857", "EPSG:4326"),
    "width": often("256", "1", "99999", "0", "1e3"),
    "height": often("256", "1", "99999", "0"),
    "scale-denominator": often("1e6", "5e8", "1e-9", "1e300", "0", "nan"),
    "mm-per-pixel": often("0.28", "1e-300", "1e300", "0"),
    "bgcolor": often("0xff0000", "0x80FF0000", "red", "#fff"),
    "transparent": often("true", "false", "yes"),
    "service": often("WMS"),
    "srs": often("EPSG:3857", "EPSG:4326"),
}
QUERY = st.one_of(
    st.dictionaries(st.sampled_from(sorted(API_KEYS)), st.none(), max_size=6)
    .flatmap(lambda names: st.fixed_dictionaries({name: API_KEYS[name] for name in names}))
    .map(lambda pairs: "&".join(f"{key}={value}" for key, value in pairs.items())),
    st.just(""),
    st.fixed_dictionaries(WMS_KEYS).map(lambda pairs: "&".join(f"{key}={value}" for key, value in pairs.items())),
    st.fixed_dictionaries({}, optional=KEYS).map(
        lambda pairs: "&".join(f"{key}={value}" for key, value in pairs.items())
    ),
    st.fixed_dictionaries(KEYS).map(lambda pairs: "&".join(f"{key.upper()}={value}" for key, value in pairs.items())),
    st.text(max_size=60),
).map(wsgi_text)

METHOD = st.sampled_from(["GET", "GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE"])

HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_HOST": often("maps.example", "maps.example:80", "[::1]:81"),
        "HTTP_X_FORWARDED_HOST": often("a.example, b.example"),
        "HTTP_X_FORWARDED_PROTO": often("https", "http"),
        "HTTP_X_SCRIPT_NAME": often("/maps", "/maps/", "/tms"),
        "HTTP_IF_NONE_MATCH": often("*", '"x"', 'W/"x", "y"', '"5af3107a40000-d0"', "blank"),
        "HTTP_ACCEPT": often("text/html,*/*;q=0.8", "image/jpeg", "image/*;q=0.5, image/png", "image/gif", ";q=x,,"),
        "HTTP_ACCEPT_ENCODING": often("gzip", "gzip;q=0, *", "identity", "br;q=x"),
        "HTTP_ORIGIN": often("https://app.example", "null"),
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": often("GET", "DELETE"),
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": often("x-a, authorization", "x a,,", "\r\nX: y"),
        "REMOTE_ADDR": often("127.0.0.1", "::ffff:10.0.0.1", "", "unix:", "203.0.113.9"),
        "HTTP_IF_MODIFIED_SINCE": often("Sun, 13 Sep 2020 12:26:40 GMT", "Sun, 99 Sep 99999 00:00:00 GMT", "0"),
    },
).map(lambda headers: {name: wsgi_text(value) for name, value in headers.items()})


def send(
    world: World, method: str, path: str, query: str, headers: Mapping[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """One request through the checks of PEP 3333; status, headers and body."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None, /
    ) -> Callable[[bytes], None]:
        started.append((status, headers))
        return lambda data: None

    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        **headers,
    }
    setup_testing_defaults(environ)
    environ["wsgi.errors"] = io.StringIO()
    world.touched.watching = True
    try:
        result = validator(world.app)(environ, start_response)
        try:
            body = b"".join(result)
        finally:
            result.close()  # type: ignore[attr-defined]
    finally:
        world.touched.watching = False
    ((status, answered),) = started
    return int(status[:3]), dict(answered), body


@pytest.mark.timeout(1800)  # thousands of requests, on machines that others use too
@settings(max_examples=REQUESTS, suppress_health_check=[HealthCheck.too_slow])
@given(method=METHOD, path=PATH, query=QUERY, headers=HEADERS)
@example("GET", "/tiles/osm/EPSG3857/3/1/2.png", "", {})
@example("GET", "/wmts/geo/2020/geodetic_nw/01/0/0.png", "", {})
@example("GET", "/wmts/geo/../up/geodetic_nw/01/0/0.png", "", {})
@example(
    "GET",
    "/service",
    "service=WMTS&request=GetTile&version=1.0.0&layer=geo&style=&tilematrixset=geodetic_nw&tilematrix=1&tilerow=0"
    "&tilecol=0&format=image/png&time=../up",
    {},
)
@example("GET", "/tiles/osm/EPSG3857/\u00b2/0/0.png", "", {})
@example(
    "OPTIONS",
    "/service",
    "",
    {
        "HTTP_ORIGIN": "x",
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET",
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "a\r\nb: c",
    },
)
@example("GET", "/tms/1.0.0", "", {"HTTP_ACCEPT_ENCODING": "gzip"})
@example("GET", "/demo", "", {"HTTP_HOST": "a\r\nb", "HTTP_X_FORWARDED_HOST": "\r\n", "HTTP_X_SCRIPT_NAME": "/\r\n"})
@example("GET", "/service", "service=WMTS&request=GetCapabilities", {"HTTP_HOST": "a\r\nb"})
def test_any_request_is_answered_in_order(
    world: World, method: str, path: str, query: str, headers: dict[str, str]
) -> None:
    world.touched.paths.clear()

    status, answered, body = send(world, method, path, query, headers)

    event(f"status {status} from {path.split('/')[1] if path.isascii() else '?'}"[:40])
    assert status < 500
    for name, value in answered.items():
        assert name.isascii()
        assert not {"\r", "\n", "\0"} & set(name + value)
        value.encode("latin-1")
    if method == "HEAD":
        assert body == b""
    elif status not in {204, 304}:
        assert int(answered["Content-Length"]) == len(body)
        if answered.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if "xml" in answered["Content-Type"]:
            ET.fromstring(body)
        if "html" in answered["Content-Type"]:
            assert_no_markup_of_others(path, body)
    assert_inside(world)


def assert_no_markup_of_others(path: str, page: bytes) -> None:
    """No tag of a request, nor text that would end one, has become part of a page."""
    assert b"<b>" not in page
    if path.startswith("/ogcapi"):
        assert b"<script>" not in page
        assert b"'\"" not in page


@pytest.mark.parametrize("where", ["/ogcapi/collections/{}", "/ogcapi?{}=1", "/ogcapi?f={}&ui={}", "/kml/{}"])
def test_pages_and_problems_hold_no_markup_of_requests(world: World, where: str) -> None:
    hostile = "%3Cscript%3Ealert(1)%3C/script%3E<b>'\""
    path, _, query = where.replace("{}", hostile).partition("?")

    status, answered, body = send(world, "GET", unquote(path), query, {"HTTP_ACCEPT": "text/html"})

    assert 400 <= status < 500
    assert "html" in answered["Content-Type"] or answered["X-Content-Type-Options"] == "nosniff"
    if "html" in answered["Content-Type"]:
        assert b"<script" not in body
        assert b"<b>" not in body
        assert "script-src 'self'" in answered["Content-Security-Policy"]


def test_the_watch_sees_tiles_being_made_and_read(world: World) -> None:
    world.touched.paths.clear()

    status, _, body = send(world, "GET", "/tiles/osm/EPSG3857/1/1/1.png", "", {})

    assert (status, body) == (200, PNG_TILE)
    assert any(path.startswith(str(world.root / "osm")) for path in world.touched.paths)


def assert_inside(world: World) -> None:
    """Nothing outside the cache was touched but what the interpreter loads of itself and of the package."""
    own = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib")]
    allowed = (world.root.resolve(), Path(__file__).resolve().parents[2] / "tilekeep", *own)
    searched = {Path(place).resolve() for place in sys.path}  # listed whenever a module is loaded
    touched = {Path(path).resolve() for path in world.touched.paths}
    outside = [path for path in touched - searched if not any(path.is_relative_to(place) for place in allowed)]
    assert outside == []


@settings(max_examples=REQUESTS // 5, suppress_health_check=[HealthCheck.too_slow])
@given(path=PATH, query=QUERY, prefix=often("", "http://maps.example/x", "http://["))
def test_any_address_resolves_or_is_refused_with_a_reason(world: World, path: str, query: str, prefix: str) -> None:
    with contextlib.suppress(RequestError):
        tile = world.app.resolve(f"{prefix}{path}?{query}")

        assert tile.grid.holds(tile.key.coord)
