"""Images made of bands of others have the pixels that MapProxy 7.0.0 gives them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
from PIL import Image

from tests.contract.pictures import bytes_of, gradient, map_like
from tests.integration.mapproxy_images import ask as ask_program
from tests.integration.mapproxy_images import image_in
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.bands import BandMix, BandPart
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import PNG, ImageEncoding, ImageLimits
from tilekeep.ports.imaging import Imaging

LIMITS = ImageLimits(10_000_000, 10_000_000)

#: Every value that a band can have.
RAMP = Image.frombytes("L", (256, 1), bytes(range(256))).convert("RGB").resize((256, 4))

IMAGES = {
    "every value": RAMP,
    "a photograph": gradient(256, 4, noise=True),
    "a map with holes": map_like(64, holes=True).resize((256, 4)),
    "a palette": map_like(64).convert("RGB").resize((256, 4)).quantize(50),
    "a palette with holes": map_like(64, holes=True).resize((256, 4)).quantize(50),
}

#: Differences of single and double precision show with some of them.
FACTORS = [0.07, 0.1, 0.21, 0.29, 0.3, 0.4, 0.57, 0.6, 0.7, 0.72, 0.9, 1.1, 1.7, 3.3, 100.0, -0.5, 0.0]


class Case(NamedTuple):
    """A question to both programs."""

    name: str
    mix: BandMix
    images: tuple[str, ...]

    def bodies(self) -> list[bytes]:
        return [bytes_of(IMAGES[name], "PNG") for name in self.images]

    def question(self) -> dict[str, Any]:
        bodies = [body.hex() for body in self.bodies()]
        return {"verb": "bands", "mode": self.mix.mode, "parts": self.mix.parts, "bodies": bodies, "size": (256, 4)}


def _cases() -> Iterator[Case]:
    for factor in FACTORS:
        mix = BandMix("RGB", (BandPart(0, 0, 0, factor), BandPart(1, 0, 1, factor), BandPart(1, 1, 1, factor)))
        yield Case(f"times {factor}", mix, ("every value", "a photograph"))
    for name in IMAGES:
        swapped = BandMix("RGB", (BandPart(0, 0, 2), BandPart(1, 1, 0), BandPart(2, 0, 1)))
        yield Case(f"bands of {name}", swapped, (name, "every value"))
        with_alpha = BandMix("RGBA", (BandPart(0, 0, 0), BandPart(1, 0, 1), BandPart(3, 0, 3)))
        yield Case(f"alpha of {name}", with_alpha, (name,))
        yield Case(f"grey of {name}", BandMix("L", tuple(BandPart(0, 0, band, 0.33) for band in range(3))), (name,))
    replaced = BandMix("L", (BandPart(0, 0, 0, 0.5), BandPart(0, 0, 1), BandPart(0, 0, 2, 0.5)))
    yield Case("a whole band after a part of one", replaced, ("a photograph",))
    yield Case("bands of nothing", BandMix("RGBA", (BandPart(1, 0, 1),)), ("a photograph",))


CASES = list(_cases())


@pytest.fixture(scope="module")
def reference() -> dict[str, Image.Image]:
    answers = ask_program([case.question() for case in CASES])
    return {case.name: image_in(answer[0]) for case, answer in zip(CASES, answers, strict=True)}


@pytest.mark.parametrize("imaging", [PillowImaging(), FastImaging()], ids=["pillow", "fast"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_all_pixels_are_the_same(imaging: Imaging, case: Case, reference: dict[str, Image.Image]) -> None:
    merged = imaging.merge_bands([imaging.decode(body, LIMITS) for body in case.bodies()], case.mix)

    assert merged.size == Size(256, 4)
    encoding = ImageEncoding(PNG, colors=0, transparent=case.mix.mode == "RGBA")
    result = Image.open(io.BytesIO(imaging.encode(merged, encoding).body))
    theirs = reference[case.name]
    assert (result.mode, result.tobytes()) == (theirs.mode, theirs.tobytes())


CONFIG = """
services: {{tms: }}
layers:
  - {{name: infrared, title: Infrared, sources: [infrared]}}
  - {{name: grey, title: Grey, sources: [grey]}}
  - {{name: mixed, title: Sums with alpha, sources: [mixed]}}
  - {{name: tiles, title: Bands of tiles, sources: [tiles]}}
  - {{name: above, title: Bands of a cache, sources: [above]}}
  - {{name: gap, title: One source has nothing here, sources: [gap]}}
