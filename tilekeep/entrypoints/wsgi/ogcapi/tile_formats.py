"""In which formats there are tiles: those of the service, and those that a cache offers besides (``variants``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tilekeep.application.layer_tree import MapLayer
from tilekeep.domain.image import ImageEncoding
from tilekeep.entrypoints.wsgi.ogcapi.cached_layers import CachedLayers
from tilekeep.entrypoints.wsgi.ogcapi.matrix_sets import MatrixSet
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import ImageForm, image_forms


class Formats(NamedTuple):
    """Formats by preference; ``encodings`` are by media type."""

    forms: tuple[ImageForm, ...]
    encodings: Mapping[str, ImageEncoding]

    @classmethod
    def of(cls, encodings: Mapping[str, ImageEncoding]) -> Formats:
        """Those with these encodings, preferred ones first."""
        return cls(image_forms(list(encodings)), encodings)

    def and_of(self, others: Iterable[ImageEncoding]) -> Formats:
        """With others, except in formats that there are already."""
        added = {one.format: one for one in others if one.format not in self.encodings}
        return Formats.of({**self.encodings, **added}) if added else self


class TileFormats:
    """Says in which formats tiles are to be had.

    Args:
        usual: the formats of all maps and tiles.
        cached: knows the caches of layers.
    """

    def __init__(self, usual: Formats, cached: CachedLayers) -> None:
        self.usual = usual
        self._cached = cached
        self._known: dict[tuple[str | None, str], Formats] = {}

    def of(self, layers: Iterable[MapLayer], matrix_set: MatrixSet) -> Formats:
        """Those of tiles of ``layers``: of more than one the usual ones."""
        drawing = tuple(dict.fromkeys(node for layer in layers for node in layer.drawing()))
        if len(drawing) != 1:
            return self.usual
        key = (drawing[0].name, matrix_set.identifier)
        found = self._known.get(key)
        if found is None:
            cached = self._cached.find(drawing[0], matrix_set)
            found = self.usual if cached is None else self.usual.and_of(cached.described.variants.encodings)
            self._known[key] = found
        return found

    def anywhere(self) -> Formats:
        """Those of any tiles."""
        return self.usual.and_of(
            encoding for layer in self._cached.of_each_cache() for encoding in layer.variants.encodings
        )
