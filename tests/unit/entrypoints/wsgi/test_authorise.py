"""The authorisation hook of a wrapping application (spec/auth-plugins-decorate.md, 2)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import GEODETIC_NW, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import client
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


def get(path: str, hook: Hook, *, headers: Mapping[str, str] = MappingProxyType({}), **options: Any) -> TestResponse:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((1, 0, 0))
    layers.add("other", WEBMERCATOR, GEODETIC_NW)
    return client(layers, demo=DemoOptions(), **options).get(path, environ={"mapproxy.authorize": hook}, **headers)


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


@pytest.mark.parametrize("path", TILES)
@pytest.mark.parametrize("of_layer", [True, False])
def test_permission_for_a_part_of_the_map_is_refused_rather_than_ignored(path: str, of_layer: bool) -> None:
    limit = {"limited_to": {"srs": "EPSG:4326", "geometry": [0, 0, 1, 1]}}
    permissions = {"osm": {"tile": True, **(limit if of_layer else {})}}

    answer = get(path, Hook(authorized="partial", layers=permissions, **({} if of_layer else limit)))

    assert (answer.status_code, answer.text) == (403, "forbidden")


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
