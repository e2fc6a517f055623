"""The map below a layer where none is configured: the countries, drawn by the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tilekeep.application.once_per_key import OncePerKey
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.srs import Srs
from tilekeep.entrypoints.wsgi.kept_document import KeptDocument
from tilekeep.entrypoints.wsgi.legible import is_legible
from tilekeep.entrypoints.wsgi.response import Environ, Response, plain_text


class WorldParts(NamedTuple):
    """What the map is made with.

    :ivar outlines: the countries in an SRS, as GeoJSON; raises ProjectionError.
    :ivar srs: the SRS of a code; raises ProjectionError.
    """

    outlines: Callable[[Srs], bytes]
    srs: Callable[[str], Srs]


class World:
    """Gives the countries in those SRS in which something is shown; no others, as each costs time and room.

    Args:
        parts: what it is made with.
        codes: gives the codes of these SRS, with or without colon; asked once.
    """

    def __init__(self, parts: WorldParts, codes: Callable[[], Iterable[str]]) -> None:
        self._srs = parts.srs
        self._codes = codes
        self._tokens: frozenset[str] | None = None
        self._documents: OncePerKey[Srs, KeptDocument] = OncePerKey(
            lambda srs: KeptDocument.of("application/geo+json", parts.outlines(srs))
        )

    def __call__(self, code: str, environ: Environ) -> Response:
        """The countries in the SRS of ``code``, or 400 or 404."""
        if not is_legible(code):
            return plain_text(400, "srs has control characters")
        if self._tokens is None:
            self._tokens = frozenset(map(_token, self._codes()))
        if _token(code) not in self._tokens:
            return plain_text(404, "nothing is shown in this SRS")
        try:
            return self._documents(self._srs(code)).response(environ)
        except ProjectionError:
            return plain_text(404, "the world has no image in this SRS")


def _token(code: str) -> str:
    """``EPSG:3857`` -> ``EPSG3857``."""
    return code.replace(":", "").upper()
