"""``tilekeep completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")
_PROGRAM = "tilekeep"


@click.command("completion")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print a script with which SHELL completes commands, options and files.

    For example in ~/.bashrc: eval "$(tilekeep completion bash)"
    """
    complete = get_completion_class(shell)
    assert complete is not None, "click has all of them"
    click.echo(complete(context.find_root().command, {}, _PROGRAM, "_TILEKEEP_COMPLETE").source())
