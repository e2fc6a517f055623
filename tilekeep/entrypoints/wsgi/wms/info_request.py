"""What a GetFeatureInfo request means, however it is written (spec/services.md, 3.3, 3.4 and 3.10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.application.layer_tree import LayerTree, MapLayer
from tilekeep.domain.errors import LayerNotQueryable, PointOutsideMap, UnknownLayer, UnsupportedFormat
from tilekeep.domain.feature_info import InfoQuery, PixelPosition
from tilekeep.domain.geometry import Size
from tilekeep.entrypoints.wsgi.bounding_box import bounding_box, require_distinct_pixels, swapped
from tilekeep.entrypoints.wsgi.info_response import feature_count
from tilekeep.entrypoints.wsgi.map_size import map_size
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.wms.format_names import SHORT_INFO_NAMES
from tilekeep.entrypoints.wsgi.wms.map_request import require_known_styles
from tilekeep.entrypoints.wsgi.wms.operations import position_parameters, require_info_parameters
from tilekeep.entrypoints.wsgi.wms.requested_srs import requested_srs
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion

#: No map is drawn, so that it may have any size.
_ANY_NUMBER_OF_PIXELS = 2**62

_PIXELS = re.compile(r"-?[0-9]{1,10}(?:\.[0-9]{0,20})?")

#: What may be sent on or sent back: a type, maybe with parameters.
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}(?: *; *[\w.+-]{1,60}=\"?[\w.+/:-]{1,60}\"?)*", re.ASCII)
_SHORT_NAME = re.compile(r"[\w.+-]{1,60}", re.ASCII)


class InfoRequest(NamedTuple):
    """A place as a client asks about it.

    :ivar layers: names of the layers of its map.
    :ivar telling: the layers that are asked, bottom first, groups resolved, each once.
    """

    layers: tuple[str, ...]
    telling: tuple[MapLayer, ...]
    query: InfoQuery


class InfoRequests:
    """Reads the parameters of GetFeatureInfo.

    Args:
        options: what the service offers.
        layer_tree: finds layers.
    """

    def __init__(self, options: WmsOptions, layer_tree: LayerTree) -> None:
        self._layer_tree = layer_tree
        self._srs = {srs.code: srs for srs in options.srs}
        self._strict = options.strict

    def read(self, given: Mapping[str, str], version: WmsVersion) -> InfoRequest:
        """The request that the parameters ``given`` are.

        :raises RequestError: a parameter is missing or means nothing.
        """
        require_info_parameters(given, version, strict=self._strict)
        written = bounding_box(given["bbox"])
        require_known_styles(given.get("styles", ""))
        size = map_size(given["width"], given["height"], _ANY_NUMBER_OF_PIXELS)
        require_distinct_pixels(written, size, given["bbox"])
        layers = tuple(dict.fromkeys(given["layers"].split(",")))
        for name in layers:
            self._layer_tree.layer(name)
        telling = self._telling(given["query_layers"])
        srs = requested_srs(self._srs, version.srs_parameter, given[version.srs_parameter])
        bbox = swapped(written) if version.authority_axes and srs.north_first else written
        query = InfoQuery(
            bbox=bbox,
            size=size,
            srs=srs,
            position=_position(given, version, size),
            info_format=_info_format(given.get("info_format"), version),
            feature_count=feature_count(given.get("feature_count")),
            media_type=_image_format(given.get("format")),
        )
        return InfoRequest(layers, telling, query)

    def _telling(self, names: str) -> tuple[MapLayer, ...]:
        layers = [self._queryable(name) for name in dict.fromkeys(names.split(","))]
        return tuple(dict.fromkeys(node for layer in layers for node in layer.telling()))

    def _queryable(self, name: str) -> MapLayer:
        try:
            layer = self._layer_tree.layer(name)
        except UnknownLayer as error:
            raise UnknownLayer(error.message, locator="query_layers") from None
        if not layer.queryable:
            raise LayerNotQueryable(f"layer {name} is not queryable", locator="query_layers")
        return layer


def _position(given: Mapping[str, str], version: WmsVersion, size: Size) -> PixelPosition:
    """The place on the map, its lower right corner included; whole pixels unless one of the numbers has a point."""
    names = position_parameters(version)
    texts = [given[name].strip() for name in names]
    for name, text, pixels in zip(names, texts, size, strict=True):
        if not _PIXELS.fullmatch(text):
            raise PointOutsideMap(f"invalid {name}: {given[name]!r} (a number of pixels)", locator=name)
        if not 0 <= float(text) <= pixels:
            shown = f"{size.width}x{size.height}"
            raise PointOutsideMap(f"invalid {name}: {text} lies outside the map of {shown} pixels", locator=name)
    x, y = map(float if any("." in text for text in texts) else int, texts)
    return PixelPosition(x, y)


def _info_format(text: str | None, version: WmsVersion) -> str | None:
    """The media type that is wanted; any is asked for, whether sources know it or not (the same document, 3.10)."""
    if text is None or not text.strip():
        return None
    if version.short_formats and text.strip() in SHORT_INFO_NAMES:
        return SHORT_INFO_NAMES[text.strip()]
    if not _MEDIA_TYPE.fullmatch(text.strip()):
        raise UnsupportedFormat(f"invalid info_format: {text!r} (a media type)", locator="info_format")
    return text.strip()


def _image_format(text: str | None) -> str | None:
    """The format of the map that the client looks at, if it says so in a way that sources understand."""
    if text is None or _MEDIA_TYPE.fullmatch(text):
        return text
    return f"image/{text.lower()}" if _SHORT_NAME.fullmatch(text) else None
