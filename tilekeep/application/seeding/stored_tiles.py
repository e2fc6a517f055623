"""Which stored tiles belong to a plan, and which of them are no longer good."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from tilekeep.domain.seed_plan import SeedPlan
from tilekeep.domain.staleness import StalenessPolicy, Verdict, is_of_unknown_age
from tilekeep.domain.tile import Dimensions, TileCoord, TileInfo, TileKey
from tilekeep.ports.tile_store import TileLister, TileWindow, never

#: Units of which it is remembered whether they belong to a plan; stores list neighbours together.
_MOST_REMEMBERED = 10_000


def tiles_of_plan(
    store: TileLister,
    plan: SeedPlan,
    level: int,
    dimensions: Dimensions | None = None,
    *,
    exact_from: float = 0.0,
    is_to_end: Callable[[], bool] = never,
) -> Iterator[tuple[TileKey, TileInfo]]:
    """The stored tiles of a level in the area of a plan.

    ``dimensions`` are those of the tiles; None is any.  ``exact_from`` is what :class:`TileLister` takes.  The listing
    ends where ``is_to_end`` says so, whether anything has been found by then or not.

    :raises StoreError: the store cannot be listed.
    """
    box = plan.box_of_tiles(level)
    if box is None:
        return
    known: dict[TileCoord, bool] = {}
    for key, info in store.list(level, TileWindow(*box), exact_from=exact_from):
        if is_to_end():
            return
        if dimensions is not None and key.dimensions != dimensions:
            continue
        unit = plan.unit_of(key.coord)
        if unit not in known:
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            known[unit] = plan.holds_unit(unit)
        if known[unit]:
            yield key, info


def stored_tiles(
    store: TileLister,
    plan: SeedPlan,
    level: int,
    dimensions: Dimensions | None,
    policy: StalenessPolicy | None,
    now: float,
    *,
    spare_unknown: bool = False,
    is_to_end: Callable[[], bool] = never,
) -> Iterator[TileKey]:
    """Those of :func:`tiles_of_plan` that are not fresh at ``now``; of all ages without a policy.

    With ``spare_unknown`` those of unknown age are left out.
    """
    limit = None if policy is None or policy.limit is None else policy.limit.before(now)
    exact_from = math.inf if policy is None else limit or 0.0
    for key, info in tiles_of_plan(store, plan, level, dimensions, exact_from=exact_from, is_to_end=is_to_end):
        if policy is not None:
            if policy.judge(info, now) is Verdict.FRESH:
                continue
            if spare_unknown and is_of_unknown_age(info):
                continue
        yield key
