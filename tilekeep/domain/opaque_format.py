"""Formats of tiles that are passed on and stored without being decoded, such as vector tiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

VECTOR_TILE = "application/vnd.mapbox-vector-tile"

#: What servers declare that do not know what they send.
_ANYTHING = frozenset({"application/octet-stream", "binary/octet-stream"})

#: What servers of vector tiles declare besides.
_PROTOBUF = frozenset({"application/x-protobuf", "application/protobuf", "application/vnd.mapbox-vector-tile+gzip"})


@dataclass(frozen=True, slots=True)
class OpaqueFormat:
    """A format nobody looks into.

    :ivar name: as configurations call it, and the extension of files and addresses.
    :ivar media_type: what clients are told.
    :ivar synonyms: what servers may declare instead.
    :ivar packed: whether it is stored compressed, as images are in themselves.
    """

    name: str
    media_type: str
    synonyms: frozenset[str] = frozenset()
    packed: bool = True

    @property
    def is_vector_tile(self) -> bool:
        """Whether tiles are Mapbox Vector Tiles, of which it can be told whether they are whole."""
        return self.media_type == VECTOR_TILE

    @property
    def media_types(self) -> tuple[str, ...]:
        """What servers may call it, the proper name first."""
        return (self.media_type, *sorted(self.synonyms))

    def agrees_with(self, declared: str | None) -> bool:
        """Whether an answer with the content type ``declared`` may hold such a tile; without one it may."""
        media_type = (declared or "").partition(";")[0].strip().lower()
        return media_type in {"", self.media_type} or media_type in _ANYTHING | self.synonyms


_FORMATS = (
    OpaqueFormat("mvt", VECTOR_TILE, _PROTOBUF),
    OpaqueFormat("pbf", VECTOR_TILE, _PROTOBUF),
    OpaqueFormat("terrain", "application/vnd.quantized-mesh"),
    OpaqueFormat("geojson", "application/geo+json", frozenset({"application/json"})),
    OpaqueFormat("json", "application/json"),
    OpaqueFormat("jxl", "image/jxl", packed=False),
    OpaqueFormat("jp2", "image/jp2", packed=False),
    OpaqueFormat("ktx2", "image/ktx2", packed=False),
)

#: By name and by media type, of which the first name counts.
_BY_NAME: Mapping[str, OpaqueFormat] = {known.media_type: known for known in reversed(_FORMATS)} | {
    known.name: known for known in _FORMATS
}

#: Names of all of them.
OPAQUE_NAMES = tuple(known.name for known in _FORMATS)

#: Media types of tiles that are stored compressed.
PACKED_MEDIA_TYPES = frozenset(known.media_type for known in _FORMATS if known.packed)


def opaque_format(name: str | None) -> OpaqueFormat | None:
    """The format of this name or media type; None for images, which are decoded."""
    return None if name is None else _BY_NAME.get(name)
