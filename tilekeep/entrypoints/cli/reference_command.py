"""Commands that scripts know from mapproxy-util: shortened options, and how calls without a command end."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from tilekeep._version import __version__
from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION, EXIT_USAGE
from tilekeep.entrypoints.cli.lazy_group import LazyGroup

_HELP = ("-h", "--help")


class ReferenceCommand(click.Command):
    """A command whose long options may be shortened as long as they are unambiguous."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses arguments with their options in full."""
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*(self._in_full(ctx, arg) for arg in args[:end]), *args[end:]])

    def _in_full(self, context: click.Context, argument: str) -> str:
        name, equals, value = argument.partition("=")
        known = [option for parameter in self.get_params(context) for option in parameter.opts if option[:2] == "--"]
        if name[:2] != "--" or name in known:
            return argument
        meant = [option for option in known if option.startswith(name)]
        return f"{meant[0]}{equals}{value}" if len(meant) == 1 else argument


class ReferenceGroup(LazyGroup):
    """A group that lists its commands, with exit code 1, when it is called without one that it knows."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses arguments; ends the program where they name no command."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        if args == ["--version"]:
            click.echo(f"Tilekeep {__version__}")
            sys.exit(EXIT_USAGE)
        if not args or args[0] in _HELP:
            click.echo(ctx.get_help())
            sys.exit(EXIT_USAGE)
        if self.get_command(ctx, args[0]) is None:
            click.echo(f"{ctx.get_help()}\n\nERROR: unknown command {args[0]}")
            sys.exit(EXIT_USAGE)
        return super().parse_args(ctx, args)


def end_with_help(context: click.Context, error: str | None = None) -> NoReturn:
    """Prints the help of a command, and what is wrong with the call on standard error; ends with exit code 1."""
    click.echo(context.get_help())
    if error is not None:
        click.echo(f"\nERROR: {error}", err=True)
    sys.exit(EXIT_USAGE)


def existing_configuration(context: click.Context, given: str | None, arguments: tuple[str, ...] = ()) -> str:
    """The path of the configuration: that of an option, or else the only argument.

    Without one the program ends with help and exit code 1, for a file that is not there with exit code 2.
    """
    path = given or (arguments[0] if len(arguments) == 1 else None)
    if not path:
        end_with_help(context)
    if not os.path.isfile(path):
        click.echo(f"ERROR: there is no file {path!r}", err=True)
        sys.exit(EXIT_CONFIGURATION)
    return path
