"""The containers: which adapter stands behind which port, and what lives how long.

Settings come in as values; nothing is made before it is asked for.  Shared parts are thread-safe singletons, caches
and layers are made by the assembly from factories.  Tests override single providers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dependency_injector import containers, providers

from tilekeep.adapters.admitted_client import AdmittedClient
from tilekeep.adapters.background import background_runner
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.documents.merging import MergedDocuments
from tilekeep.adapters.geometry.areas_on_demand import AreasOnDemand
from tilekeep.adapters.http.renderd import RenderdClient
from tilekeep.adapters.imaging.choice import imaging
from tilekeep.adapters.imaging.pictures import PillowPictures
from tilekeep.adapters.locks.no_lock import NoLock
from tilekeep.adapters.locks.run_lock import RunLock
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.adapters.storage.disabled import DisabledTileStore
from tilekeep.adapters.storage.disk_room import DiskRoom
from tilekeep.adapters.storage.file_slice import read_slice
from tilekeep.adapters.storage.files_in_place import file_store
from tilekeep.adapters.storage.ledger.journals import Journals
from tilekeep.adapters.storage.ledger.store_ledger import StoreLedger
from tilekeep.adapters.storage.legend_files import LegendFiles
from tilekeep.adapters.text_files import write_text
from tilekeep.adapters.threads import ThreadRunner
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.application.one_at_a_time import OneAtATime
from tilekeep.application.single_flight import SingleFlight
from tilekeep.application.sources.debug_source import DebugSource
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.admitted_clients import AdmittedClients
from tilekeep.config.assemble.cache_parts import CacheParts
from tilekeep.config.assemble.caches import CacheAssembly
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.assemble.grids import GridAssembly
from tilekeep.config.assemble.info import InfoAssembly, InfoParts, xslt_transformer
from tilekeep.config.assemble.kept_nodes import ContentHash, KeptNode, KeptNodes
from tilekeep.config.assemble.key_value_stores import exchanges_with_couchdb
from tilekeep.config.assemble.measured import Measured, metrics_endpoint, metrics_in
from tilekeep.config.assemble.meeting import failures_in, gate_in, locks_in, meeting_at
from tilekeep.config.assemble.rendering import RenderingAssembly
from tilekeep.config.assemble.shared import SharedParts
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.assemble.sources import SourceAssembly
from tilekeep.config.assemble.stand_in_failures import stand_in_failures
from tilekeep.config.assemble.traced import Traced, traces_for
from tilekeep.config.chosen import images, map_sources, seeding, servers, tile_stores, use_cases
from tilekeep.config.mapproxy.meaning_globals import EffectiveGlobals
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.plugins.installed import INSTALLED, InstalledPlugins
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.image import ImageLimits

if TYPE_CHECKING:
    from tilekeep.adapters.geometry.tile_sets import TileSets
    from tilekeep.ports.defragmenter import Defragmenter
    from tilekeep.ports.info_source import InfoSource
    from tilekeep.ports.legend_source import LegendSource
    from tilekeep.ports.map_source import MapSource
    from tilekeep.ports.seed_executor import SeedExecutor
    from tilekeep.ports.tile_store import TileStore
    from tilekeep.ports.traces import Traces
    from tilekeep.ports.upstream_gate import UpstreamGate


class AdaptersContainer(containers.DeclarativeContainer):
    """The outside world: clocks, files, servers, pixels."""

    options = providers.Dependency(instance_of=EffectiveGlobals)

    resources = providers.ThreadSafeSingleton(ProcessResources)
    plugins: providers.Provider[InstalledPlugins] = providers.Object(INSTALLED)
    clock = providers.ThreadSafeSingleton(SystemClock)
    projection = providers.ThreadSafeSingleton(PyprojProjection, proj_data_dir=options.provided.proj_data_dir)
    areas = providers.ThreadSafeSingleton(AreasOnDemand, projection)
    imaging = providers.ThreadSafeSingleton(imaging, font_dir=options.provided.font_dir)
    pictures = providers.ThreadSafeSingleton(PillowPictures)
    parallel = providers.ThreadSafeSingleton(ThreadRunner)
    metrics = providers.ThreadSafeSingleton(
        metrics_in,
        options.provided.metrics,
        clock,
        directory_permissions=options.provided.directory_permissions,
        file_permissions=options.provided.file_permissions,
    )
    metrics_endpoint = providers.ThreadSafeSingleton(metrics_endpoint, options.provided.metrics, metrics)
    measured = providers.ThreadSafeSingleton(Measured, metrics, clock)
    traces: providers.Provider[Traces | None] = providers.ThreadSafeSingleton(traces_for, options.provided.tracing)
    traced = providers.ThreadSafeSingleton(Traced, traces)
    background = providers.ThreadSafeSingleton(background_runner, clock, metrics)
    redis_clients = providers.ThreadSafeSingleton(servers.redis_clients, clock)
    meeting = providers.ThreadSafeSingleton(meeting_at, options.provided.meeting, redis_clients.provider, clock)
    host_gate = providers.ThreadSafeSingleton(
        gate_in,
        options.provided.lock_dir,
        clock,
        meeting=meeting,
        directory_permissions=options.provided.directory_permissions,
        file_permissions=options.provided.file_permissions,
    )
    gate: providers.Provider[UpstreamGate] = providers.ThreadSafeSingleton(measured.provided.gate.call(host_gate))
    http_state = providers.ThreadSafeSingleton(servers.http_state, resources.provided.keep)
    http_client = providers.Factory(
        servers.http_client, clock=clock, shared=http_state.provider, logs=options.provided.logs_upstream
    )
    exchange = providers.Factory(UpstreamExchange, gate=gate, clock=clock)
    admitted_client = providers.Factory(AdmittedClient, gate=gate, clock=clock)
    renderers = providers.Factory(RenderdClient, clock=clock)
    locks = providers.Factory(locks_in, clock=clock, meeting=meeting)
    no_lock = providers.ThreadSafeSingleton(NoLock)
    failures = providers.Factory(
        failures_in,
        clock=clock,
        meeting=meeting,
        longest_seconds=options.provided.longest_failure_seconds,
    )
    slices = providers.Object(read_slice)
    write_text = providers.Object(write_text)
    into_one_file = providers.Object(tile_stores.into_one_file)
    sqlite_connections = providers.ThreadSafeSingleton(tile_stores.sqlite_connections, resources.provided.keep)
    service_transfers = providers.ThreadSafeSingleton(tile_stores.service_transfers, clock, resources.provided.keep)
    couchdb_exchanges = providers.ThreadSafeSingleton(exchanges_with_couchdb, service_transfers, clock)
    object_workers = providers.ThreadSafeSingleton(tile_stores.object_workers, resources.provided.keep)
    object_stores = providers.ThreadSafeSingleton(
        tile_stores.object_stores, resources, service_transfers, object_workers, clock
    )
    stores: providers.FactoryAggregate[TileStore] = providers.FactoryAggregate(
        {
            "file": providers.Factory(file_store, in_place=providers.Callable(bool, options.provided.accel_location)),
            "compact-1": providers.Factory(tile_stores.bundle_store, 1),
            "compact-2": providers.Factory(tile_stores.bundle_store, 2),
            "sqlite": providers.Factory(tile_stores.level_store, connections=sqlite_connections, clock=clock),
            "mbtiles": providers.Factory(tile_stores.mbtiles_store, connections=sqlite_connections),
            "geopackage": providers.Factory(tile_stores.geopackage_store, connections=sqlite_connections),
            "redis": providers.Factory(tile_stores.redis_store, clients=redis_clients, clock=clock),
            "couchdb": providers.Factory(tile_stores.couchdb_store, exchanges=couchdb_exchanges),
            "pmtiles-file": providers.Factory(tile_stores.pmtiles_file),
            "pmtiles-url": providers.Factory(tile_stores.pmtiles_url),
            "memory": providers.Factory(tile_stores.memory_store, keep=resources.provided.keep),
            "tiers": providers.Factory(
                tile_stores.tiered_store, clock=clock, read_slice=slices, keep=resources.provided.keep
            ),
            "s3": providers.Factory(tile_stores.bucket_store, object_stores),
            "azureblob": providers.Factory(tile_stores.container_store, object_stores),
            "disabled": providers.Factory(DisabledTileStore),
        }
    )
    defragmenters: providers.FactoryAggregate[Defragmenter] = providers.FactoryAggregate(
        {
            "compact-1": providers.Factory(tile_stores.bundle_defragmenter, 1),
            "compact-2": providers.Factory(tile_stores.bundle_defragmenter, 2),
        }
    )
    journals = providers.ThreadSafeSingleton(Journals)
    ledgers = providers.Factory(StoreLedger, journals=journals)
    disk_rooms = providers.Factory(DiskRoom)
    info_sources: providers.FactoryAggregate[InfoSource] = providers.FactoryAggregate(
        {"wms": providers.Factory(map_sources.wms_info), "arcgis": providers.Factory(map_sources.arcgis_info)}
    )
    seed_stop = providers.Factory(seeding.shared_stop)
    tile_sets: providers.Factory[TileSets[Any]] = providers.Factory(seeding.tile_sets)
    seed_notes = providers.Factory(seeding.job_file)
    run_lock = providers.ThreadSafeSingleton(RunLock, keep=resources.provided.keep)
    seed_runs = providers.Factory(seeding.run_directory, clock=clock)
    seed_executors: providers.FactoryAggregate[SeedExecutor] = providers.FactoryAggregate(
        {
            "in_process": providers.Factory(seeding.in_process_executor),
            "processes": providers.Factory(seeding.process_executor, clock=clock),
            "celery": providers.Factory(seeding.celery_executor, clients=redis_clients, clock=clock),
        }
    )
    import_what_makes_tiles = providers.Callable(seeding.import_what_makes_tiles)
    seed_workers = providers.Factory(seeding.celery_worker, clients=redis_clients)
    documents = providers.ThreadSafeSingleton(MergedDocuments)
    transformers = providers.Object(xslt_transformer)
    legend_store = providers.ThreadSafeSingleton(
        LegendFiles,
        options.provided.legend_dir,
        clock,
        directory_permissions=options.provided.directory_permissions,
        file_permissions=options.provided.file_permissions,
    )
    legend_sources: providers.FactoryAggregate[LegendSource] = providers.FactoryAggregate(
        {"url": providers.Factory(map_sources.legend_url), "graphic": providers.Factory(map_sources.wms_legend)}
    )
    rasters = providers.Object(images.raster)
    world_outlines = providers.Factory(map_sources.world_outlines, projection)
    mapnik_maps = providers.ThreadSafeSingleton(map_sources.mapnik_maps, resources.provided.keep)
    raster_files = providers.ThreadSafeSingleton(map_sources.raster_files, resources.provided.keep)
    sources: providers.FactoryAggregate[MapSource] = providers.FactoryAggregate(
        {
            "wms": providers.Factory(map_sources.wms_source),
            "tile": providers.Factory(map_sources.tile_source),
            "arcgis": providers.Factory(map_sources.arcgis_source),
            "found tiles": providers.Factory(map_sources.found_tiles_source),
            "ogcapimaps": providers.Factory(map_sources.ogcapi_maps_source),
            # One for all caches: its shapes, 9 MB, are the same for all.
            "world": providers.ThreadSafeSingleton(
                map_sources.world_source, projection=projection, raster=providers.Object(images.raster)
            ),
            "debug": providers.Factory(DebugSource, imaging),
            "geojson": providers.Factory(
                map_sources.geojson_source, projection=projection, raster=providers.Object(images.raster)
            ),
            "geotiff": providers.Factory(
                map_sources.geotiff_source,
                files=raster_files,
                projection=projection,
                raster=providers.Object(images.raster),
            ),
            "mapnik": providers.Factory(
                map_sources.mapnik_source,
                maps=mapnik_maps,
                gate=gate,
                clock=clock,
                raster=providers.Object(images.raster),
            ),
        }
    )


class UseCasesContainer(containers.DeclarativeContainer):
    """The layers of a configuration, over whatever adapters it is given."""

    settings = providers.Dependency(instance_of=Settings)
    base_dir = providers.Dependency(instance_of=str)
    options = providers.Dependency(instance_of=EffectiveGlobals)
    nodes_before: providers.Dependency[Mapping[ContentHash, KeptNode[Any]] | None] = providers.Dependency()
    adapters = providers.DependenciesContainer()

    image_limits = providers.Factory(
        ImageLimits,
        settings.provided.globals.http.max_image_bytes,
        settings.provided.globals.http.max_image_pixels,
    )
    flights: providers.ThreadSafeSingleton[SingleFlight[Any]] = providers.ThreadSafeSingleton(
        SingleFlight, adapters.clock
    )
    document_flights: providers.ThreadSafeSingleton[SingleFlight[Any]] = providers.ThreadSafeSingleton(
        SingleFlight, adapters.clock
    )
    evictions = providers.ThreadSafeSingleton(OneAtATime, adapters.background)
    shared = providers.ThreadSafeSingleton(
        SharedParts,
        resources=adapters.resources,
        make_http_client=adapters.http_client.provider,
        make_lock=adapters.locks.provider,
        make_failures=adapters.failures.provider,
        measured=adapters.measured,
        traced=adapters.traced,
        keep=providers.List(
            adapters.host_gate,
            adapters.metrics,
            adapters.background,
            adapters.journals,
            flights,
            document_flights,
            evictions,
        ),
    )
    grids = providers.ThreadSafeSingleton(GridAssembly, settings, adapters.projection)
    coverages = providers.ThreadSafeSingleton(CoverageAssembly, adapters.projection)
    admitted = providers.ThreadSafeSingleton(
        AdmittedClients, adapters.admitted_client.provider, shared.provided.http_client
    )
    grid_reports = providers.Factory(use_cases.grid_reports, settings, grids, coverages)
    source_parts = providers.ThreadSafeSingleton(
        SourceParts,
        make=adapters.sources.provider,
        plugins=adapters.plugins,
        raster=adapters.rasters,
        make_store=adapters.stores.provider,
        read_slice=adapters.slices,
        make_exchange=adapters.exchange.provider,
        http_client=shared.provided.http_client,
        admitted=admitted,
        imaging=adapters.imaging,
        parallel=adapters.parallel,
        projection=adapters.projection,
        clock=adapters.clock,
        grids=grids,
        coverages=coverages,
        failures=providers.ThreadSafeSingleton(stand_in_failures, shared.provided.failures, options, adapters.clock),
    )
    sources = providers.ThreadSafeSingleton(SourceAssembly, source_parts)
    caches = providers.ThreadSafeSingleton(
        CacheAssembly,
        settings,
        base_dir,
        grids,
        sources,
        providers.Factory(
            CacheParts,
            make_store=adapters.stores.provider,
            plugins=adapters.plugins,
            make_defragmenter=adapters.defragmenters.provider,
            make_ledger=adapters.ledgers.provider,
            make_room=adapters.disk_rooms.provider,
            locks=shared.provided.locks,
            new_lock=shared.provided.new_lock,
            failures=shared.provided.failures,
            http_client=shared.provided.http_client,
            admitted=admitted,
            flights=flights,
            imaging=adapters.imaging,
            parallel=adapters.parallel,
            background=adapters.background,
            evictions=evictions,
            projection=adapters.projection,
            coverages=coverages,
            clock=adapters.clock,
            read_slice=adapters.slices,
            no_lock=adapters.no_lock,
            gate=adapters.gate,
            measured=adapters.measured,
            traced=adapters.traced,
            rendering=providers.Factory(
                RenderingAssembly,
                settings,
                base_dir,
                options.provided.renderer_url,
                make=adapters.renderers.provider,
                http_client=shared.provided.http_client,
            ),
        ),
        kept=providers.Factory(KeptNodes, adapters.resources, nodes_before),
        options=options,
    )
    stored_caches = providers.ThreadSafeSingleton(use_cases.stored_caches, settings, caches, grids, adapters.clock)
    map_gate = providers.Factory(StoreGate, adapters.imaging, image_limits, "of map layers")
    layer_tree = providers.ThreadSafeSingleton(
        providers.ThreadSafeSingleton(
            use_cases.layer_tree,
            settings,
            caches.provided.areas,
            providers.ThreadSafeSingleton(
                use_cases.direct_maps,
                settings,
                base_dir,
                parts=source_parts,
                sources=sources,
                maps=caches.provided.maps,
                grids=grids,
                gate=map_gate,
            ),
            adapters.projection,
        ).provided.tree.call()
    )
    legends = providers.ThreadSafeSingleton(
        use_cases.legends, settings, base_dir, source_parts.provided.exchange, adapters.legend_sources.provider
    )
    legend_sizes = providers.ThreadSafeSingleton(use_cases.legend_sizes, adapters.legend_store)
    legend_pictures = providers.ThreadSafeSingleton(
        use_cases.legend_pictures,
        imaging=adapters.imaging,
        limits=image_limits,
        store=adapters.legend_store,
        sizes=legend_sizes,
        flights=flights,
    )
    get_legend = providers.ThreadSafeSingleton(use_cases.get_legend, legend_pictures, adapters.imaging)
    survey_legends = providers.ThreadSafeSingleton(
        use_cases.survey_legends,
        pictures=legend_pictures,
        sizes=legend_sizes,
        parallel=adapters.parallel,
        flights=document_flights,
        clock=adapters.clock,
    )
    info = providers.ThreadSafeSingleton(
        InfoAssembly,
        settings,
        base_dir,
        providers.Factory(
            InfoParts,
            make=adapters.info_sources.provider,
            make_exchange=adapters.exchange.provider,
            make_transformer=adapters.transformers,
            http_client=shared.provided.http_client,
            documents=adapters.documents,
            parallel=adapters.parallel,
            projection=adapters.projection,
            grids=grids,
            coverages=coverages,
        ),
    )
    get_map = providers.Factory(use_cases.get_map, imaging=adapters.imaging, parallel=adapters.parallel, gate=map_gate)
    clipped_source = providers.Factory(use_cases.clipped_source, imaging=adapters.imaging, gate=map_gate)
    retouch_tile = providers.Factory(use_cases.retouch_tile, adapters.imaging, image_limits)
    scrub = providers.Factory(use_cases.scrub, adapters.imaging, image_limits, adapters.slices)
    seed_tasks = providers.ThreadSafeSingleton(
        use_cases.seed_tasks,
        settings,
        base_dir,
        grids,
        coverages,
        caches.provided.effective,
        caches.provided.seeded,
        adapters.clock,
    )
    invalidations = providers.ThreadSafeSingleton(use_cases.invalidations, settings, grids, coverages, caches)
    invalidate = providers.Factory(use_cases.invalidate)
    ordered_tasks = providers.ThreadSafeSingleton(use_cases.ordered_tasks, settings, grids, caches.provided.seeded)
    archives = providers.Factory(use_cases.archives, adapters.projection, adapters.slices)
    seed_chunk = providers.Factory(use_cases.seed_chunk, adapters.clock)
    run_seed_tasks = providers.Factory(use_cases.run_seed_tasks, clock=adapters.clock)
    retry_failed = providers.Factory(use_cases.retry_failed, clock=adapters.clock)
    estimate_task = providers.Factory(use_cases.estimate_task, clock=adapters.clock)
    clean_up = providers.Factory(use_cases.clean_up, adapters.clock)
    layers = providers.ThreadSafeSingleton(use_cases.catalogue, settings, caches, adapters.imaging, adapters.projection)
    catalogue = providers.ThreadSafeSingleton(layers.provided.catalogue.call())


class TilekeepContainer:
    """Adapters and use cases joined: the parts of one configuration.

    Args:
        settings: all options.
        base_dir: absolute; relative paths start here.
        options: what the globals among the settings mean.
        nodes_before: working parts of the configuration before this one, of which what has not changed is kept.
    """

    def __init__(
        self,
        settings: Settings,
        base_dir: str,
        options: EffectiveGlobals,
        nodes_before: Mapping[ContentHash, KeptNode[Any]] | None = None,
    ) -> None:
        self.settings = settings
        self.base_dir = base_dir
        self.options = options
        self.adapters = AdaptersContainer(options=options)
        self.use_cases = UseCasesContainer(
            settings=settings,
            base_dir=base_dir,
            options=options,
            nodes_before=providers.Object(nodes_before),
            adapters=self.adapters,
        )
