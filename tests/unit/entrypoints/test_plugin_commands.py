"""Commands of plugins stand beside those of Tilekeep, and a broken one is an error of its own use alone."""

from __future__ import annotations

from click.testing import CliRunner, Result

from tests.fakes.plugins import entry, points_of
from tilekeep.config.plugins.discovery import Discovery
from tilekeep.entrypoints.cli.plugin_commands import ExtensibleGroup

OWN = {"schema": ("schema", "Print the JSON Schema.")}
GREET = entry("tilekeep.commands", "greet", "greet")
BROKEN = entry("tilekeep.commands", "broken", "tests.fakes.no_such_module:X", "broken-dist")
HIDING = entry("tilekeep.commands", "schema", "greet")
WRONG = entry("tilekeep.commands", "wrong", "DOTS")


def run(*arguments: str) -> Result:
    group = ExtensibleGroup("tilekeep", modules=OWN, plugins=Discovery(points_of(GREET, BROKEN, HIDING, WRONG)))
    return CliRunner().invoke(group, arguments)


def test_a_command_of_a_plugin_runs() -> None:
    result = run("greet")

    assert (result.exit_code, result.output) == (0, "hello\n")


def test_the_help_says_where_commands_come_from_and_loads_none() -> None:
    result = run("--help")

    assert result.exit_code == 0
    assert "greet   From dist-a 1.0." in result.output
    assert "broken  From broken-dist 1.0." in result.output


def test_own_commands_win() -> None:
    assert "JSON Schema" in run("schema", "--help").output


def test_a_broken_command_names_its_distribution() -> None:
    result = run("broken")

    assert result.exit_code == 1
    assert "the plugin 'broken' (tilekeep.commands) of broken-dist 1.0 cannot be used" in result.output


def test_what_is_no_command_is_said_to_be_none() -> None:
    assert "leads to no command of click" in run("wrong").output


def test_a_name_that_nobody_has_is_still_unknown() -> None:
    assert "No such command 'nothing'" in run("nothing").output


def test_a_misspelt_command_is_told_with_the_one_that_was_meant() -> None:
    result = run("shema")

    assert result.exit_code == 2
    assert "No such command 'shema'. Did you mean 'schema'?" in result.output
