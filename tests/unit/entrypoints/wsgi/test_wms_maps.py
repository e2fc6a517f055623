"""What GetMap draws, and what it says about it (spec/services.md, 3.6, 3.8 and 3.9)."""

from __future__ import annotations

import pytest

from tests.fakes.catalogue import MERCATOR, WEBMERCATOR, WGS84, FakeLayers
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.text_imaging import TextRaster
from tests.fakes.wsgi import WsgiClient, client
from tests.unit.entrypoints.wsgi.wms_requests import get_map, service_exception
from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import InvalidParameter, LockTimeout, ProjectionError, SourceError, StoreError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.map_query import Blank, Drawn, MapQuery, SourceAnswer
from tilekeep.domain.resolution_range import ResolutionRange
from tilekeep.domain.tile_state import TileState
from tilekeep.entrypoints.wsgi.options import BoundingBoxSrs, WmsOptions

TIME = Dimension("time", ("2020", "2021"), "2021")


@pytest.fixture
def maps() -> FakeMaps:
    return FakeMaps()


def web(maps: FakeMaps, *layers: MapLayer, options: WmsOptions | None = None) -> WsgiClient:
    maps.add(*layers)
    tiles = FakeLayers()
    tiles.add("osm", WEBMERCATOR)
    return client(tiles, **maps.parts(options))


def test_the_attribution_stands_in_the_lower_right_corner_of_every_map(maps: FakeMaps) -> None:
    service = web(maps, maps.layer("a"), options=wms_options(attribution="© Survey"))

    service.get(get_map(layers="a"))

    expected = Label("© Survey", LabelPlace.BOTTOM_RIGHT, 10, (0, 0, 0, 255), box=(255, 255, 255, 120))
    assert maps.imaging.labels == [expected]


class TestLayers:
    def test_they_lie_over_each_other_in_the_order_of_the_request(self, maps: FakeMaps) -> None:
        service = web(maps, maps.layer("a"), maps.layer("b"), maps.layer("c"))

        assert service.get(get_map(layers="c,a")).data == b"c@0,0+a@0,0"

    def test_a_group_is_drawn_by_its_children(self, maps: FakeMaps) -> None:
        service = web(maps, maps.group("g", maps.layer("a"), maps.group(None, maps.layer("b"), maps.layer("c"))))

        assert service.get(get_map(layers="g")).data == b"a@0,0+b@0,0+c@0,0"

    def test_layers_of_a_group_need_no_names(self, maps: FakeMaps) -> None:
        unnamed = [maps.layer(name, is_named=False) for name in "ab"]

        assert web(maps, maps.group("g", *unnamed)).get(get_map(layers="g")).data == b"a@0,0+b@0,0"

    def test_a_group_with_sources_is_drawn_by_them_alone(self, maps: FakeMaps) -> None:
        service = web(maps, maps.layer("g", children=[maps.layer("a")]))

        assert service.get(get_map(layers="g")).data == b"g@0,0"
        assert service.get(get_map(layers="a")).data == b"a@0,0"

    @pytest.mark.parametrize(
        ("layers", "expected"),
        [
            pytest.param("a,b,a", b"a@0,0+b@0,0", id="named twice"),
            pytest.param("b,g", b"b@0,0+a@0,0", id="named, and in a group"),
            pytest.param("g,g", b"a@0,0+b@0,0", id="a group twice"),
            pytest.param(",".join(["a"] * 5000), b"a@0,0", id="named very often"),
        ],
    )
    def test_what_is_asked_for_twice_is_drawn_once(self, maps: FakeMaps, layers: str, expected: bytes) -> None:
        service = web(maps, maps.group("g", maps.layer("a"), maps.layer("b")))

        assert service.get(get_map(layers=layers)).data == expected

    def test_a_layer_outside_its_resolutions_is_left_out(self, maps: FakeMaps) -> None:
        fine = ResolutionRange(min_res=1000.0)
        service = web(maps, maps.layer("fine", resolutions=fine), maps.layer("a"))

        coarse_map = service.get(get_map(layers="fine,a", srs="EPSG:3857", bbox="0,0,200000,200000"))
        fine_map = service.get(get_map(layers="fine,a", srs="EPSG:3857", bbox="0,0,20000,20000"))

        assert (coarse_map.data, fine_map.data) == (b"a@0,0", b"fine@0,0+a@0,0")

    def test_children_of_a_requested_group_have_no_range_of_their_own(self, maps: FakeMaps) -> None:
        service = web(maps, maps.group("g", maps.layer("fine", resolutions=ResolutionRange(min_res=0.001))))

        assert service.get(get_map(layers="g")).data == b"fine@0,0"

    def test_where_no_layer_shows_anything_the_map_is_empty(self, maps: FakeMaps) -> None:
        service = web(maps, maps.layer("fine", resolutions=ResolutionRange(min_res=0.001)))

        answer = service.get(get_map(layers="fine", bgcolor="0x102030"))

        assert (answer.status_code, answer.content_type, answer.data) == (200, "image/png", b"nothing")
        assert maps.imaging.canvases == [(Size(100, 80), False, (16, 32, 48))]

    def test_a_source_that_has_nothing_to_show_leaves_the_map_empty(self, maps: FakeMaps) -> None:
        assert web(maps, maps.layer("osm", Blank())).get(get_map()).data == b"nothing"


