"""What imaging promises about encoders of small images."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.contract.pictures import bytes_of, gradient, map_like
from tilekeep.adapters.imaging.choice import imaging as chosen
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import AVIF, JPEG, WEBP, EncodedImage, ImageEncoding, ImageLimits
from tilekeep.ports.imaging import Imaging

LIMITS = ImageLimits(2_000_000, 1_000_000)


@pytest.fixture(params=[PillowImaging, FastImaging, chosen], ids=["pillow", "fast", "chosen"])
def imaging(request: pytest.FixtureRequest) -> Imaging:
    made: Imaging = request.param()
    return made


def encoded(imaging: Imaging, image: Image.Image, encoding: ImageEncoding) -> EncodedImage:
    return imaging.encode(imaging.decode(bytes_of(image, "PNG"), LIMITS), encoding)


def opened(image: EncodedImage) -> Image.Image:
    return Image.open(io.BytesIO(image.body))


def sizes(imaging: Imaging, encodings: list[ImageEncoding], image: Image.Image | None = None) -> list[int]:
    return [len(encoded(imaging, image or gradient(128, 128, noise=True), encoding).body) for encoding in encodings]


@pytest.mark.parametrize("media_type", [WEBP, AVIF])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_image_can_be_written(imaging: Imaging, media_type: str, mode: str) -> None:
    image = Image.new("I;16", (40, 40), 200) if mode == "I;16" else map_like(40, holes=mode != "P").convert(mode)

    result = encoded(imaging, image, ImageEncoding(media_type))

    assert result.media_type == media_type
    assert opened(result).size == (40, 40)
    assert opened(result).mode == ("RGBA" if mode in {"LA", "RGBA"} else "RGB")


@pytest.mark.parametrize("media_type", [WEBP, AVIF])
def test_transparency_is_kept(imaging: Imaging, media_type: str) -> None:
    holes = map_like(64, holes=True)

    result = opened(encoded(imaging, holes, ImageEncoding(media_type, transparent=True)))

    difference = ImageChops.difference(result.getchannel("A"), holes.getchannel("A"))
    assert ImageStat.Stat(difference).mean[0] < 4


@pytest.mark.parametrize("media_type", [WEBP, AVIF])
def test_palettes_with_holes_are_transparent(imaging: Imaging, media_type: str) -> None:
    holes = map_like(64, holes=True).quantize(100)

    assert opened(encoded(imaging, holes, ImageEncoding(media_type))).getextrema()[3][0] == 0


@pytest.mark.parametrize("option", ["webp_quality", "avif_quality"])
def test_quality_costs_bytes(imaging: Imaging, option: str) -> None:
    encoding = ImageEncoding(f"image/{option[:4]}")

    smaller, larger = sizes(imaging, [replace(encoding, **{option: quality}) for quality in (20, 90)])

    assert smaller < larger / 2


def test_work_saves_bytes_in_webp(imaging: Imaging) -> None:
    encoding = ImageEncoding(WEBP)

    found = sizes(imaging, [replace(encoding, webp_method=method) for method in (0, 4, 6)], map_like(256))

    assert all(larger > smaller for larger, smaller in pairwise(found))


def test_speed_costs_bytes_in_avif(imaging: Imaging) -> None:
    slow, fast = sizes(imaging, [ImageEncoding(AVIF, avif_speed=speed) for speed in (7, 10)], map_like(128))

    assert slow < fast


@pytest.mark.parametrize("image", [gradient(64, 64, noise=True), map_like(64, holes=True)], ids=["opaque", "holes"])
def test_lossless_webp_keeps_every_pixel_invisible_ones_too(imaging: Imaging, image: Image.Image) -> None:
    encoding = ImageEncoding(WEBP, webp_lossless=True, webp_quality=0, transparent=True)

    assert opened(encoded(imaging, image, encoding)).convert(image.mode).tobytes() == image.tobytes()


@pytest.mark.parametrize(("subsampling", "factors"), [("4:4:4", 1), ("4:2:2", 2), ("4:2:0", 4), (None, 4)])
def test_colors_of_jpeg_are_as_sharp_as_asked_for(imaging: Imaging, subsampling: str | None, factors: int) -> None:
    encoding = ImageEncoding(JPEG, jpeg_subsampling=subsampling)

    result = opened(encoded(imaging, gradient(64, 64), encoding))

    brightness = result.layer[0]  # type: ignore[attr-defined]
    assert brightness[1] * brightness[2] == factors


@pytest.mark.parametrize("progressive", [True, False])
def test_jpeg_is_progressive_if_asked_for(imaging: Imaging, progressive: bool) -> None:
    result = opened(encoded(imaging, gradient(64, 64), ImageEncoding(JPEG, jpeg_progressive=progressive)))

    assert bool(result.info.get("progressive")) is progressive


@pytest.mark.parametrize("media_type", [WEBP, AVIF])
def test_tiles_are_cut_and_encoded(imaging: Imaging, media_type: str) -> None:
    raster = imaging.decode(bytes_of(gradient(128, 64), "PNG"), LIMITS)

    tiles = imaging.split(raster, [(0, 0), (64, 0), (100, 0)], Size(64, 64), ImageEncoding(media_type))

    assert [tile.media_type for tile in tiles] == [media_type] * 3
    for tile, left in zip(tiles[:2], (0, 64), strict=False):
        apart = ImageChops.difference(opened(tile).convert("RGB"), gradient(128, 64).crop((left, 0, left + 64, 64)))
        assert max(ImageStat.Stat(apart).mean[:2]) < 12  # blue is no smooth gradient
