"""Read by mypy alone: every adapter and every fake has the signatures of its port.

Providers do not check what they make, so a missing method or a misspelt argument would show only at run time.
"""

from __future__ import annotations

from tests.fakes.clock import FakeClock
from tests.fakes.failure_memory import FakeFailureMemory
from tests.fakes.http_client import FakeHttpClient
from tests.fakes.info_source import FakeInfoSource
from tests.fakes.ledger import FakeLedger
from tests.fakes.legends import FakeLegendSource, FakeLegendStore
from tests.fakes.map_source import FakeMapSource
from tests.fakes.metrics import FakeMetrics
from tests.fakes.parallel import InlineRunner
from tests.fakes.projection import FakeProjection
from tests.fakes.renderer import FakeRenderer
from tests.fakes.text_imaging import TextImaging
from tests.fakes.text_pictures import TextPictures
from tests.fakes.tile_lock import FakeTileLock
from tests.fakes.tile_store import FakeTileStore
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.discovery import OnceDiscovered
from tilekeep.adapters.documents.merging import MergedDocuments
from tilekeep.adapters.documents.xslt import XsltTransformer
from tilekeep.adapters.geometry.areas_on_demand import AreasOnDemand
from tilekeep.adapters.geometry.given_areas import GivenAreas
from tilekeep.adapters.http.cgi_client import CgiClient
from tilekeep.adapters.http.client import RequestsHttpClient
from tilekeep.adapters.http.renderd import RenderdClient
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pictures import PillowPictures
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.adapters.locks.file_failure_memory import FileFailureMemory
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.adapters.locks.load_gate import LoadGate, Slots
from tilekeep.adapters.locks.lock_file import LockedFile
from tilekeep.adapters.locks.no_gate import NoGate
from tilekeep.adapters.locks.redis_failure_memory import RedisFailureMemory
from tilekeep.adapters.locks.redis_lock import RedisTileLock
from tilekeep.adapters.locks.redis_slots import RedisSlot, RedisSlots
from tilekeep.adapters.locks.redis_upstream_states import RedisUpstreamStates
from tilekeep.adapters.locks.slot_files import SlotFiles
from tilekeep.adapters.locks.upstream_state_files import UpstreamStateFiles
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.adapters.redis.cluster import Cluster
from tilekeep.adapters.redis.commands import RedisCommands
from tilekeep.adapters.redis.single import SingleServer
from tilekeep.adapters.seeding.run_directory import RunDirectory
from tilekeep.adapters.sources.arcgis import ArcgisSource
from tilekeep.adapters.sources.arcgis_info import ArcgisInfoSource
from tilekeep.adapters.sources.found_tiles import FoundTilesSource
from tilekeep.adapters.sources.geojson import GeojsonSource
from tilekeep.adapters.sources.geotiff import GeotiffSource
from tilekeep.adapters.sources.legend_url import LegendUrl
from tilekeep.adapters.sources.mapnik import MapnikSource
from tilekeep.adapters.sources.ogcapi_maps import OgcApiMapsSource
from tilekeep.adapters.sources.tile import TileSource
from tilekeep.adapters.sources.wms import WmsSource
from tilekeep.adapters.sources.wms_info import WmsInfoSource
from tilekeep.adapters.sources.wms_legend import WmsLegend
from tilekeep.adapters.sources.world.source import WorldSource
from tilekeep.adapters.storage.compact.bundle_format import BundleFormat
from tilekeep.adapters.storage.compact.store import CompactTileStore
from tilekeep.adapters.storage.compact.version_1 import BundleVersion1
from tilekeep.adapters.storage.compact.version_2 import BundleVersion2
from tilekeep.adapters.storage.couchdb.store import CouchdbTileStore
from tilekeep.adapters.storage.file import FileTileStore
from tilekeep.adapters.storage.ledger.store_ledger import StoreLedger
from tilekeep.adapters.storage.legend_files import LegendFiles
from tilekeep.adapters.storage.redis.store import RedisTileStore
from tilekeep.adapters.telemetry.no_metrics import NoMetrics
from tilekeep.adapters.telemetry.open_telemetry import OpenTelemetryTraces
from tilekeep.adapters.telemetry.prometheus import PrometheusMetrics
from tilekeep.adapters.threads import ThreadRunner
from tilekeep.application.make_meta_tile import MakeMetaTile
from tilekeep.application.measured.gate import MeasuredGate
from tilekeep.application.measured.lock import MeasuredLock
from tilekeep.application.measured.store import MeasuredStore
from tilekeep.application.measured.tiles import MeasuredTiles
from tilekeep.application.sources.cache_or_direct import CacheOrDirect
from tilekeep.application.sources.clipped_source import ClippedSource
from tilekeep.application.sources.debug_source import DebugSource
from tilekeep.application.sources.direct_map import DirectMap
from tilekeep.application.sources.discovered_source import DiscoveredSource
from tilekeep.application.sources.flat_color import FlatColor
from tilekeep.application.sources.limited_info import LimitedInfo
from tilekeep.application.sources.limited_source import LimitedSource
from tilekeep.application.sources.merged_sources import MergedSources
from tilekeep.application.sources.reprojected_info import ReprojectedInfo
from tilekeep.application.sources.reprojected_source import ReprojectedSource
from tilekeep.application.sources.transformed_info import TransformedInfo
from tilekeep.application.sources.with_stand_ins import WithStandIns
from tilekeep.application.sources.without_color import WithoutColor
from tilekeep.application.tile_answer import Tiles
from tilekeep.application.tile_maker import BlockMaker
from tilekeep.application.traced.http_client import TracedHttpClient
from tilekeep.application.traced.maker import TracedMaker
from tilekeep.domain.found_tiles import FoundTiles
from tilekeep.entrypoints.wsgi.measured_requests import MeasuredRequests
from tilekeep.entrypoints.wsgi.watching import Watcher
from tilekeep.ports.areas import AreaReader
from tilekeep.ports.clock import Clock
from tilekeep.ports.discovery import Discovery
from tilekeep.ports.failure_memory import FailureMemory
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.info_documents import InfoDocuments, InfoTransformer
from tilekeep.ports.info_source import InfoSource
from tilekeep.ports.ledger import CountedSquares
from tilekeep.ports.legend_source import LegendSource
from tilekeep.ports.legend_store import LegendStore
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.metrics import Metrics
from tilekeep.ports.parallel import ParallelRunner
from tilekeep.ports.pictures import Pictures
from tilekeep.ports.projection import Projection
from tilekeep.ports.renderer import Renderer
from tilekeep.ports.seed_runs import SeedRuns
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.tile_store import TileStore
from tilekeep.ports.traces import Traces
from tilekeep.ports.upstream_gate import UpstreamGate
from tilekeep.ports.upstream_states import UpstreamStates


