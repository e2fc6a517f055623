"""Units for systemd and the container file of ``examples/deploy``: what they start is started here."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.services.process import HOST, Server, free_port
from tests.integration.services.programs import find_program
from tests.integration.support.answers import ask
from tests.integration.support.examples import DEPLOY, example

_TILEKEEP = Path(sys.executable).with_name("tilekeep")
_CONFIG = """
services: {tms: }
layers: [{name: world, title: World, sources: [world]}]
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [world]}}
sources: {world: {type: world}}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "mapproxy.yaml").write_text(_CONFIG)
    (tmp_path / "seed.yaml").write_text("seeds: {all: {caches: [world], levels: {to: 1}}}")
    return tmp_path


@pytest.mark.parametrize("unit", ["tilekeep.service", "tilekeep-seed.service", "tilekeep-seed.timer"])
def test_systemd_has_nothing_to_say_against_a_unit(tmp_path: Path, unit: str) -> None:
    program = find_program("systemd-analyze")
    for path in (DEPLOY / "systemd").iterdir():
        shutil.copy(path, tmp_path)
        text = (tmp_path / path.name).read_text()
        (tmp_path / path.name).write_text(text.replace("/opt/tilekeep/bin/tilekeep", str(_TILEKEEP)))

    command = [str(program), "verify", "--man=no", str(tmp_path / unit)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C"})

    assert [line for line in ended.stderr.splitlines() if unit in line] == []


def test_the_unit_for_seeding_seeds(directory: Path) -> None:
    unit = example(
        "systemd/tilekeep-seed.service", {"/opt/tilekeep/bin/tilekeep": _TILEKEEP, "/etc/tilekeep": directory}
    )
    command = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)[0]

    for _ in range(2):
        subprocess.run(shlex.split(command), cwd=directory, check=True, capture_output=True, timeout=120)

    assert len(list((directory / "cache_data").rglob("*.png"))) == 5


def test_the_container_serves_and_knows_that_it_does(directory: Path, running: Callable[[Server], Server]) -> None:
    port = free_port()
    places = {"/opt/tilekeep/bin/tilekeep": _TILEKEEP, "/etc/tilekeep/mapproxy.yaml": directory / "mapproxy.yaml"}
    places |= {"0.0.0.0:8080": f"{HOST}:{port}", "127.0.0.1:8080": f"{HOST}:{port}"}
    text = example("container/Containerfile", {**places, "/opt/tilekeep/bin/python": sys.executable})
    command, check = (
        json.loads(re.findall(rf"^{name} (\[.*\])$", text, re.MULTILINE)[0]) for name in ("CMD", "HEALTHCHECK CMD")
    )
    before = subprocess.run(check, check=False, capture_output=True, timeout=60).returncode

    server = running(Server(command, directory, port))

    assert before != 0
    assert ask(f"{server.url}/tms/1.0.0/world/EPSG3857/0/0/0.png").status == 200
    assert subprocess.run(check, check=False, capture_output=True, timeout=60).returncode == 0
