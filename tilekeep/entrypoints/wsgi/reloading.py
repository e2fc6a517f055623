"""An application that is built anew when its configuration files change."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from tilekeep.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("tilekeep.config")


class BuiltApplication(NamedTuple):
    """An application and the files it was built from."""

    application: WSGIApplication
    files: tuple[str, ...]


class ReloadingApplication:
    """Looks before each request whether a configuration file has changed (spec/util-deploy.md, 12.6).

    A configuration that cannot be obeyed is reported to the log, and the application before it stays in service.

    Args:
        build: builds the application from the files as they are now.
    """

    def __init__(self, build: Callable[[], BuiltApplication]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._built = build()
        self._seen = _versions(self._built.files)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers with the newest application that could be built."""
        if _versions(self._built.files) != self._seen:
            self._rebuild()
        return self._built.application(environ, start_response)

    def _rebuild(self) -> None:
        with self._lock:
            now = _versions(self._built.files)
            if now == self._seen:
                return
            self._seen = now
            try:
                self._built = self._build()
            except ConfigurationError as error:
                log.error("the changed configuration is not used: %s", error)  # noqa: TRY400 - the text says it all
                return
            self._seen = _versions(self._built.files)
            log.info("the configuration has been reloaded")


def _versions(files: tuple[str, ...]) -> list[tuple[int, int] | None]:
    """What tells one version of each file from the next; None for a file that is not there."""
    return [_version(path) for path in files]


def _version(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
