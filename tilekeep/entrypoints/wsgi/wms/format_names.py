"""The parameter ``format``, and how documents of WMS 1.0.0 call formats (spec/services.md, 3.4 and 3.12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tilekeep.domain.image import ImageEncoding
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion

#: Those among the formats of WMS 1.0.0 that documents list (OGC 00-028, annex A.1).
_LISTED = ("PNG", "JPEG", "GIF", "TIFF")

#: What is taken for GML there.
_GML = frozenset({"application/vnd.ogc.gml", "text/xml"})


def offered_media_type(name: str, formats: Mapping[str, ImageEncoding], version: WmsVersion) -> str | None:
    """The key of ``formats`` that a request means by ``name``, or None: a media type, before 1.1.0 also ``PNG``."""
    if name in formats:
        return name
    if not version.short_formats:
        return None
    return next((media_type for media_type in formats if short_name(media_type) == name), None)


def short_name(media_type: str) -> str:
    """``image/png`` -> ``PNG``."""
    return media_type.split("/", 1)[-1].upper()


def listed_short_names(media_types: Iterable[str]) -> list[str]:
    """The names of those formats that WMS 1.0.0 has names for; ``MIME`` if it has none for any."""
    return [name for name in map(short_name, media_types) if name in _LISTED] or ["MIME"]


#: What requests mean by these names; ``MIME`` leaves the format to the sources.
SHORT_INFO_NAMES: Mapping[str, str | None] = {"GML.1": "application/vnd.ogc.gml", "MIME": None}


def short_info_names(media_types: Iterable[str]) -> list[str]:
    """What WMS 1.0.0 calls the formats of feature info, in their order."""
    return ["GML.1" if media_type in _GML else "MIME" for media_type in media_types]
