"""Whatever bytes arrive, imaging answers with an image or with an image error."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.pictures import bytes_of, gradient, map_like
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.errors import ImageError
from tilekeep.domain.image import ImageLimits
from tilekeep.ports.imaging import Imaging

LIMITS = ImageLimits(1_000_000, 1_000_000)

BODIES = [
    bytes_of(gradient(40, 40), "PNG"),
    bytes_of(map_like(40, holes=True), "PNG"),
    bytes_of(map_like(40).convert("RGB").quantize(30), "PNG"),
    bytes_of(gradient(40, 40), "JPEG"),
    bytes_of(map_like(40).convert("RGB"), "GIF"),
    bytes_of(map_like(40, holes=True), "TIFF"),
    bytes_of(map_like(40, holes=True), "WEBP"),
]

both = pytest.mark.parametrize(
    "imaging",
    [PillowImaging(), FastImaging()],
    ids=["pillow", "fast"],
)


@both
@pytest.mark.filterwarnings("ignore")
@given(body=st.sampled_from(BODIES), seed=st.integers(0, 2**32), changes=st.integers(0, 20), kept=st.floats(0, 1))
def test_changed_and_cut_images_raise_nothing_but_image_errors(
    imaging: Imaging, body: bytes, seed: int, changes: int, kept: float
) -> None:
    dice = random.Random(seed)
    damaged = bytearray(body[: max(12, int(len(body) * kept))] if kept < 0.8 else body)
    for _ in range(changes):
        damaged[dice.randrange(len(damaged))] = dice.randrange(256)

    for look in (imaging.inspect, imaging.decode):
        with contextlib.suppress(ImageError):
            look(bytes(damaged), LIMITS)


@both
@pytest.mark.filterwarnings("ignore")
@given(head=st.sampled_from([body[:n] for body in BODIES for n in (4, 12, 30)]), tail=st.binary(max_size=300))
def test_any_bytes_behind_a_real_beginning_raise_nothing_but_image_errors(
    imaging: Imaging, head: bytes, tail: bytes
) -> None:
    for look in (imaging.inspect, imaging.decode):
        with contextlib.suppress(ImageError):
            look(head + tail, LIMITS)
