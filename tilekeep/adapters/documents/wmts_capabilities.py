"""Capabilities of WMTS servers, read within the limits for documents that nobody vouches for (OGC 07-057r7, 7.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tilekeep.adapters.documents.markup import unusable, xml_tree
from tilekeep.domain.errors import UnusableInfo
from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.found_tiles import TileRange
from tilekeep.domain.geometry import Size
from tilekeep.domain.info_text import info_text
from tilekeep.domain.wmts_offer import (
    MatrixSet,
    MatrixSetLink,
    OfferedDimension,
    OfferedLayer,
    ScaledMatrix,
    WmtsOffer,
)

_NAMES = {"wmts": "http://www.opengis.net/wmts/1.0", "ows": "http://www.opengis.net/ows/1.1"}
_XLINK = "{http://www.w3.org/1999/xlink}href"


def wmts_offer(body: bytes) -> WmtsOffer:
    """What a document says.

    :raises UnusableInfo: it is no such document, breaks a limit, or has values that mean nothing.
    """
    root = xml_tree(info_text(body, None, InfoKind.XML)).getroot()
    if root.tag != f"{{{_NAMES['wmts']}}}Capabilities":
        raise unusable(f"a document {root.tag!r} instead of the capabilities of a WMTS")
    try:
        return WmtsOffer(
            layers=tuple(_layer(found) for found in root.iterfind("wmts:Contents/wmts:Layer", _NAMES)),
            matrix_sets={
                found.identifier: found
                for found in map(_matrix_set, root.iterfind("wmts:Contents/wmts:TileMatrixSet", _NAMES))
            },
            kvp_address=_kvp_address(root),
        )
    except (ValueError, TypeError) as error:
        raise unusable(f"capabilities with values that mean nothing: {error}") from error


def _layer(element: Any) -> OfferedLayer:
    styles = sorted(element.iterfind("wmts:Style", _NAMES), key=lambda style: style.get("isDefault") != "true")
    return OfferedLayer(
        identifier=_text(element, "ows:Identifier"),
        styles=tuple(_text(style, "ows:Identifier") for style in styles),
        formats=tuple(_texts(element, "wmts:Format")),
        links=tuple(map(_link, element.iterfind("wmts:TileMatrixSetLink", _NAMES))),
        templates=tuple(
            (found.get("format") or "", found.get("template") or "")
            for found in element.iterfind("wmts:ResourceURL", _NAMES)
            if found.get("resourceType") == "tile"
        ),
        dimensions=tuple(map(_dimension, element.iterfind("wmts:Dimension", _NAMES))),
    )


def _dimension(element: Any) -> OfferedDimension:
    values = [_text(element, "wmts:Default"), *_texts(element, "wmts:Value")]
    return OfferedDimension(_text(element, "ows:Identifier"), next(filter(None, values), None))


def _link(element: Any) -> MatrixSetLink:
    limits = {
        _text(limit, "wmts:TileMatrix"): TileRange(
            *(int(_text(limit, f"wmts:{name}")) for name in ("MinTileCol", "MaxTileCol", "MinTileRow", "MaxTileRow"))
        )
        for limit in element.iterfind("wmts:TileMatrixSetLimits/wmts:TileMatrixLimits", _NAMES)
    }
    return MatrixSetLink(_text(element, "wmts:TileMatrixSet"), limits)


def _matrix_set(element: Any) -> MatrixSet:
    matrices = tuple(map(_matrix, element.iterfind("wmts:TileMatrix", _NAMES)))
    return MatrixSet(_text(element, "ows:Identifier"), _text(element, "ows:SupportedCRS"), matrices)


def _matrix(element: Any) -> ScaledMatrix:
    first, second = map(float, _text(element, "wmts:TopLeftCorner").split())
    return ScaledMatrix(
        identifier=_text(element, "ows:Identifier"),
        scale_denominator=float(_text(element, "wmts:ScaleDenominator")),
        top_left=(first, second),
        tile_size=_size(element, "Tile"),
        matrix_size=_size(element, "Matrix"),
    )


def _size(element: Any, what: str) -> Size:
    return Size(int(_text(element, f"wmts:{what}Width")), int(_text(element, f"wmts:{what}Height")))


def _kvp_address(root: Any) -> str | None:
    """Where GetTile is asked for by parameters: what does not say how it is asked for is asked so."""
    path = "ows:OperationsMetadata/ows:Operation[@name='GetTile']/ows:DCP/ows:HTTP/ows:Get"
    for get in root.iterfind(path, _NAMES):
        encodings = [value.upper() for value in _texts(get, "ows:Constraint/ows:AllowedValues/ows:Value")]
        if (not encodings or "KVP" in encodings) and get.get(_XLINK):
            return str(get.get(_XLINK))
    return None


def _text(element: Any, path: str) -> str:
    return (element.findtext(path, "", _NAMES) or "").strip()


def _texts(element: Any, path: str) -> Iterator[str]:
    return ((found.text or "").strip() for found in element.iterfind(path, _NAMES))


__all__ = ["UnusableInfo", "wmts_offer"]
