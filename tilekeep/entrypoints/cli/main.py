"""The ``tilekeep`` command: finds subcommands by name and loads only the one that runs."""

from __future__ import annotations

from importlib import import_module

import click

from tilekeep._version import __version__

#: Subcommand -> (module, one line of help).  The help stands here so that ``--help`` loads none of them.
_COMMANDS = {
    "serve": ("serve", "Serve the tiles of a configuration over HTTP."),
    "check": ("check", "Check a configuration and report every problem with its place."),
    "schema": ("schema", "Print the JSON Schema of configurations, for editors."),
    "explain": ("explain", "Say what a tile request would do, without doing it."),
    "demo": ("demo", "Serve a built-in world map on this machine."),
}


class _LazyGroup(click.Group):
    """A group whose commands live in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command: click.Command = import_module(f"tilekeep.entrypoints.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="Tilekeep")
def main() -> None:
    """A tile cache between map clients and map servers."""


if __name__ == "__main__":
    main()
