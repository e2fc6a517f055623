"""Maps that others draw on before they are encoded, with real pixels."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.fakes.map_source import FakeMapSource
from tests.fakes.parallel import InlineRunner
from tests.unit.domain.strategies import WEB_MERCATOR
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.imaging.raster import PillowRaster
from tilekeep.application.get_map import GetMap, WantedMap
from tilekeep.application.layer_tree import LaidSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import ImageEncoding, ImageLimits
from tilekeep.domain.map_query import Drawn, Fetched, MapQuery

RED, BLUE = (255, 0, 0), (0, 0, 255)


def sent(image_format: str) -> Fetched:
    body = io.BytesIO()
    Image.new("RGB", (20, 10), RED).save(body, image_format)
    return Fetched(body.getvalue(), f"image/{image_format.lower()}")


def in_blue(drawn: Drawn) -> Drawn:
    return drawn._replace(raster=PillowRaster(Image.new("RGB", drawn.raster.size, BLUE)), may_be_kept=False)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_a_map_that_a_server_sends_as_it_is_asked_for_is_drawn_on_too(image_format: str) -> None:
    """Nothing of what is hidden by the drawing may reach the client because it needs no encoding."""
    imaging = PillowImaging()
    get_map = GetMap(
        imaging=imaging, gate=StoreGate(imaging, ImageLimits(10_000, 10_000), "maps"), parallel=InlineRunner()
    )
    media_type = f"image/{image_format.lower()}"
    query = MapQuery(BBox(0, 0, 20, 10), Size(20, 10), WEB_MERCATOR, media_type)
    source = LaidSource(FakeMapSource(sent(image_format)))

    answer = get_map([source], WantedMap(query, ImageEncoding(media_type), redraw=in_blue), Purpose.SERVE, NO_DEADLINE)

    pixel = Image.open(io.BytesIO(answer.image.body)).convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert (pixel[0] < 50, pixel[2] > 200) == (True, True)
    assert answer.storable is False
