"""OGC API Maps and Tiles over fake layers (spec/services.md, 8)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import GEODETIC_NW, MERCATOR, PNG_TILE, UTM, UTM_GRID, WEBMERCATOR, WGS84, FakeLayers
from tests.fakes.layer_tree import FakeMaps, api_options
from tests.fakes.wsgi import MAX_AGE_SECONDS, application, client
from tests.unit.entrypoints.wsgi.test_authorise import Hook
from tilekeep.domain.api_metadata import ApiMetadata, NamedLink
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import InvalidRequest, SourceError
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.resolution_range import ResolutionRange
from tilekeep.domain.service_metadata import Attribution, LayerMetadata, Logo
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.entrypoints.wsgi.options import OgcApiOptions

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EUROPE = Extent(BBox(0.0, 40.0, 20.0, 60.0), WGS84)
TILES = "/ogcapi/collections/osm/map/tiles/WebMercatorQuad"


class Api:
    """An application with the layers of a test, and a client of it."""

    def __init__(self, options: OgcApiOptions | None = None) -> None:
        self.layers, self.maps = FakeLayers(), FakeMaps()
        self.options = options
        attribution = Attribution("Mappers", "http://mappers.example", Logo("http://mappers.example/logo.png"))
        about = LayerMetadata(abstract="All & more", attribution=attribution)
        self.tiles = self.layers.add("osm", WEBMERCATOR, GEODETIC_NW)
        self.tiles.put((3, 4, 2))
        times = (Dimension("time", ("1", "2"), "2"),)
        self.layers.add("timed", WEBMERCATOR, dimensions=times).put((3, 4, 2))
        self.maps.add(
            self.maps.group(
                "group",
                self.maps.layer("osm", metadata=about, nominal_scale=1e6),
                self.maps.layer("<b>&", extent=EUROPE),
            ),
            self.maps.layer("timed", dimensions=times),
            self.maps.layer("fine", resolutions=ResolutionRange(1000.0, 10.0)),
            self.maps.layer("local", extent=Extent(UTM_GRID.bbox, UTM)),
            self.maps.layer("a/b"),
        )

    def get(self, path: str, *, hook: Hook | None = None, method: str = "GET", **headers: str) -> TestResponse:
        web = client(self.layers, **self.maps.api_parts(self.options, WEBMERCATOR, GEODETIC_NW, UTM_GRID))
        environ = None if hook is None else {"mapproxy.authorize": hook}
        return web.get(path, environ=environ, method=method, **headers)

    def document(self, path: str, **more: Any) -> Any:
        answer = self.get(path, **more)
        assert (answer.status_code, answer.content_type) == (200, "application/json"), answer.text
        return json.loads(answer.data)

    def document_of_api(self) -> Any:
        return json.loads(self.get("/ogcapi/api").data)


@pytest.fixture
def api() -> Api:
    return Api()


class TestDocuments:
    def test_named_layers_are_collections(self, api: Api) -> None:
        found = [one["id"] for one in api.document("/ogcapi/collections")["collections"]]

        assert found == ["group", "osm", "<b>&", "timed", "fine", "local"]

    def test_a_collection_says_where_it_lies_and_who_made_it(self, api: Api) -> None:
        found = api.document("/ogcapi/collections/osm")

        assert found["description"] == "All & more"
        assert found["attribution"] == "[![Mappers](http://mappers.example/logo.png)](http://mappers.example)"
        assert found["extent"] == {"spatial": {"bbox": [[-180.0, -90.0, 180.0, 90.0]]}}
        assert (found["crs"][0], found["storageCrs"]) == (CRS84, CRS84)

    def test_a_collection_without_image_in_degrees_is_somewhere_in_the_world(self, api: Api) -> None:
        spatial = api.document("/ogcapi/collections/local")["extent"]["spatial"]

        assert spatial == {"bbox": [[-180.0, -90.0, 180.0, 90.0]], "storageCrsBbox": [list(UTM_GRID.bbox)]}

    def test_resolutions_of_a_layer_are_cells(self, api: Api) -> None:
        found = api.document("/ogcapi/collections/fine")

        assert (found["minCellSize"], found["maxCellSize"]) == (10.0, 1000.0)
        assert found["minScaleDenominator"] == pytest.approx(10 / 0.00028)

    def test_addresses_hold_names_quoted(self, api: Api) -> None:
        found = api.document("/ogcapi/collections/%3Cb%3E&", Host="maps.example", X_Script_Name="/p")

        assert found["links"][0]["href"] == "http://maps.example/p/ogcapi/collections/%3Cb%3E%26?f=json"

    def test_grids_are_tile_matrix_sets(self, api: Api) -> None:
        found = api.document("/ogcapi/tileMatrixSets")["tileMatrixSets"]

        assert [one["id"] for one in found] == ["WebMercatorQuad", "geodetic_nw", "utm"]
        one = api.document("/ogcapi/tileMatrixSets/geodetic_nw")
        assert one["crs"] == CRS84
        assert one["tileMatrices"][0]["pointOfOrigin"] == [-180.0, 90.0]
        assert one["tileMatrices"][0]["scaleDenominator"] == pytest.approx(559082264.0287178)

    def test_tilejson_is_for_tiles_of_web_maps(self, api: Api) -> None:
        found = api.document(f"{TILES}?f=tilejson")

        assert found["tiles"] == [f"http://localhost{TILES}/{{z}}/{{y}}/{{x}}.png"]
        assert (found["minzoom"], found["maxzoom"], found["name"]) == (0, 19, "Osm")
        assert api.get("/ogcapi/collections/osm/map/tiles/utm?f=tilejson").status_code == 400

    def test_the_whole_dataset_is_there_if_it_is_configured(self) -> None:
        without, with_one = Api(), Api(api_options(dataset_layers=("osm", "fine")))

        assert with_one.get("/ogcapi/map/tiles/WebMercatorQuad").status_code == 200
        assert without.get("/ogcapi/map/tiles/WebMercatorQuad").status_code == 404
        assert without.get("/ogcapi/map").status_code == 400
        assert not any(path.startswith("/map") for path in without.document_of_api()["paths"])
        assert {"/map", "/map/tiles"} <= with_one.document_of_api()["paths"].keys()

    @pytest.mark.parametrize(
        ("options", "paths"),
        [
            pytest.param({"has_maps": False}, ["/map", "/map.png"], id="no maps"),
            pytest.param({"has_tiles": False}, ["/map/tiles", "/map/tiles/utm", "/map/tiles/utm/0/0/0"], id="no tiles"),
        ],
    )
    def test_what_is_turned_off_is_not_there(self, options: dict[str, bool], paths: list[str]) -> None:
        api = Api(api_options(**options))

        answers = [api.get(f"/ogcapi/collections/osm{path}") for path in paths]

        assert [(answer.status_code, answer.data) for answer in answers] == [(404, b"not found")] * len(paths)
        text = api.get("/ogcapi/collections/osm").text + api.get("/ogcapi/conformance").text
        assert ("tilesets-map" in text) is options.get("has_tiles", True)
        assert ("ogcapi-maps-1" in text) is options.get("has_maps", True)

    def test_documents_are_kept_by_form(self, api: Api) -> None:
        as_json, as_html = (api.get("/ogcapi/collections", Accept=accept) for accept in ("*/*", "text/html"))

        assert as_json.headers["ETag"] != as_html.headers["ETag"]
        assert all("Accept" in answer.headers["Vary"].split(", ") for answer in (as_json, as_html))
        again = api.get("/ogcapi/collections", If_None_Match=as_json.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")


class TestPages:
    @pytest.mark.parametrize(
        "path",
        [
            "",
            "/conformance",
            "/api",
            "/collections",
            "/collections/<b>&",
            "/collections/<b>",
            "/collections/osm/map/tiles",
            "/collections/<b>&/map/tiles/utm",
            "/tileMatrixSets",
            "/tileMatrixSets/utm",
            "/nothing/<b>",
        ],
    )
    def test_texts_are_no_markup_and_scripts_are_our_own(self, path: str) -> None:
        about = ApiMetadata(
            title="<b>Maps</b>", url="javascript:alert(1)", licence=NamedLink("<b>", "http://l.example")
        )
        api = Api(api_options(metadata=about))

        answer = api.get(f"/ogcapi{path}", Accept="text/html")

        assert "<b>" not in answer.text
        if answer.content_type.startswith("text/html"):
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
            assert "style=" not in answer.text
            assert "javascript:" not in answer.text

    @pytest.mark.parametrize("name", ["ol.js", "ol.css", "ogcapi.js", "ogcapi_requests.js", "ogcapi.css"])
    def test_their_files_are_served_and_revalidated(self, api: Api, name: str) -> None:
        answer = api.get(f"/ogcapi/static/{name}")

        assert answer.status_code == 200
        assert api.get(f"/ogcapi/static/{name}", If_None_Match=answer.headers["ETag"]).status_code == 304

    @pytest.mark.parametrize("name", ["../service.py", "%2e%2e/service.py", "", "ogcapi.js/x"])
    def test_other_files_are_not(self, api: Api, name: str) -> None:
        assert api.get(f"/ogcapi/static/{name}").status_code == 404


class TestMaps:
    def test_a_map_is_drawn_as_asked_for(self, api: Api) -> None:
        answer = api.get("/ogcapi/collections/osm/map.jpg?bbox=40,0,50,10&bbox-crs=EPSG:4326&width=200")

        (query,) = api.maps.sources["osm"].queries
        assert (query.bbox, query.size, query.srs) == (BBox(0.0, 40.0, 10.0, 50.0), Size(200, 200), WGS84)
        assert answer.content_type == "image/jpeg"
        assert answer.headers["Content-Bbox"] == "0,40,10,50"
        assert "Content-Crs" not in answer.headers

    def test_headers_say_where_a_map_lies(self, api: Api) -> None:
        answer = api.get("/ogcapi/collections/osm/map?crs=[EPSG:3857]&bbox=0,0,100,100&bbox-crs=EPSG:3857")

        assert answer.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/EPSG/0/3857>"
        assert answer.headers["Content-Bbox"] == "0,0,100,100"
        assert answer.headers["Vary"] == "Accept"
        assert api.maps.sources["osm"].queries[0].srs == MERCATOR

    def test_a_map_without_measures_is_as_large_as_it_may_be(self, api: Api) -> None:
        usual, small = Api(api_options(max_output_pixels=4_000_000)), api

        for one in (usual, small):
            one.get("/ogcapi/collections/osm/map?bbox=0,40,10,50")

        assert usual.maps.sources["osm"].queries[0].size == Size(1024, 1024)
        assert small.maps.sources["osm"].queries[0].size == Size(1000, 1000)
        assert api.get("/ogcapi/collections/osm/map?bbox=0,40,10,50&width=1001&height=1001").status_code == 400

    def test_a_group_and_a_selection_are_drawn_bottom_first(self, api: Api) -> None:
        group = api.get("/ogcapi/collections/group/map?bbox=0,40,10,50&width=9")
        selection = api.get("/ogcapi/map?collections=timed,osm&bbox=0,40,10,50&width=9")

        assert (group.data, selection.data) == (b"osm@0,0+<b>&@0,0", b"timed@0,0+osm@0,0")

    def test_nothing_is_drawn_around_the_area_of_a_layer(self, api: Api) -> None:
        api.get("/ogcapi/collections/%3Cb%3E&/map?bbox=-20,30,40,70&width=600&height=400")

        (query,) = api.maps.sources["<b>&"].queries
        assert (query.bbox, query.size) == (EUROPE.bbox, Size(200, 200))

    def test_nothing_is_drawn_at_other_resolutions(self, api: Api) -> None:
        answer = api.get("/ogcapi/collections/fine/map?bbox=0,40,10,50&width=9")

        assert (answer.status_code, api.maps.sources["fine"].queries) == (200, [])

    def test_the_layers_own_scale_counts_where_none_is_given(self, api: Api) -> None:
        api.get("/ogcapi/collections/osm/map?center=0,0&width=100&height=100&crs=EPSG:3857")

        (query,) = api.maps.sources["osm"].queries
        assert query.bbox == pytest.approx(BBox(-14000.0, -14000.0, 14000.0, 14000.0))

    def test_colours_and_transparency(self, api: Api) -> None:
        for colours in ("", "&bgcolor=0x80FF0000", "&bgcolor=red&transparent=false"):
            api.get(f"/ogcapi/collections/osm/map?bbox=0,40,10,50&width=9{colours}")
        api.get("/ogcapi/collections/osm/map.jpg?bbox=0,40,10,50&width=9&bgcolor=red")

        assert [(canvas.transparent, canvas.background) for canvas in api.maps.imaging.canvases] == [
            (True, None),
            (True, (255, 0, 0, 128)),
            (False, (255, 0, 0)),
            (False, (255, 0, 0)),
        ]

    def test_formats_that_are_configured_are_negotiated(self) -> None:
        formats = {name: ImageEncoding(name) for name in ("image/webp", "image/png", "image/jpeg")}
        api = Api(api_options(formats=formats))

        answers = [
            api.get("/ogcapi/collections/osm/map?bbox=0,40,10,50&width=9", Accept=accept).content_type
            for accept in ("image/webp,image/*", "image/*", "image/jpeg")
        ]

        assert answers == ["image/webp", "image/png", "image/jpeg"]
        assert api.get("/ogcapi/collections/osm/map.webp?bbox=0,40,10,50&width=9").content_type == "image/webp"

    def test_the_attribution_stands_on_maps_and_tiles(self) -> None:
        api = Api(api_options(attribution="© Maps"))

        api.get("/ogcapi/collections/osm/map?bbox=0,40,10,50&width=9")
        api.get(f"{TILES}/3/2/4.png")

        assert [label.text for label in api.maps.imaging.labels] == ["© Maps", "© Maps"]

    def test_a_request_of_wms_is_one_of_maps(self, api: Api) -> None:
        given = "SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&SRS=EPSG:3857&BBOX=0,0,9,9&WIDTH=9&HEIGHT=9&TRANSPARENT=TRUE"

        answer = api.get(f"/ogcapi/collections/osm/map.png?{given}&LAYERS=&STYLES=")

        assert answer.status_code == 200
        assert api.maps.sources["osm"].queries[0].bbox == BBox(0.0, 0.0, 9.0, 9.0)
        assert api.get("/ogcapi/collections/osm/map.png?service=WMS&srs=EPSG:3857").status_code == 400

    def test_a_source_that_fails_is_a_problem_of_the_server(self, api: Api) -> None:
        failing = api.maps.layer("failing", SourceError("secret upstream", client_message="The source is down."))
        api.maps.add(failing)

        answer = api.get("/ogcapi/collections/failing/map?bbox=0,40,10,50&width=9")

        assert (answer.status_code, json.loads(answer.data)["type"]) == (500, "InternalError")
        assert "secret" not in answer.text
        assert "no-store" in answer.headers["Cache-Control"]


class TestTiles:
    def test_a_tile_that_is_stored_is_delivered_as_it_is(self, api: Api) -> None:
        answer = api.get(f"{TILES}/3/2/4.png")

        assert answer.data == PNG_TILE
        assert api.tiles.asked == [TileKey(TileCoord(3, 4, 2), ())]
        assert answer.headers["Cache-Control"] == f"public, max-age={MAX_AGE_SECONDS}, s-maxage={MAX_AGE_SECONDS}"
        assert answer.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/EPSG/0/3857>"
        assert api.maps.sources["osm"].queries == []
        assert api.get(f"{TILES}/3/2/4", If_None_Match=answer.headers["ETag"]).status_code == 304

    @pytest.mark.parametrize(
        "path",
        [
            pytest.param(f"{TILES}/3/2/4.jpg", id="another format"),
            pytest.param(f"{TILES}/3/2/4.png?width=512", id="another size"),
            pytest.param("/ogcapi/collections/osm/map/tiles/utm/0/0/0.png", id="a grid without a cache"),
            pytest.param("/ogcapi/collections/group/map/tiles/WebMercatorQuad/3/2/4.png", id="a group"),
            pytest.param("/ogcapi/collections/timed/map/tiles/WebMercatorQuad/3/2/4.png", id="dimensions"),
            pytest.param("/ogcapi/map/tiles/WebMercatorQuad/3/2/4.png?collections=osm,timed", id="several"),
        ],
    )
    def test_others_are_drawn(self, api: Api, path: str) -> None:
        answer = api.get(path)

        assert answer.status_code == 200
        assert api.tiles.asked == []
        assert "ETag" not in answer.headers

    @pytest.mark.parametrize(
        ("query", "size"),
        [
            pytest.param("width=512", Size(512, 512), id="a width"),
            pytest.param("height=100", Size(100, 100), id="a height"),
            pytest.param("width=10&height=20", Size(10, 20), id="both"),
            pytest.param("mm-per-pixel=0.14", Size(512, 512), id="a fine display"),
            pytest.param("scale-denominator=139770566", Size(128, 128), id="a scale"),
        ],
    )
    def test_a_tile_may_have_more_or_fewer_pixels(self, api: Api, query: str, size: Size) -> None:
        api.get(f"{TILES}/3/2/4?{query}")

        (drawn,) = api.maps.sources["osm"].queries
        assert (drawn.size, drawn.bbox) == (size, WEBMERCATOR.tile_bbox(TileCoord(3, 4, 2)))

    def test_scaling_is_for_services_with_maps(self) -> None:
        assert Api(api_options(has_maps=False)).get(f"{TILES}/3/2/4?width=512").status_code == 400

    @pytest.mark.parametrize("place", ["99/0/0", "3/8/0", "3/0/8", "-1/0/0", "3/x/0", f"3/{'9' * 50}/0", "3/0/1e0"])
    def test_a_tile_that_does_not_exist_is_a_mistake_of_the_request(self, api: Api, place: str) -> None:
        answer = api.get(f"{TILES}/{place}")

        assert (answer.status_code, json.loads(answer.data)["type"]) == (400, "Invalid Parameter")
        assert "from 0 to" in json.loads(answer.data)["detail"]

    def test_an_address_can_be_explained(self, api: Api) -> None:
        app = application(api.layers, **api.maps.api_parts(None, WEBMERCATOR, GEODETIC_NW, UTM_GRID))

        tile = app.resolve(f"http://maps.example{TILES}/3/2/4.png")

        assert (tile.service, tile.key.coord) == ("ogcapi", TileCoord(3, 4, 2))
        for path in (f"{TILES}/3/2/4.jpg", "/ogcapi/collections"):
            with pytest.raises(InvalidRequest):
                app.resolve(f"http://maps.example{path}")


class TestPermissions:
    DOCUMENTS = ("/ogcapi", "/ogcapi/collections", "/ogcapi/collections/osm", "/ogcapi/api")
    IMAGES = ("/ogcapi/collections/osm/map?bbox=0,40,10,50&width=9", f"{TILES}/3/2/4.png")

    @pytest.mark.parametrize("path", DOCUMENTS + IMAGES)
    @pytest.mark.parametrize(("authorized", "status"), [("unauthenticated", 401), ("none", 403)])
    def test_nothing_is_shown_to_who_may_see_nothing(self, api: Api, path: str, authorized: str, status: int) -> None:
        assert api.get(path, hook=Hook(authorized=authorized)).status_code == status

    def test_documents_list_what_may_be_seen(self, api: Api) -> None:
        hook = Hook(authorized="partial", layers={"osm": {"map": True}, "group": {"map": True}})

        answer = api.get("/ogcapi/collections", hook=hook)

        assert [one["id"] for one in json.loads(answer.data)["collections"]] == ["group", "osm"]
        assert "no-store" in answer.headers["Cache-Control"]
        assert hook.asked[0][0] == "wms.capabilities"
        assert api.get("/ogcapi/collections/timed", hook=hook).status_code == 404
        assert "timed" not in api.get("/ogcapi/api", hook=hook).text

    def test_extents_end_where_layers_may_be_seen(self, api: Api) -> None:
        limit = {"srs": "EPSG:4326", "geometry": [0, 0, 10, 10]}
        permitted = {"group": {"map": True}, "osm": {"map": True, "limited_to": limit}}
        hook = Hook(authorized="partial", layers=permitted)

        document = api.document("/ogcapi/collections/osm", hook=hook)

        assert document["extent"]["spatial"]["bbox"] == [[0, 0, 10, 10]]

    def test_maps_and_tiles_are_asked_for_as_maps(self, api: Api) -> None:
        hook = Hook(authorized="full")

        map_answer, tile = (api.get(path, hook=hook) for path in self.IMAGES)

        box = tuple(WEBMERCATOR.tile_bbox(TileCoord(3, 4, 2)))
        assert hook.asked == [
            ("wms.map", ["osm"], {"query_extent": ("EPSG:4326", (0.0, 40.0, 10.0, 50.0))}),
            ("wms.map", ["osm"], {"query_extent": ("EPSG:3857", box)}),
        ]
        assert "no-store" in map_answer.headers["Cache-Control"]
        assert (tile.data, tile.headers["Cache-Control"][:7]) == (PNG_TILE, "private")

    @pytest.mark.parametrize("path", IMAGES)
    def test_images_are_cut_to_the_area_that_may_be_seen(self, api: Api, path: str) -> None:
        limit = {"srs": "EPSG:4326", "geometry": [0, 40, 5, 45]}
        hook = Hook(authorized="partial", layers={"osm": {"map": True, "limited_to": limit}})

        answer = api.get(path, hook=hook)

        assert answer.status_code == 200
        assert answer.data != PNG_TILE
        assert "no-store" in answer.headers["Cache-Control"]

    @pytest.mark.parametrize("path", IMAGES)
    def test_a_layer_that_is_not_permitted_is_refused(self, api: Api, path: str) -> None:
        assert api.get(path, hook=Hook(authorized="partial", layers={"osm": {"tile": True}})).status_code == 403
