"""What an OGC API Tiles server has: from its landing page to the address of a tile (spec/sources.md, 8.5)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from tilekeep.adapters.documents_of_server import json_at, making_sense_of, without_sense
from tilekeep.adapters.trusted_exchange import TrustedExchange
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError, SourceContentError
from tilekeep.domain.found_tiles import BracedTemplate, FoundTiles
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.ogc_crs import code_of_crs
from tilekeep.domain.ogc_links import OGC_RELATIONS, absolute, href_of
from tilekeep.domain.ogcapi_documents import crs_name, limits_of, matrices_of, tilesets_of
from tilekeep.domain.opaque_format import opaque_format
from tilekeep.domain.secrets import redacted
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile_matrix_set import grid_of_matrices
from tilekeep.domain.unlike_grids import difference

_LOG = logging.getLogger("tilekeep.source.ogcapi")

_JSON = "application/json"


class OgcApiTiles:
    """Finds the tiles in one SRS and format.

    Args:
        exchange: asks the server.
        url: the landing page, or the collection.
        matrix_set: the only tile matrix set that counts; None for the first one that can be used.
        grid: of the cache; tiles that are none of its own are of no use.
        wanted: the media type of the tiles, or the name of a format that is never decoded.
        srs_of: the reference system of a code; raises ProjectionError for one that is not known.
    """

    def __init__(
        self,
        exchange: TrustedExchange,
        *,
        url: str,
        matrix_set: str | None,
        grid: TileGrid,
        wanted: str,
        srs_of: Callable[[str], Srs],
    ) -> None:
        self._exchange = exchange
        self._url = url
        self._matrix_set = matrix_set
        self._grid = grid
        opaque = opaque_format(wanted)
        self._media_types = (wanted,) if opaque is None else opaque.media_types
        self._data_type = "vector" if opaque is not None and opaque.is_vector_tile else "map"
        self._srs_of = srs_of

    def __call__(self, purpose: Purpose, deadline: Deadline) -> FoundTiles:
        """The tiles; see :class:`~tilekeep.ports.discovery.Discovery`."""

        def document(url: str) -> dict[str, Any]:
            return json_at(self._exchange, url, purpose, deadline)

        page = document(self._url)
        with making_sense_of(self._url):
            tilesets_url = self._linked(self._url, page, f"{OGC_RELATIONS}tilesets-{self._data_type}", _JSON)
        tilesets = document(tilesets_url)
        with making_sense_of(tilesets_url):
            found = tilesets_of(tilesets, self._data_type, self._matrix_set)
            candidates = [tileset for tileset in found if self._is_in_srs(tileset)]
        reasons = []
        for tileset in candidates:
            try:
                return self._found(tilesets_url, tileset, document)
            except SourceContentError as error:
                _LOG.info("a tile set cannot be used: %s", error)
                reasons.append(str(error))
        named = "" if self._matrix_set is None else f" of {self._matrix_set}"
        why = "; ".join(reasons) or "there is none in this SRS"
        raise without_sense(
            f"{redacted(tilesets_url)} has no tile set{named} for the grid {self._grid.name} in {self._grid.srs.code} "
            f"as {self._media_types[0]}: {why}"
        )

    def _found(self, base: str, tileset: Mapping[str, Any], document: Callable[[str], dict[str, Any]]) -> FoundTiles:
        with making_sense_of(base):
            scheme_url = self._linked(base, tileset, f"{OGC_RELATIONS}tiling-scheme", _JSON)
            tileset_url = self._linked(base, tileset, "self", _JSON)
        scheme, whole = document(scheme_url), document(tileset_url)
        with making_sense_of(tileset_url):
            srs = self._srs_of(code_of_crs(crs_name(scheme["crs"])))
            grid = grid_of_matrices(str(scheme.get("id", scheme_url)), srs, matrices_of(scheme))
            if (unlike := difference(self._grid, grid)) is not None:
                raise ValueError(f"the grid {grid.name} is not {self._grid.name}: {unlike}")
            template = self._linked(tileset_url, whole, "item", *self._media_types)
            return FoundTiles(grid, BracedTemplate(template, grid.level_names), limits_of(whole, grid))

    def _is_in_srs(self, tileset: Mapping[str, Any]) -> bool:
        try:
            return self._srs_of(code_of_crs(crs_name(tileset["crs"]))) == self._grid.srs
        except (ProjectionError, ValueError):
            return False

    def _linked(self, base: str, document: Mapping[str, Any], relation: str, *media_types: str) -> str:
        links = document.get("links")
        href = next(filter(None, (href_of(links, relation, media_type) for media_type in media_types)), None)
        if href is None:
            raise ValueError(f"it has no link {relation!r} of type {media_types[0]!r}")
        return absolute(base, href)
