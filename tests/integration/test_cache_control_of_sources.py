"""What a source says about keeping its answers is obeyed where ``http.honor_cache_control`` is on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from tests.integration.support.drawing import draw_wms
from tests.integration.support.seeding import tiles_below
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep import make_wsgi_app

CONFIG = """
services: {{tms: , wms: }}
globals: {{http: {{honor_cache_control: true}}, tiles: {{expires_hours: 1}}, cache: {{meta_size: [2, 2]}}}}
layers:
  - {{name: map, title: Map, sources: [map]}}
  - {{name: above, title: Of tiles of the map, sources: [above]}}
  - {{name: drawn, title: Of maps of tiles, sources: [drawn]}}
  - {{name: laid, title: Of two sources, sources: [laid]}}
  - {{name: deaf, title: Of a source that is not listened to, sources: [deaf]}}
  - {{name: direct, title: Not cached, sources: [wms]}}
caches:
  map: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
  above: {{grids: [GLOBAL_WEBMERCATOR], sources: [map], meta_size: [1, 1], meta_buffer: 0}}
  drawn: {{grids: [GLOBAL_WEBMERCATOR], sources: [map], meta_size: [2, 2], meta_buffer: 10}}
  laid: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms, deaf]}}
  deaf: {{grids: [GLOBAL_WEBMERCATOR], sources: [deaf]}}
sources:
  wms: {{type: wms, req: {{url: "{url}/wms", layers: a}}}}
  deaf: {{type: wms, req: {{url: "{url}/wms", layers: b, transparent: true}}, http: {{honor_cache_control: false}}}}
"""
MAP = (
    "/service?service=WMS&version=1.1.1&request=GetMap&layers=direct&styles=&srs=EPSG:3857&bbox=0,0,9,9"
    "&width=9&height=9&format=image/png"
)
UNKEPT = "no-cache, no-store"
OWN = "public, max-age=3600, s-maxage=3600"


class Place:
    def __init__(self, directory: Path, upstream: UpstreamServer) -> None:
        self.directory, self.upstream = directory, upstream
        config = directory / "mapproxy.yaml"
        config.write_text(CONFIG.format(url=upstream.url))
        self.client = Client(make_wsgi_app(str(config)))

    def says(self, control: str) -> None:
        """The source says so from now on."""

        def answer(request: Received) -> Reply:
            drawn = draw_wms(request)
            return Reply(body=drawn.body, headers={**drawn.headers, "Cache-Control": control})

        self.upstream.on("/wms", answer)

    def ask(self, layer: str = "map") -> TestResponse:
        answer = self.client.get(f"/tiles/{layer}/EPSG3857/3/1/1.png")
        assert answer.status_code == 200
        return answer

    @property
    def stored(self) -> int:
        return len(tiles_below(self.directory / "cache_data"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with UpstreamServer() as upstream:
        yield Place(tmp_path, upstream)


@pytest.mark.parametrize("control", ["no-store", "private, max-age=60"])
@pytest.mark.parametrize("layer", ["map", "above", "laid"])
def test_what_may_not_be_kept_is_delivered_and_not_stored(place: Place, control: str, layer: str) -> None:
    place.says(control)

    first, second = place.ask(layer), place.ask(layer)

    assert (first.headers["Cache-Control"], second.headers["Cache-Control"]) == (UNKEPT, UNKEPT)
    assert len(place.upstream.requests) == (4 if layer == "laid" else 2)
    assert place.stored == 0


@pytest.mark.parametrize(
    ("control", "told"),
    [
        ("max-age=60", "public, max-age=60, s-maxage=60"),
        ("no-cache", "public, max-age=0, s-maxage=0"),
        ("max-age=7200", OWN),
        ("public", OWN),
    ],
)
def test_a_shorter_time_is_told_once_and_the_tiles_are_stored(place: Place, control: str, told: str) -> None:
    place.says(control)

    first, second = place.ask(), place.ask()

    assert (first.headers["Cache-Control"], second.headers["Cache-Control"]) == (told, OWN)
    assert (len(place.upstream.requests), place.stored) == (1, 4)


@pytest.mark.parametrize(("layer", "stored"), [("above", 4 + 1), ("laid", 4)])
def test_a_time_is_told_of_tiles_made_of_others_and_they_are_stored_too(place: Place, layer: str, stored: int) -> None:
    place.says("max-age=60")

    answer = place.ask(layer)

    assert answer.headers["Cache-Control"] == "public, max-age=60, s-maxage=60"
    assert place.stored == stored


@pytest.mark.parametrize("layer", ["above", "drawn"])
def test_clients_that_are_told_ages_keep_nothing_out_of_a_cache_of_a_cache(place: Place, layer: str) -> None:
    config = place.directory / "mapproxy.yaml"
    config.write_text(
        config.read_text()
        .replace("expires_hours: 1", "expires_hours: 1, expires: by_age")
        .replace("sources: [wms]}", "sources: [wms], refresh_before: {minutes: 30}}")
    )
    place.client = Client(make_wsgi_app(str(config)))
    place.says("public")

    place.ask(layer)

    assert list(place.directory.glob(f"cache_data/{layer}_EPSG3857/**/*.png"))


def test_a_source_may_be_left_out(place: Place) -> None:
    place.says("no-store")

    assert place.ask("deaf").headers["Cache-Control"] == OWN
    assert place.stored == 4


def test_maps_of_the_source_itself_are_told_its_times(place: Place) -> None:
    place.says("max-age=60")
    timed = place.client.get(MAP)
    place.says("no-store")
    unkept = place.client.get(MAP)

    assert timed.headers["Cache-Control"] == "public, max-age=60, s-maxage=60"
    assert unkept.headers["Cache-Control"] == UNKEPT
