"""Errors of ArcGIS servers: JSON that says so, under status 200."""

from __future__ import annotations

from typing import Any

from tilekeep.domain.errors import SourceStatusError
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.merged_json import json_value
from tilekeep.domain.source_failure import hidden, upstream_text
from tilekeep.ports.http_client import HttpAnswer

#: Longer documents are results.
_LONGEST_ERROR = 65_536
_STATUSES = range(400, 600)
_UNSTATED = 500


def refuse_error(answer: HttpAnswer, request: UpstreamRequest, failure: str) -> None:
    """Returns if an answer is no error.

    :raises SourceStatusError: it is one, with the status that it states; ``failure`` is what clients are told.
    """
    error = _error_in(answer.body)
    if error is None:
        return
    code = error.get("code")
    status = code if isinstance(code, int) and code in _STATUSES else _UNSTATED
    details = error.get("details")
    said = [error.get("message"), *(details if isinstance(details, list) else [])]
    reason = upstream_text("; ".join(str(text) for text in said if text))
    raise SourceStatusError(
        f"{failure}: {request.public_url}, error {code}: '{reason}'", status=status, client_message=hidden(failure)
    )


def _error_in(body: bytes) -> dict[str, Any] | None:
    if len(body) > _LONGEST_ERROR or not body.lstrip().startswith(b"{"):
        return None
    try:
        document = json_value(body.decode())
    except ValueError:
        return None
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else None
