"""KML super-overlays (spec/services.md, 6)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import TestResponse

from tests.fakes.catalogue import GEODETIC, PNG_TILE, UTM_GRID, WEBMERCATOR, FakeLayers
from tests.fakes.projection import FakeProjection
from tests.fakes.wsgi import MAX_AGE_SECONDS, application, client
from tests.unit.entrypoints.wsgi.test_authorise import Hook
from tilekeep.domain.errors import SourceError
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.entrypoints.wsgi.options import KmlOptions
from tilekeep.entrypoints.wsgi.services import KmlParts

KML = "{http://www.opengis.net/kml/2.2}"


def parts(**options: Any) -> KmlParts:
    return KmlParts(KmlOptions(**options), FakeProjection(), MAX_AGE_SECONDS)


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, GEODETIC, title="OSM & <friends>").put((2, 1, 0))
    layers.add("1.0.0", WEBMERCATOR)
    layers.add("mercator", WEBMERCATOR)
    layers.add("local", UTM_GRID)
    return layers


def get(layers: FakeLayers, path: str, *, hook: Hook | None = None, **headers: str) -> TestResponse:
    environ = None if hook is None else {"mapproxy.authorize": hook}
    return client(layers, kml=parts()).get(path, environ=environ, **headers)


def links(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [link.text or "" for link in ET.fromstring(answer.data).iter(f"{KML}href")]


class TestAddresses:
    def test_documents_lead_to_documents_and_tiles_below(self, layers: FakeLayers) -> None:
        answer = get(
            layers, "/kml/osm/EPSG3857/1/0/1.kml", Host="maps.example", X_Script_Name="/a b".replace(" ", "%20")
        )

        assert answer.content_type == "application/vnd.google-earth.kml+xml"
        base = "http://maps.example/a%20b/kml/osm/EPSG3857/2"
        names = {f"{base}/{x}/{y}" for x in (0, 1) for y in (2, 3)}
        assert set(links(answer)) == {f"{name}.{ending}" for name in names for ending in ("kml", "png")}

    def test_documents_are_found_beside_tiles_that_have_been_asked_for(self, layers: FakeLayers) -> None:
        web = client(layers, kml=parts())

        answers = [web.get(f"/kml/osm/EPSG3857/2/1/3.{ending}") for ending in ("png", "kml", "png", "gif")]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 404]
        assert answers[1].content_type == "application/vnd.google-earth.kml+xml"

    @pytest.mark.parametrize("path", ["/kml/osm", "/kml/osm/", "/kml/osm/EPSG4326", "/kml/osm_EPSG4326/0/0/0.kml"])
    def test_degrees_are_meant_where_there_is_a_choice(self, layers: FakeLayers, path: str) -> None:
        assert "http://localhost/kml/osm/EPSG4326/1/0/0.png" in links(get(layers, path))

    def test_grid_names_may_stand_in_addresses(self, layers: FakeLayers) -> None:
        web = client(layers, kml=parts(use_grid_names=True))

        assert "http://localhost/kml/osm/GLOBAL_WEBMERCATOR/1/0/0.kml" in links(web.get("/kml/osm/GLOBAL_WEBMERCATOR"))
        assert web.get("/kml/osm").status_code == 404

    def test_a_layer_may_be_called_like_a_version(self, layers: FakeLayers) -> None:
        assert get(layers, "/kml/1.0.0/EPSG3857/0/0/0.png").status_code == 200
        assert get(layers, "/kml/1.0.0/osm/EPSG3857/0/0/0.png").status_code == 404

    def test_rows_of_tiles_are_counted_from_the_south_whatever_is_asked(self, layers: FakeLayers) -> None:
        answer = get(layers, "/kml/osm/EPSG3857/2/1/3.png?origin=nw")

        assert answer.data == PNG_TILE
        assert layers.tiles["osm", "GLOBAL_WEBMERCATOR"].asked == [TileKey(TileCoord(2, 1, 0), ())]

    def test_the_tile_of_an_address_can_be_explained(self, layers: FakeLayers) -> None:
        tile = application(layers, kml=parts()).resolve("http://maps.example/kml/osm/EPSG3857/2/1/3.png")

        assert (tile.service, tile.key.coord) == ("kml", TileCoord(2, 1, 0))


class TestErrors:
    @pytest.mark.parametrize(
        ("path", "message"),
        [
            pytest.param("/kml", "invalid request (/kml)", id="no layer"),
            pytest.param("/kml/<b>", "unknown layer: <b>", id="no such layer"),
            pytest.param("/kml/osm/9/0.jpg", "invalid request", id="too few numbers"),
            pytest.param("/kml/osm/EPSG3857/9/0/0.jpg", "only supports (png)", id="another format"),
            pytest.param("/kml/osm/EPSG3857/1/2/0.kml", "outside the bounding box", id="a document beside the grid"),
            pytest.param(f"/kml/osm/EPSG3857/1/{'9' * 90}/0.kml", "outside the bounding box", id="a huge number"),
            pytest.param("/kml/local/EPSG25832/0/0/0.kml", "no image in degrees", id="nowhere on the globe"),
        ],
    )
    def test_they_are_plain_text(self, layers: FakeLayers, path: str, message: str) -> None:
        answer = get(layers, path)

        assert (answer.status_code, answer.content_type) == (404, "text/plain; charset=utf-8")
        assert message in answer.text
        assert "no-store" in answer.headers["Cache-Control"]

    def test_a_source_that_fails_is_an_error_of_the_server(self, layers: FakeLayers) -> None:
        layers.tiles["osm", "GLOBAL_WEBMERCATOR"].failure = SourceError("upstream is down")

        assert get(layers, "/kml/osm/EPSG3857/2/0/0.png").status_code == 500

    def test_names_of_layers_are_no_markup(self) -> None:
        layers = FakeLayers()
        layers.add("a<&>'\"", GEODETIC)

        answer = get(layers, "/kml/a<&>'\"")

        document = ET.fromstring(answer.data)
        assert document.findtext(f"{KML}Document/{KML}name") == "a<&>'\""
        assert "http://localhost/kml/a%3C%26%3E%27%22/EPSG4326/1/0/0.kml" in links(answer)


class TestKeeping:
    def test_documents_may_be_kept_as_long_as_tiles(self, layers: FakeLayers) -> None:
        answer = get(layers, "/kml/osm")

        assert answer.headers["Cache-Control"] == f"public, max-age={MAX_AGE_SECONDS}, s-maxage={MAX_AGE_SECONDS}"
        assert answer.headers["Vary"] == "X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto"

    @pytest.mark.parametrize("form", ['"{}"', "{}", 'W/"{}"', '"x", "{}"'])
    def test_what_a_client_has_is_not_sent_again(self, layers: FakeLayers, form: str) -> None:
        etag = get(layers, "/kml/osm").headers["ETag"].strip('"')

        again = get(layers, "/kml/osm", If_None_Match=form.format(etag))
        elsewhere = get(layers, "/kml/osm", If_None_Match=form.format(etag), Host="other.example")

        assert (again.status_code, again.data) == (304, b"")
        assert elsewhere.status_code == 200


class TestPermissions:
    @pytest.mark.parametrize("ending", ["kml", "png"])
    def test_the_hook_is_asked_about_layer_and_tile(self, layers: FakeLayers, ending: str) -> None:
        hook = Hook(authorized="full")

        answer = get(layers, f"/kml/osm/EPSG3857/1/0/1.{ending}", hook=hook)

        bbox = tuple(WEBMERCATOR.tile_bbox(TileCoord(1, 0, 0)))
        assert hook.asked == [("kml", ["osm"], {"query_extent": ("EPSG:3857", bbox)})]
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"].startswith("private")

    @pytest.mark.parametrize(
        ("result", "status"),
        [
            pytest.param({"authorized": "unauthenticated"}, 401, id="nobody"),
            pytest.param({"authorized": "none"}, 403, id="nothing"),
            pytest.param({"authorized": "partial", "layers": {"osm": {"map": True}}}, 403, id="maps only"),
            pytest.param({"authorized": "partial", "layers": {"osm": {"tile": True}}}, 200, id="tiles"),
        ],
    )
    @pytest.mark.parametrize("path", ["/kml/osm", "/kml/osm/EPSG3857/2/1/3.png"])
    def test_what_is_not_permitted_is_not_shown(
        self, layers: FakeLayers, path: str, result: dict[str, Any], status: int
    ) -> None:
        assert get(layers, path, hook=Hook(**result)).status_code == status
