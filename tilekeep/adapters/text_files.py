"""Text files for people, written as a whole or not at all."""

from __future__ import annotations

import time

from tilekeep.adapters.atomic_files import FileModes, new_file, put_in_place
from tilekeep.domain.errors import StoreError


def write_text(path: str, text: str) -> None:
    """Makes the file ``path``, and its directories, or replaces it.

    :raises StoreError: it cannot be written.
    """
    try:
        put_in_place(path, new_file(text.encode(), time.time(), FileModes()), FileModes())
    except OSError as error:
        raise StoreError(f"cannot write {path!r}: {error.strerror or error}") from error
