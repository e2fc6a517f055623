"""Answers about places as responses, and the parameters that all protocols share (spec/services.md, 3.10 and 5.5)."""

from __future__ import annotations

import re

from tilekeep.application.get_feature_info import InfoAnswer
from tilekeep.domain.errors import InvalidParameter
from tilekeep.entrypoints.wsgi.authorise import document_headers
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Response, document

#: Nobody reads more features than there are numbers of so many digits.
_COUNT = re.compile(r"0*[1-9][0-9]{0,8}")


def feature_count(text: str | None) -> int | None:
    """How many features a client wants at most; None for a request that leaves it open.

    :raises InvalidParameter: no positive number.
    """
    if text is None or not text.strip():
        return None
    if not _COUNT.fullmatch(text.strip()):
        raise InvalidParameter(f"invalid feature_count: {text!r} (a positive number)", locator="feature_count")
    return int(text)


def info_response(answer: InfoAnswer, media_type: str | None, environ: Environ) -> Response:
    """The response in UTF-8; nobody may keep what is not complete.  None is the type of nothing in particular."""
    body = b"" if answer.document is None else answer.document.text.encode("utf-8", "replace")
    headers = document_headers(environ) if answer.complete else NOT_STORABLE
    return document(200, "text/plain" if media_type is None else _content_type(media_type), body, headers)


def _content_type(media_type: str) -> str:
    """Types of text state their encoding, which is not for clients to choose; the others have one of their own."""
    name, *parameters = (part.strip() for part in media_type.split(";"))
    kept = [parameter for parameter in parameters if not parameter.lower().startswith("charset")]
    return "; ".join([name, *kept, "charset=utf-8"] if name.startswith("text/") else [name, *kept])
