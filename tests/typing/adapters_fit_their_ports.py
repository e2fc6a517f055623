"""Read by mypy alone: every adapter and every fake has the signatures of its port.

Providers do not check what they make, so a missing method or a misspelt argument would show only at run time.
"""

from __future__ import annotations

from tests.fakes.clock import FakeClock
from tests.fakes.failure_memory import FakeFailureMemory
from tests.fakes.http_client import FakeHttpClient
from tests.fakes.map_source import FakeMapSource
from tests.fakes.parallel import InlineRunner
from tests.fakes.projection import FakeProjection
from tests.fakes.text_imaging import TextImaging
from tests.fakes.text_pictures import TextPictures
from tests.fakes.tile_lock import FakeTileLock
from tests.fakes.tile_store import FakeTileStore
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.geometry.areas_on_demand import AreasOnDemand
from tilekeep.adapters.geometry.given_areas import GivenAreas
from tilekeep.adapters.http.client import RequestsHttpClient
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pictures import PillowPictures
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.locks.file_failure_memory import FileFailureMemory
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.adapters.locks.slot_gate import SlotFileGate
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.adapters.sources.tile import TileSource
from tilekeep.adapters.sources.wms import WmsSource
from tilekeep.adapters.sources.world.source import WorldSource
from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.adapters.threads import ThreadRunner
from tilekeep.application.make_meta_tile import MakeMetaTile
from tilekeep.application.sources.clipped_source import ClippedSource
from tilekeep.application.sources.limited_source import LimitedSource
from tilekeep.application.sources.merged_sources import MergedSources
from tilekeep.application.tile_maker import TileMaker
from tilekeep.ports.areas import AreaReader
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import FailureMemory
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner
from tilekeep.ports.pictures import Pictures
from tilekeep.ports.projection import Projection
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import TileStore
from tilekeep.ports.upstream_gate import UpstreamGate


def clocks(system: SystemClock, fake: FakeClock) -> tuple[Clock, ...]:
    return system, fake


def stores(file: FileTileStore, fake: FakeTileStore) -> tuple[TileStore, ...]:
    return file, fake


def sources(
    wms: WmsSource,
    tile: TileSource,
    world: WorldSource,
    limited: LimitedSource,
    merged: MergedSources,
    clipped: ClippedSource,
    fake: FakeMapSource,
) -> tuple[MapSource, ...]:
    return wms, tile, world, limited, merged, clipped, fake


def area_readers(given: GivenAreas, on_demand: AreasOnDemand) -> tuple[AreaReader, ...]:
    return given, on_demand


def pictures(pillow: PillowPictures, text: TextPictures) -> tuple[Pictures, ...]:
    return pillow, text


def locks(file: FileTileLock, fake: FakeTileLock) -> tuple[TileLock, ...]:
    return file, fake


def gates(file: SlotFileGate, fake: FakeUpstreamGate) -> tuple[UpstreamGate, ...]:
    return file, fake


def memories(file: FileFailureMemory, fake: FakeFailureMemory) -> tuple[FailureMemory, ...]:
    return file, fake


def http_clients(client: RequestsHttpClient, fake: FakeHttpClient) -> tuple[HttpClient, ...]:
    return client, fake


def imagings(pillow: PillowImaging, fast: FastImaging, text: TextImaging) -> tuple[Imaging, ...]:
    return pillow, fast, text


def projections(pyproj: PyprojProjection, fake: FakeProjection) -> tuple[Projection, ...]:
    return pyproj, fake


def runners(threads: ThreadRunner, inline: InlineRunner) -> tuple[ParallelRunner, ...]:
    return threads, inline


def makers(maker: MakeMetaTile) -> tuple[TileMaker, ...]:
    return (maker,)
