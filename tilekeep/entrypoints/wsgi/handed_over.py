"""Tiles whose bytes are sent by nginx: it is told where they lie (``X-Accel-Redirect``)."""

from __future__ import annotations

import os
from urllib.parse import quote

from tilekeep.domain.tile import FileSlice
from tilekeep.entrypoints.wsgi.response import Header


class HandedOver:
    """Names files below a directory as nginx knows them.

    Args:
        location: of nginx, ``internal`` there, with a slash at either end.
        directory: what that location stands for.
    """

    def __init__(self, location: str, directory: str) -> None:
        self._location = location
        self._prefix = f"{os.path.normpath(directory)}/"

    def header(self, body: FileSlice) -> Header | None:
        """What tells nginx to send a file; None for a part of one, or one that lies elsewhere."""
        path = os.path.normpath(body.path)
        if body.offset or not path.startswith(self._prefix):
            return None
        below = quote(os.fsencode(path.removeprefix(self._prefix)))
        return ("X-Accel-Redirect", self._location + below)
