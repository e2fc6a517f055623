"""What a GetMap request means, however it is written (spec/services.md, 3.4 and 3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tilekeep.application.layer_tree import LayerTree, MapLayer
from tilekeep.domain.errors import UnknownStyle, UnsupportedFormat
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import Dimensions
from tilekeep.entrypoints.wsgi.bounding_box import bounding_box, require_distinct_pixels, swapped
from tilekeep.entrypoints.wsgi.map_size import map_size, require_fit
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.wms.colors import Rgb, background, is_true
from tilekeep.entrypoints.wsgi.wms.format_names import offered_media_type
from tilekeep.entrypoints.wsgi.wms.operations import require_map_parameters
from tilekeep.entrypoints.wsgi.wms.requested_srs import requested_srs
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion

_STYLES = frozenset({"", "default", "inspire_common:DEFAULT"})


class MapRequest(NamedTuple):
    """A map as a client asks for it; ``bbox`` in x/y order.

    :ivar drawn: the layers that draw the map, bottom first, groups resolved; none where no layer shows anything.
    :ivar format: the media type as the configuration spells it.
    :ivar tiled: whether it asks for one tile (WMS-C).
    """

    drawn: tuple[MapLayer, ...]
    bbox: BBox
    size: Size
    srs: Srs
    format: str
    transparent: bool
    background: Rgb | None
    dimensions: Dimensions
    tiled: bool


class MapRequests:
    """Reads the parameters of GetMap.

    Args:
        options: what the service offers.
        layer_tree: finds layers.
    """

    def __init__(self, options: WmsOptions, layer_tree: LayerTree) -> None:
        self._layer_tree = layer_tree
        self._formats = options.formats
        self._max_output_pixels = options.max_output_pixels
        self._srs = {srs.code: srs for srs in options.srs}

    def read(self, given: Mapping[str, str], version: WmsVersion) -> MapRequest:
        """The request that the parameters ``given`` are; they are checked in the order of the reference.

        :raises RequestError: a parameter is missing or means nothing.
        """
        require_map_parameters(given, version)
        written = bounding_box(given["bbox"])
        require_known_styles(given["styles"])
        size = map_size(given["width"], given["height"], self._max_output_pixels)
        require_distinct_pixels(written, size, given["bbox"])
        layers = self._layers(given["layers"])
        media_type = self._format(given["format"], size, version)
        srs = requested_srs(self._srs, version.srs_parameter, given[version.srs_parameter])
        bbox = swapped(written) if version.authority_axes and srs.north_first else written
        drawn = tuple(_drawing(self._visible(layers, MapQuery(bbox, size, srs, media_type))))
        return MapRequest(
            drawn=drawn,
            bbox=bbox,
            size=size,
            srs=srs,
            format=media_type,
            transparent=is_true(given.get("transparent")),
            background=background(given.get("bgcolor")),
            dimensions=(*(_dimensions(drawn, given) if version.has_dimensions else ()), *_forwarded(drawn, given)),
            tiled=is_true(given.get("tiled")),
        )

    def _layers(self, names: str) -> list[MapLayer]:
        """The layers in the order of the request, as often as it names them."""
        return [self._layer_tree.layer(name) for name in names.split(",")]

    def _visible(self, layers: Sequence[MapLayer], query: MapQuery) -> Iterable[MapLayer]:
        """Those that show anything and are not wholly hidden by one above, each once however often it is named.

        So a request costs no more than all layers there are.
        """
        shown: dict[MapLayer, bool] = {}
        for layer in dict.fromkeys(layers):
            if layer.resolutions.holds(query.bbox, query.size, query.srs):
                shown[layer] = len(layers) > 1 and self._layer_tree.hides_others(layer, query)
        visible: dict[MapLayer, None] = {}
        for layer in layers:
            if layer in shown:
                if shown[layer]:
                    visible.clear()
                visible[layer] = None
        return visible

    def _format(self, name: str, size: Size, version: WmsVersion) -> str:
        media_type = offered_media_type(name, self._formats, version)
        if media_type is None:
            raise UnsupportedFormat(f"unsupported image format: {name}", locator="format")
        require_fit(size, self._formats[media_type].public_media_type)
        return media_type


def require_known_styles(styles: str) -> None:
    """Returns if all of ``styles`` are the one there is.

    :raises UnknownStyle: they are not.
    """
    if not _STYLES.issuperset(styles.split(",")):
        raise UnknownStyle(f"unsupported styles: {styles}", locator="styles")


def _drawing(layers: Iterable[MapLayer]) -> Iterable[MapLayer]:
    """What draws ``layers``, in their order; what several of them show is drawn once."""
    return dict.fromkeys(drawing for layer in layers for drawing in layer.drawing())


def _dimensions(drawn: Iterable[MapLayer], given: Mapping[str, str]) -> Dimensions:
    """The values of the request for dimensions that a drawn layer has (the same document, 3.9).

    ``time`` and ``elevation`` are parameters of their own, any other dimension has ``dim_`` in front.
    """
    names = {dimension.name for layer in drawn if layer.dimensions for dimension in layer.dimensions}
    if not names:
        return ()
    values = ((name, _value(name, given)) for name in sorted(names))
    return tuple((name, value) for name, value in values if value)


def _forwarded(drawn: Iterable[MapLayer], given: Mapping[str, str]) -> Dimensions:
    """Parameters of the request that drawn layers pass on and that are no dimensions of them."""
    known = {dimension.name for layer in drawn for dimension in layer.dimensions}
    names = {name.lower(): name for layer in drawn for name in layer.forwarded}
    return tuple((names[name], given[name]) for name in names if name in given and name not in known)


def _value(name: str, given: Mapping[str, str]) -> str | None:
    if name in {"time", "elevation"} or name.startswith("dim_"):
        return given.get(name)
    return given.get(f"dim_{name}")
