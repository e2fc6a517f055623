"""What a WMS offers by its capabilities (OGC 01-068r3, 7.1; OGC 06-042, 7.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tilekeep.domain.geometry import BBox


class OfferedMap(NamedTuple):
    """A layer with what it inherits from those around it.

    :ivar name: what requests call it; None for one that only groups others.
    :ivar srs: codes in capital letters.
    :ivar world_bbox: west, south, east, north in degrees.
    :ivar bboxes: in x/y order, by the code of their SRS.
    :ivar resolutions: the largest and the smallest at which there is something to be seen, in metres per pixel; each
        None where nothing is said.
    :ivar legend_url: of the default style.
    """

    name: str | None
    title: str | None
    abstract: str | None
    queryable: bool
    opaque: bool
    srs: frozenset[str]
    world_bbox: BBox | None
    bboxes: Mapping[str, BBox]
    resolutions: tuple[float | None, float | None] | None
    legend_url: str | None
    layers: tuple[OfferedMap, ...] = ()

    def named(self) -> Iterator[OfferedMap]:
        """This one and those within, as far as they have a name, in the order of the document."""
        if self.name:
            yield self
        for layer in self.layers:
            yield from layer.named()


class WmsOffer(NamedTuple):
    """A document: its version, the title of the service, the address of GetMap, and the outermost layer."""

    version: str
    title: str | None
    map_url: str
    root: OfferedMap
