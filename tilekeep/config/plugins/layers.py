"""What plugins are told of layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tilekeep.config.mapproxy.layers import Layer, LayerMetadata
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.plugins.contexts import LayerFacts


def layer_facts(settings: Settings) -> Sequence[LayerFacts]:
    """All layers and groups, parents first."""
    return tuple(_facts(settings.layers))


def _facts(layers: Sequence[Layer]) -> Iterator[LayerFacts]:
    for layer in layers:
        md = layer.md
        own = () if md is None else sorted(md.model_fields_set - LayerMetadata.model_fields.keys())
        yield LayerFacts(layer.name, layer.title, {key: getattr(md, key) for key in own})
        yield from _facts(layer.layers or ())
