"""docs/command-line.md names every command, and every command has help."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tilekeep.entrypoints.cli.main import main
from tilekeep.entrypoints.cli.util import command as util

_TEXT = (Path(__file__).parents[3] / "docs/command-line.md").read_text(encoding="utf-8")


def commands_of(group: click.Command) -> list[str]:
    assert isinstance(group, click.Group)
    return group.list_commands(click.Context(group))


@pytest.mark.parametrize("name", commands_of(main))
def test_every_command_stands_in_the_table(name: str) -> None:
    assert f"| `tilekeep {name}" in _TEXT


@pytest.mark.parametrize("name", commands_of(util))
def test_every_command_of_mapproxy_util_is_named(name: str) -> None:
    assert f"`{name}`" in _TEXT.partition("## mapproxy-util")[2]


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group in (main, util) for name in commands_of(group)], ids=str
)
def test_every_command_and_option_has_help(group: click.Group, name: str) -> None:
    command = group.get_command(click.Context(group), name)

    assert command is not None
    assert command.help
    without = [option.name for option in command.params if isinstance(option, click.Option) and not option.help]
    assert without in ([], ["version"])


@pytest.mark.parametrize(
    ("name", "line"),
    [
        pytest.param("plan", "  orphaned  no cache looks for them any more", id="table"),
        pytest.param("schema", "  # yaml-language-server: $schema=mapproxy.schema.json", id="line-to-copy"),
    ],
)
def test_lines_of_help_that_belong_together_stay_as_they_are(name: str, line: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"]).output

    assert line in shown.splitlines()
    assert "\\b" not in shown
