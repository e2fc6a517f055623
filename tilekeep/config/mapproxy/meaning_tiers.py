"""The meaning of the options of stores in memory and of tiers (own additions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tilekeep.config.mapproxy.caches import BackendOptions
from tilekeep.config.mapproxy.root import Settings

#: How long a tile of a fast tier is good without a look at the last, unless ``max_age`` says otherwise.
MAX_AGE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class MemoryStorage:
    """The memory of each process.

    :ivar max_bytes: how much of it.
    """

    max_bytes: int

    def lock_id(self, place: str) -> str:
        """By which locks of the tiles at ``place`` are told apart from those of others."""
        return f"memory-{place}"


class StorageOfTier(Protocol):
    """What a tier needs as every store does."""

    def lock_id(self, place: str) -> str:
        """By which locks of the tiles at ``place`` are told apart from those of others."""
        ...


@dataclass(frozen=True, slots=True)
class Tier:
    """One of several stores of the same tiles.

    :ivar storage: its kind and what it needs.
    :ivar directories: where its tiles lie, for each grid of the cache.
    :ivar max_age_seconds: how long a tile is good without a look at the last tier.
    """

    storage: StorageOfTier
    directories: Mapping[str, str]
    directory_permissions: int | None
    file_permissions: int | None
    max_age_seconds: float


@dataclass(frozen=True, slots=True)
class TieredStorage:
    """Fast stores in front of slower ones.

    :ivar tiers: the fastest first, the one that has all tiles last.
    """

    tiers: tuple[Tier, ...]

    def lock_id(self, place: str) -> str:
        """That of the last tier, which ``place`` is the place of: other programs know no more of the cache."""
        return self.tiers[-1].storage.lock_id(place)


def with_store(settings: Settings, name: str, backend: BackendOptions) -> Settings:
    """Settings in which there is no other cache than ``name``, and it has this store."""
    cache = settings.caches[name].model_copy(update={"cache": backend})
    return settings.model_copy(update={"caches": {name: cache}})
