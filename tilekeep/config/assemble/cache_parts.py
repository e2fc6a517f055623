"""What caches are made with, and what they are when they are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tilekeep.adapters.http.client_options import ClientOptions
from tilekeep.application.explain_form import ExplainForm
from tilekeep.application.explain_tile import ExplainTile
from tilekeep.application.map_from_tiles import MapFromTiles
from tilekeep.application.one_at_a_time import OneAtATime
from tilekeep.application.settle_ledger import SettleLedger
from tilekeep.application.single_flight import SingleFlight
from tilekeep.application.tile_answer import Tiles
from tilekeep.application.tile_maker import Outcome
from tilekeep.config.assemble.admitted_clients import AdmittedClients
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.lock_directory import LockDirectory
from tilekeep.config.assemble.measured import Measured
from tilekeep.config.assemble.rendering import RenderingAssembly
from tilekeep.config.assemble.store_keeping import KeptLedger
from tilekeep.config.assemble.traced import Traced
from tilekeep.config.plugins.installed import InstalledPlugins
from tilekeep.domain.geometry import BBox
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import ImageEncoding
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.domain.tile_variant import NO_VARIANTS, Variants
from tilekeep.ports.background import BackgroundRunner
from tilekeep.ports.clock import Clock
from tilekeep.ports.defragmenter import Defragmenter
from tilekeep.ports.failure_memory import FailureMemory
from tilekeep.ports.free_room import FreeRoom
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.parallel import ParallelRunner
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import SliceReader, TileStore
from tilekeep.ports.upstream_gate import UpstreamGate


class CacheParts(NamedTuple):
    """What caches are made with; ``locks`` and ``failures`` share one per directory, ``new_lock`` does not."""

    make_store: Callable[..., TileStore]
    plugins: InstalledPlugins
    make_defragmenter: Callable[..., Defragmenter]
    make_ledger: Callable[..., KeptLedger]
    make_room: Callable[[str], FreeRoom]
    locks: Callable[[LockDirectory], TileLock]
    new_lock: Callable[[LockDirectory], TileLock]
    no_lock: TileLock
    failures: Callable[[LockDirectory], FailureMemory]
    http_client: Callable[[ClientOptions], HttpClient]
    admitted: AdmittedClients
    flights: SingleFlight[Mapping[TileKey, Outcome]]
    imaging: Imaging
    parallel: ParallelRunner
    background: BackgroundRunner
    evictions: OneAtATime
    projection: Projection
    coverages: CoverageAssembly
    clock: Clock
    read_slice: SliceReader
    gate: UpstreamGate
    measured: Measured
    traced: Traced
    rendering: RenderingAssembly


@dataclass(frozen=True, slots=True)
class CacheNode:
    """A cache in one grid, ready to answer.

    :ivar tiles: its tiles as services deliver them.
    :ivar maps: draws from these tiles.
    :ivar explain_form: explains other forms of them; None if there are none.
    """

    grid: TileGrid
    tiles: Tiles
    maps: MapFromTiles
    explain: ExplainTile
    encoding: ImageEncoding
    variants: Variants = NO_VARIANTS
    explain_form: ExplainForm | None = None


@dataclass(frozen=True, slots=True)
class CacheDescription:
    """A cache in one grid without its working parts; ``extent`` is the area with data, in the SRS of the grid."""

    grid: TileGrid
    encoding: ImageEncoding
    extent: BBox
    variants: Variants = NO_VARIANTS


class StoredCache(NamedTuple):
    """The tiles of a cache in one grid.

    :ivar settle: brings the account of what is stored up to date; None where none is kept.
    :ivar ledger: the account.
    """

    tile_set: TileSet
    grid: TileGrid
    store: TileStore
    settle: SettleLedger | None = None
    ledger: KeptLedger | None = None