class TestLimitedSrs:
    LIMITED = wms_options(bbox_srs=(BoundingBoxSrs(MERCATOR), BoundingBoxSrs(WGS84, BBox(0, 40, 10, 50))))

    @pytest.mark.parametrize(
        ("bbox", "expected", "asked"),
        [
            pytest.param("1,41,2,42", b"osm@0,0", BBox(1, 41, 2, 42), id="inside"),
            pytest.param("5,45,15,55", b"osm@0,0@0,40 alone", BBox(5, 45, 10, 50), id="partly outside"),
            pytest.param("20,20,30,30", b"nothing", None, id="outside"),
            pytest.param("10,40,20,50", b"nothing", None, id="beside it"),
        ],
    )
    @pytest.mark.parametrize("code", ["EPSG:4326", "epsg:4326"])
    def test_maps_end_at_the_box_of_their_srs(
        self, maps: FakeMaps, code: str, bbox: str, expected: bytes, asked: BBox | None
    ) -> None:
        service = web(maps, maps.layer("osm"), options=self.LIMITED)

        answer = service.get(get_map(bbox=bbox, srs=code))

        assert (answer.status_code, answer.data) == (200, expected)
        assert [found.bbox for found in maps.sources["osm"].queries] == ([] if asked is None else [asked])

    def test_maps_in_other_srs_do_not(self, maps: FakeMaps) -> None:
        service = web(maps, maps.layer("osm"), options=self.LIMITED)

        assert service.get(get_map(srs="EPSG:3857", bbox="-9,-9,1,1")).data == b"osm@0,0"


class TestDimensions:
    @pytest.mark.parametrize(
        ("configured", "parameters", "expected"),
        [
            pytest.param(["time"], {"TIME": "2020"}, (("time", "2020"),), id="names know no case"),
            pytest.param(["time"], {"time": "any/thing"}, (("time", "any/thing"),), id="values are not checked"),
            pytest.param(["time"], {}, (), id="there is no default"),
            pytest.param(["time"], {"time": ""}, (), id="an empty value is none"),
            pytest.param(
                ["elevation", "time"], {"time": "1", "elevation": "2"}, (("elevation", "2"), ("time", "1")), id="both"
            ),
            pytest.param(["dim_run"], {"dim_run": "1"}, (("dim_run", "1"),), id="configured with its prefix"),
            pytest.param(["run"], {"dim_run": "1"}, (("run", "1"),), id="configured without it"),
            pytest.param(["run"], {"run": "1"}, (), id="asked for without it"),
            pytest.param([], {"time": "2020", "dim_x": "1"}, (), id="not configured"),
        ],
    )  # fmt: skip
    def test_configured_dimensions_are_passed_on(
        self, maps: FakeMaps, configured: list[str], parameters: dict[str, str], expected: tuple[tuple[str, str], ...]
    ) -> None:
        dimensions = tuple(Dimension(name, ("1", "2"), "2") for name in configured)

        web(maps, maps.layer("osm", dimensions=dimensions)).get(get_map(**parameters))

        assert maps.sources["osm"].queries[0].dimensions == expected

    @pytest.mark.parametrize(("version", "expected"), [("1.0.0", ()), ("1.1.0", (("time", "2020"),))])
    def test_1_0_0_has_none(self, maps: FakeMaps, version: str, expected: tuple[tuple[str, str], ...]) -> None:
        web(maps, maps.layer("osm", dimensions=(TIME,))).get(get_map(version, time="2020"))

        assert maps.sources["osm"].queries[0].dimensions == expected

    def test_those_of_all_layers_that_are_drawn_count(self, maps: FakeMaps) -> None:
        service = web(maps, maps.layer("osm"), maps.group("g", maps.layer("b", dimensions=(TIME,))))

        service.get(get_map(layers="osm,g", time="2020"))

        assert maps.sources["b"].queries[0].dimensions == (("time", "2020"),)


