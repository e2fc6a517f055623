"""Files that commands write for people."""

from __future__ import annotations

import os
import sys
from importlib.resources import files

import click

from tilekeep.domain.errors import StoreError

#: Exit code where a file is there already, or cannot be written.
EXIT_NOT_WRITTEN = 1


def template(name: str) -> str:
    """The text of a template."""
    return files("tilekeep.entrypoints.cli").joinpath("templates", name).read_text(encoding="utf-8")


def refuse_existing(path: str, *, force: bool) -> None:
    """Ends the program where ``path`` is there and is not to be replaced."""
    if os.path.lexists(path) and not force:
        click.echo(f"ERROR: {path} already exists, use --force", err=True)
        sys.exit(EXIT_NOT_WRITTEN)


def write_file(path: str, text: str, *, force: bool) -> None:
    """Writes the file and says so; ends the program where that cannot be done."""
    refuse_existing(path, force=force)
    write_quietly(path, text)
    click.echo(f"writing {path}")


def write_quietly(path: str, text: str) -> None:
    """Writes the file, or replaces it; ends the program where that cannot be done."""
    from tilekeep.config.containers import AdaptersContainer

    try:
        AdaptersContainer.write_text()(path, text)
    except StoreError as error:
        click.echo(f"ERROR: {error}", err=True)
        sys.exit(EXIT_NOT_WRITTEN)
