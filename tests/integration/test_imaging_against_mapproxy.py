"""Tiles have the pixels that MapProxy 7.0.0 gives them for the same upstream bytes and options.

JPEG tiles too are compared without tolerance: both programs encode with libjpeg-turbo through Pillow.
"""

from __future__ import annotations

import io
from dataclasses import asdict
from itertools import product
from typing import Any, NamedTuple

import pytest
from PIL import Image

from tests.contract.pictures import bytes_of, gradient, map_like
from tests.integration.mapproxy_images import ask, image_in
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import JPEG, MIXED, PNG, EncodedImage, ImageEncoding, ImageLimits
from tilekeep.ports.imaging import Canvas, EncodedPlacement, Imaging, Placement

LIMITS = ImageLimits(10_000_000, 10_000_000)
TILE = Size(64, 64)

SOURCES = {
    "one colour": Image.new("RGB", (160, 160), (170, 211, 223)),
    "one invisible colour": Image.new("RGBA", (160, 160), (255, 255, 255, 0)),
    "a map": map_like(160).convert("RGB"),
    "a map with alpha": map_like(160),
    "a map with holes": map_like(160, holes=True),
    "a photograph": gradient(160, 160, noise=True),
    "a photograph with alpha": gradient(160, 160, noise=True).convert("RGBA"),
    "a palette": map_like(160).convert("RGB").quantize(50),
    "a full palette": gradient(160, 160).quantize(256),
    "a palette with holes": map_like(160, holes=True).quantize(100),
    "grey": gradient(160, 160).convert("L"),
}
CORNERS = [(0, 0), (64, 64), (96, 96), (13, 7), (-20, -30), (120, -5), (-63, 159)]

ENCODINGS = {
    f"{format_.removeprefix('image/')}, {colors} colours, {quantizer}, {'transparent' if transparent else 'opaque'}": (
        ImageEncoding(format_, colors=colors, transparent=transparent, quantizer=quantizer)
    )
    for format_, colors, quantizer, transparent in [
        *product([PNG], [0, 16, 256], ["fastoctree"], [True, False]),
        *product([PNG], [256], ["mediancut"], [True, False]),
        (JPEG, 0, "fastoctree", False),
        (MIXED, 0, "fastoctree", True),
        (MIXED, 256, "fastoctree", True),
    ]
} | {
    "png as RGB": ImageEncoding(PNG, mode="RGB", colors=0, transparent=False),
    "png as RGBA": ImageEncoding(PNG, mode="RGBA", colors=0, transparent=True),
    "png as grey": ImageEncoding(PNG, mode="L", colors=0, transparent=False),
    "jpeg of low quality": ImageEncoding(JPEG, colors=0, jpeg_quality=40, transparent=False),
}

each_imaging = pytest.mark.parametrize("imaging", [PillowImaging(), FastImaging()], ids=["pillow", "fast"])


class Case(NamedTuple):
    """A question to both programs."""

    source: str
    encoding: str

    @property
    def body(self) -> bytes:
        return bytes_of(SOURCES[self.source], "PNG")

    def question(self) -> dict[str, Any]:
        corners = _corners(self)
        return {"verb": "split", "body": self.body.hex(), "corners": corners, "size": TILE, **_options(self.encoding)}


# MapProxy cannot paint an RGB triple on a grey canvas, and gives grey tiles no transparent palette.
CASES = [Case(source, encoding) for source, encoding in product(SOURCES, ENCODINGS)]


def _corners(case: Case) -> list[tuple[int, int]]:
    inside = [corner for corner in CORNERS if min(corner) >= 0 and max(corner) <= 96]
    return inside if ENCODINGS[case.encoding].mode == "L" else CORNERS


def _options(encoding: str) -> dict[str, Any]:
    return asdict(ENCODINGS[encoding])


@pytest.fixture(scope="module")
def reference() -> dict[Case, list[dict[str, Any]]]:
    """What MapProxy makes of every case."""
    return dict(zip(CASES, ask([case.question() for case in CASES]), strict=True))


def assert_same_pixels(ours: EncodedImage, theirs: dict[str, Any]) -> None:
    mine = Image.open(io.BytesIO(ours.body))
    other = image_in(theirs)
    assert mine.format == other.format
    assert mine.size == other.size
    assert mine.convert("RGBA").tobytes() == other.convert("RGBA").tobytes()


