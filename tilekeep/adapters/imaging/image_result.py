"""Images as callables of other programs know them, by MapProxy's names (spec/auth-plugins-decorate.md, 3)."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import IO, Any

from PIL import Image

from tilekeep.adapters.imaging.pillow_encoding import encode_image
from tilekeep.domain.image import PNG, ImageEncoding, subtype

#: Those of ``encoding_options`` that an :class:`ImageEncoding` knows, by the same names.
_ENCODING_OPTIONS = (
    "quantizer",
    "jpeg_quality",
    "jpeg_subsampling",
    "jpeg_progressive",
    "webp_quality",
    "webp_method",
    "webp_lossless",
    "avif_quality",
    "avif_speed",
    "tiff_compression",
)


class ImageFormat(str):
    """A media type, or the subtype alone: ``image/png`` equals ``png``."""

    __slots__ = ()

    @property
    def ext(self) -> str:
        """The subtype."""
        return subtype(self)

    @property
    def mime_type(self) -> str:
        """The media type."""
        return str(self) if self.startswith("image/") else f"image/{self}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.ext == subtype(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.ext)


@dataclass
class ImageOptions:
    """How an image is encoded; callables may change it, but answers have the encoding of the request."""

    mode: str | None = None
    transparent: bool | None = None
    opacity: float | None = None
    resampling: str | None = None
    format: str | None = None
    bgcolor: Any = None
    colors: int | None = None
    encoding_options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.format is not None:
            self.format = ImageFormat(self.format)

    @classmethod
    def of(cls, encoding: ImageEncoding) -> ImageOptions:
        """The options that say the same as ``encoding``."""
        return cls(
            mode=encoding.mode,
            transparent=encoding.transparent,
            resampling=encoding.resampling,
            format=encoding.format,
            colors=encoding.colors,
            encoding_options={name: getattr(encoding, name) for name in _ENCODING_OPTIONS},
        )

    def copy(self) -> ImageOptions:
        """Options of their own that say the same."""
        return replace(self, encoding_options=dict(self.encoding_options))

    def encoding(self) -> ImageEncoding:
        """The encoding that says the same; PNG unless a format is given."""
        given = {name: self.encoding_options[name] for name in _ENCODING_OPTIONS if name in self.encoding_options}
        if self.resampling is not None:
            given["resampling"] = self.resampling
        return ImageEncoding(
            format=PNG if self.format is None else ImageFormat(self.format).mime_type,
            mode=self.mode,
            colors=self.colors,
            transparent=self.transparent,
            **given,
        )


class ImageResult:
    """An image of Pillow, or a file with one, that a callable gets and gives back.

    Args:
        image: image of Pillow, binary file object, or the name of a file.
        size: width and height in pixels; None looks at the image.  Published callables give options in its place.
        image_opts: how it is encoded, if anybody asks.
        cacheable: whether anybody may keep it.
        georef: what it shows, which is known without it; it is only kept.
    """

    def __init__(
        self,
        image: Image.Image | IO[bytes] | str,
        size: Any = None,
        image_opts: Any = None,
        cacheable: Any = True,
        georef: Any = None,
    ) -> None:
        if size is not None and not isinstance(size, tuple | list):
            size, image_opts = None, image_opts or size
        self._image = image if isinstance(image, Image.Image) else None
        self._file = None if isinstance(image, Image.Image | str) else image
        self.filename = image if isinstance(image, str) else None
        self._size = size
        self.image_opts = image_opts
        self.cacheable = cacheable
        self.georef = georef

    @property
    def size(self) -> Any:
        """Width and height in pixels."""
        return self._size or self.as_image().size

    def as_image(self) -> Image.Image:
        """The image; palettes become full colour if the options say that it may be transparent."""
        if self._image is None:
            self._image = Image.open(io.BytesIO(self._bytes()))
        if self._image.mode == "P" and getattr(self.image_opts, "transparent", False):
            self._image = self._image.convert("RGBA")
        return self._image

    def as_buffer(self, image_opts: Any = None, format: str | None = None, seekable: bool = False) -> IO[bytes]:  # noqa: A002 - MapProxy's names
        """The encoded image as a file; one that was given as a file stays as it is unless another format is asked for.

        Every such file can be read from any place, whether ``seekable`` or not.
        """
        options = image_opts or self.image_opts or ImageOptions()
        if format is not None:
            options = options.copy()
            options.format = ImageFormat(format)
        own = getattr(self.image_opts, "format", None)
        if (self._file or self.filename) and (options.format is None or own is None or own == options.format):
            return io.BytesIO(self._bytes())
        return io.BytesIO(encode_image(self.as_image(), options.encoding()).body)

    def _bytes(self) -> bytes:
        if self.filename is not None:
            with open(self.filename, "rb") as file:
                return file.read()
        assert self._file is not None
        if hasattr(self._file, "seek"):
            self._file.seek(0)
            return self._file.read()
        self._file = io.BytesIO(self._file.read())
        return self._file.getvalue()


#: The name that MapProxy's documentation still uses.
ImageSource = ImageResult
