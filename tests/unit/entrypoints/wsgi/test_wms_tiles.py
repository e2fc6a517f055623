"""One tile by WMS: the profile WMS-C (spec/services.md, 3.7; spec/caches.md, 14)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.catalogue import (
    BLANK,
    GEODETIC,
    GEODETIC_NW,
    PNG_TILE,
    SOUTHERN_WEBMERCATOR,
    UTM_GRID,
    WEBMERCATOR,
    FakeLayers,
    FakeTiles,
)
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.wsgi import WsgiClient, application, client
from tests.unit.entrypoints.wsgi.wms_requests import get_map, service_exception
from tilekeep.domain.dimensions import Dimension
from tilekeep.domain.errors import InvalidRequest
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.resolution_range import ResolutionRange
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.entrypoints.wsgi.options import BoundingBoxSrs

TIME = Dimension("time", ("2020", "2021"), "2021")


def get_tile(grid: TileGrid, coord: tuple[int, int, int], *, off_by: float = 0.0, **changed: str | None) -> str:
    """A request for a tile, its box ``off_by`` so many pixels to the right and up."""
    box = grid.tile_bbox(TileCoord(*coord))
    move = off_by * grid.resolutions[coord[0]]
    text = ",".join(repr(number + move) for number in box)
    size = {"width": str(grid.tile_size.width), "height": str(grid.tile_size.height)}
    return get_map(**{"tiled": "true", "srs": grid.srs.code, "bbox": text, **size} | changed)


class Service:
    """A WMS over the layer ``osm``, and its tiles."""

    def __init__(self, *grids: TileGrid, dimensions: tuple[Dimension, ...] = (), format: str = "image/png") -> None:  # noqa: A002
        self.layers = FakeLayers()
        self.tiles: FakeTiles = self.layers.add("osm", *grids or (WEBMERCATOR,), dimensions=dimensions, format=format)
        self.maps = FakeMaps()
        self.maps.add(self.maps.layer("osm", dimensions=dimensions))

    def web(self, **options: object) -> WsgiClient:
        return client(self.layers, **self.maps.parts(wms_options(**options)))


def test_the_stored_tile_is_delivered_with_its_validators_and_its_age() -> None:
    service = Service()
    service.tiles.put((3, 4, 2))

    answer = service.web().get(get_tile(WEBMERCATOR, (3, 4, 2)))

    assert (answer.status_code, answer.data, answer.content_type) == (200, PNG_TILE, "image/png")
    assert answer.headers["Cache-Control"] == "public, max-age=259200, s-maxage=259200"
    assert answer.headers["ETag"].startswith('"')
    assert answer.headers["Last-Modified"] == "Sun, 13 Sep 2020 12:26:40 GMT"
    assert service.maps.sources["osm"].queries == []


def test_what_the_client_has_already_is_not_sent_again() -> None:
    service = Service()
    service.tiles.put((3, 4, 2))
    web = service.web()
    path = get_tile(WEBMERCATOR, (3, 4, 2))

    answer = web.get(path, If_None_Match=web.get(path).headers["ETag"])

    assert (answer.status_code, answer.data) == (304, b"")


def test_where_there_is_no_tile_an_empty_one_is_the_answer() -> None:
    answer = Service().web().get(get_tile(WEBMERCATOR, (3, 4, 2)))

    assert (answer.status_code, answer.data) == (200, BLANK)


@pytest.mark.parametrize(
    "grid", [WEBMERCATOR, SOUTHERN_WEBMERCATOR, GEODETIC, GEODETIC_NW, UTM_GRID], ids=lambda g: g.name
)
@given(data=st.data())
def test_the_box_of_a_tile_is_that_tile(grid: TileGrid, data: st.DataObject) -> None:
    z = data.draw(st.integers(0, min(grid.levels - 1, 18)))
    columns, rows = grid.matrix_size(z)
    coord = TileCoord(z, data.draw(st.integers(0, columns - 1)), data.draw(st.integers(0, rows - 1)))
    off_by = data.draw(st.floats(-0.09, 0.09))
    service = Service(grid)

    answer = service.web().get(get_tile(grid, coord, off_by=off_by))

    assert answer.status_code == 200
    if grid.bbox.intersects(grid.tile_bbox(coord)):
        assert service.tiles.asked == [TileKey(coord)]


def test_the_box_is_read_in_the_axis_order_of_the_version() -> None:
    service = Service(GEODETIC_NW)
    left, bottom, right, top = GEODETIC_NW.tile_bbox(TileCoord(2, 1, 0))
    box = ",".join(map(repr, (bottom, left, top, right)))

    service.web().get(get_map("1.3.0", crs="EPSG:4326", bbox=box, width="256", height="256", tiled="TRUE"))

    assert service.tiles.asked == [TileKey(TileCoord(2, 1, 0))]


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        pytest.param(
            {"format": "image/jpeg"}, "InvalidFormat", "Invalid request: invalid tile format, use png (not image/jpeg)",
            id="another format",
        ),
        pytest.param(
            {"width": "255"}, None, "Invalid request: invalid tile size (use 256x256, not 255x256)", id="another width"
        ),
        pytest.param(
            {"height": "512"}, None, "Invalid request: invalid tile size (use 256x256, not 256x512)",
            id="another height",
        ),
        pytest.param(
            {"bbox": "-5009377,0,5009377,10018754"}, None,
            "Request too large or invalid BBOX. (not a single tile: -5009377.0,0.0,5009377.0,10018754.0)",
            id="two half tiles",
        ),
        pytest.param(
            {"bbox": "100000,100000,9000000,9000000"}, None,
            "Request too large or invalid BBOX. (query does not align to tile boundaries: "
            "100000.0,100000.0,9000000.0,9000000.0)",
            id="inside a tile",
        ),
    ],
)  # fmt: skip
def test_what_is_no_tile_is_refused(changed: dict[str, str], code: str | None, message: str) -> None:
    answer = Service().web().get(get_tile(WEBMERCATOR, (2, 2, 1), **changed))

    assert answer.status_code == 400
    assert service_exception(answer) == ("1.1.1", code, message)


def test_in_an_srs_without_grid_there_are_no_tiles() -> None:
    answer = Service().web().get(get_tile(GEODETIC_NW, (2, 1, 0)))

    assert answer.status_code == 400
    message = service_exception(answer).message
    assert message.startswith(
        "Request too large or invalid BBOX. (query does not align to tile boundaries; the tiles are"
    )


@pytest.mark.parametrize(("off_by", "status"), [(0.09, 200), (-0.09, 200), (0.11, 400), (-0.11, 400)])
def test_a_tenth_of_a_pixel_is_forgiven(off_by: float, status: int) -> None:
    assert Service().web().get(get_tile(WEBMERCATOR, (5, 9, 9), off_by=off_by)).status_code == status


def test_tiles_of_mixed_caches_are_asked_for_as_png() -> None:
    service = Service(format="mixed")
    service.tiles.put((3, 4, 2), media_type="image/jpeg")

    assert service.web().get(get_tile(WEBMERCATOR, (3, 4, 2))).content_type == "image/jpeg"


def test_of_several_grids_the_one_of_the_srs_is_meant() -> None:
    service = Service(WEBMERCATOR, GEODETIC_NW)

    service.web().get(get_tile(GEODETIC_NW, (2, 1, 0)))

    assert service.layers.tiles["osm", "geodetic_nw"].asked == [TileKey(TileCoord(2, 1, 0))]


def test_of_several_grids_of_one_srs_the_one_that_has_the_tile_is_meant() -> None:
    other = TileGrid(
        "other", WEBMERCATOR.srs, BBox(1000.0, 1000.0, 3560.0, 3560.0), WEBMERCATOR.tile_size, (10.0,), "nw"
    )
    service = Service(WEBMERCATOR, other)

    service.web().get(get_tile(other, (0, 0, 0)))

    assert service.layers.tiles["osm", "other"].asked == [TileKey(TileCoord(0, 0, 0))]


def test_dimensions_of_the_request_choose_the_tile() -> None:
    service = Service(dimensions=(TIME,))

    service.web().get(get_tile(WEBMERCATOR, (3, 4, 2), time="2020"))

    assert service.tiles.asked == [TileKey(TileCoord(3, 4, 2), (("time", "2020"),))]


class TestWhatIsDrawnAsAMapAfterAll:
    @pytest.mark.parametrize("tiled", [None, "false", "", "1"])
    def test_a_request_that_does_not_ask_for_a_tile(self, tiled: str | None) -> None:
        assert Service().web().get(get_tile(WEBMERCATOR, (3, 4, 2), tiled=tiled)).data == b"osm@0,0"

    def test_several_layers(self) -> None:
        service = Service()
        service.maps.add(service.maps.layer("a"))

        assert service.web().get(get_tile(WEBMERCATOR, (3, 4, 2), layers="osm,a")).data == b"osm@0,0+a@0,0"

    def test_a_layer_that_shows_another_cache_than_its_tiles_come_from(self) -> None:
        service = Service()
        service.maps = FakeMaps()
        service.maps.add(service.maps.layer("osm", cache="another_cache"))

        assert service.web().get(get_tile(WEBMERCATOR, (3, 4, 2))).data == b"osm@0,0"

    def test_a_layer_without_tiles(self) -> None:
        service = Service()
        service.maps.add(service.maps.layer("a"))

        assert service.web().get(get_tile(WEBMERCATOR, (3, 4, 2), layers="a")).data == b"a@0,0"

    def test_a_map_that_is_cut_off_at_the_limit_of_its_srs(self) -> None:
        limit = BoundingBoxSrs(WEBMERCATOR.srs, BBox(0.0, 0.0, 1.0, 1.0))

        answer = Service().web(bbox_srs=(limit,)).get(get_tile(WEBMERCATOR, (3, 4, 2)))

        assert answer.data == b"nothing"

    def test_a_place_beside_the_grid(self) -> None:
        answer = Service(UTM_GRID).web().get(get_tile(UTM_GRID, (3, 900, 900)))

        assert answer.data == b"osm@0,0"

    def test_a_layer_outside_its_resolutions(self) -> None:
        service = Service()
        service.maps = FakeMaps()
        service.maps.add(service.maps.layer("osm", resolutions=ResolutionRange(min_res=1.0)))

        assert service.web().get(get_tile(WEBMERCATOR, (3, 4, 2))).data == b"nothing"


class TestResolve:
    def test_an_address_leads_to_its_tile(self) -> None:
        service = Service()
        app = application(service.layers, **service.maps.parts())

        tile = app.resolve(f"http://maps.example/prefix{get_tile(WEBMERCATOR, (3, 4, 2))}")

        assert (tile.layer.outline.name, tile.key, tile.service) == ("osm", TileKey(TileCoord(3, 4, 2)), "wms")

    def test_a_map_has_no_tile(self) -> None:
        service = Service()
        app = application(service.layers, **service.maps.parts())

        with pytest.raises(InvalidRequest, match="GetMap with tiled=true"):
            app.resolve(get_map())
