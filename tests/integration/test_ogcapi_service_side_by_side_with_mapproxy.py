"""The same OGC API: Tilekeep's documents, maps, tiles and problems are those of MapProxy 7.0.0."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.integration.maps.asked import REPROJECTED
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.pixel_difference import SAME, Tolerance, difference

CONFIG = """
services:
  ogcapi:
    map_srs: ['EPSG:4326', 'EPSG:3857', 'EPSG:25832', 'EPSG:31467']
    default_dataset_layers: [world, local]
    md:
      identification: {{title: Maps, description: Of the world, keywords: [maps, world], url: 'http://maps.example',
        terms_of_service: 'http://maps.example/terms'}}
      license: {{name: CC0, url: 'http://licence.example'}}
layers:
  - name: group
    title: Group
    layers:
      - name: world
        title: World
        sources: [world]
        md: {{abstract: All of it, attribution: {{title: Mappers, url: 'http://mappers.example'}}}}
      - {{name: local, title: Local, sources: [local], nominal_scale: 2000000, min_res: 20000, max_res: 10}}
  - {{name: direct, title: Direct, sources: [map], nominal_res: 5000}}
  - {{name: sparse, title: Sparse, sources: [sparse]}}
globals: {{image: {{paletted: false}}}}
grids:
  utm: {{srs: 'EPSG:25832', bbox: [0, 5000000, 1000000, 6000000], origin: nw, num_levels: 8}}
  gk: {{srs: 'EPSG:31467', bbox: [3000000, 5000000, 4000000, 5700000], num_levels: 5}}
caches:
  world: {{grids: [GLOBAL_WEBMERCATOR, GLOBAL_GEODETIC], sources: [map]}}
  local: {{grids: [utm, gk], sources: [map]}}
  sparse: {{grids: [GLOBAL_WEBMERCATOR], sources: [sparse], image: {{transparent: true}}}}
sources:
  map:
    type: wms
    req: {{url: "{url}", layers: "photo,land,roads"}}
    supported_srs: ['EPSG:4326', 'EPSG:3857', 'EPSG:25832']
  sparse:
    type: wms
    req: {{url: "{url}", layers: land, transparent: true}}
    coverage: {{bbox: [0, 40, 20, 60], srs: 'EPSG:4326'}}
"""

#: What the reference calls a member that documents of Tilekeep have besides.
_MORE = {"orderedAxes", "boundingBox"}

#: Drawn from tiles of another resolution: the same neighbours are mixed with other weights.
RESAMPLED = Tolerance(mean=4.0, far=40, share=0.03)

#: Half transparent pixels at the edges of areas are rounded once more or once less.
EDGES = Tolerance(mean=1.0, far=24, share=0.01)


class Programs(NamedTuple):
    """Both programs with the same configuration."""

    reference: Server
    ours: Server

    def ask(self, path: str, **headers: str) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep at a path of the service."""
        return ask(f"{self.reference.url}/ogcapi{path}", headers), ask(f"{self.ours.url}/ogcapi{path}", headers)

    def documents(self, path: str) -> tuple[Any, Any]:
        """Both documents, without the addresses of the servers."""
        theirs, ours = self.ask(path)
        assert (theirs.status, ours.status) == (200, 200), ours.body
        assert ours.headers["content-type"] == theirs.headers["content-type"]
        return (
            json.loads(theirs.body.replace(self.reference.url.encode(), b"")),
            json.loads(ours.body.replace(self.ours.url.encode(), b"")),
        )


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory, mapserver_of_session: MapServer) -> Iterator[Programs]:
    with ExitStack() as stack:
        config = CONFIG.format(url=mapserver_of_session.fcgi_url)
        yield Programs(
            *(
                stack.enter_context(program(tmp_path_factory.mktemp(program.__name__), config, workers=1))
                for program in (mapproxy, tilekeep)
            )
        )


def links(document: Any) -> set[tuple[str, str, str]]:
    """Relation, media type and address of each link of a document; titles are everybody's own."""
    return {(link["rel"], link["type"], link["href"]) for link in document["links"]}


def members(document: Any) -> Any:
    """A document without links, titles of lists of its own, and what Tilekeep has besides; numbers are rounded."""
    if isinstance(document, dict):
        return {name: members(value) for name, value in document.items() if name not in {"links", *_MORE}}
    if isinstance(document, list):
        return [members(value) for value in document]
    return round(document, 6) if isinstance(document, float) else document


