"""The parameters in the definition of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tilekeep.entrypoints.wsgi.ogcapi.measures import USUAL_PIXEL
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import ImageForm

_TEXT = {"type": "string"}
_NUMBER = {"type": "number", "exclusiveMinimum": True, "minimum": 0}
_CRS = "A URL of the OGC, [AUTHORITY:CODE] or AUTHORITY:CODE, out of those that the collection lists."
_IN_CRS84 = f"{_CRS} Without it degrees, the longitude first."


def _in_query(description: str, schema: Mapping[str, Any] = _TEXT, name: str | None = None) -> dict[str, Any]:
    found = {"in": "query", "description": description, "required": False, "schema": schema}
    return {**found, "style": "form", "explode": False} | ({} if name is None else {"name": name})


def _in_path(description: str, schema: Mapping[str, Any] = _TEXT) -> dict[str, Any]:
    return {"in": "path", "description": description, "required": True, "schema": schema}


def _numbers(least: int, most: int) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "number"}, "minItems": least, "maxItems": most}


#: By the name under which operations refer to them; those whose values depend on the service get them later.
PARAMETERS: Mapping[str, dict[str, Any]] = {
    "f": _in_query("The form of the document.", {"type": "string", "enum": ["json", "html"]}),
    "f_img": _in_query("The format of the image; without it Accept decides.", name="f"),
    "f_tile": _in_query(
        "The format of the tile; without it Accept decides. Not all tile sets have all of them: see their links.",
        name="f",
    ),
    "ui": _in_query("Accepted, and without effect.", {"type": "string", "enum": ["swagger", "redoc"]}),
    "collectionId": _in_path("A collection."),
    "collections": _in_query(
        "Collections, bottom first; without it those of the whole dataset.", {"type": "array", "items": _TEXT}
    ),
    "tileMatrixSetId": _in_path("A tile matrix set."),
    "tileMatrix": _in_path("The identifier of a tile matrix: its number."),
    "tileRow": _in_path("The row, counted from the origin of the tile matrix.", {"type": "integer", "minimum": 0}),
    "tileCol": _in_path("The column, counted from the west.", {"type": "integer", "minimum": 0}),
    "width": _in_query(
        "Pixels from left to right. With bbox it scales; without it cuts a part out around the centre.",
        {"type": "integer", "minimum": 1},
    ),
    "height": _in_query(
        "Pixels from top to bottom. With bbox it scales; without it cuts a part out around the centre.",
        {"type": "integer", "minimum": 1},
    ),
    "crs": _in_query(f"In which the map is drawn. {_CRS}"),
    "bbox": _in_query("The box of the map, in the axis order of bbox-crs; heights are ignored.", _numbers(4, 6)),
    "bbox-crs": _in_query(_IN_CRS84),
    "center": _in_query("The middle of the map, in the axis order of center-crs.", _numbers(2, 2)),
    "center-crs": _in_query(_IN_CRS84),
    "subset": _in_query("The box of the map by axes: Lat(40:50),Lon(5:10).", {"type": "array", "items": _TEXT}),
    "subset-crs": _in_query(_IN_CRS84),
    "scale-denominator": _in_query("The scale of the map.", _NUMBER),
    "mm-per-pixel": _in_query(
        "The side of a pixel on the display in millimetres.", {**_NUMBER, "default": USUAL_PIXEL}
    ),
    "bgcolor": _in_query("The colour where nothing is drawn: 0xRRGGBB, 0xAARRGGBB or a name."),
    "transparent": _in_query("Whether the map is transparent where nothing is drawn.", {"type": "boolean"}),
}


def named_parameters(
    forms: Sequence[ImageForm],
    tile_forms: Sequence[ImageForm],
    collections: Sequence[str],
    matrix_sets: Sequence[str],
    longest_side: int,
) -> dict[str, Any]:
    """All of them, with the values that this service knows."""
    known: dict[str, dict[str, Any]] = {
        "f_img": {"enum": [form.name for form in forms]},
        "f_tile": {"enum": [form.name for form in tile_forms]},
        "collectionId": {"enum": list(collections)},
        "tileMatrixSetId": {"enum": list(matrix_sets)},
        "width": {"maximum": longest_side},
        "height": {"maximum": longest_side},
    }
    found = {}
    for name, parameter in PARAMETERS.items():
        if name == "f_tile" and tile_forms == forms:
            continue
        schema = {**parameter["schema"], **{key: value for key, value in known.get(name, {}).items() if value}}
        found[name] = {"name": name, **parameter, "schema": schema}
    return found
