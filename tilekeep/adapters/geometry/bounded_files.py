"""Reading files of coverages as a whole, but no more than memory bears."""

from __future__ import annotations

import os

from tilekeep.domain.errors import ConfigurationError

#: Bytes of a text file with geometries; what is larger belongs into a format that is read feature by feature.
LARGEST_FILE = 256 * 1024 * 1024

_HEAD_BYTES = 50


def read_text(path: str, *, largest: int = LARGEST_FILE) -> str:
    """The text of a file in UTF-8, with or without byte-order mark.

    :raises ConfigurationError: it cannot be read, is no text, or has more than ``largest`` bytes.
    """
    body = _bytes(path, largest + 1)
    if len(body) > largest:
        raise too_large(path, largest)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path!r} is no text in UTF-8 (byte {error.start}); convert it") from error


def head_of(path: str) -> bytes | None:
    """The first bytes of a file without byte-order mark and leading white space; None if there is no such file.

    :raises ConfigurationError: it cannot be read.
    """
    if not os.path.isfile(path):
        return None
    return _bytes(path, _HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()


def too_large(path: str, largest: int = LARGEST_FILE) -> ConfigurationError:
    """The error for a text file that would take too much memory."""
    megabytes = largest // 1024 // 1024
    return ConfigurationError(f"{path!r} has more than {megabytes} MiB; convert it to GeoPackage or simplify it")


def _bytes(path: str, most: int) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(most)
    except OSError as error:
        raise ConfigurationError(f"{path!r} cannot be read: {error.strerror}") from error