class TestDocuments:
    def test_the_landing_page_leads_to_the_same_places(self, programs: Programs) -> None:
        theirs, ours = programs.documents("")

        more = links(ours) - links(theirs)
        assert links(theirs) <= links(ours)
        assert {rel.rsplit("/", 1)[1] for rel, _, _ in more} == {"tilesets-map"}

    def test_the_same_conformance_classes_are_declared(self, programs: Programs) -> None:
        theirs, ours = programs.documents("/conformance")

        assert set(ours["conformsTo"]) == set(theirs["conformsTo"])

    @pytest.mark.parametrize("name", ["group", "world", "local", "direct"])
    def test_collections_are_described_alike(self, programs: Programs, name: str) -> None:
        theirs, ours = programs.documents(f"/collections/{name}")

        assert members(ours) == members(theirs)
        assert links(ours) == links(theirs)

    def test_the_same_collections_are_listed(self, programs: Programs) -> None:
        theirs, ours = programs.documents("/collections")

        assert [one["id"] for one in ours["collections"]] == [one["id"] for one in theirs["collections"]]
        assert links(ours) == links(theirs)
        assert [links(one) for one in ours["collections"]] == [links(one) for one in theirs["collections"]]

    def test_the_same_tile_matrix_sets_are_listed(self, programs: Programs) -> None:
        theirs, ours = programs.documents("/tileMatrixSets")

        found = {one["id"]: (one["title"], one.get("uri"), frozenset(links(one))) for one in ours["tileMatrixSets"]}
        assert found == {
            one["id"]: (one["title"], one.get("uri"), frozenset(links(one))) for one in theirs["tileMatrixSets"]
        }

    @pytest.mark.parametrize("name", ["WebMercatorQuad", "GLOBAL_MERCATOR", "utm", "gk"])
    def test_tile_matrix_sets_are_described_alike(self, programs: Programs, name: str) -> None:
        theirs, ours = programs.documents(f"/tileMatrixSets/{name}")

        assert members(ours) == members(theirs)

    @pytest.mark.parametrize("of", ["/collections/world", "/collections/group", ""])
    def test_the_same_tile_sets_are_listed(self, programs: Programs, of: str) -> None:
        theirs, ours = programs.documents(f"{of}/map/tiles")

        assert links(ours) == links(theirs)
        found = [(one["crs"], one["dataType"], one.get("tileMatrixSetURI"), links(one)) for one in ours["tilesets"]]
        expected = [
            (one["crs"], one["dataType"], one.get("tileMatrixSetURI"), links(one)) for one in theirs["tilesets"]
        ]
        assert sorted(found, key=repr) == sorted(expected, key=repr)

    @pytest.mark.parametrize("of", ["/collections/local", ""])
    @pytest.mark.parametrize("name", ["WebMercatorQuad", "gk"])
    def test_tile_sets_are_described_alike(self, programs: Programs, of: str, name: str) -> None:
        theirs, ours = programs.documents(f"{of}/map/tiles/{name}")

        assert {link for link in links(ours) if "tilejson" not in link[2]} == links(theirs)
        assert {name: value for name, value in members(ours).items() if name != "title"} == {
            name: value for name, value in members(theirs).items() if name != "title"
        }

    def test_the_api_has_the_same_operations(self, programs: Programs) -> None:
        theirs, ours = programs.documents("/api")

        def operations(document: Any) -> dict[tuple[str, str], set[str]]:
            return {
                (path, operation["get"]["operationId"]): {
                    one["$ref"].rsplit("/", 1)[1] if "$ref" in one else one["name"]
                    for one in operation["get"]["parameters"]
                }
                for path, operation in document["paths"].items()
            }

        found, expected = operations(ours), operations(theirs)
        assert found.keys() == expected.keys()
        assert all(expected[name] <= found[name] for name in expected)
        info = {name: value for name, value in ours["info"].items() if name != "version"}
        assert info == {name: value for name, value in theirs["info"].items() if name != "version"}
        assert ours["servers"] == theirs["servers"]

    @pytest.mark.parametrize("path", ["", "/conformance", "/collections", "/collections/world", "/tileMatrixSets/utm"])
    def test_browsers_get_pages(self, programs: Programs, path: str) -> None:
        theirs, ours = programs.ask(path, Accept="text/html,application/xhtml+xml,*/*;q=0.8")

        assert (theirs.media_type, ours.media_type) == ("text/html", "text/html")


