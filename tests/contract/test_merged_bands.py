"""What imaging promises about images made of bands of others."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.contract.pictures import bytes_of, gradient, map_like
from tilekeep.adapters.imaging.choice import imaging as chosen
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.bands import BandMix, BandPart
from tilekeep.domain.image import PNG, ImageEncoding, ImageLimits
from tilekeep.ports.imaging import Imaging

LIMITS = ImageLimits(2_000_000, 1_000_000)


@pytest.fixture(params=[PillowImaging, FastImaging, chosen], ids=["pillow", "fast", "chosen"])
def imaging(request: pytest.FixtureRequest) -> Imaging:
    made: Imaging = request.param()
    return made


def mixed(imaging: Imaging, mix: BandMix, *images: Image.Image) -> Image.Image:
    """What ``mix`` makes of ``images``, as the pixels that would be stored."""
    merged = imaging.merge_bands([imaging.decode(bytes_of(image, "PNG"), LIMITS) for image in images], mix)
    encoding = ImageEncoding(PNG, colors=0, transparent=mix.mode == "RGBA")
    result = Image.open(io.BytesIO(imaging.encode(merged, encoding).body))
    result.load()
    return result


def of(value: int) -> Image.Image:
    return Image.new("RGB", (4, 3), (value, value, value))


def test_bands_go_where_they_are_wanted(imaging: Imaging) -> None:
    infrared, photo = gradient(40, 30), map_like(30).convert("RGB").resize((40, 30))

    result = mixed(imaging, BandMix("RGB", (BandPart(0, 0, 0), BandPart(1, 1, 2), BandPart(2, 1, 1))), infrared, photo)

    assert result.mode == "RGB"
    assert [band.tobytes() for band in result.split()] == [
        image.split()[band].tobytes() for image, band in ((infrared, 0), (photo, 2), (photo, 1))
    ]


def test_scaled_values_are_cut_off_and_added(imaging: Imaging) -> None:
    parts = (BandPart(0, 0, 0, 0.21), BandPart(0, 0, 1, 0.72), BandPart(0, 0, 2, 0.07))

    result = mixed(imaging, BandMix("L", parts), Image.new("RGB", (4, 3), (201, 99, 57)))

    assert (result.mode, result.getpixel((0, 0))) == ("L", int(201 * 0.21) + int(99 * 0.72) + int(57 * 0.07))


@pytest.mark.parametrize(
    ("value", "factors", "expected"),
    [
        pytest.param(200, [1.5], 255, id="too much is white"),
        pytest.param(200, [0.9, 0.9], 255, id="sums stop at white"),
        pytest.param(200, [0.5, -3.0], 100, id="less than nothing adds nothing"),
        pytest.param(200, [0.5, 1.0], 200, id="a whole band takes the place of what is there"),
        pytest.param(200, [1.0, 0.1], 220, id="and is added to"),
        pytest.param(10, [0.1], 1, id="in single precision"),
        pytest.param(200, [0.0], 0, id="nothing of it"),
    ],
)
def test_factors(imaging: Imaging, value: int, factors: list[float], expected: int) -> None:
    parts = tuple(BandPart(0, 0, 0, factor) for factor in factors)

    assert mixed(imaging, BandMix("L", parts), of(value)).getpixel((1, 1)) == expected


def test_bands_of_nothing_are_black_and_opaque(imaging: Imaging) -> None:
    result = mixed(imaging, BandMix("RGBA", (BandPart(1, 0, 0),)), of(77))

    assert (result.mode, result.getpixel((0, 0))) == ("RGBA", (0, 77, 0, 255))


def test_alpha_is_a_band_like_others(imaging: Imaging) -> None:
    holes = map_like(40, holes=True)

    result = mixed(imaging, BandMix("RGBA", (*(BandPart(band, 0, band) for band in range(4)),)), holes)

    assert result.tobytes() == holes.tobytes()


@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_images_without_alpha_are_opaque(imaging: Imaging, mode: str) -> None:
    result = mixed(imaging, BandMix("L", (BandPart(0, 0, 3),)), gradient(20, 20).convert(mode))

    assert result.getextrema() == (255, 255)


def test_palettes_are_looked_up(imaging: Imaging) -> None:
    holes = map_like(40, holes=True).quantize(100)

    result = mixed(imaging, BandMix("RGBA", (*(BandPart(band, 0, band) for band in range(4)),)), holes)

    assert result.tobytes() == holes.convert("RGBA").tobytes()


@pytest.mark.parametrize("band", [0, 1, 2])
@pytest.mark.parametrize("mode", ["L", "LA", "1"])
def test_grey_is_in_every_color(imaging: Imaging, mode: str, band: int) -> None:
    grey = gradient(20, 20).convert("L")
    image = grey.convert(mode)

    result = mixed(imaging, BandMix("L", (BandPart(0, 0, band),)), image)

    assert result.tobytes() == image.convert("L").tobytes()


@pytest.mark.parametrize(("factor", "expected"), [(1.0, 255), (1 / 256, 15), (0.5, 255), (-1.0, 0)])
def test_deep_values_are_scaled_before_they_are_cut(imaging: Imaging, factor: float, expected: int) -> None:
    elevation = Image.new("I;16", (4, 3), 4000)

    result = mixed(imaging, BandMix("L", (BandPart(0, 0, 0, factor),)), elevation)

    assert result.getpixel((0, 0)) == expected


def test_images_that_nobody_wants_a_band_of_do_not_matter(imaging: Imaging) -> None:
    result = mixed(imaging, BandMix("L", (BandPart(0, 1, 0),)), map_like(4).resize((4, 3)), of(9))

    assert result.getextrema() == (9, 9)
