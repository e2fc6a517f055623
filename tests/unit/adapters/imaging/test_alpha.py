"""Transparency that images say in other ways than by a band of RGBA."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.contract.imaging_suite import HALF_TRANSPARENT
from tilekeep.adapters.imaging.alpha import with_alpha_in_full_color


@pytest.mark.parametrize("way", HALF_TRANSPARENT)
def test_it_becomes_alpha(way: str) -> None:
    image = with_alpha_in_full_color(Image.open(io.BytesIO(HALF_TRANSPARENT[way])))

    assert image.mode == "RGBA"
    assert image.getchannel("A").getbbox() == (0, 16, 32, 32)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "I;16", "I", "F"])
def test_other_images_stay_what_they_are(mode: str) -> None:
    image = Image.new(mode, (4, 4))

    assert with_alpha_in_full_color(image) is image


def test_a_value_that_stands_for_nothing_takes_no_depth_away() -> None:
    elevations = Image.new("I;16", (4, 4), 4000)
    elevations.info["transparency"] = 0

    assert with_alpha_in_full_color(elevations) is elevations