class TestImages:
    @pytest.mark.parametrize(
        ("path", "tolerance"),
        [
            pytest.param("/collections/direct/map", RESAMPLED, id="the whole map"),
            pytest.param("/collections/direct/map.jpg?bbox=0,40,20,60", SAME, id="a box"),
            pytest.param("/collections/direct/map?bbox=0,40,-100,20,60,100&width=300", SAME, id="a box with heights"),
            pytest.param("/collections/direct/map?bbox=0,40,20,60&height=200&f=jpeg", SAME, id="in a height"),
            pytest.param(
                "/collections/direct/map?bbox=0,40,20,60&scale-denominator=40000000", RESAMPLED, id="to scale"
            ),
            pytest.param(
                "/collections/direct/map?bbox=0,40,20,60&scale-denominator=40000000&mm-per-pixel=0.56",
                RESAMPLED,
                id="on a coarse display",
            ),
            pytest.param(
                "/collections/direct/map?bbox=0,5000000,1000000,6000000&bbox-crs=EPSG:3857&crs=EPSG:3857&width=256",
                SAME,
                id="in metres",
            ),
            pytest.param(
                "/collections/local/map?bbox=5,50,6,51&crs=EPSG:31467&width=200&height=250",
                REPROJECTED,
                id="northing first",
            ),
            pytest.param(
                "/collections/local/map?crs=EPSG:31467&bbox-crs=%5BEPSG:31467%5D&bbox=5500000,3200000,5600000,3300000",
                REPROJECTED,
                id="a box with the northing first",
            ),
            pytest.param(
                "/collections/direct/map?bbox=50,5,51,6&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326&width=99",
                SAME,
                id="a box with the latitude first",
            ),
            pytest.param("/collections/direct/map?center=8,50&width=200&height=100", RESAMPLED, id="a centre"),
            pytest.param(
                "/collections/direct/map?center=8,50&scale-denominator=20000000", RESAMPLED, id="to scale around"
            ),
            pytest.param(
                "/collections/direct/map?center=50,8&center-crs=EPSG:4326&width=200&crs=EPSG:3857",
                RESAMPLED,
                id="a centre with the latitude first",
            ),
            pytest.param("/collections/local/map?height=200&crs=EPSG:25832", RESAMPLED, id="a height alone"),
            pytest.param("/collections/local/map?scale-denominator=30000000", REPROJECTED, id="a scale alone"),
            pytest.param("/collections/direct/map?subset=Lat(40:50),Lon(5:10)&width=300", SAME, id="by axes"),
            pytest.param(
                "/collections/direct/map?subset=E(0:1000000)&subset=N(5000000:6000000)&subset-crs=EPSG:3857"
                "&crs=EPSG:3857&width=256",
                SAME,
                id="by axes said one by one",
            ),
            pytest.param(
                "/collections/world/map?bbox=-20,30,40,70&width=400&crs=EPSG:3857", RESAMPLED, id="from tiles"
            ),
            pytest.param("/collections/group/map?bbox=6,46,16,54&width=400&crs=EPSG:25832", REPROJECTED, id="a group"),
            pytest.param("/map?bbox=0,44,20,56&width=400&crs=EPSG:3857", REPROJECTED, id="the dataset"),
            pytest.param("/map?collections=direct&bbox=0,44,20,56&width=400", SAME, id="a selection of it"),
            pytest.param(
                "/collections/sparse/map?bbox=-10,30,30,70&width=300&transparent=true",
                REPROJECTED,
                id="nothing around it",
            ),
            pytest.param(
                "/collections/sparse/map?bbox=-10,30,30,70&width=300&bgcolor=0x80FF0000",
                REPROJECTED,
                id="half of a colour",
            ),
            pytest.param(
                "/collections/local/map?bbox=-90,-40,-80,-30&width=64&transparent=true",
                SAME,
                id="where there is nothing",
            ),
            pytest.param(
                "/collections/direct/map?service=WMS&version=1.1.1&request=GetMap&srs=EPSG:3857&format=image/png"
                "&bbox=0,5000000,1000000,6000000&width=200&height=200&layers=&styles=",
                SAME,
                id="as WMS asks",
            ),
            pytest.param("/collections/world/map/tiles/WebMercatorQuad/3/2/4", SAME, id="a tile"),
            pytest.param("/collections/world/map/tiles/WebMercatorQuad/3/2/4.jpg", SAME, id="a tile as JPEG"),
            pytest.param("/collections/world/map/tiles/GLOBAL_GEODETIC/3/2/4.png", SAME, id="a tile in degrees"),
            pytest.param("/collections/local/map/tiles/gk/3/2/4", REPROJECTED, id="a tile counted from below"),
            pytest.param("/collections/local/map/tiles/utm/0/0/0?width=100", RESAMPLED, id="a smaller tile"),
            pytest.param(
                "/collections/local/map/tiles/utm/2/1/1?mm-per-pixel=0.14", SAME, id="a tile for fine displays"
            ),
            pytest.param("/collections/local/map/tiles/WebMercatorQuad/5/10/16", REPROJECTED, id="a grid of no cache"),
            pytest.param(
                "/collections/sparse/map/tiles/WebMercatorQuad/4/5/8?transparent=true", EDGES, id="with nothing"
            ),
            pytest.param(
                "/collections/sparse/map/tiles/WebMercatorQuad/4/5/8?bgcolor=0xFF00FF00", EDGES, id="with green"
            ),
        ],
    )
    def test_they_show_the_same(self, programs: Programs, path: str, tolerance: Tolerance) -> None:
        theirs, ours = programs.ask(path)

        assert (theirs.status, ours.status) == (200, 200), ours.body
        assert ours.headers["content-type"] == theirs.headers["content-type"]
        assert ours.headers.get("content-crs") == theirs.headers.get("content-crs")
        assert box(ours) == pytest.approx(box(theirs), rel=1e-9, abs=1e-6)
        assert ours.image().size == theirs.image().size
        assert difference(theirs.pixels(), ours.pixels(), tolerance.far).within(tolerance)

    @pytest.mark.parametrize("accept", ["image/png", "image/jpeg", "image/jpeg,*/*", "*/*", "image/webp,*/*;q=0.1"])
    def test_clients_get_the_format_they_accept(self, programs: Programs, accept: str) -> None:
        theirs, ours = programs.ask("/collections/direct/map?bbox=0,40,20,60&width=64", Accept=accept)

        assert (ours.status, ours.headers["content-type"]) == (theirs.status, theirs.headers["content-type"])
        assert "accept" in ours.headers["vary"].lower()


