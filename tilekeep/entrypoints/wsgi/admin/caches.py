"""What the API says of caches: what is stored of each level, where, and how fresh it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from tilekeep.application.stored_parts import QUICKLY_COUNTED
from tilekeep.config.assemble.stored_caches import KnownStore, StoredCaches
from tilekeep.domain.errors import InvalidParameter, LockTimeout, StoreError
from tilekeep.entrypoints.facts.measured import tile_facts
from tilekeep.entrypoints.facts.stores import level_facts, square_facts, summary_facts
from tilekeep.entrypoints.wsgi.admin.access import Refused
from tilekeep.entrypoints.wsgi.admin.api_request import bbox, text, whole_number
from tilekeep.entrypoints.wsgi.admin.marks import LANE
from tilekeep.ports.background import BackgroundRunner
from tilekeep.ports.clock import Clock
from tilekeep.ports.metrics import Metrics

log = logging.getLogger("tilekeep.admin")

#: How often that is done at most.
_PAUSE_SECONDS = 30.0


class CachesApi:
    """Answers questions about caches out of their accounts.

    Args:
        caches: the caches.
        background: counts beside the requests.
        clock: the current time.
        metrics: how tiles were found.
    """

    def __init__(self, caches: StoredCaches, background: BackgroundRunner, clock: Clock, metrics: Metrics) -> None:
        self._metrics = metrics
        self._caches = caches
        self._background = background
        self._clock = clock
        self._counted_at: dict[tuple[str, str], float] = {}

    def list(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All caches by name and grid."""
        return {"caches": [name._asdict() for name in self._caches.names()]}

    def cache(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What is stored of each level of a cache in a grid.

        :raises Refused: 404, 501.
        :raises StoreError: the account cannot be read.
        """
        cache, grid, known = self._known(given)
        account = known.parts.account()
        if account.complete and 0 < account.unsettled <= QUICKLY_COUNTED:
            self._count_now_and_then(cache, grid, known)
        outline = known.parts.grid
        return {
            **summary_facts(cache, grid, account),
            "srs": outline.srs.code,
            "unit": "degrees" if outline.srs.geographic else "metres",
            "bbox": list(outline.bbox),
            "extent": list(known.parts.extent),
            "found": tile_facts(self._metrics.sums(), cache),
            "levels": [level_facts(part) for part in known.parts.levels(account)],
        }

    def squares(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What is stored of a level, in squares; of a part of it in smaller ones.

        :raises Refused: 400, 404, 501.
        :raises StoreError: the account cannot be read.
        """
        _, _, known = self._known(given)
        level = whole_number(given, "level")
        try:
            found = known.parts.squares(level, bbox(given, "bbox"))
        except InvalidParameter as error:
            raise Refused(400, error.message) from error
        return {"level": level, "squares": [square_facts(part) for part in found]}

    def count(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Has what has changed counted anew, of a store that was never counted all of it.

        :raises Refused: 404, 501, 503.
        """
        cache, grid, known = self._known(given)
        if self._background.submit(("count", cache, grid), _counting(known), LANE) is None:
            raise Refused(503, "other work has to be done first; try again")
        return {"counting": True}

    def known(self, given: Mapping[str, Any]) -> KnownStore:
        """The store that a request names; raises as :meth:`cache`."""
        return self._known(given)[2]

    def _known(self, given: Mapping[str, Any]) -> tuple[str, str, KnownStore]:
        cache, grid = text(given, "cache"), text(given, "grid")
        if not any(name[:2] == (cache, grid) for name in self._caches.names()):
            raise Refused(404, "there is no such cache")
        known = self._caches.store((cache, grid))
        if known is None:
            raise Refused(501, "no account is kept of this cache (ledger, or a store that does not last)")
        return cache, grid, known

    def _count_now_and_then(self, cache: str, grid: str, known: KnownStore) -> None:
        now = self._clock.monotonic()
        if now - self._counted_at.get((cache, grid), -_PAUSE_SECONDS) >= _PAUSE_SECONDS:
            self._counted_at[cache, grid] = now
            self._background.submit(("count", cache, grid), _counting(known), LANE)


def _counting(known: KnownStore) -> Callable[[], None]:
    """The job of counting a store; what goes wrong is logged, and seen by who looks next."""

    def count() -> None:
        assert known.stored.settle is not None, "who keeps an account can settle it"
        try:
            known.stored.settle()
        except (StoreError, LockTimeout) as error:
            cache, grid, _ = known.stored.tile_set
            log.error("what %s holds in %s cannot be counted: %s", cache, grid, error)  # noqa: TRY400 - it says all

    return count
