"""The bytes of tiles that lie inside larger files."""

from __future__ import annotations

import os

from tilekeep.domain.errors import StoreError
from tilekeep.domain.tile import FileSlice


def read_slice(body: FileSlice) -> bytes:
    """The bytes of ``body``.

    :raises StoreError: the file cannot be read, or ends too early.
    """
    try:
        descriptor = os.open(body.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            found = os.pread(descriptor, body.length, body.offset)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreError(f"tile bytes in {body.path} cannot be read: {error}") from error
    if len(found) != body.length:
        raise StoreError(f"{body.path} ends before byte {body.offset + body.length}")
    return found
