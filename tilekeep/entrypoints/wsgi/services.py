"""Puts the handlers of the configured services together (spec/services.md, 1.1)."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue
from tilekeep.domain.public_levels import TileService
from tilekeep.entrypoints.wsgi.demo.handler import DemoHandler
from tilekeep.entrypoints.wsgi.demo.page_data import PageData
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import KeptDocuments
from tilekeep.entrypoints.wsgi.options import DemoOptions, TmsOptions, WmtsOptions
from tilekeep.entrypoints.wsgi.ows import OwsHandler, OwsService
from tilekeep.entrypoints.wsgi.resolved_tile import Locator
from tilekeep.entrypoints.wsgi.router import Handler
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tms.addresses import TileAddresses
from tilekeep.entrypoints.wsgi.tms.errors import plain_error, server_error
from tilekeep.entrypoints.wsgi.tms.names import TmsNames
from tilekeep.entrypoints.wsgi.tms.pages import TmsPages
from tilekeep.entrypoints.wsgi.tms.service import TmsHandler
from tilekeep.entrypoints.wsgi.welcome import WelcomePage
from tilekeep.entrypoints.wsgi.wmts.capabilities import WmtsCapabilities
from tilekeep.entrypoints.wsgi.wmts.kvp import WmtsKvp
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSets
from tilekeep.entrypoints.wsgi.wmts.rest import WmtsRest
from tilekeep.entrypoints.wsgi.wmts.rest_template import compiled


class Services(NamedTuple):
    """Handlers by first path segment, the page at the root, and the ways from addresses to tiles."""

    handlers: dict[str, Handler]
    welcome: Handler
    locators: dict[str, Locator]


def assembled(
    catalogue: Catalogue,
    delivery: TileDelivery,
    documents: KeptDocuments,
    *,
    tms: TmsOptions | None,
    wmts: WmtsOptions | None,
    demo: DemoOptions | None,
) -> Services:
    """The services that are configured.

    :raises ConfigurationError: options that no service can obey.
    """
    services = Services({}, WelcomePage(has_demo=demo is not None), {})
    templates = DocumentTemplates()
    ows: dict[str, OwsService] = {}
    if tms is not None:
        _add_tms(services, catalogue, delivery, templates, documents, tms)
    if wmts is not None:
        _add_wmts(services, ows, catalogue, delivery, templates, documents, wmts)
    if demo is not None:
        services.handlers["demo"] = DemoHandler(PageData(catalogue, tms, wmts, demo))
    _add_ows(services, ows)
    return services


def _add_tms(
    services: Services,
    catalogue: Catalogue,
    delivery: TileDelivery,
    templates: DocumentTemplates,
    documents: KeptDocuments,
    options: TmsOptions,
) -> None:
    names = TmsNames(catalogue, use_grid_names=options.use_grid_names)
    tms = TileAddresses(catalogue, names, TileService.TMS, None)
    pages = TmsPages(
        catalogue=catalogue, names=names, metadata=options.metadata, templates=templates, documents=documents
    )
    tiles = TileAddresses(catalogue, names, TileService.TILES, options.origin)
    handlers = {
        "tms": TmsHandler(addresses=tms, delivery=delivery, pages=pages, render_error=server_error),
        "tiles": TmsHandler(addresses=tiles, delivery=delivery, pages=lambda _: None, render_error=plain_error),
    }
    services.handlers.update(handlers)
    services.locators.update({name: handler.locate for name, handler in handlers.items()})


def _add_wmts(
    services: Services,
    ows: dict[str, OwsService],
    catalogue: Catalogue,
    delivery: TileDelivery,
    templates: DocumentTemplates,
    documents: KeptDocuments,
    options: WmtsOptions,
) -> None:
    sets = MatrixSets(catalogue)
    capabilities = WmtsCapabilities(
        catalogue=catalogue, sets=sets, metadata=options.metadata, templates=templates, documents=documents
    )
    if options.kvp:
        ows["wmts"] = WmtsKvp(sets=sets, delivery=delivery, capabilities=capabilities)
    if options.restful:
        template = compiled(options.restful_template)
        handler = WmtsRest(sets=sets, delivery=delivery, capabilities=capabilities, template=template)
        services.handlers["wmts"] = handler
        services.locators["wmts"] = handler.locate


def _add_ows(services: Services, ows: dict[str, OwsService]) -> None:
    handler = OwsHandler(ows)
    for name in ("service", "ows"):
        services.handlers[name] = handler
        if ows:
            services.locators[name] = handler.locate
