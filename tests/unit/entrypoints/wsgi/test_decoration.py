"""The callable of a wrapping application that draws on images (spec/auth-plugins-decorate.md, 3)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import BLANK, WEBMERCATOR, WGS84, FailingMaker, FakeLayers
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.text_imaging import image
from tests.fakes.text_pictures import TextPicture
from tests.fakes.wsgi import client
from tests.unit.entrypoints.wsgi.wms_requests import capabilities, get_map
from tilekeep.domain.errors import ImageError, SourceStatusError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.resolution_range import ResolutionRange
from tilekeep.entrypoints.wsgi.options import BoundingBoxSrs

HALF = 20037508.342789244
TILES = [
    pytest.param("/tms/1.0.0/osm/EPSG3857/0/0/1.png", "tms", id="TMS"),
    pytest.param("/tiles/osm/EPSG3857/1/0/0.png", "tms", id="tiles"),
    pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/01/0/0.png", "wmts", id="WMTS REST"),
    pytest.param(
        "/service?service=WMTS&request=GetTile&version=1.0.0&layer=osm&style=&tilematrixset=GLOBAL_WEBMERCATOR"
        "&tilematrix=01&tilerow=0&tilecol=0&format=image/png",
        "wmts",
        id="WMTS KVP",
    ),
    pytest.param(
        get_map(srs="EPSG:3857", bbox=f"{-HALF},0,0,{HALF}", width="256", height="256", tiled="true"),
        "wms.map",
        id="WMS-C",
    ),
]
TILE = image(256, 256, "tile")


class Pen:
    """A callable that writes on pictures and remembers what it was told."""

    def __init__(self, *, cacheable: bool = True) -> None:
        self.told: list[tuple[str, list[str | None], Any]] = []
        self.encodings: list[Any] = []
        self._cacheable = cacheable

    def __call__(self, picture: TextPicture, service: str, layers: list[str | None], **others: Any) -> TextPicture:
        assert "PATH_INFO" in others["environ"]
        assert set(others) == {"environ", "query_extent"}
        self.told.append((service, layers, others["query_extent"]))
        self.encodings.append(picture.encoding)
        picture.shows += " with ink"
        picture.cacheable = picture.cacheable and self._cacheable
        return picture


def get(
    path: str,
    pen: Any,
    *,
    hook: Any = None,
    headers: Mapping[str, str] = MappingProxyType({}),
    layers: FakeLayers | None = None,
    maps: FakeMaps | None = None,
    **options: Any,
) -> TestResponse:
    if layers is None:
        layers = FakeLayers()
        layers.add("osm", WEBMERCATOR).put((1, 0, 0), TILE)
    if maps is None:
        maps = FakeMaps()
        maps.add(maps.layer("osm"), maps.group("group", maps.layer("a"), maps.layer("b")))
    environ = {"mapproxy.decorate_img": pen, **({} if hook is None else {"mapproxy.authorize": hook})}
    return client(layers, **maps.parts(wms_options(**options))).get(path, environ=environ, **headers)


def partial(**result: Any) -> Any:
    return lambda service, layers, **others: {"authorized": "partial", **result}


class TestTiles:
    """Of every service."""

    @pytest.mark.parametrize(("path", "service"), TILES)
    def test_they_are_drawn_on_for_this_request(self, path: str, service: str) -> None:
        pen = Pen()

        answer = get(path, pen)

        assert (answer.status_code, answer.text, answer.content_type) == (200, "tile with ink", "image/png")
        assert pen.told == [(service, ["osm"], ("EPSG:3857", (-HALF, 0.0, 0.0, HALF)))]

    @pytest.mark.parametrize(("path", "service"), TILES)
    def test_clients_may_keep_them_under_a_tag_of_their_own(self, path: str, service: str) -> None:
        layers = FakeLayers()
        layers.add("osm", WEBMERCATOR).put((1, 0, 0), TILE)
        plain = get(path, None, layers=layers)
        drawn = get(path, Pen(), layers=layers)

        again = get(path, Pen(), layers=layers, headers={"If-None-Match": drawn.headers["ETag"]})
        other = get(path, Pen(), layers=layers, headers={"If-None-Match": plain.headers["ETag"]})
        older = get(path, Pen(), layers=layers, headers={"If-Modified-Since": "Tue, 01 Jan 2030 00:00:00 GMT"})

        assert drawn.headers["Cache-Control"] == "public, max-age=259200, s-maxage=259200"
        assert (plain.data, again.status_code, other.text, older.text) == (TILE, 304, "tile with ink", "tile with ink")

    @pytest.mark.parametrize(("path", "service"), TILES)
    def test_nobody_may_keep_them_if_the_callable_says_so(self, path: str, service: str) -> None:
        answer = get(path, Pen(cacheable=False), headers={"If-None-Match": "*"})

        assert answer.text == "tile with ink"
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        assert "ETag" not in answer.headers

    @pytest.mark.parametrize(("path", "service"), TILES)
    def test_under_a_hook_they_are_for_their_client_alone(self, path: str, service: str) -> None:
        answer = get(path, Pen(), hook=lambda *_, **__: {"authorized": "full"})

        assert answer.headers["Cache-Control"] == "private, max-age=259200"

    @pytest.mark.parametrize(("path", "service"), TILES[:4])
    def test_they_are_drawn_on_before_they_are_cut(self, path: str, service: str) -> None:
        limit = {"srs": "EPSG:4326", "geometry": [-90, 0, 0, 80]}

        answer = get(path, Pen(), hook=partial(layers={"osm": {"tile": True}}, limited_to=limit))

        assert answer.text == "tile with ink clipped to 1"
        assert answer.headers["Cache-Control"] == "no-cache, no-store"

    @pytest.mark.parametrize(
        "limit", [None, {"srs": "EPSG:4326", "geometry": [10, -20, 20, -10]}], ids=["not stored", "outside the limit"]
    )
    def test_empty_ones_are_not_drawn_on(self, limit: Any) -> None:
        pen = Pen()
        path = "/tiles/osm/EPSG3857/1/1/0.png" if limit is None else "/tiles/osm/EPSG3857/1/0/0.png"

        answer = get(path, pen, hook=partial(layers={"osm": {"tile": True, "limited_to": limit}}))

        assert (answer.data, pen.told) == (BLANK, [])

    def test_one_that_cannot_be_drawn_on_is_not_shown_as_it_is(self) -> None:
        """The drawing might hide something."""
        layers = FakeLayers()
        layers.add("osm", WEBMERCATOR).put((1, 0, 0), b"no image")

        answer = get("/tiles/osm/EPSG3857/1/0/0.png", Pen(), layers=layers)

        assert (answer.status_code, b"no image" in answer.data) == (500, False)

    def test_errors_are_not_drawn_on(self) -> None:
        layers = FakeLayers()
        layers.add("osm", WEBMERCATOR, maker=FailingMaker(SourceStatusError("down", status=503)))
        pen = Pen()

        assert get("/tiles/osm/EPSG3857/1/0/0.png", pen, layers=layers).status_code == 500
        assert pen.told == []


class TestMaps:
    """By WMS."""

    def test_they_are_drawn_on_before_they_are_encoded(self) -> None:
        pen = Pen()

        answer = get(get_map(transparent="true"), pen)

        assert answer.text == "osm@0,0 with ink"
        assert pen.told == [("wms.map", ["osm"], ("EPSG:4326", (5.0, 45.0, 15.0, 55.0)))]
        assert [encoding.transparent for encoding in pen.encodings] == [True]

    def test_the_callable_is_told_the_layers_that_draw_a_group(self) -> None:
        pen = Pen()

        get(get_map(layers="group"), pen)

        assert [layers for _, layers, _ in pen.told] == [["a", "b"]]

    def test_it_is_told_of_no_layer_that_is_not_permitted(self) -> None:
        pen = Pen()

        get(get_map(layers="group"), pen, hook=partial(layers={"b": {"map": True}}))

        assert [layers for _, layers, _ in pen.told] == [["b"]]

    def test_they_are_drawn_on_after_they_have_been_cut(self) -> None:
        limit = {"srs": "EPSG:4326", "geometry": [0, 0, 10, 80]}

        answer = get(get_map(), Pen(), hook=partial(layers={"osm": {"map": True}}, limited_to=limit))

        assert answer.text == "osm clipped to 1@0,0 with ink"

    def test_they_are_drawn_on_after_the_attribution(self) -> None:
        assert get(get_map(), Pen(), attribution="Survey").text.endswith('"Survey" bottom right with ink')

    def test_a_map_without_layers_is_drawn_on_too(self) -> None:
        maps = FakeMaps()
        maps.add(maps.layer("osm", resolutions=ResolutionRange(min_res=1)))

        assert get(get_map(), Pen(), maps=maps).text == "nothing with ink"

    def test_one_that_ends_at_a_limit_is_drawn_on_as_a_whole(self) -> None:
        pen = Pen()
        limit = BoundingBoxSrs(WGS84, BBox(0.0, 40.0, 10.0, 50.0))

        answer = get(get_map(), pen, bbox_srs=(limit,))

        assert answer.text.endswith("alone with ink")
        assert [extent for _, _, extent in pen.told] == [("EPSG:4326", (5.0, 45.0, 10.0, 50.0))]

    def test_one_beyond_the_limit_is_not_drawn_on(self) -> None:
        pen = Pen()
        limit = BoundingBoxSrs(WGS84, BBox(0.0, 0.0, 1.0, 1.0))

        assert (get(get_map(), pen, bbox_srs=(limit,)).text, pen.told) == ("nothing", [])

    @pytest.mark.parametrize(
        ("cacheable", "headers"), [(True, None), (False, "no-cache, no-store")], ids=["kept", "not kept"]
    )
    def test_the_callable_says_whether_they_may_be_kept(self, cacheable: bool, headers: str | None) -> None:
        assert get(get_map(), Pen(cacheable=cacheable)).headers.get("Cache-Control") == headers

    def test_it_cannot_have_kept_what_must_not_be(self) -> None:
        """Published callables give back an image that may be kept, whatever they got."""
        maps = FakeMaps()
        maps.add(maps.layer("osm", SourceStatusError("down", status=503)), maps.layer("a"))

        answer = get(get_map(layers="osm,a"), lambda *_, **__: TextPicture("new"), maps=maps)

        assert (answer.text, answer.headers["Cache-Control"]) == ("new", "no-cache, no-store")

    def test_what_is_no_image_is_no_answer(self) -> None:
        with pytest.raises(ImageError, match="NoneType is no image"):
            get(get_map(), lambda *_, **__: None)

    @pytest.mark.parametrize(
        "path", [get_map(layers="none"), get_map(layers="none", exceptions="inimage"), capabilities()]
    )
    def test_exceptions_and_documents_are_not_drawn_on(self, path: str) -> None:
        pen = Pen()

        get(path, pen)

        assert pen.told == []
