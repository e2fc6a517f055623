"""Keeping legends for good."""

from __future__ import annotations

from typing import Protocol


class LegendStore(Protocol):
    """Keeps encoded images by the name of their file.  Safe to call from any thread and any process."""

    def read(self, name: str) -> bytes | None:
        """What was kept last under ``name``, whole or not at all; None if nothing was.

        :raises StoreError: there is something that cannot be read.
        """
        ...

    def write(self, name: str, body: bytes) -> None:
        """Keeps ``body``; where there is no room for more, it is kept by nobody.

        :raises StoreError: it cannot be written.
        """
        ...
