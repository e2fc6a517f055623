"""Who looks after a layer: a section of its metadata, and a page that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from tilekeep.plugins import (
    DemoPage,
    DemoPagePlugin,
    LayerFacts,
    LayerMetadataPlugin,
    NoOptions,
    Options,
    ServiceContext,
)


class Steward(Options):
    """``md.steward`` of a layer."""

    name: str
    email: str | None = None


def stewards_of(layers: Iterable[LayerFacts]) -> Iterator[tuple[str, Steward]]:
    """Titles of layers, and who looks after them."""
    for layer in layers:
        if "steward" in layer.metadata:
            yield layer.title, layer.metadata["steward"]


def stewards_page(options: NoOptions, context: ServiceContext) -> DemoPage:
    """A table; what configurations contribute is escaped."""

    def write(environ: dict[str, Any]) -> str:
        rows = (
            f"<tr><td>{escape(title)}</td><td>{escape(steward.name)}</td><td>{escape(steward.email or '')}</td></tr>"
            for title, steward in stewards_of(context.layers)
        )
        return f"<table><tr><th>Layer</th><th>Steward</th><th>Address</th></tr>{''.join(rows)}</table>"

    return write


METADATA = LayerMetadataPlugin(value=Steward)
PAGE = DemoPagePlugin(title="Stewards", make=stewards_page)
