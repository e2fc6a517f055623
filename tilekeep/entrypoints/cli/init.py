"""``tilekeep init``."""

from __future__ import annotations

import os

import click

from tilekeep.entrypoints.cli.written_files import template, write_file


@click.command("init")
@click.argument("directory", default=".", type=click.Path(file_okay=False))
@click.option("--force", is_flag=True, help="Replace a configuration that is there.")
def command(directory: str, force: bool) -> None:
    """Write a commented mapproxy.yaml into DIRECTORY, this one without it.

    It is served as it is, with a map of the world, and says where your own servers go.  Stale tiles are made anew in
    the background.  The exit code is 1 if there is a configuration already, or it cannot be written.
    """
    path = os.path.join(directory, "mapproxy.yaml") if directory != "." else "mapproxy.yaml"
    write_file(path, template("init.yaml"), force=force)
    click.echo(f"\nNow: tilekeep serve {path}, and open http://localhost:8080/demo/")
