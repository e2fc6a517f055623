"""Capabilities of WMS 1.1.1 and 1.3.0, read within the limits for documents that nobody vouches for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tilekeep.adapters.documents.markup import unusable, xml_tree
from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.geometry import BBox
from tilekeep.domain.info_text import info_text
from tilekeep.domain.wms_offer import OfferedMap, WmsOffer

_XLINK = "{http://www.w3.org/1999/xlink}href"
_OLD_ROOT = "WMT_MS_Capabilities"
_NEW_NAMESPACE = "{http://www.opengis.net/wms}"
_TRUE = ("1", "true")
_DEFAULT_STYLES = ("default", "")
_EDGES = ("minx", "miny", "maxx", "maxy")
_GEOGRAPHIC_EDGES = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")


class _Inherited(NamedTuple):
    """What layers have of the one around them."""

    srs: frozenset[str] = frozenset()
    world_bbox: BBox | None = None
    bboxes: Mapping[str, BBox] = {}
    resolutions: tuple[float | None, float | None] | None = None


def wms_offer(body: bytes, is_north_first: Callable[[str], bool]) -> WmsOffer:
    """What a document says.

    Args:
        body: the document.
        is_north_first: whether boxes of version 1.3.0 in the SRS with this code have the northing first.

    :raises UnusableInfo: it is no such document, breaks a limit, or has values that mean nothing.
    """
    root = xml_tree(info_text(body, None, InfoKind.XML)).getroot()
    if root.tag == _OLD_ROOT:
        reader = _Reader("", "1.1.1", "SRS", lambda _: False)
    elif root.tag == f"{_NEW_NAMESPACE}WMS_Capabilities":
        reader = _Reader(_NEW_NAMESPACE, "1.3.0", "CRS", is_north_first)
    else:
        raise unusable(f"a document {root.tag!r} instead of the capabilities of a WMS")
    try:
        return reader.offer(root)
    except (ValueError, TypeError) as error:
        raise unusable(f"capabilities with values that mean nothing: {error}") from error


class _Reader:
    """Reads one version.

    Args:
        namespace: in braces, of all elements.
        version: of the document.
        srs_element: how elements and attributes with codes are called.
        is_north_first: as in :func:`wms_offer`.
    """

    def __init__(self, namespace: str, version: str, srs_element: str, is_north_first: Callable[[str], bool]) -> None:
        self._namespace = namespace
        self._version = version
        self._srs = srs_element
        self._is_north_first = is_north_first

    def offer(self, root: Any) -> WmsOffer:
        """The document; raises ValueError where something is missing."""
        outermost = root.find(self._path("Capability/Layer"))
        if outermost is None:
            raise ValueError("there is no layer")
        resource = root.find(self._path("Capability/Request/GetMap/DCPType/HTTP/Get/OnlineResource"))
        return WmsOffer(
            version=self._version,
            title=self._text(root, "Service/Title"),
            map_url=_address(resource, "GetMap"),
            root=self._layer(outermost, _Inherited()),
        )

    def _layer(self, element: Any, around: _Inherited) -> OfferedMap:
        own = _Inherited(
            srs=frozenset(self._codes(element)) | around.srs,
            world_bbox=self._world_bbox(element) or around.world_bbox,
            bboxes=dict(self._bboxes(element)) or around.bboxes,
            resolutions=self._resolutions(element) or around.resolutions,
        )
        return OfferedMap(
            name=self._text(element, "Name"),
            title=self._text(element, "Title"),
            abstract=self._text(element, "Abstract"),
            queryable=element.get("queryable") in _TRUE,
            opaque=element.get("opaque") in _TRUE,
            legend_url=self._legend_url(element),
            layers=tuple(self._layer(found, own) for found in element.iterfind(self._path("Layer"))),
            **own._asdict(),
        )

    def _codes(self, element: Any) -> Iterator[str]:
        """Several codes may stand in one element (01-068r3, 7.1.4.5.5)."""
        for found in element.iterfind(self._path(self._srs)):
            yield from (found.text or "").upper().split()

    def _world_bbox(self, element: Any) -> BBox | None:
        if self._version == "1.1.1":
            found = element.find("LatLonBoundingBox")
            return None if found is None else _box_of_attributes(found)
        found = element.find(self._path("EX_GeographicBoundingBox"))
        if found is None:
            return None
        return BBox(*(float(found.findtext(self._path(edge)) or "nothing") for edge in _GEOGRAPHIC_EDGES))

    def _bboxes(self, element: Any) -> Iterator[tuple[str, BBox]]:
        for found in element.iterfind(self._path("BoundingBox")):
            code = found.get(self._srs)
            if code is None:
                raise ValueError(f"a box without {self._srs}")
            box = _box_of_attributes(found)
            yield code, BBox(box[1], box[0], box[3], box[2]) if self._is_north_first(code) else box

    def _resolutions(self, element: Any) -> tuple[float | None, float | None] | None:
        """Hints are diagonals of pixels, and the largest number stands for the coarse end (01-068r3, 7.1.4.5.11)."""
        hint = element.find("ScaleHint") if self._version == "1.1.1" else None
        return None if hint is None else (_side(hint.get("max")), _side(hint.get("min")))

    def _legend_url(self, element: Any) -> str | None:
        for style in element.iterfind(self._path("Style")):
            if style.findtext(self._path("Name")) in _DEFAULT_STYLES:
                legend = style.find(self._path("LegendURL"))
                return None if legend is None else _address(legend.find(self._path("OnlineResource")), "LegendURL")
        return None

    def _text(self, element: Any, path: str) -> str | None:
        found: str | None = element.findtext(self._path(path))
        return found

    def _path(self, path: str) -> str:
        return "/".join(f"{self._namespace}{step}" for step in path.split("/"))


def _address(element: Any, what: str) -> str:
    href = None if element is None else element.get(_XLINK)
    if not href:
        raise ValueError(f"there is no address of {what}")
    return str(href)


def _box_of_attributes(element: Any) -> BBox:
    return BBox(*(float(element.get(edge) or "nothing") for edge in _EDGES))


def _side(diagonal: str | None) -> float | None:
    return math.sqrt(float(diagonal) ** 2 / 2) if diagonal else None
