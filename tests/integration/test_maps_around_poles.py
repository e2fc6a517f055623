"""Maps around a pole out of maps in degrees: whole, and without a trace of where these end."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.test import Client

import tilekeep
from tests.integration.support.drawing import encoded
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

CONFIG = """
services: {{tms: , wms: {{srs: ["EPSG:3995", "EPSG:3031"]}}}}
globals: {{image: {{paletted: false}}}}
layers:
  - {{name: direct, title: a, sources: [degrees]}}
  - {{name: cached, title: a, sources: [cached]}}
  - {{name: polar, title: a, sources: [polar]}}
caches:
  cached: {{grids: [GLOBAL_GEODETIC], image: {{transparent: true}}, sources: [degrees]}}
  polar: {{grids: [arctic], image: {{transparent: true}}, sources: [cached]}}
grids:
  arctic: {{srs: "EPSG:3995", bbox: [-4000000, -4000000, 4000000, 4000000], origin: nw}}
sources:
  degrees: {{type: wms, supported_srs: ["EPSG:4326"], req: {{url: "{url}/wms", layers: a, transparent: true}}}}
"""
NEAR, FAR = (0, 250, 0, 255), (0, 0, 250, 255)


def draw(request: Received) -> Reply:
    """Green within 90 degrees of Greenwich and blue beyond, nothing beyond the world."""
    asked = request.parameters
    west, south, east, north = map(float, asked["bbox"].split(","))
    width, height = int(asked["width"]), int(asked["height"])

    def column(longitude: float) -> int:
        return round((longitude - west) / (east - west) * width)

    def row(latitude: float) -> int:
        return round((north - latitude) / (north - south) * height)

    image = Image.new("RGBA", (width, height))
    image.paste(FAR, (column(-180), row(90), column(180), row(-90)))
    image.paste(NEAR, (column(-90), row(90), column(90), row(-90)))
    return Reply(body=encoded(image, "PNG"), headers={"Content-Type": "image/png"})


@pytest.mark.parametrize(
    ("layer", "srs", "greenwich"),
    [
        pytest.param("direct", "EPSG:3995", "below", id="Arctic, from the server"),
        pytest.param("direct", "EPSG:3031", "above", id="Antarctic, from the server"),
        pytest.param("cached", "EPSG:3995", "below", id="Arctic, from tiles in degrees"),
        pytest.param("polar", "EPSG:3995", "below", id="Arctic, from tiles of it"),
    ],
)
def test_they_have_neither_hole_nor_seam(tmp_path: Path, layer: str, srs: str, greenwich: str) -> None:
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw)
        (tmp_path / "mapproxy.yaml").write_text(CONFIG.format(url=upstream.url))
        client = Client(tilekeep.make_wsgi_app(str(tmp_path / "mapproxy.yaml")))

        answer = client.get(
            f"/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS={layer}&STYLES=&SRS={srs}&TRANSPARENT=true"
            "&BBOX=-3000000,-3000000,3000000,3000000&WIDTH=300&HEIGHT=300&FORMAT=image/png"
        )

    shown = Image.open(io.BytesIO(answer.data)).convert("RGBA")
    halves = shown.crop((0, 0, 300, 145)), shown.crop((0, 155, 300, 300))
    far, near = halves if greenwich == "below" else reversed(halves)
    assert shown.getchannel("A").getextrema() == (255, 255)
    assert far.getcolors() == [(300 * 145, FAR)]
    assert near.getcolors() == [(300 * 145, NEAR)]
