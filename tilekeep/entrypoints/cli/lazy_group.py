"""Groups of commands that load only the one that runs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from tilekeep.config.loading.garbage import garbage_collection_paused

#: Longer names stand on lines of their own; none is.
_NAME_COLUMNS = 40


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own.

    Args:
        modules: for each command the module, and one line of help.  The help stands here so that ``--help`` loads
            none of them.
    """

    def __init__(self, *args: Any, modules: Mapping[str, tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of their help."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, from its module."""
        if cmd_name not in self._modules:
            return None
        module, _ = self._modules[cmd_name]
        with garbage_collection_paused(for_good=True):
            command: click.Command = import_module(f"tilekeep.entrypoints.cli.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """See click; an unknown command is told with the one that was probably meant."""
        name = args[0]
        is_known = name in self._modules or ctx.resilient_parsing or name in self.list_commands(ctx)
        meant = None if is_known else self._like(ctx, name)
        if meant is not None:
            ctx.fail(f"No such command {name!r}. Did you mean {meant!r}?")
        return super().resolve_command(ctx, args)

    def _like(self, context: click.Context, name: str) -> str | None:
        from tilekeep.config.suggestions import closest

        return closest(name, self.list_commands(context))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the lines of help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._modules.items()], col_max=_NAME_COLUMNS)
