"""The same files of tasks leave the same tiles as those of mapproxy-seed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from tests.integration.services.mapproxy import mapproxy_python
from tests.integration.support.drawing import encoded
from tests.integration.support.seed_corpus import (
    CLEANUPS,
    CONFIGURATION,
    COVERED_CACHES,
    EXPIRED,
    SEEDS,
    TRIANGLE,
    seed_task,
)
from tests.integration.support.seeding import seed_and_clean, tiles_below
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply

_PROGRAM = Path(__file__).with_name("mapproxy_seed_program.py")
_BEFORE_CLEANUPS = seed_task("{caches: [web], coverages: [box], levels: {to: 6}}")


def directory_for(folder: Path, url: str, tasks: list[str]) -> tuple[Path, list[Path]]:
    folder.mkdir(parents=True)
    configuration = folder / "mapproxy.yaml"
    configuration.write_text(CONFIGURATION.replace("URL", url))
    (folder / "triangle.wkt").write_text(TRIANGLE)
    (folder / "expired.txt").write_text(EXPIRED)
    files = [folder / f"seed-{number}.yaml" for number in range(len(tasks))]
    for file, text in zip(files, tasks, strict=True):
        file.write_text(text)
    return configuration, files


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a map server."""
    with UpstreamServer() as upstream:
        upstream.on("/wms", _map)
        yield upstream.url


@cache
def _image(size: tuple[int, int]) -> bytes:
    return encoded(Image.new("RGB", size, (90, 140, 200)), "PNG")


def _map(request: Received) -> Reply:
    return image_reply(_image((int(request.parameters["width"]), int(request.parameters["height"]))))


@pytest.fixture(scope="module")
def of_mapproxy(url: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[list[str]]]:
    """What MapProxy has stored after each file, by the name of the case."""
    folder = tmp_path_factory.mktemp("mapproxy")
    cases = {name: [text] for name, text in SEEDS.items()} | {
        name: [_BEFORE_CLEANUPS, text] for name, text in CLEANUPS.items()
    }
    asked = [directory_for(folder / str(number), url, tasks) for number, tasks in enumerate(cases.values())]
    sent = json.dumps([[str(configuration), [str(file) for file in files]] for configuration, files in asked])
    answer = subprocess.run([mapproxy_python(), str(_PROGRAM)], input=sent, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return dict(zip(cases, json.loads(answer.stdout), strict=True))


@pytest.mark.parametrize("name", SEEDS)
def test_seeding_stores_the_same_tiles(
    of_mapproxy: Mapping[str, list[list[str]]], url: str, tmp_path: Path, name: str
) -> None:
    configuration, (tasks,) = directory_for(tmp_path / "own", url, [SEEDS[name]])

    seed_and_clean(configuration, tasks)

    (expected,) = of_mapproxy[name]
    stored = tiles_below(tmp_path / "own/cache_data")
    assert expected != []
    if name in COVERED_CACHES:
        # The reference leaves out blocks of which the first tile lies outside the area of the cache.
        assert set(stored) > set(expected)
    else:
        assert stored == expected


@pytest.mark.parametrize("name", CLEANUPS)
def test_cleaning_up_leaves_the_same_tiles(
    of_mapproxy: Mapping[str, list[list[str]]], url: str, tmp_path: Path, name: str
) -> None:
    configuration, (before, tasks) = directory_for(tmp_path / "own", url, [_BEFORE_CLEANUPS, CLEANUPS[name]])
    seed_and_clean(configuration, before)
    stored = tiles_below(tmp_path / "own/cache_data")

    seed_and_clean(configuration, tasks)

    seeded, expected = of_mapproxy[name]
    assert stored == seeded
    assert tiles_below(tmp_path / "own/cache_data") == expected
