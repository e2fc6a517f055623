"""Puts the demo together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tilekeep.application.catalogue import Catalogue
from tilekeep.entrypoints.wsgi.demo.documents import ServiceDocuments
from tilekeep.entrypoints.wsgi.demo.handler import DemoHandler
from tilekeep.entrypoints.wsgi.demo.layer_map import ShownService
from tilekeep.entrypoints.wsgi.demo.links import LinkedService
from tilekeep.entrypoints.wsgi.demo.tms import ShownTms
from tilekeep.entrypoints.wsgi.demo.wms import ShownWms
from tilekeep.entrypoints.wsgi.demo.wmts import ShownWmts
from tilekeep.entrypoints.wsgi.demo.world import World, WorldParts
from tilekeep.entrypoints.wsgi.options import DemoOptions, TmsOptions, WmtsOptions
from tilekeep.entrypoints.wsgi.pages.static_files import StaticFiles
from tilekeep.entrypoints.wsgi.plugins.assembly import PluginPage
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.shared_parts import SharedParts
from tilekeep.entrypoints.wsgi.tms.names import TmsNames
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSets


def demo_handler(
    shared: SharedParts,
    answer: Callable[[Environ], Response],
    world: WorldParts,
    *,
    wms: ShownWms | None,
    linked: Sequence[LinkedService],
    tms: TmsOptions | None,
    wmts: WmtsOptions | None,
    options: DemoOptions,
    pages: Mapping[str, PluginPage],
) -> DemoHandler:
    """The pages of the services that are offered; ``answer`` gives their documents."""
    catalogue = shared.catalogue
    services: list[ShownService] = [] if wms is None else [wms]
    if wmts is not None:
        services.append(ShownWmts(catalogue, MatrixSets(catalogue), wmts))
    if tms is not None:
        services.append(ShownTms(catalogue, TmsNames(catalogue, use_grid_names=tms.use_grid_names)))
    return DemoHandler(
        services=services,
        linked=linked,
        service_documents=ServiceDocuments(answer),
        templates=shared.templates,
        documents=shared.documents,
        files=StaticFiles(),
        world=World(world, lambda: _codes(catalogue, () if wms is None else wms.codes)),
        options=options,
        pages=pages,
    )


def _codes(catalogue: Catalogue, of_maps: Sequence[str]) -> Iterator[str]:
    yield from of_maps
    for layer in catalogue.layers:
        for grid in layer.grids:
            yield grid.srs_token
