"""A thousand bad tiles are planted in each store; scrub finds every one, and removes nothing else."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.contract.bundle_back_door import base_of, put_version_1, put_version_2
from tests.integration.support.command_line import tilekeep_command
from tilekeep.domain.tile import TileCoord, TileKey

CONFIG = """\
services: {tms: }
layers: [{name: a, title: A, sources: [files]}]
caches:
  files: {grids: [GLOBAL_WEBMERCATOR], sources: [a], cache: {type: file, directory: tiles, directory_layout: tms}}
  one: {grids: [GLOBAL_WEBMERCATOR], sources: [a], cache: {type: compact, version: 1, directory: one}}
  two: {grids: [GLOBAL_WEBMERCATOR], sources: [a], cache: {type: compact, version: 2, directory: two}}
sources: {a: {type: wms, req: {url: 'http://127.0.0.1:1/wms', layers: a}}}
"""
AT = 1_700_000_000.25
SIDE = 40


def picture(size: tuple[int, int], color: tuple[int, int, int] = (1, 2, 3)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


GOOD = picture((256, 256))
RETINA = picture((512, 512))
BAD = [
    GOOD[: len(GOOD) // 2],
    GOOD[:60] + b"\0\1\2\3" + GOOD[64:],
    b"<html>Service unavailable</html>",
    picture((256, 255)),
    b"\x89PNG\r\n\x1a\n",
]


def put_file(medium: Path, key: TileKey, body: bytes, at: float) -> None:
    z, x, y = key.coord
    path = medium / f"{z}/{x}/{y}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


STORES: dict[str, tuple[str, Callable[[Path, TileKey, bytes, float], None]]] = {
    "files": ("tiles", put_file),
    "one": ("one", put_version_1),
    "two": ("two", put_version_2),
}


def planted(directory: Path, cache: str) -> tuple[set[str], set[str]]:
    """Fills a cache; gives the addresses of good and of bad tiles."""
    folder, put = STORES[cache]
    (directory / "mapproxy.yaml").write_text(CONFIG)
    good, bad = set(), set()
    for number in range(SIDE * SIDE):
        z = 9 if number % 3 else 10
        key = TileKey(TileCoord(z, 100 + number % SIDE, 100 + number // SIDE))
        is_bad = number % 8 < 5
        put(directory / folder, key, BAD[number % 5] if is_bad else (GOOD if number % 7 else RETINA), AT)
        (bad if is_bad else good).add(f"{z}/{key.coord.x}/{key.coord.y}")
    assert len(bad) == 1000
    return good, bad


@pytest.mark.parametrize("cache", STORES)
def test_a_thousand_planted_bad_tiles_are_found_and_removed_and_good_ones_stay(tmp_path: Path, cache: str) -> None:
    good, bad = planted(tmp_path, cache)

    fixed = tilekeep_command("scrub", "mapproxy.yaml", "--caches", cache, "--fix", directory=tmp_path)
    clean = tilekeep_command("scrub", "mapproxy.yaml", "--caches", cache, directory=tmp_path)

    place = f"{cache} GLOBAL_WEBMERCATOR"
    assert fixed.returncode == 0
    assert set(re.findall(rf"^{place} (\d+/\d+/\d+): .+ - removed$", fixed.stdout, re.MULTILINE)) == bad
    assert fixed.stdout.splitlines()[-1] == f"{place}: {len(good) + 1000} tiles, 1000 bad, 1000 removed"
    assert clean.returncode == 0
    assert clean.stdout.splitlines() == [f"{place}: {len(good)} tiles, 0 bad"]


def test_without_fix_bad_tiles_are_named_with_the_reason_and_stay(tmp_path: Path) -> None:
    planted(tmp_path, "two")
    (tmp_path / "two" / "L09" / "R0000C0080.bundle").unlink()
    before = (tmp_path / "two" / "L10" / "R0000C0000.bundle").read_bytes()

    done = tilekeep_command("scrub", "mapproxy.yaml", "--caches", "two", directory=tmp_path)

    assert done.returncode == 1
    assert "it has 256x255 pixels instead of 256x256" in done.stdout
    assert "it is no image" in done.stdout
    assert "removed" not in done.stdout
    assert (tmp_path / "two" / "L10" / "R0000C0000.bundle").read_bytes() == before


def test_a_bundle_that_cannot_be_listed_is_reported_and_other_levels_go_on(tmp_path: Path) -> None:
    good, bad = planted(tmp_path, "two")
    base_of(tmp_path / "two", TileKey(TileCoord(9, 100, 100))).with_suffix(".bundle").write_bytes(b"")

    done = tilekeep_command("scrub", "mapproxy.yaml", "--caches", "two", "--fix", directory=tmp_path)

    of_level_10 = [address for address in good | bad if address.startswith("10/")]
    assert done.returncode == 1
    assert re.search(r"two GLOBAL_WEBMERCATOR cannot be listed: .*its index is cut off", done.stdout)
    assert f"{len(of_level_10)} tiles" in done.stdout


def test_programs_get_json(tmp_path: Path) -> None:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG)
    put_file(tmp_path / "tiles", TileKey(TileCoord(3, 1, 2)), GOOD, AT)
    put_file(tmp_path / "tiles", TileKey(TileCoord(3, 1, 5)), BAD[2], AT)

    done = tilekeep_command("scrub", "mapproxy.yaml", "--caches", "files", "--json", directory=tmp_path)

    (cache,) = json.loads(done.stdout)
    (finding,) = cache.pop("findings")
    assert done.returncode == 1
    assert cache == {"cache": "files", "grid": "GLOBAL_WEBMERCATOR", "checked": 2, "bad": 1, "removed": 0}
    assert (finding["tile"], finding["dimensions"], finding["removed"]) == ([3, 1, 5], {}, False)
    assert "no image" in finding["reason"]


def test_unknown_caches_are_named(tmp_path: Path) -> None:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG)

    done = tilekeep_command("scrub", "mapproxy.yaml", "--caches", "nope", directory=tmp_path)

    assert done.returncode == 2
    assert "unknown caches: nope; available caches: files, one, two" in done.stderr
