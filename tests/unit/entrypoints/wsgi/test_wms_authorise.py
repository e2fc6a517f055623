"""The authorisation hook and WMS (spec/auth-plugins-decorate.md, 2.3 and 2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import PNG_TILE, WEBMERCATOR, WGS84, FakeLayers
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.projection import FakeProjection
from tests.fakes.wsgi import client
from tests.unit.entrypoints.wsgi.broken_limits import BROKEN_LIMITS
from tests.unit.entrypoints.wsgi.wms_requests import capabilities, get_map
from tilekeep.adapters.geometry.given_areas import GivenAreas
from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox
from tilekeep.entrypoints.wsgi.options import BoundingBoxSrs
from tilekeep.entrypoints.wsgi.permissions import read_permissions
from tilekeep.entrypoints.wsgi.visible_layers import VisibleLayers
from tilekeep.entrypoints.wsgi.wms.layer_boxes import LayerBoxes

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


def get(path: str, hook: Hook, headers: Mapping[str, str] = MappingProxyType({})) -> TestResponse:
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
    return client(layers, **maps.parts()).get(path, environ={"mapproxy.authorize": hook}, **headers)


@pytest.mark.parametrize("path", REQUESTS)
@pytest.mark.parametrize(
    ("result", "status", "text"),
    [
        pytest.param({"authorized": "none"}, 403, "forbidden", id="none"),
        pytest.param({"authorized": "unauthenticated"}, 401, "unauthorized", id="unauthenticated"),
        pytest.param({"authorized": "whatever"}, 403, "forbidden", id="a word that does not exist"),
        pytest.param({"authorized": "partial", "layers": []}, 403, "forbidden", id="partial with broken layers"),
        pytest.param({}, 403, "forbidden", id="nothing at all"),
    ],
)
def test_refusals_are_in_plain_text_for_groups_too(path: str, result: dict[str, Any], status: int, text: str) -> None:
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


class TestLimitOfTheSrs:
    """Maps in an SRS may end at a limit, and that is what hooks are told (the same document, 2.3)."""

    OPTIONS = wms_options(bbox_srs=(BoundingBoxSrs(WGS84, BBox(0.0, 40.0, 10.0, 50.0)),))

    def asked(self, path: str) -> list[Any]:
        hook = Hook(authorized="full")
        maps = FakeMaps()
        maps.add(maps.layer("osm"))
        client(FakeLayers(), **maps.parts(self.OPTIONS)).get(path, environ={"mapproxy.authorize": hook})
        return [others["query_extent"] for _, _, others in hook.asked]

    def test_the_hook_is_told_the_box_that_is_drawn(self) -> None:
        assert self.asked(get_map()) == [("EPSG:4326", (5.0, 45.0, 10.0, 50.0))]

    def test_of_a_map_beyond_the_limit_it_is_told_the_box_of_the_request(self) -> None:
        assert self.asked(get_map(bbox="20,20,30,30")) == [("EPSG:4326", (20.0, 20.0, 30.0, 30.0))]


#: West of ten degrees, and south of fifty; the usual map reaches from five to fifteen and from 45 to 55.
WEST = {"srs": "EPSG:4326", "geometry": [0, 0, 10, 80]}
SOUTH = {"srs": "EPSG:3857", "geometry": [0, 0, 5009377.0, 6446275.8]}
ALL = {"srs": "EPSG:4326", "geometry": [0, 0, 80, 80]}
ELSEWHERE = {"srs": "EPSG:4326", "geometry": [-20, 0, -10, 80]}


#: The western half of the tile.
WEST_HALF = {"srs": "EPSG:3857", "geometry": [-20037508.4, -1, -10018754, 20037509]}

PERMITTED = {"osm": {"map": 1}, "group": {"map": True}, "a": {"map": True}, "mixed": {"map": True}}


class TestPartialPermission:
    """Of maps."""

    def map(self, layers: str, permitted: dict[str | None, Any], **more: Any) -> TestResponse:
        path = get_map(layers=layers, **more.pop("changed", {}))
        return get(path, Hook(authorized="partial", layers=permitted, **more))

    @pytest.mark.parametrize(
        ("layers", "permitted", "shown"),
        [
            pytest.param("osm", {"osm": {"map": True}}, "osm@0,0", id="permitted"),
            pytest.param("group", {"a": {"map": True}}, "a@0,0", id="a group of which one layer is permitted"),
            pytest.param("group", {"group": {"map": True}}, "nothing", id="the name of a group permits nothing"),
            pytest.param("group,osm", {"osm": {"map": True}}, "osm@0,0", id="a group beside a permitted layer"),
            pytest.param("mixed", {"open": {"map": True}}, "open@0,0", id="layers without names are not permitted"),
            pytest.param("secret", {None: {"map": True}}, "unnamed 0@0,0", id="unless they are so by having none"),
        ],
    )
    def test_what_is_not_permitted_of_a_group_is_left_out(
        self, layers: str, permitted: dict[str | None, Any], shown: str
    ) -> None:
        answer = self.map(layers, permitted)

        assert (answer.status_code, answer.text) == (200, shown)
        assert answer.headers["Cache-Control"] == "no-cache, no-store"

    @pytest.mark.parametrize(
        ("layers", "permitted"),
        [
            pytest.param("osm", {}, id="nothing permitted"),
            pytest.param("osm", {"osm": None}, id="no permission for the layer"),
            pytest.param("osm", {"osm": {"tile": True}}, id="permitted for tiles only"),
            pytest.param("osm", {"osm": {"map": 1}}, id="true is not enough, it must be True"),
            pytest.param("osm,a", {"a": {"map": True}}, id="one of two"),
            pytest.param("group,a", {"b": {"map": True}}, id="a layer that its group would hide, requested too"),
            pytest.param("osm", {"osm": "map"}, id="a permission that is no mapping"),
        ],
    )
    def test_a_requested_layer_that_is_not_permitted_refuses_the_map(
        self, layers: str, permitted: dict[str | None, Any]
    ) -> None:
        answer = self.map(layers, permitted)

        assert (answer.status_code, answer.text) == (403, "forbidden")

    @pytest.mark.parametrize(
        ("of_layer", "of_map", "shown"),
        [
            pytest.param(WEST, None, "osm clipped to 1@0,0", id="of the layer"),
            pytest.param(None, SOUTH, "osm clipped to 1@0,0", id="of the map"),
            pytest.param(WEST, SOUTH, "osm clipped to 1 clipped to 1@0,0", id="of both"),
            pytest.param(ALL, SOUTH, "osm clipped to 1@0,0", id="of the map within that of the layer"),
            pytest.param(ALL, ALL, "osm@0,0", id="around the whole map"),
            pytest.param(ELSEWHERE, None, "nothing", id="elsewhere"),
            pytest.param(WEST, ELSEWHERE, "nothing", id="of the map elsewhere"),
        ],
    )
    def test_layers_are_cut_to_all_their_limits(self, of_layer: Any, of_map: Any, shown: str) -> None:
        answer = self.map("osm", {"osm": {"map": True, "limited_to": of_layer}}, limited_to=of_map)

        assert (answer.status_code, answer.text) == (200, shown)

    def test_each_layer_is_cut_to_its_own_limit(self) -> None:
        permitted = {"a": {"map": True, "limited_to": WEST}, "b": {"map": True}}

        assert self.map("group", permitted).text == "a clipped to 1@0,0+b@0,0"

    @pytest.mark.parametrize("limit", BROKEN_LIMITS)
    def test_a_limit_that_means_nothing_refuses_the_map(self, limit: Any, caplog: pytest.LogCaptureFixture) -> None:
        of_layer = self.map("osm", {"osm": {"map": True, "limited_to": limit}})
        of_map = self.map("osm", {"osm": {"map": True}}, limited_to=limit)

        assert (of_layer.status_code, of_map.status_code) == (403, 403)
        assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
        assert "limited_to of layer osm" in caplog.messages[0]

    def test_attribution_is_not_cut_off(self) -> None:
        hook = Hook(authorized="partial", layers={"osm": {"map": True}}, limited_to=ELSEWHERE)
        maps = FakeMaps()
        maps.add(maps.layer("osm"))
        web = client(FakeLayers(), **maps.parts(wms_options(attribution="Survey")))

        answer = web.get(get_map(), environ={"mapproxy.authorize": hook})

        assert answer.text == 'nothing "Survey" bottom right'

    def test_a_broken_limit_of_a_layer_that_is_not_asked_for_does_no_harm(self) -> None:
        assert self.map("osm", {"osm": {"map": True}, "a": {"map": True, "limited_to": "?"}}).status_code == 200


class TestPartialPermissionOfTiles:
    """By WMS-C."""

    def tile(self, permitted: Any, **more: Any) -> TestResponse:
        return get(TILE, Hook(authorized="partial", layers=permitted), **more)

    def test_within_its_limit_the_stored_tile_is_delivered_to_its_client(self) -> None:
        limit = {"srs": "EPSG:3857", "geometry": [-20037509, -1, 1, 20037509]}

        answer = self.tile({"osm": {"map": True, "limited_to": limit}})

        assert answer.data == PNG_TILE
        assert answer.headers["Cache-Control"] == "private, max-age=259200"

    def test_across_its_limit_it_is_drawn_as_a_map_that_nobody_may_keep(self) -> None:
        permitted = {"osm": {"map": True, "limited_to": WEST_HALF}}

        answer = self.tile(
            permitted, headers={"If-None-Match": "*", "If-Modified-Since": "Tue, 01 Jan 2030 00:00:00 GMT"}
        )

        assert (answer.status_code, answer.text) == (200, "osm clipped to 1@0,0")
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        assert "ETag" not in answer.headers

    def test_beyond_its_limit_the_map_is_empty(self) -> None:
        answer = self.tile({"osm": {"map": True, "limited_to": ELSEWHERE | {"geometry": [0, -80, 10, -70]}}})

        assert (answer.status_code, answer.text) == (200, "nothing")
        assert answer.headers["Cache-Control"] == "no-cache, no-store"

    def test_that_is_not_permitted_it_is_refused(self) -> None:
        assert self.tile({"osm": {"tile": True}}).status_code == 403


class TestPartialCapabilities:
    """What documents list."""

    def names(self, version: str, permitted: Any, **more: Any) -> list[str | None]:
        """The layers of the document below the root, in its order; None for those without a name."""
        hook = Hook(authorized="partial", layers=permitted, **more)
        answer = get(capabilities(version), hook)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        layers = [e for e in ET.fromstring(answer.data).iter() if e.tag.rpartition("}")[2] == "Layer"]
        names = [[c.text for c in layer if c.tag.rpartition("}")[2] == "Name"] for layer in layers]
        return [found[0] if found else None for found in names[1:]]

    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    @pytest.mark.parametrize(
        ("permitted", "more", "expected"),
        [
            pytest.param(PERMITTED, {}, ["osm", "group", "a", "mixed", None, None], id="permitted ones"),
            pytest.param({"osm": {"map": False}, "a": {"map": True}}, {}, [], id="not what a group holds that is not"),
            pytest.param({"group": {"map": True}}, {}, [], id="no groups without content"),
            pytest.param({"osm": {"tile": True}}, {}, [], id="permitted for tiles only"),
            pytest.param(None, {}, [], id="no layers at all"),
            pytest.param({"osm": {"map": True, "limited_to": WEST}}, {}, ["osm"], id="limited ones"),
            pytest.param(
                {"osm": {"map": True, "limited_to": {"srs": "EPSG:4326", "geometry": "POLYGON EMPTY"}}},
                {},
                [],
                id="not those with data outside their limit only",
            ),
            pytest.param(
                {"osm": {"map": True}},
                {"limited_to": {"srs": "EPSG:4326", "geometry": ""}},
                [],
                id="not those with data outside the limit of the answer only",
            ),
        ],
    )
    def test_they_list(self, version: str, permitted: Any, more: dict[str, Any], expected: list[str | None]) -> None:
        assert self.names(version, permitted, **more) == expected

    def test_boxes_are_cut_to_the_limits_of_layer_and_answer(self) -> None:
        hook = Hook(
            authorized="partial",
            layers={"osm": {"map": True, "limited_to": {"srs": "EPSG:4326", "geometry": [0, 0, 10, 80]}}},
            limited_to={"srs": "EPSG:4326", "geometry": "POLYGON((5 5, 60 5, 5 60, 5 5))"},
        )

        document = ET.fromstring(get(capabilities("1.1.1"), hook).data)

        boxes = {
            layer.findtext("Name"): [
                tuple(float(box.attrib[side]) for side in ("minx", "miny", "maxx", "maxy"))
                for box in layer.iterfind("LatLonBoundingBox")
            ]
            for layer in document.iter("Layer")
        }
        assert boxes == {None: [(5.0, 5.0, 60.0, 60.0)], "osm": [(5.0, 5.0, 10.0, 60.0)]}

    def test_boxes_made_up_by_hooks_are_not_kept(self) -> None:
        """Those of layers are, and hooks may have a thousand users."""
        boxes = LayerBoxes(wms_options(), lambda extent, srs: extent.bbox, WGS84)
        extent = Extent(BBox(0, 0, 1, 1), WGS84)

        assert boxes(extent) is boxes(extent)
        assert boxes.for_one_document()(extent) is not boxes(extent)
        assert boxes.for_one_document()(extent) == boxes(extent)

    def test_tiles_of_layers_that_are_not_listed_are_not_listed_either(self) -> None:
        path = capabilities("1.1.1", tiled="true")

        listed = get(path, Hook(authorized="partial", layers={"osm": {"map": True}})).text
        hidden = get(path, Hook(authorized="partial", layers={"a": {"map": True}})).text

        assert (listed.count("<TileSet>"), hidden.count("<TileSet>")) == (1, 0)

    def test_a_limit_that_means_nothing_refuses_the_document(self) -> None:
        hook = Hook(authorized="partial", layers={"osm": {"map": True, "limited_to": "?"}})

        assert get(capabilities(), hook).status_code == 403

    @pytest.mark.parametrize(
        ("layer", "may"),
        [("osm", True), ("a", False), ("b", False), (None, True)],
        ids=["1", "false", "no word", "no name"],
    )
    def test_what_may_be_queried_is_what_is_permitted_or_has_no_name(self, layer: str | None, may: bool) -> None:
        permissions = read_permissions(
            {"authorized": "partial", "layers": {"osm": {"featureinfo": 1}, "a": {"featureinfo": False}}},
            GivenAreas(FakeProjection()),
        )
        nodes = VisibleLayers(lambda _: Extent(BBox(0, 0, 1, 1), WGS84), permissions)

        assert nodes.may_be_queried(MapLayer(layer, "")) is may
