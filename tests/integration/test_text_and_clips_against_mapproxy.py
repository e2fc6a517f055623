"""Text and clipped edges look as MapProxy 7.0.0 draws them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.contract.pictures import bytes_of, gradient, map_like
from tests.integration.mapproxy_images import ask, image_in
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.image import PNG, ImageEncoding, ImageLimits, Raster
from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.polygon import Polygon
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.watermark import Watermark
from tilekeep.ports.imaging import Imaging

LIMITS = ImageLimits(10_000_000, 10_000_000)
TEXT = "Tilekeep gÄ"

each_imaging = pytest.mark.parametrize("imaging", [PillowImaging(), FastImaging()], ids=["pillow", "fast"])


def pixels(image: Image.Image) -> Any:
    return np.asarray(image.convert("RGBA")).astype(int)


def shown(imaging: Imaging, raster: Raster) -> Any:
    encoded = imaging.encode(raster, ImageEncoding(PNG, colors=0, transparent=True))
    return pixels(Image.open(io.BytesIO(encoded.body)))


@each_imaging
@pytest.mark.parametrize("coord", [(0, 0, 1), (0, 1, 1)], ids=["in the middle", "on the edges"])
def test_a_watermark(imaging: Imaging, coord: tuple[int, int, int]) -> None:
    body, (x, y, z) = bytes_of(gradient(256, 256), "PNG"), coord
    [[theirs]] = ask([{"verb": "watermark", "body": body.hex(), "coord": coord, "text": TEXT, "opacity": 90}])
    watermark = Watermark(TEXT, opacity=90)

    ours = shown(imaging, imaging.annotate(imaging.decode(body, LIMITS), watermark.labels(TileCoord(z, x, y))))

    assert np.abs(ours - pixels(image_in(theirs))).max() <= 1
    assert np.abs(ours - pixels(gradient(256, 256))).max() > 20


@each_imaging
def test_a_watermark_leaves_no_holes_in_an_opaque_tile(imaging: Imaging) -> None:
    """MapProxy makes tiles with an alpha band as transparent as the text is."""
    body = bytes_of(gradient(256, 256).convert("RGBA"), "PNG")
    [[theirs]] = ask([{"verb": "watermark", "body": body.hex(), "coord": (0, 0, 1), "text": TEXT, "opacity": 90}])

    ours = shown(
        imaging, imaging.annotate(imaging.decode(body, LIMITS), Watermark(TEXT, opacity=90).labels(TileCoord(1, 0, 0)))
    )

    assert pixels(image_in(theirs))[..., 3].min() < 255
    assert ours[..., 3].min() == 255


@each_imaging
def test_an_attribution(imaging: Imaging) -> None:
    """MapProxy's box shines through the edges of letters a little more."""
    body = bytes_of(gradient(256, 256), "PNG")
    [[theirs]] = ask([{"verb": "attribution", "body": body.hex(), "text": "© Open gj"}])
    label = Label("© Open gj", LabelPlace.BOTTOM_RIGHT, 10, (0, 0, 0, 255), (255, 255, 255, 120))

    ours = shown(imaging, imaging.annotate(imaging.decode(body, LIMITS), [label]))

    difference = np.abs(ours - pixels(image_in(theirs)))
    assert difference.max() <= 40
    assert 100 * (difference > 1).any(axis=2).mean() <= 1


@each_imaging
def test_a_clipped_map(imaging: Imaging) -> None:
    """MapProxy fills polygons drawn with whole pixels for corners; along edges a pixel more or less is kept."""
    body = bytes_of(map_like(200), "PNG")
    outside = [(20.3, 15.8), (181.7, 40.2), (150.1, 185.9), (60.6, 170.4)]
    hole = [(80.2, 70.1), (120.9, 75.3), (100.4, 120.7)]
    bbox = (0, 0, 2000, 2000)
    in_metres = [[[10 * x, 2000 - 10 * y] for x, y in ring] for ring in (outside, hole)]
    [[theirs]] = ask([{"verb": "clip", "body": body.hex(), "bbox": bbox, "polygons": [[in_metres[0], [in_metres[1]]]]}])

    ours = shown(imaging, imaging.clip(imaging.decode(body, LIMITS), [Polygon(tuple(outside), (tuple(hole),))]))

    other = pixels(image_in(theirs))
    differs = (ours != other).any(axis=2)
    kept = ours[..., 3] > 0
    inner = kept[1:-1, 1:-1] == kept[:-2, 1:-1]
    for neighbour in (kept[2:, 1:-1], kept[1:-1, :-2], kept[1:-1, 2:], kept[:-2, :-2], kept[2:, 2:]):
        inner &= kept[1:-1, 1:-1] == neighbour
    assert not (differs[1:-1, 1:-1] & inner).any()
    assert kept.mean() == pytest.approx((other[..., 3] > 0).mean(), abs=0.01)
