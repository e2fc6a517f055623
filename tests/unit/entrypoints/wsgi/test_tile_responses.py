"""Headers and bodies of tiles, which all tile services share (spec/services.md, 1.5; spec/caches.md, 15)."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from tests.fakes.catalogue import BLANK, PNG_TILE, WEBMERCATOR, FailingMaker, FakeLayers
from tests.fakes.text_imaging import TextImaging
from tests.fakes.text_pictures import TextPictures
from tests.fakes.wsgi import client
from tilekeep.adapters.storage.file_slice import read_slice
from tilekeep.application.get_tile import GetTile
from tilekeep.application.retouch_tile import RetouchTile
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import LockTimeout, SourceStatusError
from tilekeep.domain.image import ImageLimits
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.staleness import RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import StoredTile, TileCoord, TileInfo, TileKey
from tilekeep.domain.tile_state import TileState
from tilekeep.entrypoints.wsgi.caching import http_date
from tilekeep.entrypoints.wsgi.decoration import Decoration
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tile_route import Located, TileRoute

STORED_AT = 1_600_000_000.25

#: The same tile under every service.
ADDRESSES = [
    pytest.param("/tms/1.0.0/osm/EPSG3857/0/0/1.png", id="TMS"),
    pytest.param("/tiles/osm/EPSG3857/1/0/0.png", id="tiles"),
    pytest.param("/wmts/osm/GLOBAL_WEBMERCATOR/01/0/0.png", id="WMTS REST"),
    pytest.param(
        "/service?service=WMTS&request=GetTile&version=1.0.0&layer=osm&style=&tilematrixset=GLOBAL_WEBMERCATOR"
        "&tilematrix=01&tilerow=0&tilecol=0&format=image%2Fpng",
        id="WMTS KVP",
    ),
]


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((1, 0, 0), at=STORED_AT)
    return layers


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stored_tile_says_when_it_was_made_and_how_long_it_is_good(layers: FakeLayers, address: str) -> None:
    answer = client(layers).get(address)

    assert (answer.status, answer.data) == ("200 OK", PNG_TILE)
    assert dict(answer.headers) == {
        "Content-Type": "image/png",
        "Content-Length": str(len(PNG_TILE)),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, max-age=259200, s-maxage=259200",
        "ETag": '"5af3107a7d090-d0"',
        "Last-Modified": "Sun, 13 Sep 2020 12:26:40 GMT",
        "Access-Control-Allow-Origin": "*",
    }


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"If_None_Match": '"5af3107a7d090-d0"'}, id="entity tag"),
        pytest.param({"If_Modified_Since": http_date(int(STORED_AT))}, id="date sent back"),
    ],
)
def test_an_unchanged_tile_is_304_with_its_validators(
    layers: FakeLayers, address: str, condition: dict[str, str]
) -> None:
    answer = client(layers).get(address, **condition)

    assert (answer.status, answer.data) == ("304 Not Modified", b"")
    assert dict(answer.headers) == {
        "Cache-Control": "public, max-age=259200, s-maxage=259200",
        "ETag": '"5af3107a7d090-d0"',
        "Last-Modified": "Sun, 13 Sep 2020 12:26:40 GMT",
        "Access-Control-Allow-Origin": "*",
    }


def test_another_tag_beside_an_equal_date_is_200(layers: FakeLayers) -> None:
    answer = client(layers).get(
        "/tiles/osm/EPSG3857/1/0/0.png", If_None_Match='"other"', If_Modified_Since=http_date(int(STORED_AT))
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_where_there_is_no_tile_an_empty_one_is_the_answer(layers: FakeLayers, address: str) -> None:
    layers.tiles["osm", "GLOBAL_WEBMERCATOR"].stored.clear()
    web = client(layers)

    answer = web.get(address)

    assert (answer.status, answer.content_type, answer.data) == ("200 OK", "image/png", BLANK)
    assert answer.headers["Cache-Control"] == "public, max-age=259200, s-maxage=259200"
    assert "Last-Modified" not in answer.headers
    assert web.get(address, If_None_Match=answer.headers["ETag"]).status_code == 304


def test_an_empty_tile_is_png_whatever_the_format_of_the_layer(layers: FakeLayers) -> None:
    layers.add("photo", WEBMERCATOR, format="image/jpeg")

    assert client(layers).get("/tiles/photo/EPSG3857/1/0/0.jpeg").content_type == "image/png"


def test_an_empty_tile_is_never_unchanged_because_of_a_date(layers: FakeLayers) -> None:
    answer = client(layers).get("/tiles/osm/EPSG3857/1/1/1.png", If_Modified_Since=http_date(4_000_000_000))

    assert answer.status_code == 200


def test_a_tile_marked_stale_has_no_date(layers: FakeLayers) -> None:
    layers.tiles["osm", "GLOBAL_WEBMERCATOR"].put((1, 0, 0), at=0.0)

    answer = client(layers).get("/tiles/osm/EPSG3857/1/0/0.png")

    assert ("Last-Modified" in answer.headers, answer.headers["ETag"]) == (False, '"0-d0"')


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stale_tile_that_stands_in_for_the_source_is_good_for_a_short_time(address: str) -> None:
    layers = FakeLayers()
    maker = FailingMaker(SourceStatusError("down", status=503, retry_after=29.5))
    tiles = layers.add("osm", WEBMERCATOR, maker=maker, policy=StalenessPolicy(RelativeLimit(10.0)))
    tiles.put((1, 0, 0))

    answer = client(layers).get(address)

    assert (answer.status_code, answer.data) == (200, PNG_TILE)
    assert answer.headers["Cache-Control"] == "public, max-age=30, s-maxage=30"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_failing_source_is_500_for_nobody_to_keep(address: str) -> None:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, maker=FailingMaker(SourceStatusError("down", status=503, retry_after=29.5)))

    answer = client(layers).get(address)

    assert answer.status_code == 500
    assert (answer.headers["Cache-Control"], answer.headers["Retry-After"]) == ("no-cache, no-store", "30")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_tile_that_others_did_not_finish_is_503(address: str) -> None:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR, maker=FailingMaker(LockTimeout("/locks/secret")))

    answer = client(layers).get(address)

    assert (answer.status_code, answer.headers["Retry-After"], "secret" in answer.text) == (503, "1", False)


class TestAnswersOutOfTheOrdinary:
    """What the fake catalogue does not come to."""

    def delivered(self, layers: FakeLayers, answer: TileAnswer, **environ: str) -> tuple[str, dict[str, str], bytes]:
        def get_tile(key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
            return answer

        layer = layers.catalogue().tile_layer("osm", "GLOBAL_WEBMERCATOR")
        answering = replace(layer, get_tile=cast(GetTile, get_tile))
        route = TileRoute(answering, PublicLevels(WEBMERCATOR, TileService.TILES))
        deliver = TileDelivery(
            clock=layers.clock,
            read_slice=read_slice,
            retouch=RetouchTile(TextImaging(), ImageLimits(1000, 1_000_000)),
            decoration=Decoration(TextPictures()),
            request_seconds=1.0,
            max_age_seconds=60.0,
        )
        response = deliver(Located(route, TileKey(TileCoord(0, 0, 0))), dict(environ))
        return response.status, dict(response.headers), response.body

    def test_a_tile_nobody_may_keep_has_no_validators_and_is_never_304(self, layers: FakeLayers) -> None:
        tile = StoredTile(PNG_TILE, "image/png", TileInfo(STORED_AT, len(PNG_TILE)))
        answer = TileAnswer(tile, TileState.MISS, storable=False)

        status, headers, body = self.delivered(layers, answer, HTTP_IF_NONE_MATCH="*")

        assert (status, body) == ("200 OK", PNG_TILE)
        assert headers["Cache-Control"] == "no-cache, no-store"
        assert "ETag" not in headers
        assert "Last-Modified" not in headers


@pytest.mark.parametrize("address", ADDRESSES)
def test_clients_may_be_told_how_old_a_tile_is_and_how_long_it_is_good(address: str) -> None:
    layers = FakeLayers(tells_age=True)
    tiles = layers.add(
        "osm", WEBMERCATOR, maker=FailingMaker(SourceStatusError("down")), policy=StalenessPolicy(RelativeLimit(3600.0))
    )
    tiles.put((1, 0, 0), at=layers.clock.now() - 600.0)

    answer = client(layers, tells_age=True).get(address)

    assert answer.headers["Age"] == "600"
    assert (
        answer.headers["Cache-Control"]
        == "public, max-age=3600, s-maxage=3600, stale-while-revalidate=86400, stale-if-error=86400"
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_clients_may_be_told_where_a_tile_came_from(layers: FakeLayers, address: str) -> None:
    assert client(layers, tells_state=True).get(address).headers["X-Tilekeep-Cache"] == "hit"

    etag = client(layers).get(address).headers["ETag"]
    unchanged = client(layers, tells_state=True).get(address, If_None_Match=etag)
    assert (unchanged.status_code, unchanged.headers["X-Tilekeep-Cache"]) == (304, "hit")

    layers.tiles["osm", "GLOBAL_WEBMERCATOR"].failure = SourceStatusError("down")
    answer = client(layers, tells_state=True).get(address)
    assert (answer.status_code, answer.headers["X-Tilekeep-Cache"]) == (500, "error")
