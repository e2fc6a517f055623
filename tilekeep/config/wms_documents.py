"""Capabilities of WMS servers for commands that read them."""

from __future__ import annotations

from urllib.parse import parse_qsl

from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.request_parameters import RequestParameters, with_query
from tilekeep.domain.srs import normalised_code
from tilekeep.domain.wms_offer import WmsOffer
from tilekeep.ports.projection import Projection


def wms_capabilities_url(url: str, version: str | None) -> str:
    """The address of the capabilities; what else is asked for in ``url`` stays, and so does its version for None."""
    address, _, query = url.partition("?")
    parameters = RequestParameters(parse_qsl(query.partition("#")[0], keep_blank_values=True))
    parameters.set("service", "WMS")
    if version is None:
        parameters.set_default("version", "1.1.1")
    else:
        parameters.set("version", version)
    parameters.set("request", "GetCapabilities")
    return with_query(address, parameters.query_string())


def read_wms_capabilities(body: bytes, projection: Projection) -> WmsOffer:
    """What a document says.

    :raises UnusableInfo: it is none that can be read.
    """
    from tilekeep.adapters.documents.wms_capabilities import wms_offer

    def is_north_first(code: str) -> bool:
        try:
            return projection.srs(normalised_code(code)).north_first
        except ProjectionError:
            return False

    return wms_offer(body, is_north_first)
