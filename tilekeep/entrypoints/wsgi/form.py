"""Parameters in the body of a request: forms, which clients send where an address would be too long."""

from __future__ import annotations

import io

from tilekeep.entrypoints.wsgi.query_string import parameters
from tilekeep.entrypoints.wsgi.response import Environ

#: The largest form that is read: thousands of layers have room in it.
MOST_BYTES = 256 * 1024

_FORM = "application/x-www-form-urlencoded"


class FormTooLarge(Exception):
    """The body of a request has more than :data:`MOST_BYTES`."""


def request_parameters(environ: Environ) -> dict[str, str]:
    """The parameters of a request, by lower-case name: those of a form win over those of the query string.

    Bodies of any other kind are left alone.  What has been read of the body is put back for whoever comes later.

    :raises FormTooLarge: the form is larger than anything a client needs.
    """
    given = parameters(environ.get("QUERY_STRING", ""))
    if environ["REQUEST_METHOD"] == "POST" and _media_type(environ) == _FORM:
        given |= parameters(_body(environ).decode("latin-1"))
    return given


def _media_type(environ: Environ) -> str:
    return str(environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()


def _body(environ: Environ) -> bytes:
    """The whole body; without a length it has none, unless the server says that its input ends with it."""
    stated = str(environ.get("CONTENT_LENGTH") or "")
    length = int(stated) if stated.isascii() and stated.isdigit() else 0
    if length > MOST_BYTES:
        raise FormTooLarge
    if length == 0 and not environ.get("wsgi.input_terminated"):
        return b""
    body: bytes = environ["wsgi.input"].read(length or MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise FormTooLarge
    environ["wsgi.input"] = io.BytesIO(body)
    return body