def clocks(system: SystemClock, fake: FakeClock) -> tuple[Clock, ...]:
    return system, fake


def key_value_stores(redis: RedisTileStore, couchdb: CouchdbTileStore) -> tuple[TileStore, ...]:
    return redis, couchdb


def commands(single: SingleServer, cluster: Cluster) -> tuple[RedisCommands, ...]:
    return single, cluster


def stores(file: FileTileStore, compact: CompactTileStore, fake: FakeTileStore) -> tuple[TileStore, ...]:
    return file, compact, fake


def bundle_formats(version_1: BundleVersion1, version_2: BundleVersion2) -> tuple[BundleFormat, ...]:
    return version_1, version_2


def sources(
    wms: WmsSource,
    tile: TileSource,
    world: WorldSource,
    limited: LimitedSource,
    merged: MergedSources,
    clipped: ClippedSource,
    reprojected: ReprojectedSource,
    without_color: WithoutColor,
    direct: DirectMap,
    either: CacheOrDirect,
    debug: DebugSource,
    mapnik: MapnikSource,
    geojson: GeojsonSource,
    geotiff: GeotiffSource,
    fake: FakeMapSource,
) -> tuple[MapSource, ...]:
    return (
        wms, tile, world, limited, merged, clipped, reprojected, without_color, direct, either, debug, mapnik, geojson,
        geotiff, fake,
    )  # fmt: skip


