"""What logs and clients are told when an upstream server fails (spec/config-globals-grids.md, 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from tilekeep.domain.errors import SourceStatusError
from tilekeep.domain.secrets import redacted

HTTP_ERROR = "HTTP Error"
NO_RESPONSE = "No response from URL"
NOT_VERIFIED = "Could not verify connection to URL"
BAD_URL = "URL not correct"
INTERNAL_ERROR = "Internal HTTP error"
UNUSABLE_ANSWER = "Unusable answer from URL"
EMPTY_ANSWER = "Empty answer from URL"
#: What 204 is called; it names no URL, hidden or not.
NO_CONTENT_TEXT = 'HTTP Error "204 No Content"'
NO_CONTENT = 204

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
_VISIBLE = {code: chr(code).encode("unicode_escape").decode("ascii") for code in _CONTROLS}


def upstream_text(text: str) -> str:
    """Text from a server, fit for logs and messages: on one line, with nothing that a terminal obeys, and redacted."""
    return redacted(text).translate(_VISIBLE)


class FailureTexts(NamedTuple):
    """The text for the log, and the one for clients."""

    log: str
    client: str


def failure_texts(kind: str, public_url: str, reason: str, *, hide_details: bool) -> FailureTexts:
    """Both texts for one failure; with ``hide_details`` clients get neither URL nor reason."""
    full = upstream_text(f'{kind} "{public_url}": {reason}')
    return FailureTexts(full, hidden(kind) if hide_details else full)


def hidden(kind: str) -> str:
    """The text for clients that must not see URL and reason."""
    return f"{kind} (see logs for URL and reason)."


def status_error(status: int, public_url: str, retry_after: float | None, *, hide_details: bool) -> SourceStatusError:
    """The error for an answer that carries no map by its status alone."""
    texts = failure_texts(HTTP_ERROR, public_url, str(status), hide_details=hide_details)
    client = NO_CONTENT_TEXT if status == NO_CONTENT else texts.client
    return SourceStatusError(texts.log, status=status, client_message=client, retry_after=retry_after)


def retry_after_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """``Retry-After`` in seconds from ``now`` (POSIX seconds), given as seconds or as a date (RFC 9110, 10.2.3).

    ``headers`` have lower-case names.  None if there is none or it means nothing; never below zero.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)
