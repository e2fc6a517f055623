"""Caches in bundles as services see them: ages, dimensions, answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.contract.compact_stores import compact_store
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer
from tilekeep import make_wsgi_app
from tilekeep.domain.tile import TileCoord, TileKey

CONFIG = """
services: {{tms: , wmts: {{kvp: true}}}}
layers:
  - {{name: aged, title: Refreshed, sources: [aged]}}
  - {{name: timed, title: With times, sources: [timed], dimensions: {{time: {{values: ['2020', '2021']}}}}}}
caches:
  aged:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [wms]
    meta_size: [1, 1]
    meta_buffer: 0
    refresh_before: {{mtime: limit}}
    cache: {{type: compact, version: {version}, file_permissions: '640'}}
  timed: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], cache: {{type: compact, version: {version}}}}}
sources: {{wms: {{type: wms, forward_req_params: [time], req: {{url: '{url}/wms', layers: a}}}}}}
"""
TILE = "/tiles/aged/EPSG3857/3/1/2.png"
TIMED = (
    "/service?service=WMTS&request=GetTile&version=1.0.0&layer=timed&style=&format=image/png"
    "&tilematrixset=GLOBAL_WEBMERCATOR&tilematrix=3&tilecol=1&tilerow=2&time="
)


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


def client_of(directory: Path, upstream: UpstreamServer, version: int) -> Client:
    (directory / "limit").touch()
    os.utime(directory / "limit", (0, 0))
    config = directory / "mapproxy.yaml"
    config.write_text(CONFIG.format(url=upstream.url, version=version))
    return Client(make_wsgi_app(str(config)))


@pytest.mark.parametrize("version", [1, 2])
def test_tiles_are_refreshed_when_they_are_old_and_not_before(
    tmp_path: Path, upstream: UpstreamServer, version: int
) -> None:
    client = client_of(tmp_path, upstream, version)

    first = client.get(TILE)
    again = client.get(TILE)
    assert (first.data, first.headers["Last-Modified"], first.headers["ETag"]) == (
        again.data,
        again.headers["Last-Modified"],
        again.headers["ETag"],
    )
    assert client.get(TILE, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert len(upstream.requests_to("/wms")) == 1

    os.utime(tmp_path / "limit")
    os.utime(tmp_path / "limit", (os.stat(tmp_path / "limit").st_mtime + 60,) * 2)
    assert client.get(TILE).status_code == 200
    assert len(upstream.requests_to("/wms")) == 2


@pytest.mark.parametrize("version", [1, 2])
def test_each_value_of_a_dimension_has_tiles_of_its_own(tmp_path: Path, upstream: UpstreamServer, version: int) -> None:
    client = client_of(tmp_path, upstream, version)

    answers = {client.get(TIMED + time).status_code for time in ("2020", "2021", "2020")}

    bundles = (tmp_path / "cache_data/timed/GLOBAL_WEBMERCATOR").rglob("*.bundle")
    assert answers == {200}
    assert {str(path.relative_to(tmp_path / "cache_data/timed/GLOBAL_WEBMERCATOR")) for path in bundles} == {
        "time-2020/L03/R0000C0000.bundle",
        "time-2021/L03/R0000C0000.bundle",
    }
    assert len(upstream.requests_to("/wms")) == 2


@pytest.mark.parametrize("version", [1, 2])
def test_files_have_the_permissions_of_the_cache(tmp_path: Path, upstream: UpstreamServer, version: int) -> None:
    client_of(tmp_path, upstream, version).get(TILE)

    files = [path for path in (tmp_path / "cache_data/aged/GLOBAL_WEBMERCATOR").rglob("R*") if path.is_file()]
    assert {path.suffix for path in files} >= ({".bundle", ".lck"} if version == 2 else {".bundle", ".bundlx", ".lck"})
    assert {path.stat().st_mode & 0o777 for path in files} == {0o640}


@pytest.mark.parametrize("version", [1, 2])
def test_removing_what_is_not_there_makes_no_bundle(tmp_path: Path, version: int) -> None:
    store = compact_store(tmp_path / "cache", version)

    store.remove([TileKey(TileCoord(3, 1, 2))])
    store.mark_stale([TileKey(TileCoord(3, 1, 2))])

    assert not (tmp_path / "cache").exists()
