"""``tilekeep util`` itself beside ``mapproxy-util``: which commands there are, and how wrong calls end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.support.command_line import tilekeep_command
from tilekeep.entrypoints.cli.util import COMMANDS

_COMMANDS = re.compile(r"^  ([a-z-]{3,}) ", re.MULTILINE)


def commands_in(output: str) -> list[str]:
    return _COMMANDS.findall(output.partition("Commands:")[2])


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"], ["nosuch"], ["nosuch", "--help"]])
def test_calls_without_a_known_command_list_those_there_are(arguments: list[str], tmp_path: Path) -> None:
    ours = tilekeep_command("util", *arguments, directory=tmp_path)

    theirs = mapproxy_util(*arguments, directory=tmp_path)
    assert ours.returncode == theirs.returncode == 1
    assert commands_in(ours.stdout) == commands_in(theirs.stdout) != []
    assert ("ERROR: unknown command nosuch" in ours.stdout) == ("ERROR: unknown command nosuch" in theirs.stdout)


def test_the_version_is_told_with_exit_code_1(tmp_path: Path) -> None:
    ours = tilekeep_command("util", "--version", directory=tmp_path)

    theirs = mapproxy_util("--version", directory=tmp_path)
    assert ours.returncode == theirs.returncode == 1
    assert re.fullmatch(r"Tilekeep [\d.]+\w*\n", ours.stdout)
    assert theirs.stdout == "MapProxy 7.0.0\n"


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_has_every_option(command: str, tmp_path: Path) -> None:
    ours = tilekeep_command("util", command, "--help", directory=tmp_path)

    theirs = mapproxy_util(command, "--help", directory=tmp_path)
    assert ours.returncode == theirs.returncode == 0
    assert options_in(theirs.stdout) <= options_in(ours.stdout)


def options_in(help_text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", help_text))
