"""``tilekeep util``: commands that ``mapproxy-util`` has too (spec/util-deploy.md)."""

from __future__ import annotations

import click

from tilekeep.entrypoints.cli.reference_command import ReferenceGroup

COMMANDS = {
    "serve-develop": ("mapproxy_util.serve_develop", "Serve a configuration while it is being written."),
    "serve-multiapp-develop": ("mapproxy_util.serve_multiapp_develop", "Serve the configurations of a directory."),
    "create": ("mapproxy_util.create", "Write example configurations, a WSGI script or a logging configuration."),
    "scales": ("mapproxy_util.scales", "Convert between scales and resolutions."),
    "wms-capabilities": ("mapproxy_util.wms_capabilities", "Print the layers of a WMS."),
    "grids": ("mapproxy_util.grids", "Print the levels of grids and their numbers of tiles."),
    "export": ("mapproxy_util.export", "Export the tiles of a cache."),
    "autoconfig": ("mapproxy_util.autoconfig", "Write a configuration out of what a WMS or a GeoPackage has."),
    "defrag-compact-cache": ("mapproxy_util.defrag_compact_cache", "Rewrite bundles without room of replaced tiles."),
    "gridconf-from-ogcapitilematrixset": ("mapproxy_util.gridconf", "Print grids for the matrix sets of an OGC API."),
}


@click.group("util", cls=ReferenceGroup, modules=COMMANDS)
def command() -> None:
    """Tools for configurations and caches, with the names and options of mapproxy-util."""
