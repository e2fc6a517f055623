"""Commands of plugins beside those of Tilekeep."""

from __future__ import annotations

from typing import Any

import click

from tilekeep.config.plugins.discovery import Discovery, PluginFailure
from tilekeep.entrypoints.cli.lazy_group import LazyGroup

#: The group of entry points that lead to commands of click.
GROUP = "tilekeep.commands"


class ExtensibleGroup(LazyGroup):
    """A group to which distributions add commands by entry points; own commands win, and the help loads none.

    Args:
        plugins: what is installed.
    """

    def __init__(self, *args: Any, plugins: Discovery | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self._plugins = plugins or Discovery()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Own commands in the order of their help, then those of plugins."""
        return [*super().list_commands(ctx), *self._added()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, from its module or its plugin.

        :raises click.ClickException: its plugin cannot be used.
        """
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in self._plugins.names(GROUP):
            return own
        try:
            command = self._plugins.load(GROUP, cmd_name)
            if not isinstance(command, click.Command):
                raise self._plugins.failure(GROUP, cmd_name, "its entry point leads to no command of click")
        except PluginFailure as failure:
            raise click.ClickException(failure.message) from failure
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the lines of help; those of plugins say where they come from."""
        super().format_commands(ctx, formatter)
        added = self._added()
        if added:
            with formatter.section("Commands of plugins"):
                formatter.write_dl([(name, f"From {self._plugins.provider(GROUP, name)}.") for name in added])

    def _added(self) -> list[str]:
        own = self._modules
        return [name for name in self._plugins.names(GROUP) if name not in own]
