"""Grids, sources, caches and layers for what a WMTS offers (own addition)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tilekeep.domain.errors import ConfigurationError, ProjectionError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.srs import Srs
from tilekeep.domain.wmts_offer import OfferedLayer, WmtsOffer, grid_of_matrix_set

#: Formats of tiles that caches have.
_FORMATS = frozenset({"image/png", "image/jpeg", "image/webp"})

_NOT_IN_KEYS = re.compile(r"[^\w.-]+")


def wmts_sections(offer: WmtsOffer, url: str, srs_of: Callable[[str], Srs]) -> dict[str, Any]:
    """The sections of a configuration with all layers that have tiles in a matrix set that can be a grid.

    Args:
        offer: what the document at ``url`` says.
        url: of the capabilities.
        srs_of: the reference system of a code; raises ProjectionError for one that is not known.
    """
    grids = _grids(offer, srs_of)
    sections: dict[str, Any] = {
        "services": {"wmts": None, "wms": None, "tms": {"use_grid_names": True, "origin": "nw"}},
        "grids": {_key(name): grid_options(grid) for name, grid in grids.items()},
        "sources": {},
        "caches": {},
        "layers": [],
    }
    for layer in offer.layers:
        linked = [_key(link.matrix_set) for link in layer.links if link.matrix_set in grids]
        if linked:
            _add(sections, layer, url, linked)
    return sections


def grid_options(grid: TileGrid) -> dict[str, Any]:
    """The options of a grid that have its resolutions one by one."""
    return {
        "srs": grid.srs.code,
        "bbox": list(grid.bbox),
        "origin": grid.origin,
        "tile_size": list(grid.tile_size),
        "res": list(grid.resolutions),
    }


def _grids(offer: WmtsOffer, srs_of: Callable[[str], Srs]) -> dict[str, TileGrid]:
    """Grids by the names of matrix sets; those that are no pyramids are left out."""
    found = {}
    for identifier, matrix_set in offer.matrix_sets.items():
        try:
            found[identifier] = grid_of_matrix_set(matrix_set, srs_of)
        except (ConfigurationError, ProjectionError, ValueError):
            continue
    return found


def _add(sections: dict[str, Any], layer: OfferedLayer, url: str, grids: list[str]) -> None:
    """A layer with its cache and source, which finds the matrix set of each grid by itself."""
    name = _key(layer.identifier)
    sections["sources"][f"{name}_wmts"] = {"type": "wmts", "url": url, "layer": layer.identifier}
    sections["caches"][f"{name}_cache"] = {"sources": [f"{name}_wmts"], "grids": grids, **_format(layer)}
    sections["layers"].append({"name": name, "title": layer.identifier, "sources": [f"{name}_cache"]})


def _format(layer: OfferedLayer) -> dict[str, str]:
    """That of the tiles, so that they are stored as they come."""
    known = [name for name in layer.formats if name in _FORMATS]
    return {} if not known else {"format": known[0]}


def _key(identifier: str) -> str:
    """A name that may stand in references and addresses."""
    return _NOT_IN_KEYS.sub("_", identifier) or "_"
