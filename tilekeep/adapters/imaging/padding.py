"""Parts of images that reach beyond their edges."""

from __future__ import annotations

from PIL import Image

Box = tuple[int, int, int, int]


def with_repeated_edges(image: Image.Image, box: Box) -> Image.Image:
    """The pixels in ``box`` (left, top, right, bottom); beyond the edges of ``image`` its outermost ones are repeated.

    The box and the image must overlap.
    """
    left, top, right, bottom = box
    within = (max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height))
    part = image if within == (0, 0, *image.size) else image.crop(within)
    if within == box:
        return part
    wide = _widened(part, within[0] - left, right - within[2])
    upright = wide.transpose(Image.Transpose.TRANSPOSE)
    return _widened(upright, within[1] - top, bottom - within[3]).transpose(Image.Transpose.TRANSPOSE)


def _widened(image: Image.Image, left: int, right: int) -> Image.Image:
    if not (left or right):
        return image
    result = Image.new(image.mode, (left + image.width + right, image.height))
    result.paste(image, (left, 0))
    for width, x, column in ((left, 0, 0), (right, left + image.width, image.width - 1)):
        if width:
            edge = image.crop((column, 0, column + 1, image.height))
            result.paste(edge.resize((width, image.height), Image.Resampling.NEAREST), (x, 0))
    return result