globals: {{image: {{paletted: false}}}}
caches:
  infrared:
    grids: [GLOBAL_WEBMERCATOR]
    sources: {{r: [{{source: cir, band: 0}}], g: [{{source: rgb, band: 0}}], b: [{{source: rgb, band: 1}}]}}
  grey:
    grids: [GLOBAL_WEBMERCATOR]
    meta_buffer: 0
    sources:
      l: [{{source: rgb, band: 0, factor: 0.21}}, {{source: rgb, band: 1, factor: 0.72}},
          {{source: rgb, band: 2, factor: 0.07}}]
  mixed:
    grids: [GLOBAL_WEBMERCATOR]
    image: {{transparent: true}}
    sources:
      r: [{{source: rgb, band: 0, factor: 0.5}}, {{source: cir, band: 2, factor: 0.5}}]
      a: [{{source: cir, band: 1}}]
  tiles:
    grids: [GLOBAL_WEBMERCATOR]
    sources: {{r: [{{source: tiles, band: 1}}], b: [{{source: tiles, band: 0}}]}}
  above:
    grids: [GLOBAL_WEBMERCATOR]
    sources: {{l: [{{source: infrared, band: 0}}]}}
  gap:
    grids: [GLOBAL_WEBMERCATOR]
    sources: {{r: [{{source: rgb, band: 0}}], g: [{{source: coarse, band: 0}}]}}
sources:
  cir: {{type: wms, req: {{url: "{url}/wms", layers: cir}}, coverage: {{bbox: [-80, -60, 10, 70], srs: 'EPSG:4326'}}}}
  rgb: {{type: wms, req: {{url: "{url}/wms", layers: rgb}}}}
  tiles: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: "{url}/tiles"}}
  coarse: {{type: wms, max_res: 100000, req: {{url: "{url}/wms", layers: rgb}}}}
"""

LAYERS = ["infrared", "grey", "mixed", "tiles", "above", "gap"]


def _photograph(request: Received) -> Reply:
    size = (int(request.parameters["width"]), int(request.parameters["height"]))
    picture = gradient(64, 64) if request.parameters["layers"] == "rgb" else map_like(64, holes=True)
    return Reply(body=bytes_of(picture.resize(size), "PNG"), headers={"Content-Type": "image/png"})


class Sides(NamedTuple):
    """Both programs on one upstream, each with a cache of its own."""

    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        return ask(self.reference.url + path), ask(self.ours.url + path)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    with ExitStack() as stack:
        upstream = stack.enter_context(UpstreamServer())
        upstream.on("/wms", _photograph)
        upstream.on("/tiles", Reply(body=bytes_of(gradient(256, 256), "PNG"), headers={"Content-Type": "image/png"}))
        config = CONFIG.format(url=upstream.url)
        reference = stack.enter_context(mapproxy(tmp_path_factory.mktemp("reference"), config))
        yield Sides(reference, stack.enter_context(tilekeep(tmp_path_factory.mktemp("ours"), config, workers=1)))


@pytest.mark.parametrize("tile", ["0/0/0", "2/1/1", "3/2/5"])
@pytest.mark.parametrize("layer", LAYERS)
def test_caches_of_bands_have_the_same_tiles(sides: Sides, layer: str, tile: str) -> None:
    path = f"/tiles/{layer}/EPSG3857/{tile}.png"

    for _ in ("made", "stored"):
        theirs, ours = sides.ask(path)
        assert (theirs.status, ours.status) == (200, 200)
        assert ours.pixels().tobytes() == theirs.pixels().tobytes()
