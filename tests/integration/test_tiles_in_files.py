"""Tiles of sources that are files: they are answered like those of servers, as by MapProxy 7.0.0."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import plain

CONFIG = """
services: {{tms: }}
layers:
  - {{name: files, title: Files, sources: [files]}}
  - {{name: gaps, title: With gaps, sources: [gaps]}}
caches:
  files: {{grids: [GLOBAL_WEBMERCATOR], sources: [files]}}
  gaps: {{grids: [GLOBAL_WEBMERCATOR], sources: [gaps], image: {{transparent: true}}}}
globals: {{cache: {{failure_seconds: 0}}}}
sources:
  files: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: "file://{tiles}/%(z)s/%(x)s-%(y)s.png"}}
  gaps:
    type: tile
    grid: GLOBAL_WEBMERCATOR
    url: "file://{tiles}/%(z)s/%(x)s-%(y)s.png"
    on_error: {{other: {{response: transparent}}}}
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    tiles = tmp_path_factory.mktemp("tiles")
    _fill(tiles)
    with ExitStack() as stack:
        reference, ours = (
            stack.enter_context(program(tmp_path_factory.mktemp("program"), CONFIG.format(tiles=tiles), workers=1))
            for program in (mapproxy, tilekeep)
        )
        yield reference, ours


def _fill(directory: Path) -> None:
    (directory / "2").mkdir()
    (directory / "2/1-1.png").write_bytes(plain((256, 256)))
    (directory / "2/3-3.png").write_bytes(b"no image")


@pytest.mark.parametrize(
    ("layer", "place", "status"),
    [("files", "2/1/1", 200), ("gaps", "2/1/1", 200), ("gaps", "2/2/2", 200), ("files", "2/2/2", 500)],
)
def test_files_are_tiles_and_missing_ones_are_failures(
    programs: tuple[Server, Server], layer: str, place: str, status: int
) -> None:
    theirs, ours = (ask(f"{program.url}/tiles/{layer}/EPSG3857/{place}.png") for program in programs)

    assert (theirs.status, ours.status) == (status, status)
    if status == 200:
        assert theirs.pixels().tobytes() == ours.pixels().tobytes()


def test_clients_are_not_told_where_files_lie(programs: tuple[Server, Server]) -> None:
    answer = ask(f"{programs[1].url}/tiles/files/EPSG3857/2/2/2.png")

    assert answer.status == 500
    assert b"/2/2-2.png" not in answer.body


def test_a_file_that_is_no_image_is_not_stored(programs: tuple[Server, Server]) -> None:
    ours = programs[1]

    answer = ask(f"{ours.url}/tiles/files/EPSG3857/2/3/3.png")

    assert answer.status == 500
    assert not list(ours.directory.glob("cache_data/files_*/**/003/**/003.png"))


def test_a_directory_that_is_not_there_is_said_before_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG.format(tiles="nowhere"))

    checked = tilekeep_command("check", "mapproxy.yaml", directory=tmp_path)

    assert f"there is no directory '{tmp_path}/nowhere' to read tiles from" in checked.stdout + checked.stderr
