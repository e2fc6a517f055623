"""Credentials in URLs: taken out before a request is built, and blacked out of everything that is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

#: What stands where a secret stood.
MASK = "***"

_EXACT = frozenset({"auth", "authorization", "code", "pass", "pwd", "pw", "sid", "sig", "sign", "ticket"})
_PARTS = (
    "accesskey",
    "apikey",
    "appcode",
    "authkey",
    "connectid",
    "credential",
    "passw",
    "secret",
    "session",
    "signature",
    "token",
)
_USER_INFO = re.compile(r"(?<=://)[^/\s]*@")
_ASSIGNMENT = re.compile(r"(?P<name>[\w.~%+-]+)(?P<is>=|%3[dD])(?P<value>[^&;#\s\"'<>]*)")
_PATH_SEGMENT = re.compile(r"(?i)(?<=/)(?P<name>(?:access_?)?token|api_?key|key)/(?P<value>[^/?#\s\"'<>]+)")


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and password for HTTP authentication, as they stand in a URL; never shown."""

    user: str = field(repr=False)
    password: str = field(repr=False)


def split_credentials(url: str) -> tuple[str, Credentials | None]:
    """The URL without its user info, and the credentials that stood there (spec/config-globals-grids.md, 9).

    The last ``@`` before the path ends the user info and the first ``:`` in it ends the user; nothing is
    percent-decoded, as in the reference.  Without a password the user info is dropped and there are no credentials.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url, None
    authority, slash, path = rest.partition("/")
    user_info, at, host = authority.rpartition("@")
    if not at:
        return url, None
    user, colon, password = user_info.partition(":")
    return f"{scheme}://{host}{slash}{path}", Credentials(user, password) if colon else None


def is_secret_name(name: str) -> bool:
    """Whether a parameter of this name, however spelled or encoded, is expected to hold a secret.

    Rather one too many: ``key`` and whatever ends with it, tokens, passwords, signatures, sessions and the like.
    """
    plain = re.sub(r"[^a-z0-9]", "", unquote_plus(unquote_plus(name)).lower())
    return plain in _EXACT or plain.endswith("key") or any(part in plain for part in _PARTS)


def redacted(text: str) -> str:
    """A URL, or any text with URLs in it, with nothing left that :func:`is_secret_name` or user info would hide.

    Idempotent.  User info is removed, as in the reference; values of secret parameters become ``***``, and so
    does the path segment after ``/token/`` and its like.
    """
    without_user = _USER_INFO.sub("", text)
    without_segments = _PATH_SEGMENT.sub(lambda match: f"{match['name']}/{MASK}", without_user)
    return _ASSIGNMENT.sub(_masked, without_segments)


def _masked(match: re.Match[str]) -> str:
    if not is_secret_name(match["name"]):
        return match[0]
    return f"{match['name']}{match['is']}{MASK}"
