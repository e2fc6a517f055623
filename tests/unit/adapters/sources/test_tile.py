"""The tile source: one query is one tile of its grid, or an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.map_source_suite import HALF, WEB_MERCATOR, WORLD
from tests.contract.test_map_sources import GRID
from tests.fakes.exchanges import exchange
from tests.fakes.http_client import FakeHttpClient
from tests.unit.adapters.sources.upstream import IMAGE
from tilekeep.adapters.sources.tile import TileSource
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError, SourceError, SourceStatusError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.map_query import Fetched, MapQuery, SourceTraits, Upstream
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import TileCoord, Validators
from tilekeep.domain.tile_url import TileUrlTemplate
from tilekeep.ports.http_client import HttpAnswer

WGS84 = Srs("EPSG:4326", "wgs84", geographic=True, north_first=True, metres_per_unit=111319.0)
SOUTH_FIRST = TileGrid("south", WEB_MERCATOR, GRID.bbox, GRID.tile_size, GRID.resolutions, "sw")

Make = Callable[..., TileSource]

EXCHANGE_OPTIONS = {"upstream", "max_bytes", "timeout_seconds", "hide_error_details", "clock"}


@pytest.fixture
def http() -> FakeHttpClient:
    return FakeHttpClient(IMAGE)


@pytest.fixture
def make(http: FakeHttpClient) -> Make:
    def make(url: str = "http://host/%(z)s/%(x)s/%(y)s.%(format)s", **options: Any) -> TileSource:
        defaults: dict[str, Any] = {
            "template": TileUrlTemplate(url),
            "grid": GRID,
            "traits": SourceTraits(meta_tiles=False),
        }
        to_exchange = {name: options.pop(name) for name in EXCHANGE_OPTIONS & options.keys()}
        own = {"upstream": Upstream("host"), "max_bytes": 10_000} | to_exchange
        return TileSource(exchange(http, **own), **(defaults | options))

    return make


def tile_query(grid: TileGrid, coord: TileCoord) -> MapQuery:
    return WORLD._replace(bbox=grid.tile_bbox(coord), media_type="image/jpeg")


@pytest.mark.parametrize("coord", [TileCoord(0, 0, 0), TileCoord(2, 3, 1), TileCoord(3, 0, 7)], ids=str)
def test_the_tile_under_the_query_is_asked_for(make: Make, http: FakeHttpClient, coord: TileCoord) -> None:
    answer = make().get(tile_query(GRID, coord), Purpose.SERVE, NO_DEADLINE)

    assert http.requests[0].url == f"http://host/{coord.z}/{coord.x}/{coord.y}.jpeg"
    assert answer == Fetched(IMAGE.body, "image/png")


def test_rows_are_counted_as_the_grid_of_the_source_counts_them(make: Make, http: FakeHttpClient) -> None:
    query = tile_query(GRID, TileCoord(2, 3, 1))

    make(grid=SOUTH_FIRST).get(query, Purpose.SERVE, NO_DEADLINE)

    assert http.requests[0].url == "http://host/2/3/2.jpeg"


def test_the_box_of_the_tile_is_that_of_the_grid_of_the_source(make: Make) -> None:
    (request,) = make("http://host/?bbox=%(bbox)s").requests_for(WORLD, Purpose.SERVE)

    assert request.url == "http://host/?bbox=-20037508.34278924,-20037508.34278924,20037508.34278924,20037508.34278924"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        pytest.param(WORLD._replace(size=Size(512, 512)), "tile size", id="another size"),
        pytest.param(WORLD._replace(srs=WGS84), "SRS", id="another SRS"),
        pytest.param(WORLD._replace(bbox=BBox(-HALF / 2, -HALF, HALF * 1.5, HALF)), "align", id="between two tiles"),
        pytest.param(WORLD._replace(bbox=BBox(HALF, -HALF, HALF * 3, HALF)), "align", id="beside the grid"),
        pytest.param(WORLD._replace(bbox=BBox(0.0, 0.0, 1e-9, 1e-9)), "BBOX", id="too thin for any tile"),
    ],
)
def test_a_query_that_is_not_one_tile_is_an_error(
    make: Make, http: FakeHttpClient, query: MapQuery, reason: str
) -> None:
    source = make()

    with pytest.raises(SourceError, match=reason):
        source.get(query, Purpose.SERVE, NO_DEADLINE)
    assert source.requests_for(query, Purpose.SERVE) == ()
    assert http.requests == []


def test_the_same_srs_under_another_name_is_the_same(make: Make, http: FakeHttpClient) -> None:
    google = Srs("EPSG:900913", WEB_MERCATOR.definition, geographic=False, north_first=False, metres_per_unit=1.0)

    make().get(WORLD._replace(srs=google), Purpose.SERVE, NO_DEADLINE)

    assert len(http.requests) == 1


@pytest.mark.parametrize("media_type", ["image/png", "image/x-whatever", "IMAGE/PNG", None])
def test_images_of_any_kind_and_unknown_things_are_taken(
    make: Make, http: FakeHttpClient, media_type: str | None
) -> None:
    http.answers = [HttpAnswer(200, {"content-type": media_type} if media_type else {}, b"tile")]

    assert make().get(WORLD, Purpose.SERVE, NO_DEADLINE) == Fetched(b"tile", media_type)


def test_a_page_is_no_tile(make: Make, http: FakeHttpClient) -> None:
    http.answers = [HttpAnswer(200, {"content-type": "text/html"}, b"<html>")]

    with pytest.raises(SourceContentError, match="text/html") as failure:
        make(hide_error_details=False).get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert "://" not in failure.value.client_message


def test_a_missing_tile_is_an_error_with_its_status(make: Make, http: FakeHttpClient) -> None:
    http.answers = [HttpAnswer(404, {}, b"")]

    with pytest.raises(SourceStatusError) as failure:
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert failure.value.status == 404


def test_no_content_is_called_by_its_name(make: Make, http: FakeHttpClient) -> None:
    http.answers = [HttpAnswer(204, {}, b"")]

    with pytest.raises(SourceStatusError) as failure:
        make().get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert failure.value.client_message == 'HTTP Error "204 No Content"'


def test_keys_in_the_url_never_show(make: Make, http: FakeHttpClient, caplog: pytest.LogCaptureFixture) -> None:
    http.answers = [HttpAnswer(500, {}, b"")]

    with pytest.raises(SourceStatusError) as failure:
        make("http://host/%(z)s?key=hunter2", hide_error_details=False).get(WORLD, Purpose.SERVE, NO_DEADLINE)

    assert http.requests[0].url == "http://host/0?key=hunter2"
    assert "hunter2" not in caplog.text + str(failure.value) + failure.value.client_message


def test_validators_are_sent_along(make: Make, http: FakeHttpClient) -> None:
    make().get(WORLD._replace(validators=Validators(etag='W/"1"')), Purpose.REFRESH, NO_DEADLINE)

    assert http.requests[0].headers == (("If-None-Match", 'W/"1"'),)
