"""Reading the query string of a request."""

from __future__ import annotations

from urllib.parse import unquote_plus

#: Looked up to find the service: their first value counts, while repeated values of others are joined.
_FIRST_VALUE_COUNTS = frozenset({"service", "request", "version"})


def parameters(query_string: str) -> dict[str, str]:
    """Values by lower-case key; repeated keys are joined by commas, blank values kept (spec/services.md, 1.2).

    ``query_string`` is that of the WSGI environment: bytes that are not ASCII stand there as Latin-1 characters and
    are read as UTF-8.  What is no UTF-8 becomes U+FFFD.
    """
    if not query_string.isascii():
        query_string = utf8(query_string)
    found: dict[str, str] = {}
    more: dict[str, list[str]] = {}
    for part in query_string.split("&"):
        key, _, value = part.partition("=")
        if "%" in part or "+" in part:
            key, value = unquoted(key), unquoted(value)
        key = key.lower()
        if key not in found:
            found[key] = value
        elif key not in _FIRST_VALUE_COUNTS:
            more.setdefault(key, []).append(value)
    for key, values in more.items():
        found[key] = ",".join((found[key], *values))
    found.pop("", None)
    return found


def unquoted(text: str) -> str:
    """As ``unquote_plus``, which takes long over the escapes that every encoded box and media type has."""
    if "%" in text:
        text = text.replace("%2C", ",").replace("%2F", "/").replace("%3A", ":")
    return unquote_plus(text) if "%" in text or "+" in text else text


def utf8(wsgi_text: str) -> str:
    """Text of the WSGI environment, where bytes stand as Latin-1 characters, read as UTF-8."""
    return wsgi_text.encode("latin-1", "replace").decode("utf-8", "replace")
