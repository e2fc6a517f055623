"""Legends that lie at an address, or in a file (spec/sources.md, 6)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from tilekeep.adapters.upstream_content import required_image
from tilekeep.adapters.upstream_exchange import UpstreamExchange
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.map_query import Fetched, UpstreamRequest

_LOG = logging.getLogger("tilekeep.source.wms")


class LegendUrl:
    """A :class:`~tilekeep.ports.legend_source.LegendSource`: one picture, whatever the scale.

    Args:
        exchange: asks the server.
        url: the address, without credentials.
    """

    def __init__(self, exchange: UpstreamExchange, *, url: str) -> None:
        self._exchange = exchange
        self._request = UpstreamRequest("GET", url)

    def picture(self, scale: float | None, deadline: Deadline) -> bytes:
        """See :meth:`tilekeep.ports.legend_source.LegendSource.picture`."""
        try:
            answer = self._exchange.ask(self._request, Purpose.SERVE, deadline)
            found = required_image(answer, self._request, "no image returned from static LegendURL")
        except SourceError as error:
            _LOG.warning("could not retrieve legend: %s", error)
            raise
        assert isinstance(found, Fetched), "the request has no conditions"
        return found.body

    def description(self, scale: float | None, deadline: Deadline) -> Mapping[str, Any] | None:
        """There is none."""
        return None
