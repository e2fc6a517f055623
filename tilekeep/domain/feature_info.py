"""What is asked about a place on a map, and the document that a source has to say about it (spec/sources.md, 5)."""

from __future__ import annotations

import enum
from typing import NamedTuple

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.srs import Srs


class InfoKind(enum.Enum):
    """How documents are put together; several media types are of one kind."""

    TEXT = "text"
    HTML = "html"
    XML = "xml"
    JSON = "json"


_KINDS = {
    "text/xml": InfoKind.XML,
    "application/xml": InfoKind.XML,
    "application/gml+xml": InfoKind.XML,
    "application/vnd.ogc.gml": InfoKind.XML,
    "text/html": InfoKind.HTML,
    "application/json": InfoKind.JSON,
}


def info_kind(media_type: str) -> InfoKind:
    """The kind of a media type, whose parameters do not count; what is not known is text."""
    return _KINDS.get(media_type.partition(";")[0].strip().lower(), InfoKind.TEXT)


class PixelPosition(NamedTuple):
    """A place on a map in pixels from its upper left corner; fractions are of a pixel."""

    x: float
    y: float


class InfoQuery(NamedTuple):
    """A place that is asked about: ``position`` on the map of ``bbox`` in ``size`` pixels.

    :ivar bbox: in units of ``srs``, x/y order.
    :ivar info_format: media type that the client wants, or None.
    :ivar feature_count: how many features it wants at most, or None for the usual.
    :ivar media_type: format of the map that it looks at, or None.
    """

    bbox: BBox
    size: Size
    srs: Srs
    position: PixelPosition
    info_format: str | None = None
    feature_count: int | None = None
    media_type: str | None = None

    @property
    def coordinate(self) -> tuple[float, float]:
        """The place in units of the SRS, x/y order."""
        bbox, (width, height) = self.bbox, self.size
        x = bbox.min_x + self.position.x * bbox.width / width
        return x, bbox.max_y - self.position.y * bbox.height / height


class InfoDocument(NamedTuple):
    """What a source says; ``text`` of XML has no XML declaration, so that it can be encoded as anything."""

    kind: InfoKind
    text: str