def sources_behind_http(
    arcgis: ArcgisSource,
    found_tiles: FoundTilesSource,
    ogcapi_maps: OgcApiMapsSource,
    discovered: DiscoveredSource[FoundTiles],
    with_stand_ins: WithStandIns,
    flat_color: FlatColor,
) -> tuple[MapSource, ...]:
    return arcgis, found_tiles, ogcapi_maps, discovered, with_stand_ins, flat_color


def discoveries(once: OnceDiscovered[FoundTiles]) -> Discovery[FoundTiles]:
    return once


def area_readers(given: GivenAreas, on_demand: AreasOnDemand) -> tuple[AreaReader, ...]:
    return given, on_demand


def pictures(pillow: PillowPictures, text: TextPictures) -> tuple[Pictures, ...]:
    return pillow, text


def info_sources(
    wms: WmsInfoSource,
    arcgis: ArcgisInfoSource,
    limited: LimitedInfo,
    reprojected: ReprojectedInfo,
    transformed: TransformedInfo,
    fake: FakeInfoSource,
) -> tuple[InfoSource, ...]:
    return wms, arcgis, limited, reprojected, transformed, fake


def documents(merged: MergedDocuments) -> tuple[InfoDocuments, ...]:
    return (merged,)


def transformers(xslt: XsltTransformer) -> tuple[InfoTransformer, ...]:
    return (xslt,)


def legend_sources(graphic: WmsLegend, url: LegendUrl, fake: FakeLegendSource) -> tuple[LegendSource, ...]:
    return graphic, url, fake


def legend_stores(files: LegendFiles, fake: FakeLegendStore) -> tuple[LegendStore, ...]:
    return files, fake


def locks(file: FileTileLock, redis: RedisTileLock, fake: FakeTileLock) -> tuple[TileLock, ...]:
    return file, redis, fake


def gates(
    file: LoadGate[LockedFile], redis: LoadGate[RedisSlot[LockedFile]], none: NoGate, fake: FakeUpstreamGate
) -> tuple[UpstreamGate, ...]:
    return file, redis, none, fake


def upstream_states(file: UpstreamStateFiles, redis: RedisUpstreamStates) -> tuple[UpstreamStates, ...]:
    return file, redis


def slots(file: SlotFiles, redis: RedisSlots[LockedFile]) -> tuple[Slots[LockedFile], Slots[RedisSlot[LockedFile]]]:
    return file, redis


def memories(file: FileFailureMemory, redis: RedisFailureMemory, fake: FakeFailureMemory) -> tuple[FailureMemory, ...]:
    return file, redis, fake


def http_clients(
    client: RequestsHttpClient, cgi: CgiClient, traced: TracedHttpClient, fake: FakeHttpClient
) -> tuple[HttpClient, ...]:
    return client, cgi, traced, fake


def imagings(pillow: PillowImaging, fast: FastImaging, text: TextImaging) -> tuple[Imaging, ...]:
    return pillow, fast, text


def projections(pyproj: PyprojProjection, fake: FakeProjection) -> tuple[Projection, ...]:
    return pyproj, fake


def runners(threads: ThreadRunner, inline: InlineRunner) -> tuple[ParallelRunner, ...]:
    return threads, inline


def renderers(renderd: RenderdClient, fake: FakeRenderer) -> tuple[Renderer, ...]:
    return renderd, fake


def metrics(prometheus: PrometheusMetrics, none: NoMetrics, fake: FakeMetrics) -> tuple[Metrics, ...]:
    return prometheus, none, fake


def watchers(measured: MeasuredRequests) -> tuple[Watcher, ...]:
    return (measured,)


def measured_parts(gate: MeasuredGate, lock: MeasuredLock, store: MeasuredStore, tiles: MeasuredTiles) -> None:
    gates_of_others: tuple[UpstreamGate, TileLock, TileStore, Tiles] = (gate, lock, store, tiles)
    assert gates_of_others


def makers(maker: MakeMetaTile, traced: TracedMaker) -> tuple[BlockMaker, ...]:
    return maker, traced


def traces(open_telemetry: OpenTelemetryTraces) -> Traces:
    return open_telemetry


def ledgers(files: StoreLedger, fake: FakeLedger) -> tuple[CountedSquares, ...]:
    return files, fake


def seed_runs(directory: RunDirectory) -> SeedRuns:
    return directory
