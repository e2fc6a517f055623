"""Maps drawn anew look as MapProxy 7.0.0 draws them.

They are not equal to the bit: MapProxy cuts fractions off where we round, its bicubic filter is sharper, and it leaves
pixels out where it shrinks a map, while ours merges them.  The bounds say how much that may come to.
"""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from benchmarks.samples import picture
from tests.contract.pictures import bytes_of, map_like
from tests.integration.mapproxy_images import ask, image_in
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.domain.extent import Extent
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.image import PNG, ImageEncoding, ImageLimits
from tilekeep.domain.warp_planning import warp_between
from tilekeep.ports.imaging import Imaging

LIMITS = ImageLimits(10_000_000, 10_000_000)
SIDE, WANTED = 500, Size(300, 300)
SOURCE = ("EPSG:3857", BBox(1_000_000, 6_000_000, 1_500_000, 6_500_000))
TARGETS = {
    "cut along pixels": ("EPSG:3857", BBox(1_100_000, 6_100_000, 1_400_000, 6_400_000)),
    "enlarged": ("EPSG:3857", BBox(1_100_300, 6_100_700, 1_350_300, 6_350_700)),
    "hardly enlarged": ("EPSG:3857", BBox(1_100_300, 6_100_700, 1_390_600, 6_391_000)),
    "shrunk": ("EPSG:3857", BBox(1_020_300, 6_050_700, 1_440_300, 6_470_700)),
    "in degrees": ("EPSG:4326", BBox(9.5, 47.7, 12.5, 50.2)),
    "in UTM coordinates": ("EPSG:25832", BBox(550_000, 5_290_000, 790_000, 5_530_000)),
}

_PROJECTION = PyprojProjection()


def gradient() -> Image.Image:
    """Red rises from left to right, green from top to bottom."""
    rise = np.linspace(0, 255, SIDE).round().astype(np.uint8)
    across = np.broadcast_to(rise, (SIDE, SIDE))
    return Image.fromarray(np.stack([across, across.T, across // 2], axis=2))


def sample(kind: str) -> Image.Image:
    return Image.open(io.BytesIO(picture(kind, SIDE, SIDE, "image/png"))).convert("RGB")


class Bounds(NamedTuple):
    """Mean difference of a band, and the percentage of pixels with a band that differs by more than 32."""

    mean: float
    percent: float


PICTURES = {
    "a map": sample("map"),
    "a photograph": sample("photo"),
    "a gradient": gradient(),
    "a map with holes": map_like(SIDE, holes=True),
}

ADAPTERS = {
    "pillow": PillowImaging(),
    "fast": FastImaging(),
    "fast with OpenCV": FastImaging(opencv=True),
}


def bounds(picture: str, target: str, resampling: str) -> Bounds:
    if target == "cut along pixels":
        return Bounds(0, 0)
    if picture == "a gradient":
        return Bounds(1.0, 0)
    if target == "shrunk":
        return Bounds(4.0, 2.5)
    return Bounds(2.5, 2.0)


@pytest.fixture(scope="module")
def reference() -> dict[tuple[str, str, str], Image.Image]:
    """What MapProxy makes of every picture, with the finest mesh it can be asked for."""
    cases = [
        (name, target, way) for name in PICTURES for target in TARGETS for way in ("nearest", "bilinear", "bicubic")
    ]
    answers = ask([question(*case) for case in cases])
    return {case: image_in(answer) for case, [answer] in zip(cases, answers, strict=True)}


def question(name: str, target: str, resampling: str) -> dict[str, Any]:
    return {
        "verb": "warp",
        "body": bytes_of(PICTURES[name], "PNG").hex(),
        "source": SOURCE,
        "target": TARGETS[target],
        "size": WANTED,
        "resampling": resampling,
        "max_px_err": 0.01,
    }


def drawn(imaging: Imaging, name: str, target: str, resampling: str) -> Image.Image:
    (source_code, source_bbox), (target_code, target_bbox) = SOURCE, TARGETS[target]
    source, wanted = _PROJECTION.srs(source_code), _PROJECTION.srs(target_code)
    to_source = _PROJECTION.between(wanted, source).points
    warp = warp_between(Extent(source_bbox, source), Size(SIDE, SIDE), Extent(target_bbox, wanted), WANTED, to_source)
    assert warp is not None
    raster = imaging.decode(bytes_of(PICTURES[name], "PNG"), LIMITS)
    result = imaging.warp(raster, warp, resampling, transparent=True)
    return Image.open(io.BytesIO(imaging.encode(result, ImageEncoding(PNG, colors=0, transparent=True)).body))


def visible_difference(one: Image.Image, other: Image.Image) -> Any:
    """Differences of the bands, both images laid on grey."""
    flat = []
    for image in (one, other):
        canvas = Image.new("RGBA", image.size, (128, 128, 128, 255))
        canvas.alpha_composite(image.convert("RGBA"))
        flat.append(np.asarray(canvas.convert("RGB")).astype(int))
    return flat[0] - flat[1]


@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_map_drawn_anew(
    adapter: str, name: str, target: str, resampling: str, reference: dict[tuple[str, str, str], Image.Image]
) -> None:
    expected = bounds(name, target, resampling)

    difference = np.abs(
        visible_difference(drawn(ADAPTERS[adapter], name, target, resampling), reference[name, target, resampling])
    )

    assert difference.mean() <= expected.mean
    assert 100 * (difference.max(axis=2) > 32).mean() <= expected.percent


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_nothing_is_shifted(adapter: str, reference: dict[tuple[str, str, str], Image.Image]) -> None:
    """Half a pixel of the raster is a quarter of a step of the gradient, everywhere in the same direction."""
    for target in TARGETS:
        ours = drawn(ADAPTERS[adapter], "a gradient", target, "nearest")

        difference = visible_difference(ours, reference["a gradient", target, "nearest"])

        assert np.abs(difference.mean(axis=(0, 1))).max() <= 255 / SIDE / 4


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_thin_lines_survive_shrinking(adapter: str, fine_lines: tuple[bytes, Image.Image]) -> None:
    """At a quarter of its size, MapProxy leaves lines of a pixel out."""
    body, theirs = fine_lines
    imaging = ADAPTERS[adapter]
    extent = Extent(SOURCE[1], _PROJECTION.srs(SOURCE[0]))
    warp = warp_between(extent, Size(SIDE, SIDE), extent, Size(125, 125))
    assert warp is not None

    result = imaging.warp(imaging.decode(body, LIMITS), warp, "bilinear", transparent=False)

    encoded = imaging.encode(result, ImageEncoding(PNG, colors=0))
    assert np.asarray(Image.open(io.BytesIO(encoded.body)).convert("L"))[60].min() < 220
    assert np.asarray(theirs.convert("L"))[60].min() == 255


@pytest.fixture(scope="module")
def fine_lines() -> tuple[bytes, Image.Image]:
    """Lines that no bilinear filter of two pixels meets, and what MapProxy makes of them."""
    image = Image.new("RGB", (SIDE, SIDE), "white")
    for x in range(0, SIDE, 20):
        image.paste((0, 0, 0), (x, 0, x + 1, SIDE))
    body = bytes_of(image, "PNG")
    asked = {"verb": "warp", "source": SOURCE, "target": SOURCE, "size": (125, 125), "resampling": "bilinear"}
    [[theirs]] = ask([asked | {"body": body.hex(), "max_px_err": 1}])
    return body, image_in(theirs)
