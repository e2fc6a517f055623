"""TileJSON 3.0 of layers (https://github.com/mapbox/tilejson-spec/tree/master/3.0.0)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.catalogue import GEODETIC, SOUTHERN_WEBMERCATOR, UTM_GRID, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import client
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid_definition import GridDefinition
from tilekeep.domain.origin import Origin
from tilekeep.domain.service_metadata import Attribution
from tilekeep.domain.vector_layer import VectorLayer
from tilekeep.entrypoints.wsgi.options import TmsOptions

HALF = 20037508.342789244
TALL = GridDefinition("tall", WEBMERCATOR.srs, origin="nw", tile_size=Size(512, 512)).grid()
OFFSET = GridDefinition("offset", WEBMERCATOR.srs, origin="nw", min_res=2 * HALF / 256 / 4).grid()
PART = GridDefinition("part", WEBMERCATOR.srs, BBox(0.0, 0.0, HALF, HALF), origin="nw").grid()
ENDS = GridDefinition("ends", WEBMERCATOR.srs, origin="nw", num_levels=5).grid()
ODD = GridDefinition(
    "odd", WEBMERCATOR.srs, origin="nw", res=(2 * HALF / 256, HALF / 256, HALF / 512, 10_000.0, 5_000.0)
).grid()


def document(layers: FakeLayers, path: str, **options: Any) -> dict[str, Any]:
    answer = client(layers, tms=TmsOptions(**options)).get(path, Host="maps.example")
    assert (answer.status_code, answer.content_type) == (200, "application/json"), answer.get_data(as_text=True)
    found: dict[str, Any] = json.loads(answer.data)
    assert_fits_the_specification(found)
    return found


def assert_fits_the_specification(found: dict[str, Any]) -> None:
    """The rules of TileJSON 3.0, section 3: what has to be there, and of which kind everything is."""
    assert found["tilejson"] == "3.0.0"
    assert found["tiles"]
    assert all(place in url for url in found["tiles"] for place in ("{z}", "{x}", "{y}"))
    assert found.get("scheme", "xyz") in {"xyz", "tms"}
    assert 0 <= found["minzoom"] <= found["maxzoom"] <= 30
    west, south, east, north = found["bounds"]
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90
    texts = ("name", "description", "attribution")
    assert all(isinstance(found[name], str) for name in texts if name in found)
    for layer in found.get("vector_layers", []):
        assert isinstance(layer["id"], str)
        assert all(isinstance(text, str) for pair in layer["fields"].items() for text in pair)
        assert layer.get("minzoom", 0) <= layer.get("maxzoom", 30)
    known = {"tilejson", "tiles", "scheme", "minzoom", "maxzoom", "bounds", "vector_layers", *texts}
    assert set(found) <= known


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, GEODETIC, title="OSM & <friends>", abstract="All of it")
    layers.add("local", UTM_GRID)
    return layers


def test_a_layer_tells_where_its_tiles_are(layers: FakeLayers) -> None:
    assert document(layers, "/tilejson/osm/EPSG3857.json") == {
        "tilejson": "3.0.0",
        "name": "OSM & <friends>",
        "description": "All of it",
        "scheme": "xyz",
        "tiles": ["http://maps.example/tiles/osm/EPSG3857/{z}/{x}/{y}.png"],
        "minzoom": 0,
        "maxzoom": WEBMERCATOR.levels - 1,
        "bounds": [-180.0, -85.0511287798066, 180.0, 85.0511287798066],
    }


def test_the_grid_need_not_be_named(layers: FakeLayers) -> None:
    assert document(layers, "/tilejson/osm.json") == document(layers, "/tilejson/osm/EPSG3857.json")


def test_grids_may_go_by_their_names(layers: FakeLayers) -> None:
    found = document(layers, "/tilejson/osm/GLOBAL_WEBMERCATOR.json", use_grid_names=True)

    assert found["tiles"] == ["http://maps.example/tiles/osm/GLOBAL_WEBMERCATOR/{z}/{x}/{y}.png"]


@pytest.mark.parametrize(
    ("origin", "turned"), [(None, True), ("sw", True), ("nw", False)], ids=["of the grid", "south", "north"]
)
def test_rows_count_from_the_north_in_grids_that_count_from_the_south(origin: Origin | None, turned: bool) -> None:
    layers = FakeLayers()
    tiles = layers.add("osm", SOUTHERN_WEBMERCATOR)
    tiles.put((2, 1, 3))

    found = document(layers, "/tilejson/osm/EPSG3857.json", origin=origin)

    [template] = found["tiles"]
    assert template.endswith("?origin=nw") is turned
    address = template.removeprefix("http://maps.example").replace("{z}", "2").replace("{x}", "1").replace("{y}", "0")
    assert client(layers, tms=TmsOptions(origin=origin)).get(address).status_code == 200
    assert [key.coord for key in tiles.asked] == [(2, 1, 3)]


@pytest.mark.parametrize(
    ("grid", "last"), [(TALL, TALL.levels - 1), (ENDS, 4), (ODD, 2)], ids=["512 pixels", "few levels", "odd ones below"]
)
def test_levels_are_those_of_web_maps(grid: Any, last: int) -> None:
    layers = FakeLayers()
    layers.add("osm", grid)

    assert document(layers, "/tilejson/osm.json")["maxzoom"] == last


@pytest.mark.parametrize("grid", [UTM_GRID, GEODETIC, OFFSET, PART], ids=lambda grid: grid.name)
def test_other_grids_have_no_document(grid: Any) -> None:
    layers = FakeLayers()
    layers.add("osm", grid)

    answer = client(layers).get("/tilejson/osm.json")

    assert answer.status_code == 404
    assert "no tiles in the grid of web maps" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tilejson/nothing.json", 404),
        ("/tilejson/nothing/EPSG3857.json", 404),
        ("/tilejson/osm/EPSG25832.json", 404),
        ("/tilejson/osm", 404),
        ("/tilejson/", 404),
        ("/tilejson/osm/a/b.json", 404),
    ],
)
def test_what_does_not_exist_is_not_found(layers: FakeLayers, path: str, status: int) -> None:
    assert client(layers).get(path).status_code == status


def test_the_bounds_are_those_of_the_data() -> None:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, geographic_extent=BBox(5.0, 47.0, 15.0, 55.0))

    assert document(layers, "/tilejson/osm.json")["bounds"] == [5.0, 47.0, 15.0, 55.0]


@pytest.mark.parametrize(
    ("attribution", "credit"),
    [
        (Attribution("Office & <sons>"), "Office &amp; &lt;sons&gt;"),
        (
            Attribution("Office", 'https://o.example/?a="b"&c'),
            '<a href="https://o.example/?a=&quot;b&quot;&amp;c">Office</a>',
        ),
        (Attribution("", "https://o.example/"), '<a href="https://o.example/">https://o.example/</a>'),
        (Attribution("Office", "javascript:alert(1)"), "Office"),
    ],
)
def test_who_made_the_data_is_said_in_safe_html(attribution: Attribution, credit: str) -> None:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, attribution=attribution)

    assert document(layers, "/tilejson/osm.json")["attribution"] == credit


def test_vector_tiles_say_what_is_said_of_their_layers() -> None:
    layers = FakeLayers()
    roads = VectorLayer("roads", (("name", "String"), ("lanes", "Number")), "Ways", 4, 14)
    layers.add("osm", WEBMERCATOR, format="mvt", vector_layers=(roads, VectorLayer("water")))

    found = document(layers, "/tilejson/osm.json")

    assert found["tiles"] == ["http://maps.example/tiles/osm/EPSG3857/{z}/{x}/{y}.mvt"]
    assert found["vector_layers"] == [
        {
            "id": "roads",
            "fields": {"name": "String", "lanes": "Number"},
            "description": "Ways",
            "minzoom": 4,
            "maxzoom": 14,
        },
        {"id": "water", "fields": {}},
    ]


def test_vector_tiles_of_which_nothing_is_said_have_the_list_all_the_same() -> None:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, format="pbf")

    assert document(layers, "/tilejson/osm.json")["vector_layers"] == []


def test_documents_are_kept_with_a_tag(layers: FakeLayers) -> None:
    asked = client(layers)
    first = asked.get("/tilejson/osm.json")

    again = asked.get("/tilejson/osm.json", If_None_Match=first.headers["ETag"])

    assert (again.status_code, again.data) == (304, b"")


def test_addresses_follow_the_host_and_the_prefix(layers: FakeLayers) -> None:
    asked = client(layers)

    hosts = [
        json.loads(asked.get("/tilejson/osm.json", Host=host, X_Script_Name="/maps").data)["tiles"][0]
        for host in ("a.example", "b.example")
    ]

    assert hosts == [
        f"http://{host}/maps/tiles/osm/EPSG3857/{{z}}/{{x}}/{{y}}.png" for host in ("a.example", "b.example")
    ]


@pytest.mark.parametrize(("permitted", "status"), [(True, 200), (False, 403)])
def test_the_hook_is_asked_as_for_tms(layers: FakeLayers, permitted: bool, status: int) -> None:
    asked: list[tuple[str, list[str]]] = []

    def hook(service: str, names: list[str], **_: object) -> dict[str, object]:
        asked.append((service, names))
        return {"authorized": "partial", "layers": {"osm": {"tile": permitted}}}

    answer = client(layers).get("/tilejson/osm.json", environ={"mapproxy.authorize": hook})

    assert answer.status_code == status
    assert asked == [("tms", ["osm"])]
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_tms_there_is_none(layers: FakeLayers) -> None:
    assert client(layers, tms=None).get("/tilejson/osm.json").status_code == 404
