"""What of the layers of a map the authorisation hook lets a client see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import Region, Relation
from tilekeep.ports.areas import Area


class PermittedLayer(NamedTuple):
    """A layer, and the regions to which it is cut, all of them, in the SRS of the map; none for a whole layer."""

    layer: MapLayer
    regions: tuple[Region, ...] = ()


def permitted_layers(
    drawn: Iterable[MapLayer], permitted: Mapping[str | None, tuple[Area, ...]] | None, srs_code: str, bbox: BBox
) -> list[PermittedLayer]:
    """Those of the layers ``drawn`` that are ``permitted``, which is None for all of them.

    A layer is whole if its areas contain all of ``bbox``, the box of the map.
    """
    if permitted is None:
        return [PermittedLayer(layer) for layer in drawn]
    return [
        PermittedLayer(layer, tuple(_cutting(permitted[layer.name], srs_code, bbox)))
        for layer in drawn
        if layer.name in permitted
    ]


def _cutting(areas: Iterable[Area], srs_code: str, bbox: BBox) -> Iterable[Region]:
    regions = (area.region(srs_code) for area in areas)
    return (region for region in regions if region.relate(bbox) is not Relation.CONTAINS)
