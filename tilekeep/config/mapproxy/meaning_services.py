"""The meaning of service options (spec/services.md, 4.1 and 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

from tilekeep.config.mapproxy.meaning_metadata import service_metadata
from tilekeep.config.mapproxy.meaning_wms import UNTITLED, EffectiveWms, effective_wms
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.service_metadata import ServiceMetadata as MetadataOptions
from tilekeep.domain.service_metadata import ServiceMetadata


@dataclass(frozen=True, slots=True)
class EffectiveTms:
    """TMS and ``/tiles``; ``tiles_origin`` is ``sw``, ``nw`` or None for that of each grid."""

    use_grid_names: bool
    tiles_origin: str | None
    metadata: ServiceMetadata


@dataclass(frozen=True, slots=True)
class EffectiveWmts:
    """WMTS; ``restful_template`` has single braces, None is the default."""

    kvp: bool
    restful: bool
    restful_template: str | None
    metadata: ServiceMetadata


@dataclass(frozen=True, slots=True)
class EffectiveDemo:
    """The demo page; ``background_url`` is the template of a map under the layer that is shown, or None."""

    background_url: str | None


@dataclass(frozen=True, slots=True)
class EffectiveServices:
    """The services that are offered; None for one that is not."""

    wms: EffectiveWms | None
    tms: EffectiveTms | None
    wmts: EffectiveWmts | None
    demo: EffectiveDemo | None


def effective_services(settings: Settings) -> EffectiveServices:
    """The services of a configuration."""
    return EffectiveServices(effective_wms(settings), _tms(settings), _wmts(settings), _demo(settings))


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
    neither = wmts.kvp is None and wmts.restful is None
    template = wmts.restful_template
    return EffectiveWmts(
        kvp=neither or bool(wmts.kvp),
        restful=neither or bool(wmts.restful),
        restful_template=template.replace("{{", "{").replace("}}", "}") if template else None,
        metadata=_metadata(wmts.md, settings),
    )


def _metadata(own: MetadataOptions | None, settings: Settings) -> ServiceMetadata:
    """Those of the service, else those of WMS, its title included where it has none."""
    wms = settings.services.wms
    return service_metadata(own) if wms is None else service_metadata(own, wms.md, untitled=UNTITLED)
