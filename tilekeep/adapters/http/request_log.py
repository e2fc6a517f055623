"""One line per upstream request (spec/config-globals-grids.md, 9)."""

from __future__ import annotations

import logging

from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.ports.http_client import HttpAnswer

_LOG = logging.getLogger("tilekeep.source.request")


def log_request(request: UpstreamRequest, answer: HttpAnswer | None, duration_seconds: float) -> None:
    """Method, URL without secrets, status, size in kB and milliseconds; ``-`` for what is not known.

    The same as values are in the attribute ``details`` of the record.
    """
    if not _LOG.isEnabledFor(logging.INFO):
        return
    url = request.public_url.replace(" ", "")
    details = {
        "method": request.method,
        "url": url,
        "status": answer.status if answer else None,
        "bytes": len(answer.body) if answer else None,
        "ms": round(duration_seconds * 1000, 1),
    }
    _LOG.info(
        "%s %s %s %s %d",
        request.method,
        url,
        answer.status if answer else "-",
        f"{len(answer.body) / 1024:.1f}" if answer and answer.body else "-",
        duration_seconds * 1000,
        extra={"details": details},
    )
