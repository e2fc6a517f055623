"""Mirrors of map servers, through the whole application: maps keep coming while one of them answers."""

from __future__ import annotations

from collections.abc import Callable

from tests.integration.services.process import Server
from tests.integration.support.answers import ask
from tests.integration.support.drawing import draw_tile, draw_wms
from tests.integration.support.upstream_server import Reply, UpstreamServer

CONFIG = """
services: {{tms: , wms: }}
globals: {{cache: {{failure_seconds: 0, meta_size: [1, 1], meta_buffer: 0}}}}
layers:
  - {{name: maps, title: Maps, sources: [maps]}}
  - {{name: tiles, title: Tiles, sources: [tiles]}}
  - {{name: direct, title: Direct, sources: [wms]}}
caches:
  maps: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
  tiles: {{grids: [GLOBAL_WEBMERCATOR], sources: [tiles]}}
sources:
  wms:
    type: wms
    req: {{url: "{first}/wms?token=hunter2", layers: a}}
    mirrors: ["{second}/wms"]
  tiles:
    type: tile
    grid: GLOBAL_WEBMERCATOR
    url: "{first}/%(z)s/%(x)s.png"
    mirrors: ["{second}/%(z)s-%(x)s.png"]
    on_error: {{404: {{response: [255, 0, 0]}}}}
"""
DIRECT = (
    "/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=direct&STYLES=&SRS=EPSG:3857&BBOX=0,0,1000,1000"
    "&WIDTH=100&HEIGHT=100&FORMAT=image/png"
)


def test_another_server_is_asked_where_one_fails(tilekeep_server: Callable[..., Server]) -> None:
    with UpstreamServer() as first, UpstreamServer() as second:
        first.on("/wms", Reply(503))
        second.on("/wms", draw_wms)
        second.on("/5-1.png", draw_tile)
        second.on("/5-2.png", draw_tile)
        first.on("/5/1.png", Reply(502))
        ours = tilekeep_server(CONFIG.format(first=first.url, second=second.url), workers=1)

        maps = [ask(f"{ours.url}/tiles/maps/EPSG3857/5/{column}/1.png") for column in range(4)]
        direct = ask(ours.url + DIRECT)
        tiles = [ask(f"{ours.url}/tiles/tiles/EPSG3857/5/{column}/1.png") for column in (1, 2)]

        assert {answer.status for answer in (*maps, direct, *tiles)} == {200}
        assert len(first.requests_to("/wms")) == 1
        assert len(second.requests_to("/wms")) == 5
        assert [request.path for request in first.requests if request.path != "/wms"] == ["/5/1.png"]
        log = ours.log_file.read_text()
        assert "source wms: server 1 of 2 failed, asking the next" in log
        assert "hunter2" not in log


def test_a_missing_tile_is_missing_everywhere(tilekeep_server: Callable[..., Server]) -> None:
    with UpstreamServer() as first, UpstreamServer() as second:
        ours = tilekeep_server(CONFIG.format(first=first.url, second=second.url), workers=1)

        answer = ask(f"{ours.url}/tiles/tiles/EPSG3857/5/1/1.png")

        assert answer.pixels().getpixel((9, 9)) == (255, 0, 0, 255)
        assert (len(first.requests), len(second.requests)) == (1, 0)
