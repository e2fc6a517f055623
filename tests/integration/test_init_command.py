"""``tilekeep init`` writes something to begin with, which works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.services.process import Server
from tests.integration.support.answers import ask
from tests.integration.support.command_line import tilekeep_command


def test_what_it_writes_is_served_as_it_is(tmp_path: Path, tilekeep_server: Callable[..., Server]) -> None:
    done = tilekeep_command("init", "maps", directory=tmp_path)
    server = tilekeep_server((tmp_path / "maps/mapproxy.yaml").read_text(), directory=tmp_path / "maps")

    answer = ask(f"{server.url}/tiles/world/webmercator/1/0/0.png")

    assert done.returncode == 0
    assert "tilekeep serve maps/mapproxy.yaml" in done.stdout
    assert (answer.status, answer.image().size) == (200, (256, 256))
    assert (tmp_path / "maps/cache_data").is_dir()


def test_it_refreshes_in_the_background_and_has_nothing_to_complain_of_but_the_demo(tmp_path: Path) -> None:
    tilekeep_command("init", directory=tmp_path)

    done = tilekeep_command("check", "mapproxy.yaml", directory=tmp_path)

    assert done.returncode == 0
    assert done.stdout.count("\n") == done.stdout.count("the demo page is on") == 1
    assert "mode: background" in (tmp_path / "mapproxy.yaml").read_text()


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--force"], 0)])
def test_a_configuration_that_is_there_is_replaced_only_by_force(options: list[str], code: int, tmp_path: Path) -> None:
    (tmp_path / "mapproxy.yaml").write_text("services:\n")

    done = tilekeep_command("init", *options, directory=tmp_path)

    assert done.returncode == code
    assert ("already exists" in done.stderr) == (code == 1)
    assert ((tmp_path / "mapproxy.yaml").read_text() == "services:\n") == (code == 1)
    assert [path.name for path in tmp_path.iterdir()] == ["mapproxy.yaml"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = tilekeep_command("init", "file/below", directory=tmp_path)

    assert done.returncode == 1
    assert done.stderr == "ERROR: cannot write 'file/below/mapproxy.yaml': Not a directory\n"
