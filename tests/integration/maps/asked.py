"""A request that both programs are asked, and how far their answers may be apart."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from tests.integration.maps.grids import SIZE, Box, Pair
from tests.integration.support.pixel_difference import SAME, Tolerance

#: Enlarged or moved by parts of a pixel: the same neighbours are mixed with weights that differ by some hundredths,
#: which shows at the edges of lines and labels.
RESAMPLED = Tolerance(mean=1.5, far=24, share=0.006)

#: Shrunk: the reference leaves out pixels, and with them parts of thin lines, Tilekeep takes the mean of all
#: (register: shrunk-maps).  Areas are the same; lines and labels, of which these maps are full, are softer.
SHRUNK = Tolerance(mean=7.0, far=64, share=0.015)

#: In another SRS: the reference may be off by a pixel of the map, Tilekeep by less than half a pixel of what it draws
#: from (register: accuracy-of-reprojected-maps).  Lines move by a part of their width, and where the map shrinks they
#: are softer (register: shrunk-maps).
REPROJECTED = Tolerance(mean=6.0, far=64, share=0.03)

#: Clipped to a polygon: its edges are pixels of either or of neither (register: clipped-edges).
CLIPPED = Tolerance(mean=1.5, far=24, share=0.01)

#: Laid over each other: Pillow's whole numbers for colours round once more or once less.
BLENDED = Tolerance(mean=0.1, far=3, share=0.0)

#: With text that Tilekeep lays over a tile and the reference into it (register: watermarks-on-tiles-with-alpha).
MARKED = Tolerance(mean=1.0, far=32, share=0.01)

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
