"""What the capabilities document of WMTS says of layers and grids (spec/services.md, 5.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from tilekeep.application.catalogue import LayerInGrid, LayerOutline
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.path_names import fits_in_path
from tilekeep.domain.srs import STANDARD_PIXEL_METRES, WEB_MERCATOR_CODES
from tilekeep.entrypoints.wsgi.base_url import path_quoted
from tilekeep.entrypoints.wsgi.wmts.feature_info import InfoFormat
from tilekeep.entrypoints.wsgi.wmts.rest_template import RestTemplate

#: The latitude at which the web mercator square ends; clients that read more ask for tiles that do not exist.
_MERCATOR_LATITUDE = 85.0511287798066

#: How the address of a service ends; what comes before is the address of all of them.
_SERVICE = re.compile(r"/(?:service|ows|wms|wmts)$")

_WORLD = BBox(-180.0, -90.0, 180.0, 90.0)


class ShownDimension(NamedTuple):
    """A dimension with its identifier as addresses spell it."""

    identifier: str
    default: str
    values: Sequence[str]


class ShownExtent(NamedTuple):
    """Corners of a layer in an SRS, in the axis order of that."""

    srs_code: str
    lower: tuple[float, float]
    upper: tuple[float, float]


class AddressForms(NamedTuple):
    """The templates of addresses by path: of tiles, and of places on them."""

    tile: RestTemplate
    info: RestTemplate


class ShownInfoFormat(NamedTuple):
    """A format of feature info; ``template`` is the form of its addresses by path, or None if it has none."""

    media_type: str
    template: str | None


class ShownFormat(NamedTuple):
    """A format of tiles; ``template`` is the form of their addresses by path, or None if they have none."""

    media_type: str
    template: str | None


class ShownLayer(NamedTuple):
    """A layer of the document.

    :ivar formats: of its tiles, the cache's own first.
    :ivar legend_url: where its legend is, or None.
    :ivar info_formats: in what it can be asked about places; none if it cannot.
    """

    outline: LayerOutline
    bbox: BBox
    extents: Sequence[ShownExtent]
    formats: Sequence[ShownFormat]
    dimensions: Sequence[ShownDimension]
    matrix_sets: Sequence[str]
    legend_url: str | None
    info_formats: Sequence[ShownInfoFormat]


class ShownMatrix(NamedTuple):
    """A tile matrix; ``top_left`` is in the axis order of the SRS."""

    identifier: str
    scale_denominator: str
    top_left: tuple[float, float]
    tile_size: Size
    matrix_size: Size


class ShownMatrixSet(NamedTuple):
    """A grid of the document."""

    identifier: str
    srs_code: str
    matrices: Sequence[ShownMatrix]


def shown_layer(
    in_grids: Sequence[LayerInGrid],
    base: str,
    forms: AddressForms | None,
    info_formats: Sequence[InfoFormat],
) -> ShownLayer:
    """A layer in all its grids; title, format and extent are those in the first (spec/services.md, 5.1).

    ``base`` is the address of the service; ``forms`` is None in services by parameters.
    """
    layer = in_grids[0]
    spelled = {} if forms is None else {name.lower(): name for name in forms.tile.dimensions}
    by_path = forms if fits_in_path(layer.outline.name) else None
    queryable = any(layer.outline.info_sources(in_grid.grid.name) for in_grid in in_grids)
    return ShownLayer(
        outline=layer.outline,
        bbox=_within_the_world(layer.geographic_extent, layer.grid),
        extents=_local_extents(in_grids),
        formats=_formats(layer, base, by_path),
        dimensions=[
            ShownDimension(spelled.get(dimension.name, dimension.name), dimension.default, dimension.values)
            for dimension in layer.outline.dimensions
        ],
        matrix_sets=[in_grid.grid.name for in_grid in in_grids],
        legend_url=_legend_url(layer.outline, base, by_path=forms is not None),
        info_formats=[_info_format(given, layer, base, by_path) for given in info_formats] if queryable else [],
    )


def _legend_url(outline: LayerOutline, base: str, *, by_path: bool) -> str | None:
    """The configured address of the legend with its places filled in (spec/services.md, 5.7)."""
    url = outline.wmts_rest_legend_url if by_path else outline.wmts_kvp_legend_url
    if not url:
        return None
    site = _SERVICE.sub("", base)
    return url.replace("{base_url}", site).replace("{layer_name}", quote(outline.name, safe=":"))


def _formats(layer: LayerInGrid, base: str, forms: AddressForms | None) -> list[ShownFormat]:
    """The format of the tiles, and others in which they are offered, where addresses can say so."""
    can_say = forms is None or "Format" in forms.tile.variables
    return [
        ShownFormat(
            encoding.public_media_type.partition(";")[0],
            forms and base + _address_form(forms.tile, layer, Format=encoding.public_extension),
        )
        for encoding in (layer.encoding, *(layer.variants.encodings if can_say else ()))
    ]


def _info_format(given: InfoFormat, layer: LayerInGrid, base: str, forms: AddressForms | None) -> ShownInfoFormat:
    if forms is None or given.suffix is None:
        return ShownInfoFormat(given.media_type, None)
    return ShownInfoFormat(given.media_type, base + _address_form(forms.info, layer, InfoFormat=given.suffix))


def _address_form(template: RestTemplate, layer: LayerInGrid, **more: str) -> str:
    """The template with all that is the same for every tile of the layer; ``more`` is also filled in."""
    own = {dimension.name for dimension in layer.outline.dimensions}
    fixed = {
        "Layer": path_quoted(layer.outline.name),
        "Format": layer.encoding.public_extension,
        "Style": "default",
        **more,
        **{name: "default" for name in template.dimensions if name.lower() not in own},
    }
    return template.filled(fixed)


def _within_the_world(extent: BBox, grid: TileGrid) -> BBox:
    limits = _WORLD
    if grid.srs.code in WEB_MERCATOR_CODES:
        limits = BBox(-180.0, -_MERCATOR_LATITUDE, 180.0, _MERCATOR_LATITUDE)
    return extent.intersection(limits) or limits


def _local_extents(layers: Iterable[LayerInGrid]) -> list[ShownExtent]:
    """The extents in other SRS than those of the world, where the box in degrees covers more than there is.

    GDAL asks for tiles all over that box and takes the first that does not exist for a failure.
    """
    extents: dict[str, ShownExtent] = {}
    for layer in layers:
        srs = layer.grid.srs
        if not srs.geographic and srs.code not in WEB_MERCATOR_CODES:
            left, bottom, right, top = layer.extent.intersection(layer.grid.bbox) or layer.grid.bbox
            lower, upper = ((bottom, left), (top, right)) if srs.north_first else ((left, bottom), (right, top))
            extents.setdefault(srs.code, ShownExtent(srs.code, lower, upper))
    return list(extents.values())


def shown_matrix_sets(layers: Iterable[LayerInGrid]) -> list[ShownMatrixSet]:
    """The grids of ``layers``, each of them once."""
    grids = {layer.grid.name: layer.grid for layer in layers}
    return [
        ShownMatrixSet(grid.name, grid.srs.code, [_matrix(grid, z) for z in range(grid.levels)])
        for grid in grids.values()
    ]


def _matrix(grid: TileGrid, z: int) -> ShownMatrix:
    """Every level starts in the corner of the grid, as grids whose levels do not are left out."""
    scale = grid.resolutions[z] * grid.srs.metres_per_unit / STANDARD_PIXEL_METRES
    left, _, _, top = grid.bbox
    return ShownMatrix(
        identifier=grid.level_name(z),
        scale_denominator=repr(round(scale, 10)).removesuffix(".0"),
        top_left=(top, left) if grid.srs.north_first else (left, top),
        tile_size=grid.tile_size,
        matrix_size=grid.matrix_size(z),
    )
