"""A source that draws a checkerboard, whose fields keep their places whatever map is asked for."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from PIL import Image, ImageDraw
from pydantic import Field

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import Drawn, MapQuery, SourceTraits, UpstreamRequest
from tilekeep.plugins import SourceContext, SourceOptions, SourcePlugin

HexColor = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class CheckerboardOptions(SourceOptions):
    """Options of a source of this type; coverage, scales and image options come with ``SourceOptions``.

    :ivar field_px: width and height of a field in pixels.
    :ivar colors: of the two kinds of fields.
    """

    type: Literal["checkerboard"]
    field_px: Annotated[int, Field(ge=2, le=4096)] = 32
    colors: tuple[HexColor, HexColor] = ("#ffffff", "#000000")


class Checkerboard:
    """A map source (``tilekeep.ports.map_source.MapSource``)."""

    def __init__(self, options: CheckerboardOptions, context: SourceContext) -> None:
        self._field_px = options.field_px
        self._colors = options.colors
        self._raster = context.raster

    @property
    def traits(self) -> SourceTraits:
        """It draws maps of any box and size, so that several tiles may be cut from one."""
        return SourceTraits(meta_tiles=True)

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """It asks nobody."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Drawn:
        """The map; fields are counted from the origin of the SRS, east and north."""
        size, side = query.size, self._field_px
        across, down = query.bbox.width / size.width, query.bbox.height / size.height
        left, top = query.bbox.min_x / across, -query.bbox.max_y / down  # in pixels from the origin
        image = Image.new("RGB", size, self._colors[0])
        draw = ImageDraw.Draw(image)
        for row in range(math.floor(top / side), math.ceil((top + size.height) / side)):
            for column in range(math.floor(left / side), math.ceil((left + size.width) / side)):
                if (row + column) % 2:
                    x, y = round(column * side - left), round(row * side - top)
                    draw.rectangle((x, y, x + side - 1, y + side - 1), fill=self._colors[1])
        return Drawn(self._raster(image))


PLUGIN = SourcePlugin(options=CheckerboardOptions, make=Checkerboard)