class TestHiddenLayers:
    """What lies below an opaque layer is not drawn (spec/services.md, 3.6)."""

    @pytest.mark.parametrize(
        ("layers", "drawn"),
        [
            pytest.param("land,photo", "photo", id="below it nothing"),
            pytest.param("photo,land", "photo land", id="above it everything"),
            pytest.param("land,photo,roads", "photo roads", id="what comes after it"),
            pytest.param("land,photo,land", "photo land", id="what comes after it again"),
            pytest.param("land,roads,land", "land roads", id="without it each once"),
            pytest.param("land,both", "land2 photo2", id="a group that has it, whole"),
            pytest.param("land,far", "land", id="not out of its range"),
        ],
    )
    def test_an_opaque_layer_hides_those_below(self, maps: FakeMaps, layers: str, drawn: str) -> None:
        nowhere = ResolutionRange(1e-9, 1e-10)
        service = web(
            maps,
            maps.layer("land"),
            maps.layer("roads"),
            maps.layer("photo", hides=True),
            maps.layer("far", hides=True, resolutions=nowhere),
            maps.group("both", maps.layer("land2"), maps.layer("photo2", hides=True)),
        )

        answer = service.get(get_map(layers=layers))

        assert answer.data.decode() == "+".join(f"{name}@0,0" for name in drawn.split())


class TestForwardedParameters:
    """Sources may be sent parameters of the client (spec/sources.md, 3.5)."""

    def test_only_those_that_a_drawn_layer_names_and_as_it_spells_them(self, maps: FakeMaps) -> None:
        service = web(maps, maps.layer("osm", forwarded=("Token", "other")), maps.layer("b", forwarded=("secret",)))

        service.get(get_map(TOKEN="x", secret="y"))

        assert maps.sources["osm"].queries[0].dimensions == (("Token", "x"),)

    def test_a_blank_one_is_sent_and_a_dimension_once(self, maps: FakeMaps) -> None:
        service = web(maps, maps.layer("osm", forwarded=("TIME", "token"), dimensions=(TIME,)))

        service.get(get_map(time="2020", token=""))

        assert maps.sources["osm"].queries[0].dimensions == (("time", "2020"), ("token", ""))


class TestHeaders:
    def test_a_map_has_neither_age_nor_validators(self, maps: FakeMaps) -> None:
        headers = web(maps, maps.layer("osm")).get(get_map()).headers

        assert headers["Content-Length"] == "7"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert {"Cache-Control", "ETag", "Last-Modified", "Vary"}.isdisjoint(headers.keys())

    def test_a_map_with_stale_parts_may_be_kept_until_they_are_asked_for_again(self, maps: FakeMaps) -> None:
        stale = Drawn(TextRaster(Size(100, 80), "stale"), fresh_for=4.2)

        headers = web(maps, maps.layer("osm", stale)).get(get_map()).headers

        assert headers["Cache-Control"] == "public, max-age=5, s-maxage=5"

    def test_clients_may_be_told_that_a_part_is_stale(self, maps: FakeMaps) -> None:
        old, good = (
            Drawn(TextRaster(Size(100, 80), "part"), state=state) for state in (TileState.STALE, TileState.HIT)
        )
        maps.add(maps.layer("old", old), maps.layer("good", good))
        told = client(FakeLayers(), **maps.parts(None), tells_state=True)

        states = [told.get(get_map(layers=layers)).headers["X-Tilekeep-Cache"] for layers in ("good", "good,old")]

        assert states == ["hit", "stale"]

    def test_a_map_nobody_may_keep_says_so(self, maps: FakeMaps) -> None:
        passing = Drawn(TextRaster(Size(100, 80), "passing"), may_be_kept=False)

        headers = web(maps, maps.layer("osm", passing)).get(get_map()).headers

        assert headers["Cache-Control"] == "no-cache, no-store"

    def test_tiff_is_told_which_area_it_shows(self, maps: FakeMaps) -> None:
        web(maps, maps.layer("osm")).get(get_map(format="image/tiff"))

        assert maps.imaging.shown == [(BBox(5, 45, 15, 55), WGS84)]


