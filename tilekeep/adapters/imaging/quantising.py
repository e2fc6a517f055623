"""Palettes for tiles: in compiled loops where these agree with Pillow, by Pillow elsewhere."""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image

from tilekeep.adapters.imaging.octree import Quantised, quantised
from tilekeep.adapters.imaging.pixels import OPAQUE, Words, image_from_words

#: Images that tell a stable sort from others: each colour a bucket, most of them equally full.
_PROBES = 3
_PROBE_SIZE = 32


def quantise(words: Words, mode: str, colors: int) -> Quantised:
    """``words`` in at most ``colors`` colours, as Pillow's fast octree gives them."""
    in_loops = quantised(words, colors, mode, stable=pillow_sorts_stably())
    return in_loops if in_loops is not None else by_pillow(words, mode, colors)


def by_pillow(words: Words, mode: str, colors: int) -> Quantised:
    """The same by Pillow itself."""
    image = image_from_words(words, mode).quantize(colors, Image.Quantize.FASTOCTREE)
    assert image.palette is not None
    palette = np.frombuffer(bytes(image.palette.palette), np.uint8).reshape(-1, len(mode))
    return Quantised(np.asarray(image), palette)


@functools.cache
def pillow_sorts_stably() -> bool:
    """Whether Pillow, with the C library under it, keeps the order of equally full buckets; tried out once."""
    return all(_agrees(seed) for seed in range(_PROBES))


def _agrees(seed: int) -> bool:
    random = np.random.default_rng(seed)
    distinct = random.permutation(1 << 9).astype(np.uint32)
    spread = (distinct & 0x7) << 5 | (distinct & 0x38) << 10 | (distinct & 0x1C0) << 15
    words = np.resize(np.repeat(spread, random.integers(1, 4, len(spread))), (_PROBE_SIZE, _PROBE_SIZE)) | OPAQUE
    ours = quantised(words, 256, "RGB", stable=True)
    theirs = by_pillow(words, "RGB", 256)
    return ours is not None and np.array_equal(ours.palette[ours.indices], theirs.palette[theirs.indices])
