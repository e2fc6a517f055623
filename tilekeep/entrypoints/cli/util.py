"""``tilekeep util``: commands that ``mapproxy-util`` has too (spec/util-deploy.md)."""

from __future__ import annotations

import click

from tilekeep.entrypoints.cli.reference_command import ReferenceGroup

COMMANDS = {
    "create": ("mapproxy_util.create", "Write example configurations, a WSGI script or a logging configuration."),
    "scales": ("mapproxy_util.scales", "Convert between scales and resolutions."),
    "grids": ("mapproxy_util.grids", "Print the levels of grids and their numbers of tiles."),
    "defrag-compact-cache": ("mapproxy_util.defrag_compact_cache", "Rewrite bundles without room of replaced tiles."),
}


@click.group("util", cls=ReferenceGroup, modules=COMMANDS)
def command() -> None:
    """Tools for configurations and caches, with the names and options of mapproxy-util."""