class TestFailures:
    def test_a_failing_source_is_an_exception_of_the_server(self, maps: FakeMaps) -> None:
        failing = SourceError("secret reason", client_message="HTTP Error (see logs).", retry_after=7.5)

        answer = web(maps, maps.layer("osm", failing)).get(get_map())

        assert answer.status_code == 500
        assert service_exception(answer) == ("1.1.1", None, "HTTP Error (see logs).")
        assert answer.headers["Retry-After"] == "8"
        assert answer.headers["Cache-Control"] == "no-cache, no-store"

    def test_beside_others_it_is_missing_and_the_map_says_so(self, maps: FakeMaps) -> None:
        failing = SourceError("reason", client_message="No response.")

        answer = web(maps, maps.layer("osm", failing), maps.layer("a")).get(get_map(layers="osm,a"))

        assert (answer.status_code, answer.data[:5]) == (200, b"a@0,0")
        assert [label.text for label in maps.imaging.labels] == ["No response."]
        assert answer.headers["Cache-Control"] == "no-cache, no-store"

    @pytest.mark.parametrize(
        ("error", "status"),
        [pytest.param(LockTimeout("x"), 503, id="lock"), pytest.param(StoreError("x"), 500, id="store")],
    )
    def test_other_failures_are_said_too(self, maps: FakeMaps, error: Exception, status: int) -> None:
        def fail(query: MapQuery) -> SourceAnswer:
            raise error

        answer = web(maps, maps.layer("osm", fail)).get(get_map())

        assert answer.status_code == status
        assert service_exception(answer).code is None

    def test_a_box_without_image_is_a_mistake_of_the_client(self, maps: FakeMaps) -> None:
        def fail(query: MapQuery) -> SourceAnswer:
            raise ProjectionError("no finite image")

        answer = web(maps, maps.layer("osm", fail)).get(get_map())

        assert answer.status_code == 400
        message = "Could not transform BBOX: Invalid result. (bbox 5.0,45.0,15.0,55.0 in EPSG:4326)"
        assert service_exception(answer).message == message

    def test_a_map_of_too_many_tiles_is_a_mistake_of_the_client(self, maps: FakeMaps) -> None:
        def fail(query: MapQuery) -> SourceAnswer:
            raise InvalidParameter("Request too large or invalid BBOX. (too many tiles)", locator="bbox")

        answer = web(maps, maps.layer("osm", fail)).get(get_map())

        assert (answer.status_code, service_exception(answer).message) == (
            400,
            "Request too large or invalid BBOX. (too many tiles)",
        )


def test_sources_have_the_time_of_a_request(maps: FakeMaps) -> None:
    web(maps, maps.layer("osm")).get(get_map())

    assert maps.sources["osm"].purposes == [Purpose.SERVE]
    assert maps.sources["osm"].deadlines == [Deadline(1060.0)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param(get_map(), 200, id="/service"),
        pytest.param(get_map(path="/ows"), 200, id="/ows"),
        pytest.param(get_map(path="/wms"), 200, id="/wms"),
        pytest.param(get_map(path="/service/anything"), 200, id="more path"),
        pytest.param(get_map(service="wms"), 200, id="small letters"),
        pytest.param(get_map(service=None), 200, id="GetMap without service"),
        pytest.param(get_map(service=None, request="getmap"), 400, id="GetMap in another case without service"),
        pytest.param(
            get_map(service=None, request="map", wmtver="1.0.0"), 200, id="version of WMS 1.0.0 without service"
        ),
        pytest.param(get_map(service=""), 400, id="empty service"),
        pytest.param(get_map(service="WFS"), 400, id="another service"),
    ],
)
def test_where_wms_is_spoken(maps: FakeMaps, path: str, status: int) -> None:
    assert web(maps, maps.layer("osm")).get(path).status_code == status


def test_the_wms_address_speaks_wmts_too(maps: FakeMaps) -> None:
    answer = web(maps, maps.layer("osm")).get("/wms?service=WMTS&request=GetCapabilities")

    assert answer.content_type == "application/xml"


@pytest.mark.parametrize("path", [get_map(path="/wms"), get_map(), get_map(service=None)])
def test_without_wms_none_is_spoken(path: str) -> None:
    answer = client(FakeLayers()).get(path)

    assert answer.status_code == (404 if path.startswith("/wms") else 400)


def test_a_body_means_nothing(maps: FakeMaps) -> None:
    assert web(maps, maps.layer("osm")).get(get_map(), method="POST").data == b"osm@0,0"
