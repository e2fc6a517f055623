"""Puts the WMTS together."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.entrypoints.wsgi.options import WmtsOptions
from tilekeep.entrypoints.wsgi.shared_parts import SharedParts
from tilekeep.entrypoints.wsgi.wmts.capabilities import WmtsCapabilities
from tilekeep.entrypoints.wsgi.wmts.feature_info import InfoFormat, WmtsFeatureInfo
from tilekeep.entrypoints.wsgi.wmts.kvp import WmtsKvp
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSets
from tilekeep.entrypoints.wsgi.wmts.rest import WmtsRest
from tilekeep.entrypoints.wsgi.wmts.rest_template import PLACE, REQUIRED, compiled
from tilekeep.entrypoints.wsgi.wmts.tile_info import TileInfoParts


class WmtsHandlers(NamedTuple):
    """What answers requests with parameters, and by path; None where such requests are not answered."""

    kvp: WmtsKvp | None
    rest: WmtsRest | None


def assembled_wmts(shared: SharedParts, tile_info: TileInfoParts, options: WmtsOptions) -> WmtsHandlers:
    """What answers either kind of requests.

    :raises ConfigurationError: a template that cannot be used.
    """
    sets = MatrixSets(shared.catalogue)
    formats = [InfoFormat(*given) for given in options.info_formats]
    info_template = compiled(options.restful_info_template, (*REQUIRED, *PLACE), option="restful_featureinfo_template")
    feature_info = WmtsFeatureInfo(
        formats=formats, get=tile_info.get_info, clock=tile_info.clock, request_seconds=tile_info.request_seconds
    )
    capabilities = WmtsCapabilities(
        catalogue=shared.catalogue,
        sets=sets,
        metadata=options.metadata,
        info_formats=formats,
        info_template=info_template,
        templates=shared.templates,
        documents=shared.documents,
    )
    kvp = WmtsKvp(sets=sets, delivery=shared.delivery, feature_info=feature_info, capabilities=capabilities)
    if not options.restful:
        return WmtsHandlers(kvp if options.kvp else None, None)
    rest = WmtsRest(
        sets=sets,
        delivery=shared.delivery,
        capabilities=capabilities,
        template=compiled(options.restful_template),
        feature_info=feature_info,
        info_template=info_template,
    )
    return WmtsHandlers(kvp if options.kvp else None, rest)
