"""What a TIFF image says of the area it shows (spec/config-globals-grids.md, 8.3; GeoTIFF is OGC 19-008r4)."""

from __future__ import annotations

from PIL.TiffImagePlugin import ImageFileDirectory_v2
from PIL.TiffTags import DOUBLE, SHORT

from tilekeep.domain.extent import Extent
from tilekeep.domain.srs import WEB_MERCATOR_CODES

_PIXEL_SCALE, _TIE_POINT, _KEY_DIRECTORY = 33550, 33922, 34735
_MODEL_TYPE, _RASTER_TYPE = 1024, 1025
_PIXEL_IS_AREA = 1

#: Value of the model type, and the key that then names the SRS.
_PROJECTED, _GEOGRAPHIC = (1, 3072), (2, 2048)

_LARGEST_CODE = 65535


def geotiff_tags(shows: Extent, size: tuple[int, int]) -> ImageFileDirectory_v2:
    """Pixel size, upper left corner and SRS of an image of ``size`` pixels."""
    width, height = size
    model_type, srs_key = _GEOGRAPHIC if shows.srs.geographic else _PROJECTED
    keys = [(_MODEL_TYPE, model_type), (_RASTER_TYPE, _PIXEL_IS_AREA)]
    number = _epsg_number(shows.srs.code)
    if number is not None:
        keys.append((srs_key, number))
    tags = ImageFileDirectory_v2()
    tags.tagtype |= {_PIXEL_SCALE: DOUBLE, _TIE_POINT: DOUBLE, _KEY_DIRECTORY: SHORT}
    tags[_PIXEL_SCALE] = (shows.bbox.width / width, shows.bbox.height / height, 0.0)
    tags[_TIE_POINT] = (0.0, 0.0, 0.0, shows.bbox.min_x, shows.bbox.max_y, 0.0)
    tags[_KEY_DIRECTORY] = (1, 1, 0, len(keys), *(value for key, number in keys for value in (key, 0, 1, number)))
    return tags


def _epsg_number(code: str) -> int | None:
    """The number of the SRS, which has 16 bits; that of the EPSG for other names of the same system."""
    if code in WEB_MERCATOR_CODES:
        return 3857
    authority, _, number = code.partition(":")
    if code == "CRS:84":
        return 4326
    if authority != "EPSG" or not number.isdigit() or int(number) > _LARGEST_CODE:
        return None
    return int(number)
