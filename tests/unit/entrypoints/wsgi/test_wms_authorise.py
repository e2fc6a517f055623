"""The authorisation hook and WMS: all or nothing as yet (spec/auth-plugins-decorate.md, 2)."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import WEBMERCATOR, FakeLayers
from tests.fakes.layer_tree import FakeMaps
from tests.fakes.wsgi import client
from tests.unit.entrypoints.wsgi.wms_requests import capabilities, get_map

TILE = get_map(
    srs="EPSG:3857", bbox="-20037508.342789244,0,0,20037508.342789244", width="256", height="256", tiled="true"
)
REQUESTS = [
    pytest.param(get_map(), id="map"),
    pytest.param(get_map(layers="group"), id="map of a group"),
    pytest.param(get_map(layers="secret"), id="map of a layer without a name alone"),
    pytest.param(get_map(layers="mixed"), id="map of a layer without a name beside a permitted one"),
    pytest.param(TILE, id="tile"),
    pytest.param(capabilities("1.1.1"), id="capabilities 1.1.1"),
    pytest.param(capabilities("1.3.0"), id="capabilities 1.3.0"),
]


class Hook:
    """An authorisation callable that gives one result and remembers what it was asked."""

    def __init__(self, **result: Any) -> None:
        self._result = result
        self.asked: list[tuple[str, list[str | None], dict[str, Any]]] = []

    def __call__(self, service: str, layers: list[str | None], **others: Any) -> dict[str, Any]:
        assert "PATH_INFO" in others.pop("environ")
        self.asked.append((service, layers, others))
        return self._result


def get(path: str, hook: Hook) -> TestResponse:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((1, 0, 0))
    maps = FakeMaps()
    unnamed = [maps.layer(f"unnamed {number}", is_named=False) for number in range(3)]
    maps.add(
        maps.layer("osm"),
        maps.group("group", maps.layer("a"), maps.layer("b")),
        maps.group("secret", unnamed[0]),
        maps.group("mixed", unnamed[1], maps.layer("open"), unnamed[2]),
    )
    return client(layers, **maps.parts()).get(path, environ={"mapproxy.authorize": hook})


@pytest.mark.parametrize("path", REQUESTS)
@pytest.mark.parametrize(
    ("result", "status", "text"),
    [
        pytest.param({"authorized": "none"}, 403, "forbidden", id="none"),
        pytest.param({"authorized": "unauthenticated"}, 401, "unauthorized", id="unauthenticated"),
        pytest.param({"authorized": "whatever"}, 403, "forbidden", id="a word that does not exist"),
        pytest.param({"authorized": "partial", "layers": {"osm": {"map": True}}}, 403, "forbidden", id="partial"),
        pytest.param(
            {
                "authorized": "partial",
                "layers": {"secret": {"map": True}, "mixed": {"map": True}, "open": {"map": True}},
            },
            403,
            "forbidden",
            id="all that has a name",
        ),
        pytest.param(
            {"authorized": "partial", "layers": {"osm": {"map": True, "limited_to": {}}}},
            403,
            "forbidden",
            id="limited",
        ),
    ],
)
def test_less_than_full_permission_is_refused_in_plain_text(
    path: str, result: dict[str, Any], status: int, text: str
) -> None:
    answer = get(path + "&exceptions=inimage", Hook(**result))

    assert (answer.status_code, answer.content_type, answer.text) == (status, "text/plain; charset=utf-8", text)
    assert answer.headers["Cache-Control"] == "no-cache, no-store"


@pytest.mark.parametrize("path", REQUESTS)
def test_full_permission_is_enough_and_no_shared_cache_may_keep_the_answer(path: str) -> None:
    answer = get(path, Hook(authorized="full"))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == ("private, max-age=259200" if path == TILE else "no-cache, no-store")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(get_map(), ("wms.map", ["osm"], ("EPSG:4326", (5.0, 45.0, 15.0, 55.0))), id="layer"),
        pytest.param(
            get_map(layers="group,osm"),
            ("wms.map", ["a", "b", "osm"], ("EPSG:4326", (5.0, 45.0, 15.0, 55.0))),
            id="group: the layers that draw it",
        ),
        pytest.param(
            get_map(layers="secret"),
            ("wms.map", [None], ("EPSG:4326", (5.0, 45.0, 15.0, 55.0))),
            id="group: a layer without a name",
        ),
        pytest.param(
            get_map(layers="mixed"),
            ("wms.map", [None, "open"], ("EPSG:4326", (5.0, 45.0, 15.0, 55.0))),
            id="group: layers without a name, said once, beside one with a name",
        ),
        pytest.param(
            TILE, ("wms.map", ["osm"], ("EPSG:3857", (-20037508.342789244, 0.0, 0.0, 20037508.342789244))), id="tile"
        ),
    ],
)
def test_the_hook_is_told_what_is_drawn(path: str, expected: tuple[str, list[str | None], Any]) -> None:
    hook = Hook(authorized="full")

    get(path, hook)

    service, layers, extent = expected
    assert hook.asked == [(service, layers, {"query_extent": extent})]


def test_for_documents_it_is_told_all_layers_and_no_box() -> None:
    hook = Hook(authorized="full")

    get(capabilities(), hook)

    names = ["osm", "group", "a", "b", "secret", None, "mixed", "open"]
    assert hook.asked == [("wms.capabilities", names, {})]


def test_a_hook_that_judges_by_names_is_not_passed_by_a_layer_without_one() -> None:
    class OnlyOpen(Hook):
        def __call__(self, service: str, layers: list[str | None], **others: Any) -> dict[str, Any]:
            return {"authorized": "full" if set(layers) <= {"open"} else "none"}

    assert get(get_map(layers="open"), OnlyOpen()).status_code == 200
    assert get(get_map(layers="mixed"), OnlyOpen()).status_code == 403
    assert get(get_map(layers="secret"), OnlyOpen()).status_code == 403


@pytest.mark.parametrize("path", [get_map(layers="none"), get_map(bbox="x"), get_map(request="x")])
def test_malformed_requests_are_refused_before_the_hook_is_asked(path: str) -> None:
    hook = Hook(authorized="none")

    assert get(path, hook).status_code == 400
    assert hook.asked == []
