"""The meaning of service options (spec/services.md, 4.1, 5.1 and 6); those of maps have modules of their own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tilekeep.config.mapproxy.meaning_metadata import service_metadata
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.service_metadata import ServiceMetadata as MetadataOptions
from tilekeep.domain.service_metadata import ServiceMetadata

if TYPE_CHECKING:
    from tilekeep.config.mapproxy.meaning_ogcapi_service import EffectiveOgcApi
    from tilekeep.config.mapproxy.meaning_wms import EffectiveWms


@dataclass(frozen=True, slots=True)
class EffectiveTms:
    """TMS and ``/tiles``; ``tiles_origin`` is ``sw``, ``nw`` or None for that of each grid."""

    use_grid_names: bool
    tiles_origin: str | None
    metadata: ServiceMetadata


@dataclass(frozen=True, slots=True)
class EffectiveWmts:
    """WMTS; templates have single braces, None is the default.

    :ivar info_formats: the formats of feature info: suffix of paths, or None, and media type.
    """

    kvp: bool
    restful: bool
    restful_template: str | None
    metadata: ServiceMetadata
    restful_info_template: str | None
    info_formats: tuple[tuple[str | None, str], ...]


@dataclass(frozen=True, slots=True)
class EffectiveKml:
    """KML super-overlays."""

    use_grid_names: bool


@dataclass(frozen=True, slots=True)
class EffectiveDemo:
    """The demo page; ``background_url`` is the template of a map under the layer that is shown, or None."""

    background_url: str | None


@dataclass(frozen=True, slots=True)
class EffectiveAdmin:
    """The pages of caches, servers and runs; all paths absolute.

    :ivar token: what those have to know who change something; None if nobody may.
    :ivar seed_config: file of the tasks that can be started, or None.
    :ivar runs_dir: directory of the runs.
    :ivar progress_files: notes of runs that are started elsewhere.
    :ivar workers: processes of a run.
    """

    token: str | None = field(repr=False)
    seed_config: str | None
    runs_dir: str
    progress_files: tuple[str, ...]
    workers: int


@dataclass(frozen=True, slots=True)
class EffectiveServices:
    """The services that are offered; None for one that is not."""

    wms: EffectiveWms | None
    tms: EffectiveTms | None
    wmts: EffectiveWmts | None
    kml: EffectiveKml | None
    ogcapi: EffectiveOgcApi | None
    demo: EffectiveDemo | None


def effective_services(settings: Settings) -> EffectiveServices:
    """The services of a configuration."""
    return EffectiveServices(
        wms=_wms(settings),
        tms=_tms(settings),
        wmts=_wmts(settings),
        kml=_kml(settings),
        ogcapi=_ogcapi(settings),
        demo=_demo(settings),
    )


def _wms(settings: Settings) -> EffectiveWms | None:
    if settings.services.wms is None:
        return None
    from tilekeep.config.mapproxy.meaning_wms import effective_wms

    return effective_wms(settings)


def _ogcapi(settings: Settings) -> EffectiveOgcApi | None:
    if settings.services.ogcapi is None:
        return None
    from tilekeep.config.mapproxy.meaning_ogcapi_service import effective_ogcapi

    return effective_ogcapi(settings)


def _kml(settings: Settings) -> EffectiveKml | None:
    kml = settings.services.kml
    return None if kml is None else EffectiveKml(kml.use_grid_names)


def effective_admin(settings: Settings, base_dir: str) -> EffectiveAdmin | None:
    """The ``admin`` service of a configuration in ``base_dir``; None if it is not offered."""
    admin = settings.services.admin
    if admin is None:
        return None
    runs = admin.runs_dir or os.path.join(settings.globals.cache.base_dir, "tilekeep_runs")
    return EffectiveAdmin(
        token=admin.token,
        seed_config=None if admin.seed_config is None else from_base(base_dir, admin.seed_config),
        runs_dir=from_base(base_dir, runs),
        progress_files=tuple(from_base(base_dir, name) for name in admin.progress_files or ()),
        workers=admin.workers,
    )


def _demo(settings: Settings) -> EffectiveDemo | None:
    demo = settings.services.demo
    if demo is None:
        return None
    given = (demo.background, settings.globals.background)
    return EffectiveDemo(next((background.url for background in given if background and background.url), None))


def _tms(settings: Settings) -> EffectiveTms | None:
    tms = settings.services.tms
    return None if tms is None else EffectiveTms(tms.use_grid_names, tms.origin, _metadata(tms.md, settings))


def _wmts(settings: Settings) -> EffectiveWmts | None:
    wmts = settings.services.wmts
    if wmts is None:
        return None
    info_template = wmts.restful_featureinfo_template or wmts.restful_fi_template
    return EffectiveWmts(
        kvp=wmts.speaks_kvp,
        restful=wmts.speaks_rest,
        restful_template=_single_braces(wmts.restful_template),
        metadata=_metadata(wmts.md, settings),
        restful_info_template=_single_braces(info_template),
        info_formats=tuple((given.suffix, given.mimetype) for given in wmts.featureinfo_formats or ()),
    )


def _single_braces(template: str | None) -> str | None:
    return template.replace("{{", "{").replace("}}", "}") if template else None


def _metadata(own: MetadataOptions | None, settings: Settings) -> ServiceMetadata:
    """Those of the service, else those of WMS, its title included where it has none."""
    wms = settings.services.wms
    if wms is None:
        return service_metadata(own)
    from tilekeep.config.mapproxy.meaning_wms import UNTITLED

    return service_metadata(own, wms.md, untitled=UNTITLED)
