"""``layers``: the tree that services offer (spec/services.md, 2)."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from tilekeep.config.mapproxy.options import Opt, Options, PositiveNumber, Section
from tilekeep.config.mapproxy.scale_hints import ScaleHints


class Keywords(Options):
    """A list of keywords and where they are defined."""

    vocabulary: Opt[str] = None
    keywords: Opt[tuple[str, ...]] = None


class Logo(Options):
    """An image beside an attribution; size in pixels."""

    url: Opt[str] = None
    width: Opt[int] = None
    height: Opt[int] = None
    format: Opt[str] = None


class LayerAttribution(Options):
    """Who made the data."""

    title: Opt[str] = None
    url: Opt[str] = None
    logo: Section[Logo] | None = None


class Identifier(Options):
    """An identifier in the list of an authority."""

    url: Opt[str] = None
    name: Opt[str] = None
    value: Opt[str] = None


class MetadataLink(Options):
    """A link to metadata."""

    url: Opt[str] = None
    type: Opt[str] = None
    format: Opt[str] = None


class Link(Options):
    """A link to data."""

    url: Opt[str] = None
    format: Opt[str] = None


class LayerMetadata(Options):
    """``md`` of a layer."""

    abstract: Opt[str] = None
    keyword_list: Opt[tuple[Keywords, ...]] = None
    attribution: Section[LayerAttribution] | None = None
    identifier: Opt[tuple[Identifier, ...]] = None
    metadata: Opt[tuple[MetadataLink, ...]] = None
    data: Opt[tuple[Link, ...]] = None
    feature_list: Opt[tuple[Link, ...]] = None


class DimensionOptions(Options):
    """One entry of ``dimensions``.

    :ivar values: all of them, or one text such as start/end/period.
    :ivar default: without it the last value.
    """

    values: Annotated[tuple[str | int | float, ...], Field(min_length=1)]
    default: Opt[str | int | float] = None


class Layer(ScaleHints):
    """One layer or group.

    :ivar title: for people.
    :ivar name: for requests; groups need none.
    :ivar layers: layers of a group.
    :ivar sources: names of caches, and of sources that are asked for each map, bottom first.
    :ivar tile_sources: names of caches for tile services, each in all its grids.
    :ivar nominal_res: resolution at which the layer is meant to be seen, metres per pixel; for OGC API Maps.
    :ivar nominal_scale: scale at which the layer is meant to be seen; goes before nominal_res.
    :ivar legendurl: address of the legend.
    :ivar wmts_rest_legendurl: address of the legend in WMTS documents by REST.
    :ivar wmts_kvp_legendurl: address of the legend in WMTS documents by KVP.
    :ivar md: what documents say of the layer.
    :ivar dimensions: names of dimensions, each with its values.
    """

    contains_itself: ClassVar[bool] = True

    title: str
    name: Opt[str] = None
    layers: Opt[tuple["Layer", ...]] = None
    sources: Opt[tuple[str, ...]] = None
    tile_sources: Opt[tuple[str, ...]] = None
    nominal_res: Opt[PositiveNumber] = None
    nominal_scale: Opt[PositiveNumber] = None
    legendurl: Opt[str] = None
    wmts_rest_legendurl: Opt[str] = None
    wmts_kvp_legendurl: Opt[str] = None
    md: Section[LayerMetadata] | None = None
    dimensions: Section[dict[str, Section[DimensionOptions]]] | None = None


def layers_option(value: Any) -> Any:
    """``layers`` left empty is no layer."""
    return () if value is None else value
