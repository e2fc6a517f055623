"""``tilekeep util``: commands that ``mapproxy-util`` has too (spec/util-deploy.md)."""

from __future__ import annotations

import click

from tilekeep.entrypoints.cli.lazy_group import LazyGroup

_COMMANDS = {
    "defrag-compact-cache": ("defrag_compact_cache", "Rewrite bundles without the room of replaced tiles."),
}


@click.group("util", cls=LazyGroup, modules=_COMMANDS)
def command() -> None:
    """Tools for caches, with the names and options of mapproxy-util."""
