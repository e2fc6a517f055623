"""Under which address clients reach this application, behind proxies or not (spec/services.md, 1.3).

Values of request headers are checked before they may reach any document; one that is malformed is ignored in
favour of what the server itself knows.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from tilekeep.entrypoints.wsgi.response import Environ

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~%!@:,;=+-]+)+/?")

_LAST_PORT = 65535

#: A prefix stands before every address of a document, so that a longer one could blow it up.
_LONGEST_PREFIX = 256

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

#: What a dispatcher before this application has taken off the path: it stands after the prefix of a proxy.
BELOW_PREFIX = "tilekeep.below_prefix"

_HEADER = "HTTP_X_SCRIPT_NAME"

#: Characters that stand for themselves in the path of an address.
_PLAIN_IN_PATHS = "/:@!$()*,;=+~-._"


def apply_script_name_header(environ: Environ) -> None:
    """Makes ``X-Script-Name`` the script name and, if the path starts with it, takes it off the path."""
    prefix = _header_prefix(environ)
    environ.pop(_HEADER, None)
    if prefix is not None:
        environ["SCRIPT_NAME"] = prefix + environ.get(BELOW_PREFIX, "")
        environ["PATH_INFO"] = _without(prefix, environ.get("PATH_INFO", ""))


def unprefixed_path(environ: Environ) -> str:
    """The path without the prefix that ``X-Script-Name`` names; the header is left to be believed or not."""
    prefix = _header_prefix(environ)
    path = str(environ.get("PATH_INFO", ""))
    return path if prefix is None else _without(prefix, path)


def _header_prefix(environ: Environ) -> str | None:
    value = str(environ.get(_HEADER, ""))
    if len(value) > _LONGEST_PREFIX or not _PREFIX.fullmatch(value):
        return None
    return unquote_to_bytes(value.rstrip("/")).decode("latin-1")


def _without(prefix: str, path: str) -> str:
    return path[len(prefix) :] if path == prefix or path.startswith(prefix + "/") else path


def script_url(environ: Environ) -> str:
    """Scheme, host and script name, without a slash at the end."""
    scheme = _scheme(environ)
    return f"{scheme}://{_host(environ, scheme)}{_quoted(environ.get('SCRIPT_NAME', '').rstrip('/'))}"


def base_url(environ: Environ) -> str:
    """The script URL with the path of this request."""
    return script_url(environ) + _quoted(environ.get("PATH_INFO", ""))


def _scheme(environ: Environ) -> str:
    forwarded = str(environ.get("HTTP_X_FORWARDED_PROTO", "")).split(",")[0].strip().lower()
    if forwarded in _DEFAULT_PORTS:
        return forwarded
    return str(environ.get("wsgi.url_scheme", "http"))


def _host(environ: Environ, scheme: str) -> str:
    forwarded = str(environ.get("HTTP_X_FORWARDED_HOST", "")).split(",")[0].strip()
    if _is_host(forwarded):
        return forwarded
    host = str(environ.get("HTTP_HOST", ""))
    if not _is_host(host):
        name = str(environ.get("SERVER_NAME", "localhost"))
        host = f"{f'[{name}]' if ':' in name else name}:{environ.get('SERVER_PORT', '80')}"
    return host.removesuffix(_DEFAULT_PORTS.get(scheme, "\0"))


def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text)
    return match is not None and int(match[1] or 0) <= _LAST_PORT


def path_quoted(text: str) -> str:
    """One part of a path, quoted as UTF-8; a slash in it is quoted too."""
    return quote(text, safe=_PLAIN_IN_PATHS.removeprefix("/"))


def _quoted(wsgi_path: str) -> str:
    return quote(wsgi_path.encode("latin-1", "replace"), safe=_PLAIN_IN_PATHS)
