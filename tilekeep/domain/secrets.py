"""Credentials in URLs: taken out before a request is built, and blacked out of everything that is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_plus

#: What stands where a secret stood.
MASK = "***"

_LONGEST_NAME = 100
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
# User info, plain and percent-encoded, and what was meant to be some: a password with a slash, where a port would be.
_USER_INFO = re.compile(
    r"""(?xi)
    (?<=://)(?:
        [^/\n]*@
      | (?!\[)[^/\s:@]{0,300}:(?!\d{0,5}(?:[/?\#\s"'<>]|$))\S{0,300}@
    )+
  | (?<=%3A%2F%2F)(?:
        (?:(?!%2F)[^/&\#\s])*%40
      | (?:(?!%2F|%3A|%40|%5B)[^/&\#\s]){0,300}%3A(?!\d{0,5}(?:%2F|%3F|%23|[&\#\s"'<>]|$))[^/&\#\s]{0,900}%40
    )+"""
)
_PATH_SEGMENT = re.compile(r"(?i)(?<=/)(?P<name>(?:access_?)?token|api_?key|key)/(?P<value>[^/?#\s\"'<>]+)")
# Members of objects in JSON or Python, and lines of headers; in running text a colon is punctuation.
_MEMBER = re.compile(
    r"(?P<name>(?<=[\"'])[A-Za-z][\w.-]{0,99}(?=[\"'])|(?m:^)[A-Za-z][\w.-]{0,99}(?=[ \t]{0,9}:))"
    r"(?P<colon>[\"']?\s{0,9}:\s{0,9})(?P<value>\"(?:[^\"\\\r\n]|\\.)*\"?|'(?:[^'\\\r\n]|\\.)*'?|[^\"'\s][^\"'\r\n,;&<>}]*)"
)
_SIGNS = re.compile(r"(?P<end>[&;#\s\"'<>])|(?P<equals>=)|[?/]")
_ENCODED_SIGNS = re.compile(r"(?i)(?P<end>%26|%3B|%23|[&;#\s\"'<>])|(?P<equals>%3D)|%3F|%2F|[?/=]")


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
    return _is_secret_name(name[-_LONGEST_NAME:])


@lru_cache(maxsize=1024)
def _is_secret_name(name: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", unquote_plus(unquote_plus(name)).lower())
    return plain in _EXACT or plain.endswith("key") or any(part in plain for part in _PARTS)


def redacted(text: str) -> str:
    """A URL, or any text with URLs in it, with nothing left that :func:`is_secret_name` or user info would hide.

    Idempotent.  User info is removed, as in the reference; values of secret parameters become ``***``, and so
    do the path segment after ``/token/`` and its like, and headers and JSON members with such names, which
    servers like to repeat in what they answer.
    """
    without_user = _USER_INFO.sub("", text)
    without_members = _MEMBER.sub(_masked_member, without_user)
    without_segments = _PATH_SEGMENT.sub(lambda match: f"{match['name']}/{MASK}", without_members)
    return _without_values(_without_values(without_segments, _ENCODED_SIGNS), _SIGNS)


def _masked_member(match: re.Match[str]) -> str:
    if not is_secret_name(match["name"]):
        return match[0]
    quote = match["value"][0] if match["value"][0] in "\"'" else ""
    return f"{match['name']}{match['colon']}{quote}{MASK}{quote}"


def _without_values(text: str, signs: re.Pattern[str]) -> str:
    """The text with the values of secret parameters masked; one walk, since the text may be long and hostile."""
    parts: list[str] = []
    copied = name_start = 0
    in_secret = False
    for sign in signs.finditer(text):
        if in_secret and sign["end"]:
            parts.append(MASK)
            copied, in_secret = sign.start(), False
        elif not in_secret and sign["equals"] and is_secret_name(text[name_start : sign.start()]):
            parts.append(text[copied : sign.end()])
            in_secret = True
        name_start = sign.end()
    parts.append(MASK if in_secret else text[copied:])
    return "".join(parts)
