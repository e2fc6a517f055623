"""Maps from OGC API Maps servers (spec/sources.md, 8.6)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from tilekeep.adapters.documents_of_server import json_at, making_sense_of
from tilekeep.adapters.trusted_exchange import TrustedExchange
from tilekeep.adapters.upstream_content import required_image
from tilekeep.adapters.upstream_exchange import conditions
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.image import JPEG, PNG, subtype
from tilekeep.domain.map_query import Fetched, MapQuery, NotModified, SourceTraits, UpstreamRequest
from tilekeep.domain.ogc_crs import code_of_crs, crs_url
from tilekeep.domain.ogc_links import OGC_RELATIONS, absolute, href_of
from tilekeep.domain.ogcapi_maps import FoundMaps, map_url, names_of_crs
from tilekeep.domain.secrets import redacted
from tilekeep.domain.source_failure import upstream_text
from tilekeep.domain.srs import Srs

_LOG = logging.getLogger("tilekeep.source.ogcapi")
_FAILURE = "no image returned from source OGC API Maps"


class OgcApiMaps:
    """Finds the addresses of maps and the SRS that a server draws in.

    Args:
        exchange: asks the server.
        url: the landing page, or the collection.
        supported_srs: what it is to be asked in; empty for what it says itself.
        srs_of: the reference system of a code; raises ProjectionError for one that is not known.
    """

    def __init__(
        self,
        exchange: TrustedExchange,
        *,
        url: str,
        supported_srs: tuple[Srs, ...],
        srs_of: Callable[[str], Srs],
    ) -> None:
        self._exchange = exchange
        self._url = url
        self._supported_srs = supported_srs
        self._srs_of = srs_of

    def __call__(self, purpose: Purpose, deadline: Deadline) -> FoundMaps:
        """The maps; see :class:`~tilekeep.ports.discovery.Discovery`."""
        document = json_at(self._exchange, self._url, purpose, deadline)
        with making_sense_of(self._url):
            hrefs = {kind: href_of(document.get("links"), f"{OGC_RELATIONS}map", kind) for kind in (PNG, JPEG)}
            addresses = {subtype(kind): absolute(self._url, href) for kind, href in hrefs.items() if href is not None}
            if not addresses:
                raise ValueError("it has no link to a map as PNG or JPEG")
            named = tuple(self._named(names_of_crs(document)).items())
            asked_in = tuple((srs, crs_url(srs)) for srs in self._supported_srs)
            if not asked_in and not named:
                raise ValueError("it has maps in no SRS that is known here")
            return FoundMaps(addresses, asked_in or named)

    def _named(self, names: list[str]) -> dict[Srs, str]:
        """Those that are known here; of several names for one the last."""
        known: dict[Srs, str] = {}
        for name in names:
            try:
                srs = self._srs_of(code_of_crs(name))
            except (ProjectionError, ValueError) as error:
                _LOG.info("maps of %s in another SRS are left out: %s", redacted(self._url), upstream_text(str(error)))
                continue
            known[srs] = name
        return known


class OgcApiMapsSource:
    """A :class:`~tilekeep.ports.map_source.MapSource` over what has been found.

    It draws in any box and size, but only in SRSs that the server has
    (:class:`tilekeep.application.sources.reprojected_source.ReprojectedSource` asks for others).

    Args:
        exchange: asks the server.
        found: what it has.
        traits: what planners need to know.
        transparent: whether maps are to be transparent.
        background: 8-bit RGB or RGBA where nothing is drawn, or None.
    """

    def __init__(
        self,
        exchange: TrustedExchange,
        *,
        found: FoundMaps,
        traits: SourceTraits,
        transparent: bool,
        background: tuple[int, ...] | None,
    ) -> None:
        self._exchange = exchange
        self._found = found
        self._traits = traits
        self._transparent = transparent
        self._background = background

    @property
    def traits(self) -> SourceTraits:
        """See :class:`~tilekeep.ports.map_source.MapSource`."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The request for the map of ``query``."""
        return (self._request_for(query),)

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> Fetched | NotModified:
        """See :meth:`tilekeep.ports.map_source.MapSource.get`."""
        request = self._request_for(query)
        with self._exchange.logging_failures(_LOG, "could not retrieve map"):
            answer = self._exchange.ask(request, purpose, deadline)
            return required_image(answer, request, _FAILURE)

    def _request_for(self, query: MapQuery) -> UpstreamRequest:
        url = map_url(self._found, query, transparent=self._transparent, background=self._background)
        return UpstreamRequest("GET", url, conditions(query.validators))
