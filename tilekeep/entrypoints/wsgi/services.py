"""Puts the handlers of the configured services together (spec/services.md, 1.1); others are not imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from tilekeep.application.catalogue import Catalogue
from tilekeep.domain.public_levels import TileService
from tilekeep.domain.srs import WGS_84_CODE
from tilekeep.entrypoints.wsgi.options import (
    DemoOptions,
    KmlOptions,
    TmsOptions,
    WmtsOptions,
)
from tilekeep.entrypoints.wsgi.ows import OwsHandler, OwsService
from tilekeep.entrypoints.wsgi.resolved_tile import Locator
from tilekeep.entrypoints.wsgi.router import Handler, Router
from tilekeep.entrypoints.wsgi.shared_parts import SharedParts
from tilekeep.entrypoints.wsgi.tilejson import TileJson
from tilekeep.entrypoints.wsgi.tms.addresses import TileAddresses
from tilekeep.entrypoints.wsgi.tms.errors import plain_error, server_error
from tilekeep.entrypoints.wsgi.tms.names import ASSUMED_SRS, TmsNames
from tilekeep.entrypoints.wsgi.tms.pages import TmsPages
from tilekeep.entrypoints.wsgi.tms.service import TmsHandler
from tilekeep.entrypoints.wsgi.welcome import WelcomePage
from tilekeep.ports.projection import Projection

if TYPE_CHECKING:
    from tilekeep.entrypoints.wsgi.admin.assembly import AdminParts
    from tilekeep.entrypoints.wsgi.demo.links import LinkedService
    from tilekeep.entrypoints.wsgi.demo.world import WorldParts
    from tilekeep.entrypoints.wsgi.ogcapi.assembly import OgcApiParts
    from tilekeep.entrypoints.wsgi.plugins.assembly import PluginPage
    from tilekeep.entrypoints.wsgi.wms.assembly import MapParts
    from tilekeep.entrypoints.wsgi.wmts.assembly import WmtsHandlers
    from tilekeep.entrypoints.wsgi.wmts.tile_info import TileInfoParts


class Services(NamedTuple):
    """Handlers by first path segment, the page at the root, and the ways from addresses to tiles."""

    handlers: dict[str, Handler]
    welcome: Handler
    locators: dict[str, Locator]


class KmlParts(NamedTuple):
    """What KML documents are made with; ``max_age_seconds`` is how long clients may keep them."""

    options: KmlOptions
    projection: Projection
    max_age_seconds: float


class ServiceParts(NamedTuple):
    """What services are made with; None leaves one out.

    :ivar tms: of TMS, ``/tiles`` and ``/tilejson``.
    :ivar maps: of WMS.
    :ivar admin: of the pages of caches.
    :ivar world: of the map below layers, in the demo and the pages of caches.
    """

    tms: TmsOptions | None
    wmts: WmtsOptions | None
    kml: KmlParts | None
    maps: MapParts | None
    ogcapi: OgcApiParts | None
    demo: DemoOptions | None
    admin: AdminParts | None
    world: WorldParts


def assembled(
    shared: SharedParts, tile_info: TileInfoParts, parts: ServiceParts, plugin_pages: Mapping[str, PluginPage]
) -> Services:
    """The services that are configured.

    :raises ConfigurationError: options that no service can obey.
    """
    has_demo = parts.demo is not None
    services = Services({}, WelcomePage(has_demo=has_demo), {})
    ows: dict[str, OwsService] = {}
    if parts.tms is not None:
        _add_tms(services, shared, parts.tms)
    if parts.wmts is not None:
        from tilekeep.entrypoints.wsgi.wmts.assembly import assembled_wmts

        _add_wmts(services, ows, assembled_wmts(shared, tile_info, parts.wmts))
    if parts.kml is not None:
        _add_kml(services, shared, parts.kml)
    if parts.maps is not None:
        from tilekeep.entrypoints.wsgi.wms.assembly import assembled_wms

        ows["wms"] = assembled_wms(shared, parts.maps)
    if parts.ogcapi is not None:
        from tilekeep.entrypoints.wsgi.ogcapi.assembly import assembled_ogcapi

        handler = assembled_ogcapi(shared, parts.ogcapi)
        services.handlers["ogcapi"] = handler
        if parts.ogcapi.options.has_tiles:
            services.locators["ogcapi"] = handler.locate
    _add_ows(services, ows)
    if parts.demo is not None:
        services.handlers["demo"] = _demo(services, shared, parts, parts.demo, plugin_pages)
    if parts.admin is not None:
        from tilekeep.entrypoints.wsgi.admin.assembly import admin_handler

        services.handlers["admin"] = admin_handler(parts.admin, shared.templates, parts.world, has_demo=has_demo)
    return services


def _demo(
    services: Services,
    shared: SharedParts,
    parts: ServiceParts,
    options: DemoOptions,
    plugin_pages: Mapping[str, PluginPage],
) -> Handler:
    """The demo of all services that there are by now."""
    from tilekeep.entrypoints.wsgi.demo.assembly import demo_handler
    from tilekeep.entrypoints.wsgi.demo.wms import ShownWms

    maps = parts.maps
    return demo_handler(
        shared,
        Router(services.handlers, services.welcome),
        parts.world,
        wms=None
        if maps is None
        else ShownWms(maps.options, maps.drawing.layer_tree, shared.catalogue, maps.drawing.projection),
        linked=_linked(shared.catalogue, parts.kml, parts.ogcapi),
        tms=parts.tms,
        wmts=parts.wmts,
        options=options,
        pages=plugin_pages,
    )


def _linked(catalogue: Catalogue, kml: KmlParts | None, ogcapi: OgcApiParts | None) -> list[LinkedService]:
    """What the demo leads to besides its own pages."""
    from tilekeep.entrypoints.wsgi.demo.links import linked_kml, linked_ogcapi

    linked = [] if kml is None else [linked_kml(catalogue, use_grid_names=kml.options.use_grid_names)]
    return linked if ogcapi is None else [*linked, linked_ogcapi(ogcapi.drawing.layer_tree)]


def _add_tms(services: Services, shared: SharedParts, options: TmsOptions) -> None:
    catalogue, delivery, documents = shared.catalogue, shared.delivery, shared.documents
    names = TmsNames(catalogue, use_grid_names=options.use_grid_names)
    tms = TileAddresses(catalogue, names, TileService.TMS, None)
    pages = TmsPages(
        catalogue=catalogue, names=names, metadata=options.metadata, templates=shared.templates, documents=documents
    )
    tiles = TileAddresses(catalogue, names, TileService.TILES, options.origin)
    handlers = {
        "tms": TmsHandler(addresses=tms, delivery=delivery, pages=pages, render_error=server_error),
        "tiles": TmsHandler(addresses=tiles, delivery=delivery, pages=lambda _: None, render_error=plain_error),
    }
    services.handlers.update(handlers)
    services.handlers["tilejson"] = TileJson(catalogue, names, documents, origin=options.origin)
    services.locators.update({name: handler.locate for name, handler in handlers.items()})


def _add_kml(services: Services, shared: SharedParts, parts: KmlParts) -> None:
    from tilekeep.entrypoints.wsgi.kml.documents import KmlDocuments

    catalogue = shared.catalogue
    names = TmsNames(catalogue, use_grid_names=parts.options.use_grid_names, assumed_srs=reversed(ASSUMED_SRS))
    projection = parts.projection
    pages = KmlDocuments(
        catalogue=catalogue,
        names=names,
        in_degrees=lambda bbox, srs: projection.between(srs, projection.srs(WGS_84_CODE)).bbox(bbox),
        templates=shared.templates,
        max_age_seconds=parts.max_age_seconds,
    )
    addresses = TileAddresses(catalogue, names, TileService.KML, None)
    handler = TmsHandler(addresses=addresses, delivery=shared.delivery, pages=pages, render_error=plain_error)
    services.handlers["kml"] = handler
    services.locators["kml"] = handler.locate


def _add_wmts(services: Services, ows: dict[str, OwsService], wmts: WmtsHandlers) -> None:
    if wmts.kvp is not None:
        ows["wmts"] = wmts.kvp
    if wmts.rest is not None:
        services.handlers["wmts"] = wmts.rest
        services.locators["wmts"] = wmts.rest.locate


def _add_ows(services: Services, ows: dict[str, OwsService]) -> None:
    handler = OwsHandler(ows)
    for name in ("service", "ows", "wms") if "wms" in ows else ("service", "ows"):
        services.handlers[name] = handler
        if ows:
            services.locators[name] = handler.locate
