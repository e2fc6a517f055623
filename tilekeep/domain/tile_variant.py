"""Other forms of the tiles of a cache: in other formats, or with twice as many pixels on each side."""

from __future__ import annotations

from dataclasses import dataclass

from tilekeep.domain.geometry import Size
from tilekeep.domain.image import ImageEncoding

#: How addresses ask for twice the pixels, behind the last number of a tile.
DOUBLE = "@2x"


@dataclass(frozen=True, slots=True)
class Variants:
    """What tiles of a cache are offered as besides what they are.

    :ivar encodings: of the other formats, those first that are preferred of what a client likes equally.
    :ivar doubled: whether they are there with twice the pixels on each side, too.
    """

    encodings: tuple[ImageEncoding, ...] = ()
    doubled: bool = False

    def encoding(self, variant: str, own: ImageEncoding) -> ImageEncoding:
        """That of the tiles of a variant; ``own`` is that of the cache."""
        extension = variant.removeprefix(DOUBLE).removeprefix(".")
        return next((encoding for encoding in self.encodings if encoding.extension == extension), own)


#: Of a cache that has nothing but its tiles.
NO_VARIANTS = Variants()


def variant_name(extension: str, *, doubled: bool) -> str:
    """The name in the keys of tiles; ``extension`` is that of files in the other format, empty for the cache's own."""
    if not doubled:
        return extension
    return f"{DOUBLE}.{extension}" if extension else DOUBLE


def doubled_size(size: Size) -> Size:
    """Twice as many pixels on each side."""
    return Size(size.width * 2, size.height * 2)
