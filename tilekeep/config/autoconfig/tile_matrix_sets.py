"""Grids for the tile matrix sets of an OGC API (spec/util-deploy.md, 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tilekeep.adapters.documents_of_server import making_sense_of
from tilekeep.config.autoconfig.literal_text import literal
from tilekeep.config.server_documents import ServerDocuments
from tilekeep.domain.errors import ConfigurationError, ProjectionError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.ogc_crs import code_of_crs
from tilekeep.domain.ogc_links import OGC_RELATIONS, absolute, href_of
from tilekeep.domain.ogcapi_documents import crs_name, matrices_of
from tilekeep.domain.secrets import redacted
from tilekeep.domain.srs import WEB_MERCATOR_CODES, WGS_84_CODE
from tilekeep.domain.tile_matrix_set import grid_of_matrices

_JSON = "application/json"
_ORIGINS = {"nw": "ul", "sw": "ll"}
_LONGITUDE_FIRST = "CRS:84"


def grids_of_server(url: str, say_unusable: Callable[[str], None]) -> dict[str, Any] | None:
    """The grids of a server with the landing page at ``url``, by the names of its matrix sets.

    None where the landing page has no link to them; ``say_unusable`` is told of each that can be no grid.

    :raises SourceError: a document cannot be had, or does not say what it should.
    """
    documents = ServerDocuments(url)
    page = documents.json(documents.url)
    with making_sense_of(documents.url):
        href = href_of(page["links"], f"{OGC_RELATIONS}tiling-schemes", _JSON)
        sets_url = None if href is None else absolute(documents.url, href)
    if sets_url is None:
        return None
    listed = documents.json(sets_url)
    grids: dict[str, Any] = {}
    with making_sense_of(sets_url):
        links = [found["links"] for found in listed["tileMatrixSets"]]
        hrefs = [href_of(found, "self", _JSON) for found in links]
        set_urls = [absolute(sets_url, href) for href in hrefs if href is not None]
    if len(set_urls) < len(links):
        say_unusable(f"{redacted(sets_url)}: a set without a link to its definition")
    for set_url in set_urls:
        document = documents.json(set_url)
        try:
            grid = _grid(document, documents)
        except (ConfigurationError, ProjectionError, ValueError, LookupError, TypeError) as error:
            say_unusable(f"{redacted(set_url)}: {error}")
            continue
        grids[grid.name] = _options(grid)
    found: dict[str, Any] = literal(grids)
    return found


def _grid(document: Mapping[str, Any], documents: ServerDocuments) -> TileGrid:
    srs = documents.projection.srs(code_of_crs(crs_name(document["crs"])))
    return grid_of_matrices(str(document["id"]), srs, matrices_of(document))


def _options(grid: TileGrid) -> dict[str, Any]:
    code = grid.srs.code
    if code == _LONGITUDE_FIRST:
        code = WGS_84_CODE
    elif code in WEB_MERCATOR_CODES:
        code = "EPSG:3857"
    return {
        "srs": code,
        "bbox": list(grid.bbox),
        "origin": _ORIGINS[grid.origin],
        "tile_size": list(grid.tile_size),
        "res": list(grid.resolutions),
    }
