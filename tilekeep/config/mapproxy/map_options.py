"""Options of services that draw maps, which WMS and OGC API share, and their defaults in the globals."""

from typing import Annotated, Literal

from pydantic import Field

from tilekeep.config.mapproxy.options import Opt, Options, PairOfWhole, Positive

#: Names of formats or media types.
ImageFormats = Annotated[tuple[str, ...], Field(min_length=1)]

#: A number of pixels, or width and height of which it is the product.
MostPixels = Positive | PairOfWhole

#: What becomes of a map of which a layer failed: the failure is drawn into it, or is the answer.
SourceErrors = Literal["notify", "raise"]

SrsCodes = Annotated[tuple[str, ...], Field(min_length=1)]


class Attribution(Options):
    """``attribution``: who made the map, drawn in its lower right corner."""

    text: Opt[str] = None


class MapDefaults(Options):
    """What ``globals.wms`` and ``globals.ogcapi`` share; the options of the service win.

    :ivar image_formats: media types or names of globals.image.formats.
    :ivar on_source_errors: notify draws failures into the map, raise answers with them.
    :ivar max_output_pixels: largest map: a number of pixels, or width and height.
    :ivar concurrent_layer_renderer: layers of one map that are drawn at a time.
    """

    image_formats: Opt[ImageFormats] = None
    on_source_errors: Opt[SourceErrors] = None
    max_output_pixels: Opt[MostPixels] = None
    concurrent_layer_renderer: Opt[Positive] = None


class WmsDefaults(MapDefaults):
    """``globals.wms``.

    :ivar srs: codes that clients may ask for.
    :ivar strict: whether parameters that many clients forget are required.
    """

    srs: Opt[SrsCodes] = None
    strict: Opt[bool] = None


class OgcApiDefaults(MapDefaults):
    """``globals.ogcapi``.

    :ivar map_srs: codes that clients may ask for.
    """

    map_srs: Opt[SrsCodes] = None
