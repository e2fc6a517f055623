"""A request that both programs are asked, and how far their answers may be apart."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from tests.integration.maps.grids import SIZE, Box, Pair
from tests.integration.support.pixel_difference import SAME, Tolerance

#: Both filter by Pillow, whose affine and mesh transforms step through the source in fixed point: a resampled pixel
#: is mixed from the same neighbours with weights that may differ in the last bit.  Lines of one pixel and labels on
#: a plain ground make the most of it.
RESAMPLED = Tolerance(mean=1.0, far=24, share=0.01)

#: The reference follows the projection by a mesh of quads that may be wrong by up to a pixel in their middle, Tilekeep
#: by one that is wrong by less: edges of areas and lines move by a part of a pixel, areas stay as they are.
REPROJECTED = Tolerance(mean=6.0, far=64, share=0.06)

#: Pillow pastes with an alpha of whole numbers; the reference rounds opacity to one of 255 steps before it multiplies.
BLENDED = Tolerance(mean=0.5, far=3, share=0.001)

#: Of a few pixels each shows much: one on an edge makes the mean.
SMALL = Tolerance(mean=12.0, far=64, share=0.05)

#: PNG with all colours, so that no palette hides or adds a difference.
TRUE_COLOUR = "image/png; mode=24bit"

_NORTH_FIRST = frozenset({"EPSG:4326", "EPSG:4258", "EPSG:31467"})


class Asked(NamedTuple):
    """One request: ``name`` is unique and says what it is about, ``path`` follows the address of a server."""

    name: str
    path: str
    tolerance: Tolerance = SAME


def get_map(
    layers: str,
    srs: str,
    box: Box,
    size: Pair = SIZE,
    *,
    version: str = "1.1.1",
    image_format: str = TRUE_COLOUR,
    **more: str,
) -> str:
    """The path of a map; ``box`` in x/y order whatever the version."""
    written = (box[1], box[0], box[3], box[2]) if version == "1.3.0" and srs in _NORTH_FIRST else box
    parameters = {
        "SERVICE": "WMS",
        "REQUEST": "GetMap",
        "VERSION": version,
        "LAYERS": layers,
        "STYLES": "",
        "CRS" if version == "1.3.0" else "SRS": srs,
        "BBOX": ",".join(map(repr, written)),
        "WIDTH": str(size[0]),
        "HEIGHT": str(size[1]),
        "FORMAT": image_format,
        **more,
    }
    return f"/service?{urlencode(parameters)}"
