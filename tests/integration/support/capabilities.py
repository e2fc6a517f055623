"""What WMTS capabilities say, as values that two programs' documents can be compared by."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import NamedTuple

_OWS = "{http://www.opengis.net/ows/1.1}"
_WMTS = "{http://www.opengis.net/wmts/1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"


class Layer(NamedTuple):
    """A layer; ``extent`` is west, south, east, north in degrees."""

    title: str
    formats: list[str]
    styles: list[str]
    matrix_sets: list[str]
    templates: list[str]
    extent: tuple[float, ...]


class Matrix(NamedTuple):
    """A level; ``size`` is columns and rows of tiles, ``tile_size`` in pixels."""

    identifier: str
    scale_denominator: float
    top_left: tuple[float, ...]
    tile_size: tuple[float, ...]
    size: tuple[float, ...]


class Capabilities(NamedTuple):
    """The document; addresses are as ``(operation, encoding, address)``."""

    title: str
    abstract: str
    addresses: list[tuple[str, str, str]]
    layers: dict[str, Layer]
    matrix_sets: dict[str, tuple[str, list[Matrix]]]


def wmts_capabilities(document: bytes, base_url: str) -> Capabilities:
    """The meaning of ``document``, with ``URL`` wherever it has ``base_url``."""
    root = ET.fromstring(document.replace(base_url.encode(), b"URL"))
    return Capabilities(
        _text(root, f"{_OWS}ServiceIdentification/{_OWS}Title"),
        _text(root, f"{_OWS}ServiceIdentification/{_OWS}Abstract"),
        [_address(operation) for operation in root.iter(f"{_OWS}Operation")],
        {_identifier(layer): _layer(layer) for layer in root.iter(f"{_WMTS}Layer")},
        {_identifier(found): _matrix_set(found) for found in root.findall(f"{_WMTS}Contents/{_WMTS}TileMatrixSet")},
    )


def _address(operation: ET.Element) -> tuple[str, str, str]:
    get = operation.find(f"{_OWS}DCP/{_OWS}HTTP/{_OWS}Get")
    assert get is not None
    encoding = _text(get, f"{_OWS}Constraint/{_OWS}AllowedValues/{_OWS}Value")
    return operation.attrib["name"], encoding, get.attrib[f"{_XLINK}href"]


def _layer(layer: ET.Element) -> Layer:
    lower = _numbers(layer, f"{_OWS}WGS84BoundingBox/{_OWS}LowerCorner")
    upper = _numbers(layer, f"{_OWS}WGS84BoundingBox/{_OWS}UpperCorner")
    return Layer(
        _text(layer, f"{_OWS}Title"),
        [element.text or "" for element in layer.findall(f"{_WMTS}Format")],
        [_identifier(style) for style in layer.findall(f"{_WMTS}Style")],
        [_text(link, f"{_WMTS}TileMatrixSet") for link in layer.findall(f"{_WMTS}TileMatrixSetLink")],
        [element.attrib["template"] for element in layer.findall(f"{_WMTS}ResourceURL")],
        (*lower, *upper),
    )


def _matrix_set(element: ET.Element) -> tuple[str, list[Matrix]]:
    return _text(element, f"{_OWS}SupportedCRS"), [_matrix(found) for found in element.findall(f"{_WMTS}TileMatrix")]


def _matrix(element: ET.Element) -> Matrix:
    return Matrix(
        _identifier(element),
        _numbers(element, f"{_WMTS}ScaleDenominator")[0],
        _numbers(element, f"{_WMTS}TopLeftCorner"),
        _numbers(element, f"{_WMTS}TileWidth") + _numbers(element, f"{_WMTS}TileHeight"),
        _numbers(element, f"{_WMTS}MatrixWidth") + _numbers(element, f"{_WMTS}MatrixHeight"),
    )


def _identifier(element: ET.Element) -> str:
    return _text(element, f"{_OWS}Identifier")


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _numbers(element: ET.Element, path: str) -> tuple[float, ...]:
    return tuple(float(number) for number in _text(element, path).split())
