"""What a WMTS offers by its capabilities (OGC 07-057r7), and the tiles of one layer in one grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tilekeep.domain.errors import ConfigurationError, ProjectionError
from tilekeep.domain.found_tiles import BracedTemplate, FoundTiles, TileRange
from tilekeep.domain.geometry import Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.ogc_crs import code_of_crs
from tilekeep.domain.ogc_links import absolute
from tilekeep.domain.request_parameters import RequestParameters, with_query
from tilekeep.domain.srs import STANDARD_PIXEL_METRES, Srs
from tilekeep.domain.tile_matrix_set import TileMatrix, grid_of_matrices
from tilekeep.domain.unlike_grids import difference

#: Names of reference systems of which old servers give the axes as x and y.
_SHORT_NAMES = ("EPSG:", "CRS:")

#: Where no level begins, since it would lie beyond it.
_SOUTH_POLE = -90.0


class ScaledMatrix(NamedTuple):
    """A level as the document states it; ``top_left`` in the axis order of its CRS."""

    identifier: str
    scale_denominator: float
    top_left: tuple[float, float]
    tile_size: Size
    matrix_size: Size


class MatrixSet(NamedTuple):
    """A tile matrix set; ``crs`` is the name that the document has for its reference system."""

    identifier: str
    crs: str
    matrices: tuple[ScaledMatrix, ...]


class MatrixSetLink(NamedTuple):
    """A matrix set that a layer has tiles in; limits by the identifier of the level."""

    matrix_set: str
    limits: Mapping[str, TileRange]


class OfferedDimension(NamedTuple):
    """A dimension of a layer."""

    identifier: str
    default: str | None


class OfferedLayer(NamedTuple):
    """A layer; ``templates`` are pairs of a media type and an address, ``styles`` have the default one first."""

    identifier: str
    styles: tuple[str, ...]
    formats: tuple[str, ...]
    links: tuple[MatrixSetLink, ...]
    templates: tuple[tuple[str, str], ...]
    dimensions: tuple[OfferedDimension, ...]


class WmtsOffer(NamedTuple):
    """The document: layers, matrix sets by identifier, and where GetTile is asked for by parameters, if anywhere."""

    layers: tuple[OfferedLayer, ...]
    matrix_sets: Mapping[str, MatrixSet]
    kvp_address: str | None


class WantedTiles(NamedTuple):
    """What is wanted of a WMTS; None is for whatever suits.

    :ivar formats: media types, the best one first; any other will do unless ``only_these``.
    :ivar dimensions: values by lower-case name.
    """

    layer: str
    grid: TileGrid
    matrix_set: str | None
    style: str | None
    formats: tuple[str, ...]
    only_these_formats: bool
    dimensions: Mapping[str, str]


def tiles_of(offer: WmtsOffer, wanted: WantedTiles, url: str, srs_of: Callable[[str], Srs]) -> FoundTiles:
    """The tiles of a layer in a grid of a cache.

    Args:
        offer: what the document at ``url`` says.
        wanted: what is wanted.
        url: by which relative addresses are understood.
        srs_of: the reference system of a code; raises ProjectionError for one that is not known.

    :raises ValueError: the server does not have it; says what it has instead.
    """
    layer = _named(offer.layers, wanted.layer)
    style = _chosen("style", wanted.style, layer.styles or ("default",))
    media_type = _format(layer, wanted)
    values = {"style": style, "layer": layer.identifier, **_dimensions(layer, wanted.dimensions)}
    link, grid = _link_and_grid(offer, layer, wanted, srs_of)
    values["tilematrixset"] = link.matrix_set
    template = _template(offer, layer, media_type, values, url, grid)
    levels = {name: z for z, name in enumerate(grid.level_names)}
    limits = {levels[name]: limit for name, limit in link.limits.items() if name in levels}
    return FoundTiles(grid, template, limits)


def _named(layers: Sequence[OfferedLayer], name: str) -> OfferedLayer:
    for layer in layers:
        if layer.identifier == name:
            return layer
    raise ValueError(f"there is no layer {name!r}, but {_shown(layer.identifier for layer in layers)}")


def _chosen(what: str, wanted: str | None, offered: Sequence[str]) -> str:
    if wanted is None:
        return offered[0]
    if wanted not in offered:
        raise ValueError(f"the layer has no {what} {wanted!r}, but {_shown(offered)}")
    return wanted


def _format(layer: OfferedLayer, wanted: WantedTiles) -> str:
    found = next((name for name in wanted.formats if name in layer.formats), None)
    if found is not None:
        return found
    images = [name for name in layer.formats if name.startswith("image/")]
    if wanted.only_these_formats or not images:
        raise ValueError(f"the layer has no format {_shown(wanted.formats)}, but {_shown(layer.formats)}")
    return images[0]


def _dimensions(layer: OfferedLayer, wanted: Mapping[str, str]) -> dict[str, str]:
    offered = {dimension.identifier.lower(): dimension for dimension in layer.dimensions}
    if unknown := wanted.keys() - offered.keys():
        raise ValueError(f"the layer has no dimension {_shown(sorted(unknown))}, but {_shown(offered)}")
    values = {name: wanted.get(name, dimension.default) for name, dimension in offered.items()}
    if missing := [name for name, value in values.items() if value is None]:
        raise ValueError(f"the dimension {_shown(missing)} of the layer has no default; state it under dimensions")
    return {name: value for name, value in values.items() if value is not None}


def _link_and_grid(
    offer: WmtsOffer, layer: OfferedLayer, wanted: WantedTiles, srs_of: Callable[[str], Srs]
) -> tuple[MatrixSetLink, TileGrid]:
    _chosen("matrix set", wanted.matrix_set, [link.matrix_set for link in layer.links] or ["none"])
    reasons = []
    for link in layer.links:
        if wanted.matrix_set not in (None, link.matrix_set) or link.matrix_set not in offer.matrix_sets:
            continue
        try:
            grid = grid_of_matrix_set(offer.matrix_sets[link.matrix_set], srs_of)
        except (ConfigurationError, ProjectionError, ValueError) as error:
            reasons.append(f"{link.matrix_set}: {error}")
            continue
        reason = difference(wanted.grid, grid)
        if reason is None:
            return link, grid
        reasons.append(f"{link.matrix_set}: {reason}")
    why = "; ".join(reasons) or "it has none"
    raise ValueError(f"no matrix set of the layer fits the grid {wanted.grid.name} of the cache: {why}")


def grid_of_matrix_set(found: MatrixSet, srs_of: Callable[[str], Srs]) -> TileGrid:
    """The grid of a matrix set; the axes of corners are those of its name, unless latitudes would then be none.

    :raises ConfigurationError: it is no pyramid over one point of origin.
    :raises ProjectionError: its reference system is not known.
    """
    srs = srs_of(code_of_crs(found.crs))
    swapped = srs.north_first and found.crs.upper().startswith(_SHORT_NAMES)
    if srs.north_first and srs.geographic:
        latitudes = [matrix.top_left[1 if swapped else 0] for matrix in found.matrices]
        swapped ^= any(latitude <= _SOUTH_POLE for latitude in latitudes)
    matrices = [_matrix(matrix, srs, swapped=swapped) for matrix in found.matrices]
    return grid_of_matrices(found.identifier, srs, sorted(matrices, key=lambda matrix: -matrix.cell_size))


def _matrix(matrix: ScaledMatrix, srs: Srs, *, swapped: bool) -> TileMatrix:
    first, second = matrix.top_left
    return TileMatrix(
        identifier=matrix.identifier,
        cell_size=matrix.scale_denominator * STANDARD_PIXEL_METRES / srs.metres_per_unit,
        point_of_origin=(second, first) if swapped else (first, second),
        tile_size=matrix.tile_size,
        matrix_size=matrix.matrix_size,
    )


def _template(
    offer: WmtsOffer, layer: OfferedLayer, media_type: str, values: Mapping[str, str], url: str, grid: TileGrid
) -> BracedTemplate:
    """By path where the layer has such addresses, else by parameters."""
    problem: ValueError | None = None
    for text in _addresses(offer, layer, media_type, values):
        try:
            return BracedTemplate(absolute(url, text), grid.level_names, tuple(values.items()))
        except ValueError as error:
            problem = error
    raise problem or ValueError("the layer has no address of tiles")


def _addresses(offer: WmtsOffer, layer: OfferedLayer, media_type: str, values: Mapping[str, str]) -> Iterator[str]:
    yield from (template for kind, template in layer.templates if kind == media_type)
    if offer.kvp_address is None:
        return
    parameters = RequestParameters(
        [("service", "WMTS"), ("request", "GetTile"), ("version", "1.0.0"), ("layer", values["layer"]),
         ("style", values["style"]), ("format", media_type), ("tilematrixset", values["tilematrixset"])]
    )  # fmt: skip
    for dimension in layer.dimensions:
        parameters.set(dimension.identifier, values[dimension.identifier.lower()])
    places = "&tilematrix={TileMatrix}&tilerow={TileRow}&tilecol={TileCol}"
    yield with_query(offer.kvp_address, parameters.query_string() + places)


def _shown(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(repr(name) for name in listed[:10]) + (" ..." if len(listed) > len(listed[:10]) else "") or "none"
