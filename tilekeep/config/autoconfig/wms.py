"""Sources, caches and layers for what a WMS offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tilekeep.config.autoconfig.literal_text import literal
from tilekeep.domain.srs import WGS_84_CODE
from tilekeep.domain.wms_offer import OfferedMap, WmsOffer

_DEFAULT_VERSION = "1.1.1"


def wms_sources(offer: WmsOffer, is_known: Callable[[str], bool]) -> dict[str, Any]:
    """A source for each layer with a name; reference systems that are not known are left out."""
    return {_key(layer, "wms"): _source(offer, layer, is_known) for layer in offer.root.named()}


def wms_caches(sources: Mapping[str, Any], grid_of_srs: Mapping[str, str]) -> dict[str, Any]:
    """A cache for each source, with those grids that are in one of its reference systems; none without such grids."""
    caches = {}
    for name, source in sources.items():
        grids = [grid_of_srs[code] for code in source.get("supported_srs") or () if code in grid_of_srs]
        if grids:
            caches[f"{name.removesuffix('_wms')}_cache"] = {"sources": [name], "grids": grids}
    return caches


def wms_layers(offer: WmsOffer, caches: Mapping[str, Any]) -> list[Any]:
    """The tree of layers; each shows its cache, or its source where there is none."""
    return [_layer(offer.root, caches)]


def _source(offer: WmsOffer, layer: OfferedMap, is_known: Callable[[str], bool]) -> dict[str, Any]:
    coarse, fine = layer.resolutions or (None, None)
    options = {
        "version": offer.version if offer.version != _DEFAULT_VERSION else None,
        "featureinfo": layer.queryable or None,
        "legendurl": layer.legend_url,
    }
    source = {
        "type": "wms",
        "req": _given({"url": offer.map_url, "layers": layer.name, "transparent": not layer.opaque or None}),
        "wms_opts": _given(options) or None,
        "coverage": _coverage(layer),
        # Zero is what servers say that have no limit.
        "min_res": coarse or None,
        "max_res": fine or None,
    }
    return {**_given(source), "supported_srs": sorted(filter(is_known, layer.srs))}


def _coverage(layer: OfferedMap) -> dict[str, Any] | None:
    return None if layer.world_bbox is None else {"srs": WGS_84_CODE, "bbox": list(layer.world_bbox)}


def _layer(offered: OfferedMap, caches: Mapping[str, Any]) -> dict[str, Any]:
    layer: dict[str, Any] = {"title": offered.title or offered.name or ""}
    if offered.name:
        cache = _key(offered, "cache")
        layer["name"] = offered.name
        layer["sources"] = [cache if cache in caches else _key(offered, "wms")]
    if offered.abstract:
        layer["md"] = {"abstract": offered.abstract}
    if offered.layers:
        layer["layers"] = [_layer(inner, caches) for inner in offered.layers]
    return layer


def _key(layer: OfferedMap, kind: str) -> str:
    """The name of a source or cache; after a colon layers of a source would be meant."""
    return f"{literal((layer.name or '').replace(':', '_'))}_{kind}"


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
