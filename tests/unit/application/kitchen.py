"""The use cases of tile making over fakes, put together as an application would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.background import FakeBackground
from tests.fakes.clock import FakeClock
from tests.fakes.failure_memory import FakeFailureMemory
from tests.fakes.map_source import FakeMapSource
from tests.fakes.parallel import InlineRunner
from tests.fakes.text_imaging import TextImaging
from tests.fakes.tile_lock import FakeTileLock
from tests.fakes.tile_store import FakeTileStore
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.fetched_tiles import TileFetcher
from tilekeep.application.get_tile import GetTile
from tilekeep.application.make_meta_tile import MakeMetaTile
from tilekeep.application.single_flight import SingleFlight
from tilekeep.application.stale_refresh import StaleRefresh
from tilekeep.application.store_gate import StoreGate
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.application.tile_maker import Outcome, WantedBlock
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import ImageEncoding, ImageLimits
from tilekeep.domain.meta_tile import FetchMode, MetaTilePlanner
from tilekeep.domain.region import Region
from tilekeep.domain.staleness import KEEP_FOR_EVER, StalenessPolicy
from tilekeep.domain.tile import TileCoord, TileKey, TileSet
from tilekeep.ports.map_source import MapSource

LIMITS = ImageLimits(max_bytes=10_000, max_pixels=4_000_000)
FAILURE_SECONDS = 5.0
TWO_BY_TWO = Size(2, 2)


@dataclass
class Kitchen:
    """Everything a cache in the built-in web mercator grid needs, within reach of a test."""

    source: MapSource
    policy: StalenessPolicy = KEEP_FOR_EVER
    mode: FetchMode = FetchMode.META
    meta_size: Size = TWO_BY_TWO
    encoding: ImageEncoding = field(default_factory=ImageEncoding)
    region: Region | None = None
    storage_only: bool = False
    patience_seconds: float | None = None
    cache: str = "test"
    tells_age: bool = False

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.store = FakeTileStore()
        self.locks = FakeTileLock(self.clock)
        self.failures = FakeFailureMemory(self.clock)
        self.imaging = TextImaging()
        self.background = FakeBackground()
        self.planner = MetaTilePlanner(WEBMERCATOR, self.mode, self.meta_size, buffer_px=0)
        self.maker = MakeMetaTile(
            tile_set=TileSet(self.cache, WEBMERCATOR.name, "png"),
            store=self.store,
            fetcher=TileFetcher(
                source=self.source,
                imaging=self.imaging,
                gate=StoreGate(self.imaging, LIMITS, "test"),
                parallel=InlineRunner(),
                grid=WEBMERCATOR,
                encoding=self.encoding,
                request_media_type="image/png",
                concurrent_fetches=2,
            ),
            locks=self.locks,
            lock_id="cache",
            failures=self.failures,
            flights=SingleFlight(self.clock),
            clock=self.clock,
            failure_seconds=FAILURE_SECONDS,
        )
        self.get_tile = GetTile(
            reader=self.store,
            policy=self.policy,
            maker=None if self.storage_only else self.maker,
            planner=self.planner,
            grid=WEBMERCATOR,
            region=self.region,
            clock=self.clock,
            parallel=InlineRunner(),
            retry_seconds=FAILURE_SECONDS,
            refresh=None if self.patience_seconds is None else self._refresh(self.patience_seconds),
            tells_age=self.tells_age,
        )

    def _refresh(self, patience_seconds: float) -> StaleRefresh:
        return StaleRefresh(
            maker=self.maker,
            tile_set=TileSet(self.cache, WEBMERCATOR.name, "png"),
            runner=self.background,
            clock=self.clock,
            patience_seconds=patience_seconds,
            making_seconds=60.0,
            pause_seconds=FAILURE_SECONDS,
        )

    def make(
        self, coord: TileCoord, purpose: Purpose = Purpose.SERVE, deadline: Deadline = NO_DEADLINE
    ) -> Mapping[TileKey, Outcome]:
        """Makes the block of ``coord``."""
        return self.maker.make(WantedBlock(self.planner.plan_for(coord), (), "", self.policy, purpose), deadline)

    def get(self, coord: TileCoord) -> TileAnswer:
        """The tile at ``coord``, for serving."""
        return self.get_tile(TileKey(coord), Purpose.SERVE, NO_DEADLINE)


def queries_of(source: FakeMapSource) -> int:
    """How often the source was asked."""
    return len(source.queries)
