"""A cache directory may change hands between MapProxy 7.0.0 and Tilekeep: no tile is fetched again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer

# Options of caches; each is a layer of its own.
#: Of lower quality than what the server sends, which Tilekeep would cut otherwise instead of encoding it again.
_ENCODED_AGAIN = "format: image/jpeg, image: {encoding_options: {jpeg_quality: 60}}"
_CACHES = {
    "tc": "cache: {type: file, directory_layout: tc}",
    "mp": "cache: {type: file, directory_layout: mp}",
    "tms": "cache: {type: file, directory_layout: tms}",
    "reverse_tms": "cache: {type: file, directory_layout: reverse_tms}",
    "quadkey": "cache: {type: file, directory_layout: quadkey}",
    "arcgis": "cache: {type: file, directory_layout: arcgis}",
    "default": "meta_buffer: 0",
    "named": "cache: {type: file, use_grid_names: true}",
    "elsewhere": "cache: {type: file, directory: ./elsewhere/tiles}",
    "own_cache_dir": "cache_dir: ./mine",
    "symlinks": "link_single_color_images: symlink",
    "linked": f"link_single_color_images: true, {_ENCODED_AGAIN}",
    "hardlinks": "link_single_color_images: hardlink, cache: {type: file, directory_layout: tms}",
    "jpeg": "format: image/jpeg, cache: {type: file, directory_layout: mp}",
    "mixed": "format: mixed, request_format: image/png",
    "bundles_1": "cache: {type: compact, version: 1}",
    "bundles_2": "cache: {type: compact, version: 2}",
    "bundles_elsewhere": "cache: {type: compact, version: 2, directory: ./elsewhere/bundles}",
    "sqlite": "cache: {type: sqlite}",
    "sqlite_elsewhere": "cache: {type: sqlite, directory: ./elsewhere/levels, sqlite_wal: true}",
    "mbtiles": "cache: {type: mbtiles}",
    "mbtiles_beside": "format: image/jpeg, cache: {type: mbtiles, filename: ./beside.mbtiles, sqlite_wal: false}",
    "mbtiles_mixed": "format: mixed, request_format: image/png, cache: {type: mbtiles, filename: deep/down.mbtiles}",
    "geopackage": "cache: {type: geopackage}",
    "geopackage_table": "cache: {type: geopackage, filename: shared.gpkg, table_name: my-tiles_2}",
    "geopackage_levels": "cache: {type: geopackage, levels: true}",
    "geopackage_elsewhere": "cache: {type: geopackage, levels: true, directory: ./elsewhere/packages}",
    "times": "cache: {type: file, directory_layout: tc}",
    "times_tms": "cache: {type: file, directory_layout: tms}",
}
_TIMED = ("times", "times_tms")
_FORMATS = {"jpeg": "jpeg", "linked": "jpeg", "mbtiles_beside": "jpeg"}
_PLACES = ["0/0/0", "3/1/2", "3/2/2", "11/1056/714", "11/1057/713"]


def _config(wms: str) -> str:
    lines = ["services: {tms: , wmts: {kvp: true, restful: true}}", "layers:"]
    for name in _CACHES:
        times = ", dimensions: {time: {values: ['2020', '2021-05-01T00:00:00Z'], default: '2020'}}"
        lines.append(f"  - {{name: {name}, title: {name}, sources: [{name}]{times if name in _TIMED else ''}}}")
    lines.append("caches:")
    for name, options in _CACHES.items():
        lines.append(f"  {name}: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], meta_size: [2, 2], {options}}}")
    source = f'{{type: wms, forward_req_params: [time], req: {{url: "{wms}", layers: all}}}}'
    return "\n".join([*lines, f"sources: {{wms: {source}}}"])


def _paths(name: str) -> list[str]:
    if name in _TIMED:
        return [_at_time(name, place, time) for place in _PLACES[:3] for time in ("2020", "2021-05-01T00:00:00Z", "")]
    return [f"/tiles/{name}/EPSG3857/{place}.{_FORMATS.get(name, 'png')}" for place in _PLACES]


def _at_time(name: str, place: str, time: str) -> str:
    level, column, row = place.split("/")
    return (
        f"/service?service=WMTS&request=GetTile&version=1.0.0&layer={name}&style=&format=image/png"
        f"&tilematrixset=GLOBAL_WEBMERCATOR&tilematrix={level}&tilecol={column}&tilerow={row}"
        f"{'&time=' + time if time else ''}"
    )


Filled = dict[str, dict[str, Answer]]


@contextmanager
def _handed_over(
    first: Callable[[Path, str], Server], second: Callable[[Path, str], Server], directory: Path
) -> Iterator[tuple[UpstreamServer, Filled, Server]]:
    """Lets ``first`` fill all caches and ``second`` serve them, with an upstream that has forgotten the filling."""
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw_wms)
        config = _config(f"{upstream.url}/wms")
        with first(directory, config) as filling:
            filled = {name: {path: ask(filling.url + path) for path in _paths(name)} for name in _CACHES}
        assert {answer.status for answers in filled.values() for answer in answers.values()} == {200}
        assert len(upstream.requests) > len(_CACHES)
        with second(directory, config) as serving:
            upstream.forget()
            yield upstream, filled, serving


@pytest.fixture(scope="module")
def filled_by_mapproxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[UpstreamServer, Filled, Server]]:
    with _handed_over(mapproxy, tilekeep, tmp_path_factory.mktemp("of-mapproxy")) as handed_over:
        yield handed_over


@pytest.fixture(scope="module")
def filled_by_tilekeep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[UpstreamServer, Filled, Server]]:
    with _handed_over(tilekeep, mapproxy, tmp_path_factory.mktemp("of-tilekeep")) as handed_over:
        yield handed_over


@pytest.mark.parametrize("name", _CACHES)
def test_tilekeep_serves_what_mapproxy_has_stored(
    filled_by_mapproxy: tuple[UpstreamServer, Filled, Server], name: str
) -> None:
    upstream, filled, serving = filled_by_mapproxy

    answers = {path: ask(serving.url + path) for path in filled[name]}

    assert upstream.requests == []
    assert _contents(filled[name]) == _contents(answers)


@pytest.mark.parametrize("name", _CACHES)
def test_mapproxy_serves_what_tilekeep_has_stored(
    filled_by_tilekeep: tuple[UpstreamServer, Filled, Server], name: str
) -> None:
    upstream, filled, serving = filled_by_tilekeep

    answers = {path: ask(serving.url + path) for path in filled[name]}

    assert upstream.requests == []
    assert _contents(filled[name]) == _contents(answers)


def test_the_time_of_a_tile_of_mapproxy_is_that_of_its_file(
    filled_by_mapproxy: tuple[UpstreamServer, Filled, Server],
) -> None:
    _, _, serving = filled_by_mapproxy
    stored = serving.directory / "cache_data/tms_EPSG3857/3/1/2.png"

    answer = ask(f"{serving.url}/tiles/tms/EPSG3857/3/1/2.png")

    assert answer.headers["last-modified"] == formatdate(stored.stat().st_mtime, usegmt=True)


def test_both_fill_the_same_files(
    filled_by_mapproxy: tuple[UpstreamServer, Filled, Server],
    filled_by_tilekeep: tuple[UpstreamServer, Filled, Server],
) -> None:
    theirs, ours = filled_by_mapproxy[2].directory, filled_by_tilekeep[2].directory

    assert _tiles(theirs) == _tiles(ours)
    assert {path.name for path in (ours / "elsewhere/tiles").rglob("*.png")} != set()
    assert _links(theirs) == _links(ours) != []
    assert _shared(theirs) == _shared(ours) != []


def _contents(answers: dict[str, Answer]) -> dict[str, tuple[int, str, bytes]]:
    return {path: (answer.status, answer.media_type, answer.body) for path, answer in answers.items()}


def _tiles(directory: Path) -> list[str]:
    """Tiles and colours; what a program notes beside them for itself does not count."""
    endings = {".png", ".jpeg", ".mixed", ".bundle", ".bundlx", ".mbtiles", ".gpkg"}
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.suffix in endings)


def _links(directory: Path) -> list[tuple[str, str]]:
    linked = [path for path in directory.rglob("*") if path.is_symlink()]
    return sorted((str(path.relative_to(directory)), str(path.readlink())) for path in linked)


def _shared(directory: Path) -> list[str]:
    """Files with more than one name."""
    files = [path for path in directory.rglob("*") if path.is_file() and path.lstat().st_nlink > 1]
    return sorted(str(path.relative_to(directory)) for path in files)
