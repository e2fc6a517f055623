"""``tilekeep util create`` beside ``mapproxy-util create``, and what its templates are good for."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.support.command_line import tilekeep_command


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("theirs")
    assert mapproxy_util("create", "-t", "base-config", "base", directory=directory).returncode == 0
    assert mapproxy_util("create", "-t", "log-ini", "log.ini", directory=directory).returncode == 0
    return directory


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("ours")
    assert tilekeep_command("util", "create", "-t", "base-config", "base", directory=directory).returncode == 0
    assert tilekeep_command("util", "create", "-t", "log-ini", "log.ini", directory=directory).returncode == 0
    return directory


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text())


def option_names(data: Any) -> Iterator[str]:
    """The keys of a document, without names that users choose."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from option_names(value)
    elif isinstance(data, list):
        for item in data:
            yield from option_names(item)


def test_the_same_files_are_written(ours: Path, theirs: Path) -> None:
    assert sorted(path.name for path in (ours / "base").iterdir()) == sorted(
        path.name for path in (theirs / "base").iterdir()
    )


def test_the_small_configuration_has_the_structure_of_the_reference(ours: Path, theirs: Path) -> None:
    own, other = read(ours / "base/mapproxy.yaml"), read(theirs / "base/mapproxy.yaml")

    for document in (own, other):
        document["services"]["wms"]["md"] = sorted(document["services"]["wms"]["md"])
        document["layers"][0].pop("title")
    assert own == other


def test_the_large_example_shows_every_option_that_the_example_of_the_reference_shows(ours: Path, theirs: Path) -> None:
    text = (ours / "base/full_example.yaml").read_text()
    other = read(theirs / "base/full_example.yaml")
    invented = set(other["caches"]) | set(other["sources"]) | set(other["grids"]) | {"custom_format", "mydata"}

    missing = {name for name in option_names(other) if not re.search(rf"\b{re.escape(name)}:", text)} - invented

    assert missing == {"my-header"}


@pytest.mark.parametrize("name", ["mapproxy.yaml", "full_example.yaml"])
def test_the_examples_can_be_obeyed(ours: Path, name: str) -> None:
    variables = {"server": "maps.example.org", "layer": "land"}

    done = tilekeep_command("check", name, directory=ours / "base", environ=variables)

    assert done.returncode == 0
    assert done.stdout.splitlines() == [line for line in done.stdout.splitlines() if "the demo page is on" in line]


@pytest.mark.parametrize(("config", "tasks"), [("mapproxy.yaml", "seed.yaml"), ("full_example.yaml",) * 2])
def test_the_examples_of_tasks_go_with_them(ours: Path, config: str, tasks: str) -> None:
    tasks = tasks.replace("full_example", "full_seed_example")
    variables = {"server": "maps.example.org", "layer": "land"}

    done = tilekeep_command("seed", "-f", config, "-s", tasks, "--summary", directory=ours / "base", environ=variables)

    assert done.returncode == 0
    assert all(f"  {task}:" in done.stdout for task in read(ours / "base" / tasks)["seeds"])


def test_logging_is_configured_by_the_file(ours: Path, theirs: Path) -> None:
    script = (
        "import logging, logging.config; logging.config.fileConfig('log.ini', {'here': '.'});"
        "logging.getLogger('tilekeep.source.request').info('a request'); logging.getLogger('tilekeep').info('a line')"
    )

    subprocess.run([sys.executable, "-c", script], cwd=ours, check=True)

    assert re.fullmatch(r"\[[-\d :,]+\] a request\n", (ours / "source-requests.log").read_text())
    assert re.fullmatch(r"[-\d :,]+ - INFO - tilekeep - a line\n", (ours / "tilekeep.log").read_text())
    assert "source-requests.log" in (theirs / "log.ini").read_text()


def test_the_script_serves_the_configuration_from_anywhere(ours: Path, tmp_path: Path) -> None:
    tilekeep_command("init", "it's", directory=tmp_path)
    done = tilekeep_command(
        "util", "create", "-t", "wsgi-app", "-f", "it's/mapproxy.yaml", "application", directory=tmp_path
    )

    found = subprocess.run(
        [sys.executable, "-c", "from application import application; print(callable(application))"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{':'.join(sys.path)}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "writing application.py\n")
    assert found.stdout == "True\n", found.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param([], 1, id="nothing asked for"),
        pytest.param(["--list-templates"], 1, id="list"),
        pytest.param(["-t", "nosuch", "x"], 1, id="unknown template"),
        pytest.param(["-t", "log-ini"], 1, id="no destination"),
        pytest.param(["-t", "wsgi-app", "x"], 1, id="no configuration"),
        pytest.param(["-t", "log-ini", "there.ini"], 1, id="file that is there"),
        pytest.param(["-t", "log-ini", "there.ini", "--force"], 0, id="file to be replaced"),
        pytest.param(["-t", "base-config", "."], 1, id="some files are there"),
        pytest.param(["--nosuch"], 2, id="unknown option"),
    ],
)
def test_calls_end_as_those_of_mapproxy_util(
    arguments: list[str], code: int, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    for directory in (tmp_path, other):
        (directory / "there.ini").write_text("")
        (directory / "seed.yaml").write_text("")

    done = tilekeep_command("util", "create", *arguments, directory=tmp_path)

    reference = mapproxy_util("create", *arguments, directory=other)
    assert done.returncode == reference.returncode == code
    assert bool(done.stderr) == bool(reference.stderr)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in other.iterdir())
    assert ((tmp_path / "there.ini").read_text() == "") == (code != 0)
    assert (tmp_path / "seed.yaml").read_text() == ""
    if arguments == ["--list-templates"]:
        assert done.stdout == reference.stdout
