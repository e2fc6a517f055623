"""Whether every SRS that the configuration names is one that PROJ knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tilekeep.config.assemble.srs import unknown_srs
from tilekeep.config.mapproxy.meaning_info import fixed_srs
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import GeojsonSource, WmsLikeSource
from tilekeep.config.problems import OptionPath, Place, Problem, error
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.srs import normalised_code
from tilekeep.ports.projection import Projection


def srs_problems(settings: Settings, projection: Projection) -> Iterator[Problem]:
    """An error for each unknown code of services, globals, sources and grids, whether or not these are used."""
    known: set[str] = set()
    for path, code in _codes(settings):
        if code in known:
            continue
        try:
            projection.srs(code)
        except ProjectionError:
            yield error(path, unknown_srs(normalised_code(code)), place=Place.KEY if path[-1] == code else Place.VALUE)
        else:
            known.add(code)


def _codes(settings: Settings) -> Iterator[tuple[OptionPath, str]]:
    """Codes with their places."""
    for target, sources in settings.globals.srs.preferred_src_proj.items():
        path = ("globals", "srs", "preferred_src_proj", target)
        yield path, target
        yield from _listed(path, sources)
    yield from _of_services(settings)
    for name, grid in settings.grids.items():
        for option, written in (("srs", grid.srs), ("bbox_srs", grid.bbox_srs)):
            if written:
                yield ("grids", name, option), written
    for name, source in settings.sources.items():
        yield from _listed(("sources", name, "supported_srs"), getattr(source, "supported_srs", None) or ())
        if isinstance(source, GeojsonSource):
            yield ("sources", name, "srs"), source.srs
        if isinstance(source, WmsLikeSource) and source.wms_opts.featureinfo and (fixed := fixed_srs(source)):
            yield ("sources", name, "req", fixed[0]), fixed[1]


def _of_services(settings: Settings) -> Iterator[tuple[OptionPath, str]]:
    """Codes in the options of services and in their defaults."""
    defaults, wms = settings.globals.wms, settings.services.wms
    yield from _listed(("globals", "wms", "srs"), (defaults and defaults.srs) or ())
    for above, section in (("globals", settings.globals), ("services", settings.services)):
        yield from _listed((above, "ogcapi", "map_srs"), (section.ogcapi and section.ogcapi.map_srs) or ())
    if wms is not None:
        yield from _listed(("services", "wms", "srs"), wms.srs or ())
        for index, item in enumerate(wms.bbox_srs or ()):
            place: OptionPath = ("services", "wms", "bbox_srs", index)
            yield (place, item) if isinstance(item, str) else ((*place, "srs"), item.srs)


def _listed(path: OptionPath, codes: Sequence[str]) -> Iterator[tuple[OptionPath, str]]:
    for index, code in enumerate(codes):
        yield (*path, index), code
