"""``tilekeep autoconfig``."""

from __future__ import annotations

import click

from tilekeep.entrypoints.cli.generated_files import GeneratedFiles

_WEB_GRIDS = {"EPSG:3857": "GLOBAL_WEBMERCATOR", "EPSG:4326": "GLOBAL_GEODETIC"}


@click.command("autoconfig")
@click.argument("origin", metavar="URL|FILE")
@click.option("--output", "-o", metavar="FILE", default="-", show_default=True, help="The configuration.")
@click.option("--output-seed", metavar="FILE", help="Tasks of seeding for it; - for standard output.")
@click.option("--base", metavar="FILE", help="Configuration to base it on, whose grids the caches of a WMS get.")
@click.option("--overwrite", metavar="FILE", help="Options to lay over the configuration.")
@click.option("--overwrite-seed", metavar="FILE", help="Options to lay over the tasks.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def command(
    origin: str,
    output: str,
    output_seed: str | None,
    base: str | None,
    overwrite: str | None,
    overwrite_seed: str | None,
    force: bool,
) -> None:
    """Write a configuration with all that a WMS or WMTS, or a GeoPackage, has.

    URL is the address of a WMS, or of the capabilities of a WMTS (it ends in .xml or has SERVICE=WMTS); FILE is a
    document with capabilities, or a GeoPackage (its name ends in .gpkg).

    Without --base the caches of a WMS get the grids of the web, in EPSG:3857 and EPSG:4326.  The exit code is 1 for
    what cannot be fetched or read, 2 for a wrong call, and 3 for a document that is none.
    """
    files = GeneratedFiles(origin, output, output_seed, base, overwrite, overwrite_seed, force, _WEB_GRIDS)
    files.refuse_existing()
    from tilekeep.config.autoconfig.reading import from_any_service, from_geopackage

    files.write(from_geopackage if origin.endswith(".gpkg") else from_any_service)
