"""From a configuration file to the WSGI application."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, cast

from tilekeep.config.assemble.area_files import configured_area_files
from tilekeep.config.assemble.kept_nodes import KeptNodes
from tilekeep.config.assemble.styles import configured_style_files
from tilekeep.config.checked_container import checked_container, problems_of_parts
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.garbage import garbage_collection_paused
from tilekeep.config.loading.settings_file import LoadedSettings, load_settings
from tilekeep.config.mapproxy.meaning_http import longest_request_seconds
from tilekeep.config.mapproxy.meaning_info import stylesheets
from tilekeep.config.mapproxy.meaning_services import EffectiveServices, effective_admin, effective_services
from tilekeep.config.problems import ConfigurationProblems
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.origin import origin_spelled
from tilekeep.entrypoints.mapproxy_loggers import adopt_mapproxy_loggers
from tilekeep.entrypoints.wsgi.application import AfterAnswers, TilekeepApplication
from tilekeep.entrypoints.wsgi.demo.world import WorldParts
from tilekeep.entrypoints.wsgi.handed_over import HandedOver
from tilekeep.entrypoints.wsgi.operations import begin_listening, operations, watchers
from tilekeep.entrypoints.wsgi.options import (
    DEFAULT_INFO_TEMPLATE,
    DEFAULT_RESTFUL_TEMPLATE,
    DemoOptions,
    KmlOptions,
    TmsOptions,
    WmtsOptions,
)
from tilekeep.entrypoints.wsgi.plugins.assembly import plugin_parts
from tilekeep.entrypoints.wsgi.reloading import ReloadingApplication
from tilekeep.entrypoints.wsgi.services import KmlParts, ServiceParts
from tilekeep.entrypoints.wsgi.watched_files import WatchedFiles

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from tilekeep.entrypoints.wsgi.admin.assembly import AdminParts
    from tilekeep.entrypoints.wsgi.ogcapi.assembly import OgcApiParts
    from tilekeep.entrypoints.wsgi.wms.assembly import MapParts

log = logging.getLogger("tilekeep.config")


def make_wsgi_app(
    services_conf: str | None = None,
    debug: bool = False,
    ignore_config_warnings: bool = True,
    reloader: bool = False,
    env: str | None = None,
) -> WSGIApplication:
    """The WSGI application of the configuration file ``services_conf``; the counterpart of MapProxy's.

    Everything that can be wrong in the configuration is found here; stores, sources and grids of a layer are set
    up on its first request.  Safe to call before a fork.

    Args:
        services_conf: path of the configuration; None takes it from the variable ``TILEKEEP_CONFIG``.
        debug: whether unexpected errors reach the server instead of becoming ``internal error``.
        ignore_config_warnings: False refuses a configuration with warnings.
        reloader: whether a changed configuration is used from the next request on.
        env: the entry of ``environments`` to use; None takes it from the variable ``TILEKEEP_ENV``.

    :raises ConfigurationError: the configuration cannot be obeyed.
    """
    config = services_conf or os.environ.get("TILEKEEP_CONFIG")
    if not config:
        raise ConfigurationError("no configuration: give its path as services_conf or in TILEKEEP_CONFIG")
    environment = env or os.environ.get("TILEKEEP_ENV") or None
    adopt_mapproxy_loggers()
    build = ApplicationBuild(config, environment, debug=debug, ignore_warnings=ignore_config_warnings)
    return ReloadingApplication(build) if reloader else build(WatchedFiles())


class ApplicationBuild:
    """Builds the application of one configuration file, each time anew; what has not changed in it is kept.

    Args:
        config: path of the file.
        environment: the entry of ``environments`` to use, or None.
        debug: whether unexpected errors reach the server.
        ignore_warnings: False refuses a configuration with warnings.
    """

    def __init__(
        self, config: str, environment: str | None, *, debug: bool = False, ignore_warnings: bool = True
    ) -> None:
        self._config = config
        self._environment = environment
        self._debug = debug
        self._ignore_warnings = ignore_warnings
        self._nodes: KeptNodes[Any] | None = None

    def __call__(self, files: WatchedFiles) -> TilekeepApplication:
        """The application of the files as they are now.

        :raises ConfigurationError: they cannot be obeyed.
        """
        loaded = load_settings(
            self._config,
            environment=self._environment,
            variables=os.environ,
            read=files.read,
            further=problems_of_parts,
        )
        _watch_further(files, loaded)
        for problem in loaded.report.warnings:
            log.warning("%s", problem)
        if loaded.report.warnings and not self._ignore_warnings:
            raise ConfigurationProblems(loaded.report)
        return self.of(loaded)

    def of(self, loaded: LoadedSettings) -> TilekeepApplication:
        """The application of settings of the file that have been loaded already, whatever is in it now.

        :raises ConfigurationError: they cannot be obeyed.
        """
        with garbage_collection_paused():
            container = checked_container(loaded, self._nodes)
            application = _application(container, loaded, debug=self._debug, environment=self._environment)
        self._nodes = container.use_cases.caches().kept
        begin_listening(container)
        return application


def _watch_further(files: WatchedFiles, loaded: LoadedSettings) -> None:
    """Watches what is read when the application is put together."""
    files.watch(configured_area_files(loaded.settings, loaded.base_dir))
    files.watch(stylesheet.path for stylesheet in stylesheets(loaded.settings, loaded.base_dir))
    files.watch(configured_style_files(loaded.settings, loaded.base_dir))


def application_of(loaded: LoadedSettings, *, debug: bool = False) -> TilekeepApplication:
    """The application of settings that have been loaded.

    :raises ConfigurationError: a grid, source or service cannot be set up as the settings say.
    """
    return _application(checked_container(loaded), loaded, debug=debug)


def _application(
    container: TilekeepContainer, loaded: LoadedSettings, *, debug: bool, environment: str | None = None
) -> TilekeepApplication:
    options = container.options
    pages = operations(container)
    return TilekeepApplication(
        catalogue=container.use_cases.catalogue(),
        services=_service_parts(container, loaded, environment),
        get_info=container.use_cases.info().get_feature_info(raise_source_errors=False),
        max_age_seconds=options.tile_max_age_seconds,
        tells_age=options.tiles_tell_age,
        tells_state=options.tiles_tell_state,
        access_control_allow_origin=options.allowed_origin or "",
        trusted_proxies=options.trusted_proxies,
        document_flights=container.use_cases.document_flights(),
        areas=container.adapters.areas(),
        pictures=container.adapters.pictures(),
        retouch=container.use_cases.retouch_tile(),
        clock=container.adapters.clock(),
        read_slice=container.adapters.slices(),
        request_seconds=longest_request_seconds(loaded.settings),
        after_answers=_after_answers(container),
        operations=pages,
        handed_over=None if not options.accel_location else HandedOver(options.accel_location, options.cache_dir),
        watchers=watchers(container),
        names_requests=options.logs_access,
        traces=container.adapters.traces(),
        plugins=plugin_parts(container, pages),
        debug=debug,
        owned=container,
    )


def _after_answers(container: TilekeepContainer) -> AfterAnswers | None:
    """Only where jobs do not run beside requests."""
    runner = container.adapters.background()
    return None if runner.runs_beside_requests else cast("AfterAnswers", runner)


def _service_parts(container: TilekeepContainer, loaded: LoadedSettings, environment: str | None) -> ServiceParts:
    services = effective_services(loaded.settings)
    return ServiceParts(
        tms=_tms(services),
        wmts=_wmts(services),
        kml=_kml(services, container),
        maps=_maps(services, container),
        ogcapi=_ogcapi(services, container),
        demo=_demo(services, has_admin=loaded.settings.services.admin is not None),
        admin=_admin(container, loaded, environment),
        world=WorldParts(container.adapters.world_outlines(), container.adapters.projection().srs),
    )


def _demo(services: EffectiveServices, *, has_admin: bool) -> DemoOptions | None:
    return None if services.demo is None else DemoOptions(services.demo.background_url, has_admin)


def _admin(container: TilekeepContainer, loaded: LoadedSettings, environment: str | None) -> AdminParts | None:
    admin = effective_admin(loaded.settings, loaded.base_dir)
    if admin is None:
        return None
    from tilekeep.entrypoints.wsgi.admin.assembly import admin_parts

    return admin_parts(admin, container, loaded, environment)


def _maps(services: EffectiveServices, container: TilekeepContainer) -> MapParts | None:
    if services.wms is None:
        return None
    from tilekeep.entrypoints.wsgi.wms.assembly import map_parts

    return map_parts(services.wms, container)


def _ogcapi(services: EffectiveServices, container: TilekeepContainer) -> OgcApiParts | None:
    if services.ogcapi is None:
        return None
    from tilekeep.entrypoints.wsgi.ogcapi.assembly import ogcapi_parts

    return ogcapi_parts(services.ogcapi, container)


def _tms(services: EffectiveServices) -> TmsOptions | None:
    tms = services.tms
    return None if tms is None else TmsOptions(tms.metadata, tms.use_grid_names, origin_spelled(tms.tiles_origin or ""))


def _kml(services: EffectiveServices, container: TilekeepContainer) -> KmlParts | None:
    kml = services.kml
    if kml is None:
        return None
    max_age_seconds = container.options.tile_max_age_seconds
    return KmlParts(KmlOptions(kml.use_grid_names), container.adapters.projection(), max_age_seconds)


def _wmts(services: EffectiveServices) -> WmtsOptions | None:
    wmts = services.wmts
    if wmts is None:
        return None
    template = wmts.restful_template or DEFAULT_RESTFUL_TEMPLATE
    return WmtsOptions(
        wmts.metadata,
        wmts.kvp,
        wmts.restful,
        template,
        wmts.restful_info_template or DEFAULT_INFO_TEMPLATE,
        wmts.info_formats,
    )