def box(answer: Answer) -> list[float]:
    return [float(number) for number in answer.headers["content-bbox"].split(",")]


class TestProblems:
    @pytest.mark.parametrize(
        "path",
        [
            "?f=xml",
            "?g=json",
            "/api?ui=other&f=html",
            "/api?ui=redoc",
            "/collections/nothing",
            "/collections/nothing/map",
            "/collections/nothing/map/tiles",
            "/tileMatrixSets/nothing",
            "/tileMatrixSets/GLOBAL_WEBMERCATOR",
            "/collections/world/map/tiles/nothing",
            "/collections/world/map/tiles/nothing/0/0/0",
            "/collections/world/map/tiles/utm/9/0/0",
            "/collections/world/map/tiles/utm/0/1/0",
            "/collections/world/map/tiles/utm/0/0/x",
            "/collections/world/map/tiles/utm/0/0/0.gif",
            "/collections/world/map/tiles/utm/0/0/0?width=100&scale-denominator=10",
            "/collections/world/map/tiles/utm/0/0/0?bbox=1,2,3,4",
            "/collections/world/map?f=gif",
            "/collections/world/map?f=html",
            "/collections/world/map?collections=world",
            "/collections/world/map?crs=EPSG:25833",
            "/collections/world/map?crs=x",
            "/collections/world/map?bbox=1,2,3",
            "/collections/world/map?bbox=1,2,3,x",
            "/collections/world/map?bbox=3,2,1,4",
            "/collections/world/map?bbox=1,2,3,4&center=1,2",
            "/collections/world/map?bbox=1,2,3,4&subset=Lat(1:2),Lon(1:2)",
            "/collections/world/map?bbox=1,2,3,4&scale-denominator=10&width=10",
            "/collections/world/map?subset=Lat(1:2)",
            "/collections/world/map?subset=Lat(1:2),Time(1:2)",
            "/collections/world/map?subset=Lat(1:2),Lat(1:2)",
            "/collections/world/map?subset=Lat(1),Lon(1)",
            "/collections/world/map?subset=Lat(2:1),Lon(1:2)",
            "/collections/world/map?center=1",
            "/collections/world/map?width=0&bbox=1,2,3,4",
            "/collections/world/map?width=1.5&bbox=1,2,3,4",
            "/collections/world/map?bbox=1,2,3,4&width=5000&height=5000",
            "/collections/world/map?bbox=1,2,3,4&width=50000&height=1",
            "/collections/world/map?bbox=1,2,3,4&scale-denominator=-1",
            "/collections/world/map?bbox=1,2,3,4&mm-per-pixel=0",
            "/collections/world/map?bbox=1,2,3,4&bgcolor=0x12",
            "/collections/world/map?bbox=1,2,3,4&bgcolor=pink",
            "/collections/world/map?bbox=1,2,3,4&transparent=yes",
            "/map?collections=world,nothing&bbox=1,2,3,4",
        ],
    )
    def test_they_are_of_the_same_kind(self, programs: Programs, path: str) -> None:
        theirs, ours = programs.ask(path, Accept="*/*")

        assert 400 <= ours.status < 500
        assert (ours.status, ours.media_type) == (theirs.status, theirs.media_type)
        if ours.media_type == "application/json":
            problem, expected = json.loads(ours.body), json.loads(theirs.body)
            assert problem.keys() == expected.keys()
            assert {name: problem[name] for name in ("title", "type", "status")} == {
                name: expected[name] for name in ("title", "type", "status")
            }

    @pytest.mark.parametrize("path", ["/nothing", "/map.gif", "/collections/world/map.gif", "/collections/world/tiles"])
    def test_other_paths_lead_nowhere(self, programs: Programs, path: str) -> None:
        theirs, ours = programs.ask(path)

        assert (ours.status, ours.body) == (theirs.status, theirs.body) == (404, b"not found")

    def test_formats_that_are_not_to_be_had_are_not_acceptable(self, programs: Programs) -> None:
        theirs, ours = programs.ask("/collections/world/map", Accept="image/gif")

        assert (ours.status, json.loads(ours.body)["type"]) == (theirs.status, json.loads(theirs.body)["type"])
        assert ours.status == 406


