"""``--reseed-file`` and ``--reseed-interval``: a scheduled job seeds again only when it is time (spec/seed.md, 8.2)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from tests.integration.support.drawing import encoded
from tests.integration.support.upstream_server import UpstreamServer, image_reply
from tilekeep.entrypoints.cli.main import main

CONFIGURATION = """
services: {{tms: }}
layers: [{{name: web, title: Web, sources: [web]}}]
globals: {{cache: {{meta_size: [1, 1], meta_buffer: 0}}}}
caches: {{web: {{grids: [GLOBAL_WEBMERCATOR], sources: [any], cache: {{type: file}}}}}}
sources: {{any: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}}}
"""
TASKS = "seeds: {a: {caches: [web], levels: [0], refresh_before: {seconds: 0}}}"
AN_HOUR = 3600.0


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", image_reply(encoded(Image.new("RGB", (256, 256), (90, 140, 200)), "PNG")))
        yield server


@pytest.fixture
def folder(tmp_path: Path, upstream: UpstreamServer) -> Path:
    (tmp_path / "mapproxy.yaml").write_text(CONFIGURATION.format(url=upstream.url))
    (tmp_path / "seed.yaml").write_text(TASKS)
    return tmp_path


def reseed(folder: Path, *arguments: str) -> Result:
    files = ["-f", str(folder / "mapproxy.yaml"), "-s", str(folder / "seed.yaml"), "-c", "1"]
    notes = ["--progress-file", str(folder / "progress"), "--reseed-file", str(folder / "reseed")]
    return CliRunner().invoke(main, ["seed", *files, *notes, *arguments])


def aged(file: Path, seconds: float) -> float:
    """Makes a file as old as that; its time."""
    at = time.time() - seconds
    os.utime(file, (at, at))
    return at


def test_the_first_run_makes_the_file(folder: Path, upstream: UpstreamServer) -> None:
    ran = reseed(folder, "--reseed-interval", "1d")

    assert ran.exit_code == 0, ran.output
    assert (folder / "reseed").read_bytes() == b""
    assert len(upstream.requests) == 1


def test_a_run_soon_after_a_complete_one_has_nothing_to_do(folder: Path, upstream: UpstreamServer) -> None:
    (folder / "reseed").touch()
    at = aged(folder / "reseed", AN_HOUR)

    ran = reseed(folder, "--reseed-interval", "1d")

    assert (ran.exit_code, len(upstream.requests)) == (1, 0)
    assert "no need for re-seeding" in ran.output
    assert (folder / "reseed").stat().st_mtime == pytest.approx(at)


@pytest.mark.parametrize("interval", [["--reseed-interval", "30m"], []], ids=["older-than-the-interval", "no-interval"])
def test_a_run_whose_time_has_come_begins_a_new_cycle(
    folder: Path, upstream: UpstreamServer, interval: list[str]
) -> None:
    (folder / "reseed").touch()
    at = aged(folder / "reseed", AN_HOUR)

    ran = reseed(folder, *interval)

    assert (ran.exit_code, len(upstream.requests)) == (0, 1)
    assert (folder / "reseed").stat().st_mtime > at + AN_HOUR / 2


def test_a_run_that_was_interrupted_is_gone_on_with_in_the_same_cycle(folder: Path, upstream: UpstreamServer) -> None:
    (folder / "reseed").touch()
    at = aged(folder / "reseed", AN_HOUR)
    reseed(folder, "--duration", "0.0001s", "--between", _never())
    unfinished = (folder / "progress").exists()
    at = aged(folder / "reseed", AN_HOUR)

    ran = reseed(folder, "--reseed-interval", "1d", "--continue")

    assert unfinished
    assert (ran.exit_code, len(upstream.requests)) == (0, 1)
    assert (folder / "reseed").stat().st_mtime == pytest.approx(at)


def _never() -> str:
    """Hours that are not now."""
    hour = (time.localtime().tm_hour + 3) % 24
    return f"{hour:02}:00-{hour:02}:30"
