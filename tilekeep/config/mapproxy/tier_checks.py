"""Whether stores in memory and tiers make sense, and what is wrong with the single stores behind tiers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from tilekeep.config.mapproxy.backends import (
    BackendOptions,
    MemoryBackend,
    TiersBackend,
)
from tilekeep.config.mapproxy.cache_checks import store_problems
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.objects_checks import object_cache_problems
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.single_stores import single_stores
from tilekeep.config.mapproxy.sqlite_checks import sqlite_problems
from tilekeep.config.mapproxy.storage_checks import storage_problems
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning


def tier_problems(settings: Settings, broken: Collection[OptionPath]) -> Iterator[Problem]:
    """Of all caches; ``broken`` options are not known."""
    for name, cache in settings.caches.items():
        path = ("caches", name, "cache")
        if cache.cache is None or cache.disable_storage or is_refused(broken, path):
            continue
        if isinstance(cache.cache, MemoryBackend):
            yield from _never_filled(path, cache)
        if isinstance(cache.cache, TiersBackend):
            yield from _of_tiers(path, cache.cache)
            yield from _of_single_stores(settings, name, broken)
        elif cache.cache.max_age is not None:
            yield _without_effect((*path, "max_age"), "where the store is no tier")


def _never_filled(path: OptionPath, cache: Cache) -> Iterator[Problem]:
    if not cache.sources:
        message = "the cache has no sources, and memory is empty at every start, so that it would never have a tile"
        yield error((*path, "type"), f"{message}; add sources, or use a store that lasts")


def _of_tiers(path: OptionPath, backend: TiersBackend) -> Iterator[Problem]:
    if backend.max_age is not None:
        yield _without_effect((*path, "max_age"), "for all tiers together; state it in one of the tiers")
    for index, tier in enumerate(backend.tiers):
        where = (*path, "tiers", index)
        if index == len(backend.tiers) - 1:
            yield from _of_last_tier(where, tier)
        for option in ("coverage", "tile_lock_dir"):
            if getattr(tier, option) is not None:
                yield _without_effect((*where, option), "in a tier; state it beside tiers")


def _of_last_tier(path: OptionPath, tier: BackendOptions) -> Iterator[Problem]:
    if isinstance(tier, MemoryBackend):
        message = "the last tier has to keep all tiles, and memory does not; put it before the others"
        yield error((*path, "type"), message)
    if tier.max_age is not None:
        yield _without_effect((*path, "max_age"), "in the last tier, whose tiles are what the others are compared with")


def _of_single_stores(settings: Settings, name: str, broken: Collection[OptionPath]) -> Iterator[Problem]:
    """What is wrong with each tier by itself; what concerns the cache has been said of the cache."""
    own = ("caches", name, "cache")
    for path, alone in single_stores(settings, name):
        for problem in (
            *store_problems(alone, broken),
            *sqlite_problems(alone, broken),
            *storage_problems(alone),
            *object_cache_problems(alone, broken),
        ):
            if problem.path[: len(own)] == own:
                yield replace(problem, path=(*path, *problem.path[len(own) :]))


def _without_effect(path: OptionPath, where: str) -> Problem:
    return warning(path, f"{path[-1]!r} has no effect {where}", place=Place.KEY)
