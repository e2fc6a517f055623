"""Many configurations behind one address: the first part of the path says whose application answers."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tilekeep._version import __version__
from tilekeep.config.process_resources import ProcessResources
from tilekeep.entrypoints.wsgi.base_url import BELOW_PREFIX, apply_script_name_header, script_url, unprefixed_path
from tilekeep.entrypoints.wsgi.configuration_directory import ConfigurationDirectory
from tilekeep.entrypoints.wsgi.health import HealthPages
from tilekeep.entrypoints.wsgi.kept_instances import KeptInstances
from tilekeep.entrypoints.wsgi.pages.content_policy import content_policy
from tilekeep.entrypoints.wsgi.pages.html_page import HTML, with_policy
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Response, document, plain_text
from tilekeep.entrypoints.wsgi.trusted_proxies import TrustedProxies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: So many configurations stay loaded, as in MapProxy.
MAX_INSTANCES = 100

#: Tells callables of a wrapping application which configuration is meant (spec/auth-plugins-decorate.md, 1).
INSTANCE_NAME = "mapproxy.instance_name"

#: Of the server as a whole, unless a configuration has this name; each instance has pages of its own.
_HEALTH = HealthPages({})


class MultiApplication:
    """Passes requests for ``/NAME/...`` on to the application of the configuration ``NAME``, which sees the rest.

    Args:
        directory: the configurations.
        load: the application of a configuration file.
        lists_names: whether the page at the root names them.
        proxies: whose headers are believed; None believes everybody's.
        max_instances: how many applications are kept.
    """

    def __init__(
        self,
        directory: ConfigurationDirectory,
        load: Callable[[str], WSGIApplication],
        *,
        lists_names: bool,
        proxies: TrustedProxies | None = None,
        max_instances: int = MAX_INSTANCES,
    ) -> None:
        self._directory = directory
        self._lists_names = lists_names
        self._proxies = proxies
        self._instances: KeptInstances[WSGIApplication] = KeptInstances(load, max_instances)
        self._resources = ProcessResources()
        self._resources.keep(self._instances)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The WSGI interface (PEP 3333)."""
        if self._proxies is not None:
            self._proxies.forget_others(environ)
        segment, slash, rest = unprefixed_path(environ).lstrip("/").partition("/")
        if not segment:
            return _sent(self._page(environ), environ, start_response)
        name = _decoded(segment)
        file = self._directory.file(name)
        if file is None:
            answer = _HEALTH(environ) if segment == "health" else plain_text(404, "not found")
            return _sent(answer, environ, start_response)
        environ[INSTANCE_NAME] = name
        environ[BELOW_PREFIX] = f"/{segment}"
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '').rstrip('/')}/{segment}"
        environ["PATH_INFO"] = slash + rest
        return self._instances(file)(environ, start_response)

    def _page(self, environ: Environ) -> Response:
        apply_script_name_header(environ)
        listing = _listing(script_url(environ), self._directory.names()) if self._lists_names else ""
        body = (
            '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Tilekeep</title></head>\n'
            f"<body>\n<h1>Welcome to Tilekeep {__version__}</h1>\n{listing}</body>\n</html>\n"
        )
        return with_policy(document(200, HTML, body.encode(errors="replace")), content_policy())


def out_of_order(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers for a configuration that cannot be obeyed; the log says why."""
    return _sent(plain_text(500, "this instance cannot be served", NOT_STORABLE), environ, start_response)


def _listing(base: str, names: Iterable[str]) -> str:
    items = "".join(
        f'<li><a href="{html.escape(base)}/{quote(os.fsencode(name), safe="")}/">{html.escape(name)}</a></li>\n'
        for name in names
    )
    return f"<h2>available instances:</h2>\n<ul>\n{items}</ul>\n"


def _decoded(segment: str) -> str:
    """A part of a path as the name of a file: WSGI gives its bytes as Latin-1 (PEP 3333)."""
    return os.fsdecode(segment.encode("latin-1", "replace"))


def _sent(response: Response, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    status, headers, body = response
    start_response(status, headers)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]