@each_imaging
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.source} as {case.encoding}")
def test_tiles_of_a_meta_tile(imaging: Imaging, case: Case, reference: dict[Case, list[dict[str, Any]]]) -> None:
    encoding = ENCODINGS[case.encoding]

    tiles = imaging.split(imaging.decode(case.body, LIMITS), _corners(case), TILE, encoding)

    for tile, theirs in zip(tiles, reference[case], strict=True):
        assert_same_pixels(tile, theirs)


@each_imaging
def test_single_colors_have_the_same_values(imaging: Imaging, reference: dict[Case, list[dict[str, Any]]]) -> None:
    compared = 0
    for case in CASES:
        if SOURCES[case.source].mode not in {"RGB", "RGBA"}:
            continue
        tiles = imaging.split(imaging.decode(case.body, LIMITS), _corners(case), TILE, ENCODINGS[case.encoding])
        for tile, theirs in zip(tiles, reference[case], strict=True):
            assert tile.single_color == (tuple(theirs["color"]) if theirs["color"] else None), case
            compared += tile.single_color is not None

    assert compared > len(ENCODINGS)


@each_imaging
def test_blank_images(imaging: Imaging) -> None:
    names = [name for name, encoding in ENCODINGS.items() if encoding.mode != "L"]
    theirs = ask([{"verb": "blank", "size": TILE, **_options(name)} for name in names])

    for name, [answer] in zip(names, theirs, strict=True):
        assert_same_pixels(imaging.blank(TILE, ENCODINGS[name]), answer)


# What lies below, what above with which opacity, and on which canvas: on an opaque one the reference fades what has
# alpha as if it had none (register: opacity-of-transparent-layers).
LAYERS = [
    ("a map", "a map with holes", None, "transparent"),
    ("a map", "a map with holes", None, "opaque"),
    ("a photograph", "a palette with holes", None, "transparent"),
    ("a photograph", "a palette with holes", None, "opaque"),
    ("a map with holes", "a photograph with alpha", 0.4, "transparent"),
    ("a map", "a palette", 0.75, "transparent"),
    ("a map", "a palette", 0.75, "opaque"),
]


@each_imaging
@pytest.mark.parametrize(("below", "above", "opacity", "canvas"), LAYERS, ids=str)
def test_layers_on_each_other(imaging: Imaging, below: str, above: str, opacity: float | None, canvas: str) -> None:
    bodies = [bytes_of(SOURCES[name], "PNG") for name in (below, above)]
    name = f"png, 0 colours, fastoctree, {canvas}"
    question = {"verb": "merge", "bodies": [body.hex() for body in bodies], "opacities": [None, opacity]}
    [[theirs]] = ask([question | {"size": (160, 160)} | _options(name)])
    placements = [
        Placement(imaging.decode(body, LIMITS), opacity=each)
        for body, each in zip(bodies, (None, opacity), strict=True)
    ]

    result = imaging.compose(Canvas(Size(160, 160), canvas == "transparent"), placements)

    assert_same_pixels(imaging.encode(result, ENCODINGS[name]), theirs)


@each_imaging
@pytest.mark.parametrize("transparent", [True, False], ids=["on a transparent canvas", "on an opaque canvas"])
def test_mosaics(imaging: Imaging, transparent: bool) -> None:
    pictures = list(SOURCES.values())[:9]
    bodies = [*(bytes_of(picture, "PNG") for picture in pictures), bytes_of(SOURCES["a photograph"], "JPEG")]
    name = f"png, 0 colours, fastoctree, {'transparent' if transparent else 'opaque'}"
    [[theirs]] = ask(
        [{"verb": "mosaic", "bodies": [body.hex() for body in bodies], "size": (160, 160)} | _options(name)]
    )
    tiles = [EncodedPlacement(body, 160 * index, 0) for index, body in enumerate(bodies)]

    result = imaging.mosaic(Canvas(Size(160 * len(tiles), 160), transparent), tiles, LIMITS)

    assert_same_pixels(imaging.encode(result.raster, ENCODINGS[name]), theirs)
