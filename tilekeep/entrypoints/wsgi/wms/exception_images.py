"""Exceptions as images, for clients that show whatever comes (spec/services.md, 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tilekeep.application.get_map import GetMap, WantedMap
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import RequestError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import PNG, ImageEncoding
from tilekeep.domain.label import Color, Label, LabelPlace
from tilekeep.domain.map_query import MapQuery
from tilekeep.entrypoints.wsgi.errors import ErrorReport
from tilekeep.entrypoints.wsgi.map_drawing import image_response
from tilekeep.entrypoints.wsgi.map_size import map_size, require_fit
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.response import Response
from tilekeep.entrypoints.wsgi.wms.colors import Rgb, background, is_true
from tilekeep.entrypoints.wsgi.wms.format_names import offered_media_type
from tilekeep.entrypoints.wsgi.wms.versions import WmsVersion

_USUAL_SIZE = Size(256, 256)
_FONT_SIZE = 9
_BLACK: Color = (0, 0, 0, 255)
_WHITE: Color = (255, 255, 255, 255)

#: Weights of red, green and blue in the brightness of a colour (ITU-R BT.601), and where dark colours end.
_BRIGHTNESS = (0.299, 0.587, 0.114)
_DARK_BELOW = 128


class ExceptionImages:
    """Makes empty maps, with the message on them or without.

    Args:
        options: formats and limits of maps.
        get_map: draws maps.
    """

    def __init__(self, options: WmsOptions, get_map: GetMap) -> None:
        self._options = options
        self._get_map = get_map

    def __call__(self, report: ErrorReport, given: Mapping[str, str], version: WmsVersion) -> Response | None:
        """The image, or None for a request that wants no image."""
        wanted = given.get("exceptions", "").lower()
        if "image" not in wanted and "blank" not in wanted:
            return None
        color = _background(given)
        transparent = is_true(given.get("transparent"))
        label = Label(report.message, LabelPlace.TOP_LEFT, _FONT_SIZE, _text_color(color, transparent=transparent))
        media_type, encoding = self._format(given, version)
        size = self._size(given, encoding)
        box = BBox(0.0, 0.0, float(size.width), float(size.height))
        empty = WantedMap(
            MapQuery(box, size, self._options.srs[0], encoding.public_media_type),
            replace(encoding, transparent=transparent),
            transparent=transparent,
            background=color,
            labels=(label,) if "image" in wanted else (),
        )
        image = self._get_map((), empty, Purpose.SERVE, NO_DEADLINE).image
        return image_response(image, media_type, encoding, report.headers)

    def _format(self, given: Mapping[str, str], version: WmsVersion) -> tuple[str, ImageEncoding]:
        formats = self._options.formats
        name = offered_media_type(given.get("format", PNG), formats, version)
        return (PNG, ImageEncoding(PNG)) if name is None else (name, formats[name])

    def _size(self, given: Mapping[str, str], encoding: ImageEncoding) -> Size:
        try:
            size = map_size(given.get("width", ""), given.get("height", ""), self._options.max_output_pixels)
            require_fit(size, encoding.public_media_type)
        except RequestError:
            return _USUAL_SIZE
        return size


def _background(given: Mapping[str, str]) -> Rgb | None:
    try:
        return background(given.get("bgcolor"))
    except RequestError:
        return None


def _text_color(color: Rgb | None, *, transparent: bool) -> Color:
    if color is None or transparent:
        return _BLACK
    brightness = sum(part * weight for part, weight in zip(color, _BRIGHTNESS, strict=True))
    return _WHITE if brightness < _DARK_BELOW else _BLACK
