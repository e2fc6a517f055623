"""Marking tiles as stale in an area that somebody has drawn."""

from __future__ import annotations

import logging
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any

from tilekeep.domain.errors import ConfigurationError, ProjectionError
from tilekeep.domain.srs import Srs
from tilekeep.entrypoints.facts.marks import invalidated_facts
from tilekeep.entrypoints.invalidation import Invalidated, WantedInvalidation
from tilekeep.entrypoints.wsgi.admin.access import Refused
from tilekeep.entrypoints.wsgi.admin.api_request import text, truth, whole_numbers
from tilekeep.entrypoints.wsgi.admin.drawn_area import drawn_area
from tilekeep.ports.background import BackgroundRunner

log = logging.getLogger("tilekeep.admin")

#: How long a request waits for tiles to be marked; it goes on after that.
_PATIENCE_SECONDS = 5.0

#: Jobs of this kind leave threads to those of others.
LANE = "admin"


class MarksApi:
    """Marks stored tiles, as ``tilekeep invalidate`` does.

    Args:
        mark: does it; raises ConfigurationError.
        caches: gives the names of the caches.
        srs: the SRS of a code; raises ProjectionError.
        background: does it beside the requests.
    """

    def __init__(
        self,
        mark: Callable[[WantedInvalidation], Iterator[Invalidated]],
        caches: Callable[[], Iterable[str]],
        srs: Callable[[str], Srs],
        background: BackgroundRunner,
    ) -> None:
        self._mark = mark
        self._caches = caches
        self._srs = srs
        self._background = background

    def invalidate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Marks tiles of ``cache``, and of caches made of it, in the ``area`` in ``srs``, of ``levels`` or of all.

        ``done`` says whether that is all, or whether it goes on after the answer.

        :raises Refused: 400, 404, 503.
        """
        cache = text(given, "cache")
        if cache not in self._caches():
            raise Refused(404, "there is no such cache")
        area, code = drawn_area(given, "area"), text(given, "srs")
        try:
            self._srs(code)
        except ProjectionError as error:
            raise Refused(400, "srs is unknown") from error
        levels = whole_numbers(given, "levels")
        outcome = self._outcome(self._job(cache, area, code, levels, derived=truth(given, "derived", default=True)))
        if outcome == []:
            raise Refused(400, "there is nothing to mark: the area has no extent, or the cache stores nothing")
        return {"done": outcome is not None, "caches": list(map(invalidated_facts, outcome or ()))}

    def _job(
        self, cache: str, area: str, srs: str, levels: tuple[int, ...] | None, *, derived: bool
    ) -> Callable[[], list[Invalidated]]:
        def mark() -> list[Invalidated]:
            with tempfile.TemporaryDirectory(prefix="tilekeep-area-") as directory:
                path = os.path.join(directory, "area.wkt")
                with open(path, "w", encoding="ascii") as file:
                    file.write(area)
                wanted = WantedInvalidation((cache,), ({"datasource": path, "srs": srs},), levels, with_derived=derived)
                found = list(self._mark(wanted))
            for one in found:
                if one.failure:
                    log.error("not all tiles of %s in %s could be marked: %s", one.cache, one.grid, one.failure)
            return found

        return mark

    def _outcome(self, job: Callable[[], list[Invalidated]]) -> list[Invalidated] | None:
        """What came of it; None if it goes on."""
        try:
            if not self._background.runs_beside_requests:
                return job()
            future: Future[list[Invalidated]] | None = self._background.submit(
                ("invalidate", secrets.token_hex(8)), job, LANE
            )
            if future is None:
                raise Refused(503, "other work has to be done first; try again")
            return future.result(_PATIENCE_SECONDS)
        except NotYet:
            return None
        except ConfigurationError as error:
            raise Refused(400, f"the area cannot be used: {error.message}") from error
