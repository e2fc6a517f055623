"""Layers as collections (OGC 20-024; spec/services.md, 8.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.extent import Extent
from tilekeep.domain.ogc_crs import crs_url
from tilekeep.domain.service_metadata import Attribution
from tilekeep.domain.srs import STANDARD_PIXEL_METRES, WGS_84_CODE
from tilekeep.entrypoints.wsgi.ogcapi.areas import Areas, ExtentOf
from tilekeep.entrypoints.wsgi.ogcapi.links import Links, link, ogc_relation
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import ImageForm
from tilekeep.entrypoints.wsgi.ogcapi.reference_systems import ReferenceSystems


class Collections:
    """Writes what documents say of layers.

    Args:
        systems: the reference systems of maps.
        areas: brings areas into reference systems.
        forms: the formats of images.
        has_maps: whether there are maps.
        has_tiles: whether there are tiles.
    """

    def __init__(
        self,
        *,
        systems: ReferenceSystems,
        areas: Areas,
        forms: Sequence[ImageForm],
        has_maps: bool,
        has_tiles: bool,
    ) -> None:
        self._systems = systems
        self._areas = areas
        self._forms = forms
        self._has_maps = has_maps
        self._has_tiles = has_tiles

    def all(self, layers: Iterable[MapLayer], extent: ExtentOf, links: Links) -> dict[str, Any]:
        """The list of collections; ``extent`` says where a client sees data."""
        return {
            "collections": [self.one(layer, extent, links) for layer in layers],
            "links": links.own("All collections", "collections"),
        }

    def one(self, layer: MapLayer, extent_of: ExtentOf, links: Links) -> dict[str, Any]:
        """One collection."""
        assert layer.name is not None, "groups without a name are no collections"
        extent = extent_of(layer)
        about = {"description": layer.metadata.abstract} if layer.metadata.abstract else {}
        return {
            "dataType": "map",
            "id": layer.name,
            "title": layer.title,
            **about,
            **_attribution(layer.metadata.attribution),
            "extent": {"spatial": self._extent(extent)},
            "crs": [crs_url(srs) for srs in self._systems.listed(extent.srs)],
            "storageCrs": crs_url(self._systems.longitude_first if extent.srs.code == WGS_84_CODE else extent.srs),
            "links": self._links(layer.name, links),
            **_scales(layer),
        }

    def _extent(self, extent: Extent) -> Mapping[str, Any]:
        """In degrees, and in the SRS of the data where that is another one."""
        degrees = self._areas.geographic(extent.srs)
        spatial: dict[str, Any] = {"bbox": [list(self._areas.in_degrees(extent))]}
        if degrees.code != WGS_84_CODE:
            spatial["crs"] = crs_url(degrees)
        if extent.srs != degrees:
            spatial["storageCrsBbox"] = [list(extent.bbox)]
        return spatial

    def _links(self, name: str, links: Links) -> list[dict[str, Any]]:
        found = links.own("This collection", "collections", name)
        if self._has_maps:
            found += map_links(self._forms, links, "collections", name)
        if self._has_tiles:
            found += links.both(
                ogc_relation("tilesets-map"), "Tile sets of the collection", "collections", name, "map", "tiles"
            )
        return found


def map_links(forms: Sequence[ImageForm], links: Links, *parts: str) -> list[dict[str, Any]]:
    """Links to the usual map of what lies at the path ``parts``, one for each format."""
    return [
        link(
            ogc_relation("map"),
            form.media_type,
            f"The whole map (as {form.name.upper()})",
            links.href(*parts, f"map.{form.extension}"),
        )
        for form in forms
    ]


def _attribution(attribution: Attribution | None) -> Mapping[str, str]:
    """Who made the data, with a link where there is one."""
    if attribution is None or not attribution.title:
        return {}
    if not attribution.url:
        return {"attribution": attribution.title}
    text = attribution.title
    if attribution.logo is not None:
        text = f"![{text}]({attribution.logo.url})"
    return {"attribution": f"[{text}]({attribution.url})", "attributionMediaType": "text/markdown"}


def _scales(layer: MapLayer) -> Mapping[str, float]:
    """At which resolutions it shows anything: what is finest here has the smallest cells."""
    limits = layer.resolutions
    found: dict[str, float] = {}
    for word, resolution in (("min", limits.max_res), ("max", limits.min_res)):
        if resolution is not None:
            found[f"{word}CellSize"] = resolution
            found[f"{word}ScaleDenominator"] = resolution / STANDARD_PIXEL_METRES
    return found
