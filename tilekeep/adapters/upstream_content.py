"""Whether an upstream answer holds what was asked for, by its content type."""

from __future__ import annotations

from tilekeep.adapters.upstream_exchange import image_of
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.map_query import Fetched, NotModified, UpstreamRequest
from tilekeep.domain.source_failure import hidden, upstream_text
from tilekeep.ports.http_client import HttpAnswer

#: Bytes of an answer without image that are logged: XML exceptions are worth reading, other things are not.
_LOGGED_TEXT_BYTES = 8000
_LOGGED_OTHER_BYTES = 100


def required_image(answer: HttpAnswer, request: UpstreamRequest, failure: str) -> Fetched | NotModified:
    """The image in an answer: WMS servers report errors as XML under status 200 (spec/sources.md, 3.4).

    What does not say what it is counts as an image.

    :raises SourceContentError: there is none; ``failure`` says so to clients.
    """
    media_type = answer.headers.get("content-type", "image/")
    if answer.body and not media_type.lower().startswith("image/"):
        raise unwanted(answer, request, failure)
    return image_of(answer, request)


def unwanted(answer: HttpAnswer, request: UpstreamRequest, failure: str) -> SourceContentError:
    """The error for an answer with another content than was asked for; its beginning is for the log."""
    media_type = answer.headers.get("content-type", "").lower()
    is_text = media_type.startswith(("text/", "application/vnd.ogc", "application/json"))
    shown = _excerpt(answer.body, _LOGGED_TEXT_BYTES if is_text else _LOGGED_OTHER_BYTES)
    return SourceContentError(
        f"{failure}: {request.public_url}, response was: '{shown}'", client_message=hidden(failure)
    )


def _excerpt(body: bytes, length: int) -> str:
    text = upstream_text(body[:length].decode("utf-8", "backslashreplace"))
    return text if len(body) <= length else f"{text} [output truncated]"
