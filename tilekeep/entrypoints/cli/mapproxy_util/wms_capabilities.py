"""``tilekeep util wms-capabilities`` (spec/util-deploy.md, 6)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tilekeep.domain.errors import SourceError, UnusableInfo
from tilekeep.entrypoints.cli.exit_codes import EXIT_USAGE
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand

if TYPE_CHECKING:
    from tilekeep.domain.wms_offer import OfferedMap

_EXIT_NO_URL = 2
_INDENT = 4

#: Of a document that cannot be read so much is shown.
_SHOWN_BYTES = 10_000


@click.command("wms-capabilities", cls=ReferenceCommand)
@click.argument("urls", nargs=-1, metavar="URL")
@click.option("--host", metavar="URL", help="Address of the WMS.")
@click.option("--version", type=click.Choice(["1.1.1", "1.3.0"]), default="1.1.1", show_default=True)
@click.pass_context
def command(context: click.Context, urls: tuple[str, ...], host: str | None, version: str) -> None:
    """Print the layers of the WMS at URL with what its capabilities say of them.

    What is printed is no configuration; "tilekeep autoconfig" writes one.
    """
    url = host or (urls[0] if len(urls) == 1 else None)
    if not url:
        click.echo(context.get_help())
        sys.exit(_EXIT_NO_URL)
    from tilekeep.config.server_documents import ServerDocuments
    from tilekeep.config.wms_documents import read_wms_capabilities, wms_capabilities_url

    documents = ServerDocuments(url)
    try:
        body = documents.body(wms_capabilities_url(documents.url, version))
    except SourceError as error:
        click.echo(f"ERROR: {error}", err=True)
        sys.exit(EXIT_USAGE)
    try:
        offer = read_wms_capabilities(body, documents.projection)
    except UnusableInfo as error:
        rule = "-" * 80
        document = body[:_SHOWN_BYTES].decode("utf-8", "replace")
        click.echo(f"Received document:\n{rule}\n{document}\n{rule}\nNot a capabilities document: {error}", err=True)
        sys.exit(EXIT_USAGE)
    click.echo("# Note: This is not a valid MapProxy configuration!")
    click.echo(f"Capabilities Document Version {version}\nRoot-Layer:")
    for line in _tree(offer.root.layers, offer.map_url, _INDENT):
        click.echo(line)


def _tree(layers: tuple[OfferedMap, ...], url: str, indent: int) -> Iterator[str]:
    for layer in layers:
        for number, (key, value) in enumerate(_facts(layer, url)):
            marked = f"{' ' * (indent - 2)}- " if number == 0 else " " * indent
            yield f"{marked}{key}: {'' if value is None else value}"
        if layer.layers:
            yield f"{' ' * indent}layers: "
            yield from _tree(layer.layers, url, indent + _INDENT)


def _facts(layer: OfferedMap, url: str) -> Iterator[tuple[str, Any]]:
    """In the order of the reference; of the first ones only those that there are."""
    first = {
        "name": layer.name,
        "title": layer.title,
        "url": url,
        "srs": sorted(layer.srs),
        "llbbox": None if layer.world_bbox is None else list(layer.world_bbox),
    }
    yield from ((key, value) for key, value in first.items() if value)
    yield "queryable", layer.queryable
    yield "opaque", layer.opaque
    yield "abstract", layer.abstract
    yield "res_hint", layer.resolutions
    yield "bbox_srs", {code: list(box) for code, box in layer.bboxes.items()}
    yield "legend", None if layer.legend_url is None else {"url": layer.legend_url}
