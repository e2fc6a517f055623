"""``tilekeep util autoconfig`` (spec/util-deploy.md, 9)."""

from __future__ import annotations

import sys

import click

from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION
from tilekeep.entrypoints.cli.generated_files import GeneratedFiles
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand


@click.command("autoconfig", cls=ReferenceCommand)
@click.argument("ignored", nargs=-1, metavar="")
@click.option("--capabilities", metavar="URL|FILE", help="Capabilities of a WMS 1.1.1 or 1.3.0.")
@click.option("--geopackage", metavar="FILE", help="GeoPackage with tables of tiles.")
@click.option("--output", metavar="FILE", default="-", show_default=True, help="The configuration.")
@click.option("--output-seed", metavar="FILE", help="Tasks of seeding for it; - for standard output.")
@click.option("--base", metavar="FILE", help="Configuration to base it on, whose grids the caches get.")
@click.option("--overwrite", metavar="FILE", help="Options to lay over the configuration.")
@click.option("--overwrite-seed", metavar="FILE", help="Options to lay over the tasks.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.pass_context
def command(
    context: click.Context,
    ignored: tuple[str, ...],  # noqa: ARG001 - the reference takes them, too
    capabilities: str | None,
    geopackage: str | None,
    output: str,
    output_seed: str | None,
    base: str | None,
    overwrite: str | None,
    overwrite_seed: str | None,
    force: bool,
) -> None:
    """Write a configuration out of the capabilities of a WMS, or out of a GeoPackage.

    The exit code is 1 for what cannot be fetched or read, 2 for a wrong call, and 3 for a document that is none.
    """
    origin = capabilities or geopackage
    if not origin or (capabilities and geopackage):
        click.echo(context.get_help())
        click.echo("\nERROR: --capabilities required or --geopackage required", err=True)
        sys.exit(EXIT_CONFIGURATION)
    files = GeneratedFiles(origin, output, output_seed, base, overwrite, overwrite_seed, force)
    files.refuse_existing()
    from tilekeep.config.autoconfig.reading import from_geopackage, from_wms

    files.write(from_wms if capabilities else from_geopackage)
