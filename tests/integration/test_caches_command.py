"""``tilekeep caches`` says what is stored."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.integration.support.command_line import tilekeep_command

CONFIG = """\
services: {tms: }
layers: [{name: a, title: A, sources: [kept, listed, empty]}]
caches:
  kept: {grids: [GLOBAL_WEBMERCATOR], sources: [w], cache: {type: file, directory: kept, directory_layout: tms}}
  listed:
    {grids: [GLOBAL_WEBMERCATOR], sources: [w], ledger: false, cache: {type: file, directory: l, directory_layout: tms}}
  empty: {grids: [GLOBAL_WEBMERCATOR], sources: [w], cache: {type: mbtiles}}
sources: {w: {type: wms, req: {url: 'http://127.0.0.1:1/wms', layers: a}}}
"""
#: 2023-11-14T22:13:20Z
AT = 1_700_000_000


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG)
    for number in range(3):
        put(tmp_path / f"kept/9/{number}/7.png", 1000, AT + 86400 * number)
    put(tmp_path / "kept/10/0/0.png", 2_500_000, 0)
    put(tmp_path / "l/3/1/2.png", 10, AT)
    return tmp_path


def put(path: Path, size: int, at: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    os.utime(path, (at, at))


def asked(directory: Path, *options: str) -> list[dict[str, Any]]:
    done = tilekeep_command("caches", "mapproxy.yaml", "--json", *options, directory=directory)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_people_read_a_line_for_each_cache_and_level(filled: Path) -> None:
    done = tilekeep_command("caches", "mapproxy.yaml", directory=filled)

    assert done.stdout.splitlines() == [
        "kept GLOBAL_WEBMERCATOR: 4 tiles, 2.5 MB",
        "  level  9            3 tiles     3.0 kB  stored 2023-11-14T22:13Z  2023-11-16T22:13Z",
        "  level 10             1 tile     2.5 MB  stored           unknown            unknown",
        "listed GLOBAL_WEBMERCATOR: 1 tile, 10 B",
        "  level  3             1 tile       10 B  stored 2023-11-14T22:13Z  2023-11-14T22:13Z",
        "empty GLOBAL_WEBMERCATOR: 0 tiles, 0 B",
    ]
    assert done.returncode == 0


def test_programs_read_the_tiles_of_each_day_too(filled: Path) -> None:
    kept, *_ = asked(filled, "--caches", "kept")

    assert kept["levels"][0]["days"] == {f"2023-11-{day}": {"tiles": 1, "bytes": 1000} for day in (14, 15, 16)}


def test_what_other_programs_change_is_seen_by_a_scan_and_without_ledger_always(filled: Path) -> None:
    asked(filled)
    put(filled / "kept/9/70/7.png", 500, AT)
    put(filled / "l/3/1/3.png", 10, AT)

    assert [cache["tiles"] for cache in asked(filled)] == [4, 2, 0]
    assert [cache["tiles"] for cache in asked(filled, "--scan")] == [5, 2, 0]


def test_a_cache_that_cannot_be_counted_is_an_error_and_the_others_are_counted(filled: Path) -> None:
    (filled / "cache_data").mkdir()
    (filled / "cache_data/tilekeep_ledger").write_text("no directory")

    done = tilekeep_command("caches", "mapproxy.yaml", directory=filled)

    assert done.returncode == 1
    assert "kept GLOBAL_WEBMERCATOR: cannot" in done.stderr
    assert done.stdout.startswith("listed GLOBAL_WEBMERCATOR: 1 tile")


def test_unknown_caches_are_refused(filled: Path) -> None:
    done = tilekeep_command("caches", "mapproxy.yaml", "--caches", "kept,nope", directory=filled)

    assert done.returncode == 2
    assert "unknown caches: nope" in done.stderr
