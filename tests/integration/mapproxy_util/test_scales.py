"""``tilekeep util scales`` beside ``mapproxy-util scales``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.support.command_line import tilekeep_command


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("1000000", id="one"),
        pytest.param("-l 4 1000000", id="halves"),
        pytest.param("1000 5000 250.5", id="sorted"),
        pytest.param("--levels 5 --repeat 1000 500", id="tenths"),
        pytest.param("-d 72 --unit d 0.5 1", id="degrees"),
        pytest.param("--res-to-scale --dpi 96 0.5", id="scales"),
        pytest.param("--as-res-config -l 20 -d 90.7142857 1e9", id="option"),
        pytest.param("--eval 360/256 2**4", id="calculations"),
        pytest.param("--rep --as 1000 500", id="shortened"),
        pytest.param("--nonsense 5", id="unknown option"),
        pytest.param("--le x 5", id="no number of levels"),
    ],
)
def test_it_prints_what_mapproxy_util_prints(arguments: str, tmp_path: Path) -> None:
    ours = tilekeep_command("util", "scales", *arguments.split(), directory=tmp_path)
    theirs = mapproxy_util("scales", *arguments.split(), directory=tmp_path)

    assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)
    assert ours.returncode == 0 or (ours.stderr and theirs.stderr)


@pytest.mark.parametrize("lines", ["100\n50 # a comment\n\n7\n", ""])
def test_numbers_are_read_up_to_the_first_empty_line(lines: str, tmp_path: Path) -> None:
    ours = tilekeep_command("util", "scales", "-", directory=tmp_path, stdin=lines)

    theirs = mapproxy_util("scales", "-", directory=tmp_path, stdin=lines)
    assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)
    assert ours.returncode == 0


def test_as_many_levels_are_printed_as_are_wanted(tmp_path: Path) -> None:
    """The reference adds levels to however many numbers are given."""
    arguments = ("scales", "-l", "3", "1000", "500")

    ours = tilekeep_command("util", *arguments, directory=tmp_path).stdout.splitlines()

    theirs = mapproxy_util(*arguments, directory=tmp_path).stdout.splitlines()
    assert len(ours) == 3
    assert ours == theirs[:3] != theirs


@pytest.mark.parametrize("arguments", [["abc"], ["--eval", "1/"]])
def test_what_is_no_number_is_named(arguments: list[str], tmp_path: Path) -> None:
    done = tilekeep_command("util", "scales", *arguments, directory=tmp_path)

    assert done.returncode == mapproxy_util("scales", *arguments, directory=tmp_path).returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("ERROR: ")
    assert "Traceback" not in done.stderr


def test_without_numbers_there_is_help(tmp_path: Path) -> None:
    done = tilekeep_command("util", "scales", directory=tmp_path)

    assert done.returncode == mapproxy_util("scales", directory=tmp_path).returncode == 1
    assert "Usage:" in done.stdout
