"""Collections and the whole dataset as sets of tiles (OGC 20-057; spec/services.md, 8.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tilekeep.domain.origin import Origin
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.xyz_tiles import xyz_levels
from tilekeep.entrypoints.wsgi.ogcapi.links import Links, link, ogc_relation
from tilekeep.entrypoints.wsgi.ogcapi.matrix_sets import MatrixSet
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import ImageForm

#: The corner from which map clients count rows unless they are told otherwise.
_NORTH: Origin = "nw"

TILEJSON_TYPE = "application/json"


class Tiled(NamedTuple):
    """What is cut into tiles: a collection, or without a name the whole dataset."""

    name: str | None
    title: str

    @property
    def path(self) -> tuple[str, ...]:
        """Of the list of its tile sets."""
        return ("map", "tiles") if self.name is None else ("collections", self.name, "map", "tiles")

    @property
    def words(self) -> str:
        """What links call it."""
        return "the whole dataset" if self.name is None else self.name


def tilesets(tiled: Tiled, sets: Iterable[tuple[MatrixSet, Sequence[ImageForm]]], links: Links) -> dict[str, Any]:
    """The list of all tile sets, each with its formats.

    The one that everybody knows comes first, as some clients take the first one.
    """
    known_first = sorted(sets, key=lambda one: one[0].uri is None)
    return {
        "links": links.own(f"Tile sets of {tiled.words}", *tiled.path),
        "tilesets": [_listed(tiled, one, forms, links) for one, forms in known_first],
    }


def tileset(tiled: Tiled, matrix_set: MatrixSet, forms: Sequence[ImageForm], links: Links) -> dict[str, Any]:
    """One tile set."""
    document = _listed(tiled, matrix_set, forms, links)
    if tiled.name is not None:
        document["links"] += links.both(ogc_relation("geodata"), f"Collection {tiled.words}", "collections", tiled.name)
    if web_map_levels(matrix_set):
        href = links.href(*tiled.path, matrix_set.identifier, f="tilejson")
        document["links"].append(link("describedby", TILEJSON_TYPE, "TileJSON of the tiles", href))
    return document


def tile_template(tiled: Tiled, matrix_set: MatrixSet, form: ImageForm, base: str) -> str:
    """The form of the addresses of tiles."""
    place = Links(base, is_html=False).href(*tiled.path, matrix_set.identifier)
    return f"{place}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}.{form.extension}"


def link_template(tiled: Tiled, matrix_set: MatrixSet, form: ImageForm, base: str) -> str:
    """The header that says how to get at the tiles (20-057, recommendation 5)."""
    return f'<{tile_template(tiled, matrix_set, form, base)}>; rel="item"; type="{form.media_type}"'


def web_map_levels(matrix_set: MatrixSet) -> int:
    """How many levels have the tiles that map clients mean by z/x/y, rows counted from the north."""
    grid = matrix_set.grid
    return xyz_levels(PublicLevels(grid, TileService.WMTS)) if grid.origin == _NORTH else 0


def tilejson_tiles(tiled: Tiled, matrix_set: MatrixSet, form: ImageForm, base: str) -> str:
    """The form of the addresses of tiles as TileJSON has it."""
    place = Links(base, is_html=False).href(*tiled.path, matrix_set.identifier)
    return f"{place}/{{z}}/{{y}}/{{x}}.{form.extension}"


def _listed(tiled: Tiled, matrix_set: MatrixSet, forms: Sequence[ImageForm], links: Links) -> dict[str, Any]:
    name = matrix_set.identifier
    known = {} if matrix_set.uri is None else {"tileMatrixSetURI": matrix_set.uri}
    return {
        "title": f"{tiled.title} ({name})",
        **known,
        "dataType": "map",
        "crs": matrix_set.crs,
        "links": [
            *links.both(ogc_relation("tiling-scheme"), f"Tile matrix set {name}", "tileMatrixSets", name),
            *links.own(f"Tiles of {tiled.words} in {name}", *tiled.path, name),
            *(_tiles(tiled, matrix_set, form, links) for form in forms),
        ],
    }


def _tiles(tiled: Tiled, matrix_set: MatrixSet, form: ImageForm, links: Links) -> dict[str, Any]:
    title = f"Tiles of {tiled.words} in {matrix_set.identifier} (as {form.name.upper()})"
    href = tile_template(tiled, matrix_set, form, links.base)
    return {**link("item", form.media_type, title, href), "templated": True}
