"""libturbojpeg (2.1 or newer), the system's own: JPEG to and from words, and cut without decoding.

All of it gives None where the library has anything to say about an image, be it only a warning: others judge then.
Older ones are not used: after an error their pointers to results may lead to memory that is freed already, and those
before 2.0.5 write beyond a buffer when they cut an image that is made for it (CVE-2020-17541).
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from tilekeep.adapters.imaging.pixels import Words
from tilekeep.domain.geometry import Size

_NAMES = ("libturbojpeg.so.0", "libturbojpeg.0.dylib")

# The numbers of turbojpeg.h.
_RGBX, _RGBA = 2, 7
_ACCURATE_DCT, _STOP_ON_WARNING, _PROGRESSIVE, _LIMIT_SCANS = 4096, 8192, 16384, 32768
_CROP, _PROGRESSIVE_RESULT, _COPY_NOTHING = 4, 32, 64
_SUBSAMPLINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}
_COLOR_SPACES = ("RGB", "YCbCr", "L", "CMYK", "YCCK")

#: The most scans that the library reads when told to limit them.
_MOST_SCANS = 500

_Pointer = ctypes.c_void_p
_Int = ctypes.c_int
_Length = ctypes.c_ulong

#: One of a function's arguments, as it is told to ctypes.
_Kind: TypeAlias = Any


class _Region(ctypes.Structure):
    _fields_ = (("x", _Int), ("y", _Int), ("width", _Int), ("height", _Int))


class _Transform(ctypes.Structure):
    _fields_ = (("region", _Region), ("operation", _Int), ("options", _Int), ("data", _Pointer), ("filter", _Pointer))


_FUNCTIONS: dict[str, tuple[_Kind, tuple[_Kind, ...]]] = {
    "tjInitCompress": (_Pointer, ()),
    "tjInitDecompress": (_Pointer, ()),
    "tjInitTransform": (_Pointer, ()),
    "tjDestroy": (_Int, (_Pointer,)),
    "tjFree": (None, (_Pointer,)),
    "tjDecompressHeader3": (_Int, (_Pointer, ctypes.c_char_p, _Length, *[ctypes.POINTER(_Int)] * 4)),
    "tjDecompress2": (_Int, (_Pointer, ctypes.c_char_p, _Length, _Pointer, *[_Int] * 5)),
    "tjCompress2": (
        _Int,
        (_Pointer, _Pointer, *[_Int] * 4, ctypes.POINTER(_Pointer), ctypes.POINTER(_Length), *[_Int] * 3),
    ),
    "tjTransform": (
        _Int,
        (
            *(_Pointer, ctypes.c_char_p, _Length, _Int),
            *(ctypes.POINTER(_Pointer), ctypes.POINTER(_Length), ctypes.POINTER(_Transform), _Int),
        ),
    ),
}


class JpegHeader(NamedTuple):
    """What the library reads in a header; ``color_space`` is ``RGB``, ``YCbCr``, ``L``, ``CMYK`` or ``YCCK``."""

    size: Size
    color_space: str


class TurboJpeg:
    """The loaded ``library``.  Safe to call from any thread, and others run meanwhile."""

    def __init__(self, library: ctypes.CDLL) -> None:
        functions: dict[str, Callable[..., Any]] = {}
        for name, (result, arguments) in _FUNCTIONS.items():
            function = library[name]
            function.restype, function.argtypes = result, arguments
            functions[name] = function
        self._functions = functions

    def header(self, body: bytes) -> JpegHeader | None:
        """What the header says."""
        with self._handle("tjInitDecompress") as handle:
            return self._header(handle, body)

    def decode(self, body: bytes, size: Size) -> Words | None:
        """The pixels of an image that has ``size``, opaque."""
        with self._handle("tjInitDecompress") as handle:
            header = self._header(handle, body)
            if header is None or header.size != size:
                return None
            words: Words = np.empty((size.height, size.width), "<u4")
            failed = self._functions["tjDecompress2"](
                handle, body, len(body), words.ctypes.data, size.width, 0, size.height, _RGBA, _STOP_ON_WARNING
            )
            return None if failed else words

    def encode(self, words: Words, quality: int, subsampling: str | None, *, progressive: bool) -> bytes | None:
        """``words`` as an image, alpha dropped; the options are those of ImageEncoding."""
        height, width = words.shape
        # A row that stands for all has a pitch of 0, which says something else to the library.
        if words.strides[1] != words.itemsize or words.strides[0] < width * words.itemsize:
            words = np.ascontiguousarray(words)
        flags = _ACCURATE_DCT | (_PROGRESSIVE if progressive else 0)
        with self._handle("tjInitCompress") as handle, self._results(1) as (bodies, lengths):
            failed = self._functions["tjCompress2"](
                *(handle, words.ctypes.data, width, words.strides[0], height, _RGBX, bodies, lengths),
                *(_SUBSAMPLINGS[subsampling or "4:2:0"], max(quality, 1), flags),
            )
            return None if failed else ctypes.string_at(bodies[0], lengths[0])

    def cut(
        self, body: bytes, corners: Sequence[tuple[int, int]], size: Size, *, progressive: bool
    ) -> list[bytes] | None:
        """Parts of an image, each with ``size``, of the same coefficients and without anything beside them.

        Their corners are at blocks of the coarsest band, which they may cut through at their right and lower edges.
        """
        transforms = (_Transform * len(corners))()
        options = _CROP | _COPY_NOTHING | (_PROGRESSIVE_RESULT if progressive else 0)
        for transform, corner in zip(transforms, corners, strict=True):
            transform.region, transform.options = _Region(*corner, *size), options
        with self._handle("tjInitTransform") as handle, self._results(len(corners)) as (bodies, lengths):
            failed = self._functions["tjTransform"](
                handle, body, len(body), len(corners), bodies, lengths, transforms, _STOP_ON_WARNING
            )
            if failed:
                return None
            return [ctypes.string_at(part, length) for part, length in zip(bodies, lengths, strict=True)]

    def limits_scans(self) -> bool:
        """Whether it is version 2.1 or newer: these have learnt to, and no function tells the version."""
        body, flags = _image_of_scans(_MOST_SCANS + 1), _STOP_ON_WARNING | _LIMIT_SCANS
        pixels = (ctypes.c_uint32 * 64)()
        with self._handle("tjInitDecompress") as handle:
            decompress = functools.partial(self._functions["tjDecompress2"], handle, body, len(body), pixels, 8, 0, 8)
            return not decompress(_RGBA, _STOP_ON_WARNING) and bool(decompress(_RGBA, flags))

    def _header(self, handle: int, body: bytes) -> JpegHeader | None:
        width, height, subsampling, color_space = (_Int() for _ in range(4))
        failed = self._functions["tjDecompressHeader3"](
            handle, body, len(body), width, height, subsampling, color_space
        )
        if failed:
            return None
        return JpegHeader(Size(width.value, height.value), _COLOR_SPACES[color_space.value])

    @contextmanager
    def _handle(self, make: str) -> Iterator[int]:
        handle = self._functions[make]()
        if not handle:
            raise MemoryError("libturbojpeg has no memory.")
        try:
            yield handle
        finally:
            self._functions["tjDestroy"](handle)

    @contextmanager
    def _results(self, count: int) -> Iterator[tuple[Any, Any]]:
        """Pointers to ``count`` results and their lengths, filled in and allocated by the library."""
        bodies, lengths = (_Pointer * count)(), (_Length * count)()
        try:
            yield bodies, lengths
        finally:
            for pointer in bodies:
                if pointer is not None:
                    self._functions["tjFree"](pointer)


def _image_of_scans(count: int) -> bytes:
    """A grey image of 8 by 8 pixels that says so again and again, once in each scan (ITU-T T.81, B.2)."""
    one_code = b"\1" + bytes(16)
    frame = b"\x08\0\x08\0\x08\3\1\x11\0\2\x11\0\3\x11\0"
    tables = _segment(0xDB, b"\0" + b"\1" * 64) + _segment(0xC4, b"\0" + one_code) + _segment(0xC4, b"\x10" + one_code)
    scan = _segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x3f"
    return b"\xff\xd8" + tables + _segment(0xC0, frame) + scan * count + b"\xff\xd9"


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2) + content


@functools.cache
def installed_turbojpeg() -> TurboJpeg | None:
    """The library, loaded on first use, or None where there is none that has all that is needed."""
    for name in _NAMES:
        with contextlib.suppress(OSError, AttributeError):
            library = TurboJpeg(ctypes.CDLL(name))
            if library.limits_scans():
                return library
    return None
