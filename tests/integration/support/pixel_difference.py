"""How far two pictures of the same place are apart, as an eye would judge it."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from PIL import Image, ImageChops, ImageStat

#: Where nothing opaque is drawn any colour is as good as another, so both pictures are laid on these grounds.
_GROUNDS = ((255, 255, 255, 255), (0, 0, 0, 255))


class Tolerance(NamedTuple):
    """How far two pictures may be apart; colours are from 0 to 255.

    :ivar mean: mean over all pixels of the channel that is farthest apart.
    :ivar far: a pixel with a channel farther apart than this counts as another one.
    :ivar share: how many of the pixels may be other ones, from 0.0 to 1.0.
    """

    mean: float
    far: int
    share: float


#: Every pixel is the same.
SAME = Tolerance(0.0, 0, 0.0)


class Difference(NamedTuple):
    """What :class:`Tolerance` bounds, measured; ``share`` for a certain ``far``."""

    mean: float
    share: float

    def within(self, tolerance: Tolerance) -> bool:
        """Whether the pictures are as close as that."""
        return self.mean <= tolerance.mean and self.share <= tolerance.share


def difference(first: Image.Image, second: Image.Image, far: int) -> Difference:
    """The difference of two pictures of one size; pixels more than ``far`` apart are counted."""
    assert first.size == second.size
    found = [_on_ground(first, second, ground, far) for ground in _GROUNDS]
    return Difference(max(each.mean for each in found), max(each.share for each in found))


def _on_ground(first: Image.Image, second: Image.Image, ground: tuple[int, int, int, int], far: int) -> Difference:
    apart = ImageChops.difference(_laid_on(ground, first), _laid_on(ground, second))
    red, green, blue = apart.split()
    farthest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    counts = farthest.histogram()
    return Difference(ImageStat.Stat(farthest).mean[0], sum(counts[far + 1 :]) / sum(counts))


def _laid_on(ground: tuple[int, int, int, int], picture: Image.Image) -> Image.Image:
    pixels = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", pixels.size, ground), pixels).convert("RGB")


def offset(first: Image.Image, second: Image.Image, farthest: int = 3) -> tuple[int, int]:
    """By how many pixels ``second`` has to be moved, x and y, to match ``first`` best; the least of equal ones."""
    ground = _GROUNDS[0]
    pictures = _laid_on(ground, first).convert("L"), _laid_on(ground, second).convert("L")
    inner = (farthest, farthest, first.width - farthest, first.height - farthest)
    steps = sorted(product(range(-farthest, farthest + 1), repeat=2), key=lambda step: abs(step[0]) + abs(step[1]))

    def apart(step: tuple[int, int]) -> float:
        moved = ImageChops.offset(pictures[1], *step).crop(inner)
        return ImageStat.Stat(ImageChops.difference(pictures[0].crop(inner), moved)).sum[0]

    return min(steps, key=apart)
