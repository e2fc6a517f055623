"""The authorisation hook of a wrapping application (spec/auth-plugins-decorate.md, 2)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import BLANK, GEODETIC_NW, WEBMERCATOR, FakeLayers
from tests.fakes.text_imaging import image
from tests.fakes.wsgi import client
from tests.unit.entrypoints.wsgi.broken_limits import BROKEN_LIMITS
from tilekeep.entrypoints.wsgi.options import DemoOptions, TmsOptions

TILES = [
    pytest.param("/tms/1.0.0/osm/EPSG3857/0/0/1.png", id="TMS"),
    pytest.param("/tiles/osm/EPSG3857/1/0/0.png", id="tiles"),
    pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/01/0/0.png", id="WMTS REST"),
    pytest.param(
        "/service?service=WMTS&request=GetTile&version=1.0.0&layer=osm&style=&tilematrixset=GLOBAL_WEBMERCATOR"
        "&tilematrix=01&tilerow=0&tilecol=0&format=image/png",
        id="WMTS KVP",
    ),
]
LISTS = [
    pytest.param("/tms/1.0.0", id="TMS"),
    pytest.param("/wmts/1.0.0/WMTSCapabilities.xml", id="WMTS REST"),
    pytest.param("/service?service=WMTS&request=GetCapabilities", id="WMTS KVP"),
]


class Hook:
    """An authorisation callable that gives one result and remembers what it was asked."""

    def __init__(self, **result: Any) -> None:
        self._result = result
        self.asked: list[tuple[str, list[Any], dict[str, Any]]] = []

    def __call__(self, service: str, layers: list[Any], **others: Any) -> dict[str, Any]:
        assert "PATH_INFO" in others.pop("environ")
        self.asked.append((service, layers, others))
        return self._result


TILE = image(256, 256, "tile")


def stored(body: bytes = TILE) -> FakeLayers:
    """Two layers, of the first one tile."""
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((1, 0, 0), body)
    layers.add("other", WEBMERCATOR, GEODETIC_NW)
    return layers


def get(
    path: str,
    hook: Hook,
    *,
    headers: Mapping[str, str] = MappingProxyType({}),
    layers: FakeLayers | None = None,
    **options: Any,
) -> TestResponse:
    return client(layers or stored(), demo=DemoOptions(), **options).get(
        path, environ={"mapproxy.authorize": hook}, **headers
    )


@pytest.mark.parametrize("path", [*TILES, *LISTS, pytest.param("/tms/1.0.0/osm/EPSG3857", id="TMS layer")])
@pytest.mark.parametrize(
    ("authorized", "status", "text"),
    [
        pytest.param("none", 403, "forbidden", id="none"),
        pytest.param("unauthenticated", 401, "unauthorized", id="unauthenticated"),
        pytest.param("whatever", 403, "forbidden", id="a word that does not exist"),
    ],
)
def test_refusals_are_plain_text_in_every_service(path: str, authorized: str, status: int, text: str) -> None:
    answer = get(path, Hook(authorized=authorized))

    assert (answer.status_code, answer.content_type, answer.text) == (status, "text/plain; charset=utf-8", text)
    assert answer.headers["Cache-Control"] == "no-cache, no-store"
    assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize("path", [*TILES, *LISTS])
def test_full_permission_ignores_limits(path: str) -> None:
    answer = get(path, Hook(authorized="full", limited_to={"srs": "EPSG:4326", "geometry": [0, 0, 1, 1]}, layers={}))

    assert answer.status_code == 200


@pytest.mark.parametrize("path", TILES)
@pytest.mark.parametrize(
    ("layers", "status"),
    [
        pytest.param({"osm": {"tile": True}}, 200, id="permitted"),
        pytest.param({"osm": {"tile": 1}}, 403, id="true is not enough, it must be True"),
        pytest.param({"osm": {"map": True}}, 403, id="permitted for maps only"),
        pytest.param({"other": {"tile": True}}, 403, id="another layer"),
        pytest.param({}, 403, id="nothing"),
    ],
)
def test_partial_permission_is_by_layer(path: str, layers: dict[str, Any], status: int) -> None:
    assert get(path, Hook(authorized="partial", layers=layers)).status_code == status


#: Around the tile, across it, and elsewhere; the tile is the north-western quarter of the world.
AROUND = {"srs": "EPSG:3857", "geometry": [-20037509, -1, 1, 20037509]}
ACROSS = {"srs": "EPSG:4326", "geometry": [-90, 0, 0, 80]}
ELSEWHERE = {"srs": "EPSG:4326", "geometry": "POLYGON((10 10, 20 10, 10 20, 10 10))"}

#: What a client might have got when more was permitted, or less.
ANY_TAG = {"If-None-Match": "*", "If-Modified-Since": "Tue, 01 Jan 2030 00:00:00 GMT"}


def limited(path: str, limit: Any, *, of_layer: bool, **more: Any) -> TestResponse:
    """A tile under a limit of its layer, or of the whole answer."""
    permissions = {"osm": {"tile": True, **({"limited_to": limit} if of_layer else {})}}
    return get(
        path, Hook(authorized="partial", layers=permissions, **({} if of_layer else {"limited_to": limit})), **more
    )


@pytest.mark.parametrize("path", TILES)
@pytest.mark.parametrize("of_layer", [True, False], ids=["of the layer", "of the answer"])
class TestLimits:
    """Tiles and limits, wherever they stand (the same document, 2.5)."""

    def test_a_tile_inside_is_the_stored_one(self, path: str, of_layer: bool) -> None:
        answer = limited(path, AROUND, of_layer=of_layer)

        assert (answer.status_code, answer.data) == (200, TILE)
        assert answer.headers["Cache-Control"] == "private, max-age=259200"

    def test_a_tile_across_is_cut_and_nobody_may_keep_it(self, path: str, of_layer: bool) -> None:
        answer = limited(path, ACROSS, of_layer=of_layer, headers=ANY_TAG)

        assert (answer.status_code, answer.text) == (200, "tile clipped to 1")
        assert answer.content_type == "image/png"
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        assert not {"ETag", "Last-Modified"} & set(answer.headers.keys())

    def test_a_tile_outside_is_empty_without_being_looked_at(self, path: str, of_layer: bool) -> None:
        layers = stored()
        answer = limited(path, ELSEWHERE, of_layer=of_layer, headers=ANY_TAG, layers=layers)

        assert (answer.status_code, answer.data, answer.content_type) == (200, BLANK, "image/png")
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        assert not {"ETag", "Last-Modified"} & set(answer.headers.keys())
        assert layers.tiles["osm", "GLOBAL_WEBMERCATOR"].asked == []

    @pytest.mark.parametrize("limit", BROKEN_LIMITS)
    def test_a_limit_that_means_nothing_refuses_the_tile(
        self, path: str, of_layer: bool, limit: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        answer = limited(path, limit, of_layer=of_layer)

        assert (answer.status_code, answer.text) == (403, "forbidden")
        (message,) = caplog.messages
        assert ("layer osm" if of_layer else "the whole answer") in message

    def test_no_limit_is_none(self, path: str, of_layer: bool) -> None:
        assert limited(path, None, of_layer=of_layer).data == TILE

    def test_a_tile_that_cannot_be_cut_is_not_shown(self, path: str, of_layer: bool) -> None:
        layers = stored(b"no image at all")

        answer = limited(path, ACROSS, of_layer=of_layer, layers=layers)

        assert answer.status_code == 500
        assert b"no image at all" not in answer.data


@pytest.mark.parametrize("path", TILES)
def test_the_limit_of_a_layer_replaces_that_of_the_answer(path: str) -> None:
    layers = {"osm": {"tile": True, "limited_to": AROUND}}

    assert get(path, Hook(authorized="partial", layers=layers, limited_to=ELSEWHERE)).data == TILE


def test_documents_of_layers_have_no_limits() -> None:
    layers = {"osm": {"tile": True, "limited_to": ELSEWHERE}}

    assert get("/tms/1.0.0/osm/EPSG3857", Hook(authorized="partial", layers=layers)).status_code == 200


@pytest.mark.parametrize("path", TILES)
@pytest.mark.parametrize(
    "result",
    [
        pytest.param({"authorized": "partial"}, id="no layers"),
        pytest.param({"authorized": "partial", "layers": None}, id="nothing as layers"),
        pytest.param({"authorized": "partial", "layers": ["osm"]}, id="a list as layers"),
        pytest.param({"authorized": "partial", "layers": {"osm": None}}, id="nothing as permission"),
        pytest.param({"authorized": "partial", "layers": {"osm": True}}, id="no mapping as permission"),
        pytest.param({"authorized": True}, id="no word"),
        pytest.param({}, id="no authorized"),
    ],
)
def test_answers_that_mean_nothing_permit_nothing(path: str, result: dict[str, Any]) -> None:
    assert get(path, Hook(**result)).status_code == 403


@pytest.mark.parametrize("path", TILES)
@pytest.mark.parametrize("answer", [None, "full", ["full"]])
def test_an_answer_that_is_no_mapping_permits_nothing(path: str, answer: Any) -> None:
    class Broken(Hook):
        def __call__(self, service: str, layers: list[Any], **others: Any) -> Any:
            return answer

    assert get(path, Broken()).status_code == 403


@pytest.mark.parametrize("path", TILES)
def test_the_hook_is_told_service_layer_and_box_of_the_tile(path: str) -> None:
    hook = Hook(authorized="full")

    get(path, hook)

    half = 20037508.342789244
    service = "tms" if path.startswith(("/tms", "/tiles")) else "wmts"
    assert hook.asked == [(service, ["osm"], {"query_extent": ("EPSG:3857", (-half, 0.0, 0.0, half))})]


@pytest.mark.parametrize("path", TILES)
def test_a_tile_that_does_not_exist_is_refused_before_the_hook_is_asked(path: str) -> None:
    hook = Hook(authorized="full")

    answer = get(path.replace("/0/0.png", "/9/9.png").replace("/0/1.png", "/9/9.png").replace("row=0", "row=9"), hook)

    assert answer.status_code in {400, 404}
    assert hook.asked == []


@pytest.mark.parametrize("path", LISTS)
def test_documents_list_the_permitted_layers(path: str) -> None:
    answer = get(path, Hook(authorized="partial", layers={"other": {"tile": True}, "osm": {"tile": False}}))

    text = " ".join(
        value
        for element in ET.fromstring(answer.data).iter()
        for value in (element.text or "", *element.attrib.values())
    )
    assert ("Other" in text, "Osm" in text) == (True, False)


@pytest.mark.parametrize("path", LISTS)
def test_what_is_merely_true_is_enough_for_wmts_documents_only(path: str) -> None:
    answer = get(path, Hook(authorized="partial", layers={"osm": {"tile": 1}}))

    assert ("Osm" in answer.text) is not path.startswith("/tms")


@pytest.mark.parametrize(
    ("path", "use_grid_names", "expected"),
    [
        pytest.param(
            "/tms/1.0.0", False, ("tms", ["osm_EPSG3857", "other_EPSG3857", "other_EPSG4326"]), id="TMS: internal names"
        ),
        pytest.param(
            "/tms/1.0.0",
            True,
            ("tms", [("osm", "GLOBAL_WEBMERCATOR"), ("other", "GLOBAL_WEBMERCATOR"), ("other", "geodetic_nw")]),
            id="TMS with grid names: pairs",
        ),
        pytest.param("/tms/1.0.0/osm/EPSG3857", False, ("tms", ["osm"]), id="TMS layer"),
        pytest.param("/wmts/1.0.0/WMTSCapabilities.xml", False, ("wmts", ["osm", "other"]), id="WMTS: layers"),
    ],
)
def test_for_documents_the_hook_is_told_the_layers_and_no_box(
    path: str, use_grid_names: bool, expected: tuple[str, list[Any]]
) -> None:
    hook = Hook(authorized="full")

    get(path, hook, tms=TmsOptions(use_grid_names=use_grid_names))

    assert hook.asked == [(*expected, {"query_extent": None})]


@pytest.mark.parametrize("path", ["/", "/tms", "/nothing"])
def test_pages_without_layers_are_for_everybody(path: str) -> None:
    hook = Hook(authorized="none")

    assert get(path, hook).status_code in {200, 404}
    assert hook.asked == []


@pytest.mark.parametrize("path", TILES)
@pytest.mark.parametrize("headers", [{}, {"If-None-Match": "*"}], ids=["whole", "unchanged"])
def test_permitted_tiles_may_be_kept_by_their_client_and_by_no_shared_cache(path: str, headers: dict[str, str]) -> None:
    answer = get(path, Hook(authorized="partial", layers={"osm": {"tile": True}}), headers=headers)

    assert answer.status_code == (304 if headers else 200)
    assert answer.headers["Cache-Control"] == "private, max-age=259200"
    assert "ETag" in answer.headers


@pytest.mark.parametrize("headers", [{}, {"If-None-Match": "*"}], ids=["whole", "unchanged"])
def test_permitted_empty_tiles_may_be_kept_by_no_shared_cache_either(headers: dict[str, str]) -> None:
    answer = get("/tiles/osm/EPSG3857/5/0/0.png", Hook(authorized="full"), headers=headers)

    assert answer.status_code == (304 if headers else 200)
    assert answer.headers["Cache-Control"] == "private, max-age=259200"


@pytest.mark.parametrize(
    "path", [*LISTS, pytest.param("/tms/1.0.0/osm/EPSG3857", id="TMS layer"), pytest.param("/demo/", id="demo page")]
)
def test_documents_the_hook_has_a_say_in_may_be_kept_by_nobody(path: str) -> None:
    answer = get(path, Hook(authorized="full"))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache, no-store"
