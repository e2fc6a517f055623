"""Use cases, and what is put together for them: a command needs few, each is imported when it is first made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tilekeep.application.get_legend import GetLegend
    from tilekeep.application.get_map import GetMap
    from tilekeep.application.legend_pictures import LegendPictures
    from tilekeep.application.legend_sizes import LegendSizes
    from tilekeep.application.retouch_tile import RetouchTile
    from tilekeep.application.scrub import Scrub
    from tilekeep.application.seeding.clean_up import CleanUp
    from tilekeep.application.seeding.estimate import EstimateTask
    from tilekeep.application.seeding.invalidate import Invalidate
    from tilekeep.application.seeding.retry_failed import RetryFailed
    from tilekeep.application.seeding.run_tasks import RunSeedTasks
    from tilekeep.application.seeding.seed_chunk import SeedChunkWork
    from tilekeep.application.sources.clipped_source import ClippedSource
    from tilekeep.application.survey_legends import SurveyLegends
    from tilekeep.config.assemble.archives import ArchivePacking
    from tilekeep.config.assemble.catalogue import CatalogueAssembly
    from tilekeep.config.assemble.direct_maps import DirectMaps
    from tilekeep.config.assemble.grid_reports import GridReports
    from tilekeep.config.assemble.invalidations import InvalidationAssembly
    from tilekeep.config.assemble.layer_tree import LayerTreeAssembly
    from tilekeep.config.assemble.legends import LegendAssembly
    from tilekeep.config.assemble.ordered_tasks import OrderedTasks
    from tilekeep.config.assemble.seed_tasks import SeedTaskAssembly
    from tilekeep.config.assemble.stored_caches import StoredCaches


def get_legend(*parts: Any, **named: Any) -> GetLegend:
    """Legends as services hand them out."""
    from tilekeep.application.get_legend import GetLegend

    return GetLegend(*parts, **named)


def get_map(*parts: Any, **named: Any) -> GetMap:
    """Maps of any box out of layers."""
    from tilekeep.application.get_map import GetMap

    return GetMap(*parts, **named)


def legend_pictures(*parts: Any, **named: Any) -> LegendPictures:
    """Legends as pictures."""
    from tilekeep.application.legend_pictures import LegendPictures

    return LegendPictures(*parts, **named)


def legend_sizes(*parts: Any, **named: Any) -> LegendSizes:
    """How large legends are."""
    from tilekeep.application.legend_sizes import LegendSizes

    return LegendSizes(*parts, **named)


def survey_legends(*parts: Any, **named: Any) -> SurveyLegends:
    """How large all legends are."""
    from tilekeep.application.survey_legends import SurveyLegends

    return SurveyLegends(*parts, **named)


def retouch_tile(*parts: Any, **named: Any) -> RetouchTile:
    """Tiles cut to what somebody may see."""
    from tilekeep.application.retouch_tile import RetouchTile

    return RetouchTile(*parts, **named)


def clipped_source(*parts: Any, **named: Any) -> ClippedSource:
    """Maps cut to what somebody may see."""
    from tilekeep.application.sources.clipped_source import ClippedSource

    return ClippedSource(*parts, **named)


def scrub(*parts: Any, **named: Any) -> Scrub:
    """The search for tiles that cannot be shown."""
    from tilekeep.application.scrub import Scrub

    return Scrub(*parts, **named)


def invalidate(*parts: Any, **named: Any) -> Invalidate:
    """What marks tiles as stale."""
    from tilekeep.application.seeding.invalidate import Invalidate

    return Invalidate(*parts, **named)


def seed_chunk(*parts: Any, **named: Any) -> SeedChunkWork:
    """What makes the tiles of a chunk."""
    from tilekeep.application.seeding.seed_chunk import SeedChunkWork

    return SeedChunkWork(*parts, **named)


def run_seed_tasks(*parts: Any, **named: Any) -> RunSeedTasks:
    """What goes through tasks of seeding."""
    from tilekeep.application.seeding.run_tasks import RunSeedTasks

    return RunSeedTasks(*parts, **named)


def clean_up(*parts: Any, **named: Any) -> CleanUp:
    """What removes old tiles."""
    from tilekeep.application.seeding.clean_up import CleanUp

    return CleanUp(*parts, **named)


def estimate_task(*parts: Any, **named: Any) -> EstimateTask:
    """A sample of a task of seeding."""
    from tilekeep.application.seeding.estimate import EstimateTask

    return EstimateTask(*parts, **named)


def retry_failed(*parts: Any, **named: Any) -> RetryFailed:
    """What makes the tiles that an earlier run could not."""
    from tilekeep.application.seeding.retry_failed import RetryFailed

    return RetryFailed(*parts, **named)


def archives(*parts: Any, **named: Any) -> ArchivePacking:
    """What packs tiles into archives."""
    from tilekeep.config.assemble.archives import ArchivePacking

    return ArchivePacking(*parts, **named)


def catalogue(*parts: Any, **named: Any) -> CatalogueAssembly:
    """The layers of tile services."""
    from tilekeep.config.assemble.catalogue import CatalogueAssembly

    return CatalogueAssembly(*parts, **named)


def direct_maps(*parts: Any, **named: Any) -> DirectMaps:
    """Layers that are asked for each map."""
    from tilekeep.config.assemble.direct_maps import DirectMaps

    return DirectMaps(*parts, **named)


def grid_reports(*parts: Any, **named: Any) -> GridReports:
    """What is said of grids."""
    from tilekeep.config.assemble.grid_reports import GridReports

    return GridReports(*parts, **named)


def invalidations(*parts: Any, **named: Any) -> InvalidationAssembly:
    """What can be marked as stale."""
    from tilekeep.config.assemble.invalidations import InvalidationAssembly

    return InvalidationAssembly(*parts, **named)


def layer_tree(*parts: Any, **named: Any) -> LayerTreeAssembly:
    """The layers of map services."""
    from tilekeep.config.assemble.layer_tree import LayerTreeAssembly

    return LayerTreeAssembly(*parts, **named)


def legends(*parts: Any, **named: Any) -> LegendAssembly:
    """The legends of layers."""
    from tilekeep.config.assemble.legends import LegendAssembly

    return LegendAssembly(*parts, **named)


def ordered_tasks(*parts: Any, **named: Any) -> OrderedTasks:
    """Tasks of seeding that are done for another machine."""
    from tilekeep.config.assemble.ordered_tasks import OrderedTasks

    return OrderedTasks(*parts, **named)


def seed_tasks(*parts: Any, **named: Any) -> SeedTaskAssembly:
    """The tasks of a file of them."""
    from tilekeep.config.assemble.seed_tasks import SeedTaskAssembly

    return SeedTaskAssembly(*parts, **named)


def stored_caches(*parts: Any, **named: Any) -> StoredCaches:
    """What is stored of caches."""
    from tilekeep.config.assemble.stored_caches import StoredCaches

    return StoredCaches(*parts, **named)