class TestDeviations:
    """Where answers differ on purpose."""

    def test_extents_of_caches_are_stated_in_their_own_srs(self, programs: Programs) -> None:
        theirs, ours = programs.documents("/collections/sparse")

        assert ours["extent"]["spatial"]["bbox"] == theirs["extent"]["spatial"]["bbox"] == [[0, 40, 20, 60]]
        assert theirs["storageCrs"].endswith("/CRS84")
        assert ours["storageCrs"].endswith("/EPSG/0/3857")

    def test_maps_are_transparent_where_nothing_is_drawn(self, programs: Programs) -> None:
        """In the reference they are white inside of the area of the layer, and transparent around it."""
        theirs, ours = programs.ask("/collections/sparse/map?bbox=-10,30,30,70&width=300")
        asked, _ = programs.ask("/collections/sparse/map?bbox=-10,30,30,70&width=300&transparent=true")

        assert [answer.pixels().getpixel((80, 80))[3] for answer in (theirs, ours)] == [255, 0]
        assert [answer.pixels().getpixel((5, 5))[3] for answer in (theirs, ours)] == [0, 0]
        assert difference(asked.pixels(), ours.pixels(), REPROJECTED.far).within(REPROJECTED)

    def test_maps_that_must_not_be_transparent_are_opaque(self, programs: Programs) -> None:
        query = "bbox=-10,30,30,70&width=300&bgcolor=teal&transparent=false"
        theirs, ours = programs.ask(f"/collections/sparse/map?{query}")

        assert theirs.pixels().getpixel((5, 5)) == (0, 128, 128, 0)
        assert ours.pixels().getpixel((5, 5)) == (0, 128, 128, 255)
        assert ours.pixels().getextrema()[3] == (255, 255)

    def test_maps_are_whole_in_systems_for_a_part_of_the_world(self, programs: Programs) -> None:
        """The reference brings the area of the layer, the world, into them, of which nothing sensible comes."""
        theirs, ours = programs.ask("/collections/world/map?crs=EPSG:25832&bbox=0,44,20,56&width=200")

        assert theirs.pixels().getextrema()[3][0] == 0
        assert ours.pixels().getextrema()[3] == (255, 255)

    def test_colours_are_seen_in_formats_without_transparency(self, programs: Programs) -> None:
        """The reference forgets that a pixel was transparent, and shows what colour it had nevertheless."""
        theirs, ours = programs.ask("/collections/sparse/map.jpeg?bbox=-10,30,30,70&width=300&bgcolor=0xFF0000")

        assert theirs.pixels().getpixel((80, 80)) != (254, 0, 0, 255)
        assert ours.pixels().getpixel((80, 80)) == (254, 0, 0, 255)

    def test_scales_of_degrees_are_those_of_the_standard(self, programs: Programs) -> None:
        theirs, ours = programs.documents("/tileMatrixSets/GLOBAL_GEODETIC")

        of_degrees = [matrix["scaleDenominator"] for matrix in ours["tileMatrices"]]
        wrong = [matrix["scaleDenominator"] for matrix in theirs["tileMatrices"]]
        assert of_degrees[1] == pytest.approx(279541132.0143589, rel=1e-9)
        assert of_degrees == pytest.approx([scale * 111319.49079327358 for scale in wrong])
        without = {name for name in ours["tileMatrices"][0] if name != "scaleDenominator"}
        assert [{name: matrix[name] for name in without} for matrix in ours["tileMatrices"]] == [
            {name: matrix[name] for name in without} for matrix in theirs["tileMatrices"]
        ]

    def test_crs84_is_one_of_the_systems_of_maps(self, programs: Programs) -> None:
        theirs, ours = programs.ask(
            "/collections/direct/map?crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84&bbox=0,40,20,60&width=64"
        )

        assert (theirs.status, ours.status) == (400, 200)
        assert box(ours) == [0.0, 40.0, 20.0, 60.0]

    @pytest.mark.parametrize("path", ["/collections/world/map?width=100", "/collections/world/map?center=1,2"])
    def test_a_scale_that_is_missing_is_a_mistake_of_the_request(self, programs: Programs, path: str) -> None:
        theirs, ours = programs.ask(path)

        assert (theirs.status, ours.status) == (500, 400)
        assert "scale-denominator" in json.loads(ours.body)["detail"]

    def test_the_tiles_of_a_selection_of_the_dataset_are_those_of_the_selection(self, programs: Programs) -> None:
        tile = "/map/tiles/WebMercatorQuad/4/5/8?collections=sparse&transparent=true"
        alone = "/collections/sparse/map/tiles/WebMercatorQuad/4/5/8?transparent=true"

        theirs, ours = programs.ask(tile)

        assert ours.body == programs.ask(alone)[1].body
        assert theirs.pixels() != programs.ask(alone)[0].pixels()

    def test_systems_that_no_document_lists_are_refused(self, programs: Programs) -> None:
        theirs, ours = programs.ask(
            "/collections/direct/map?bbox=500000,5000000,600000,5100000&bbox-crs=EPSG:32632&width=64"
        )

        assert (theirs.status, ours.status) == (200, 400)

    def test_qualities_of_accepted_formats_count(self, programs: Programs) -> None:
        theirs, ours = programs.ask("/collections/world", Accept="application/json,text/html;q=0.1")

        assert (theirs.media_type, ours.media_type) == ("text/html", "application/json")

    def test_templates_of_tiles_lead_to_the_server(self, programs: Programs) -> None:
        theirs, ours = programs.ask("/collections/world/map/tiles/utm")

        path = "/ogcapi/collections/world/map/tiles/utm/{tileMatrix}/{tileRow}/{tileCol}.png"
        assert theirs.headers["link-template"].startswith(f"<{path}>")
        assert ours.headers["link-template"] == f'<{programs.ours.url}{path}>; rel="item"; type="image/png"'
        assert urlsplit(programs.ours.url).netloc

    def test_tiles_of_caches_may_be_kept(self, programs: Programs) -> None:
        theirs, ours = programs.ask("/collections/world/map/tiles/WebMercatorQuad/3/2/4.png")

        again = ask(
            f"{programs.ours.url}/ogcapi/collections/world/map/tiles/WebMercatorQuad/3/2/4.png",
            {"If-None-Match": ours.headers["etag"]},
        )
        assert "etag" not in theirs.headers
        assert (again.status, again.headers["cache-control"]) == (304, ours.headers["cache-control"])
