"""What warped maps are drawn from and on: modes whose values may be mixed, and emptiness around."""

from __future__ import annotations

from PIL import Image

from tilekeep.adapters.imaging.canvas import TRANSPARENT_WHITE, WHITE
from tilekeep.adapters.imaging.deep import empty_deep, is_deep_mode
from tilekeep.domain.geometry import Size

OPAQUE_WHITE = (*WHITE, 255)


def for_resampling(image: Image.Image) -> Image.Image:
    """``image`` in a mode whose values may be mixed: palettes and colour keys become full colour."""
    if "transparency" in image.info or image.mode in {"LA", "PA", "La", "RGBa"}:
        return image.convert("RGBA")
    if image.mode in {"L", "RGB", "RGBA", "I", "F"}:
        return image
    return image.convert({"1": "L", "I;16": "I"}.get(image.mode, "RGB"))


def empty(image: Image.Image, size: Size, *, transparent: bool) -> Image.Image:
    """A map without anything on it for what is taken of ``image``: transparent, else white; or as deep as that."""
    if is_deep_mode(image.mode):
        return empty_deep(image.mode, size)
    if transparent:
        return Image.new("RGBA", size, TRANSPARENT_WHITE)
    if image.mode == "RGBA":
        return Image.new("RGBA", size, OPAQUE_WHITE)
    return Image.new(image.mode, size, WHITE if image.mode == "RGB" else 255)


def lay(result: Image.Image, part: Image.Image, corner: tuple[int, int]) -> None:
    """Puts ``part`` onto an empty map."""
    result.paste(part if part.mode == result.mode else with_alpha(part), corner)


def with_alpha(image: Image.Image) -> Image.Image:
    """``image`` in RGBA, whatever its mode."""
    return (image if image.mode in {"L", "RGB", "RGBA"} else image.convert("RGB")).convert("RGBA")


def whitened(image: Image.Image) -> Image.Image:
    """``image`` with all wholly transparent pixels white, as those of empty images are."""
    if image.mode == "RGBA":
        alpha = image.getchannel("A")
        if alpha.getextrema()[0] == 0:
            image.paste(TRANSPARENT_WHITE, mask=alpha.point([255] + 255 * [0]))
    return image
