"""An application that is built anew when its configuration files change."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.wsgi.watched_files import WatchedFiles

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("tilekeep.config")

#: Builds an application from the files as they are now, and has them watched; raises ConfigurationError.
Build = Callable[[WatchedFiles], "WSGIApplication"]


class ReloadingApplication:
    """Looks before each request whether a configuration file has changed (spec/util-deploy.md, 12.6).

    The request that notices a change builds the new application and is answered by it; the others are answered by
    the one before meanwhile.  What cannot be built is reported to the log once, and the application before it stays
    in service until a file changes again.

    Args:
        build: builds the application.
        without: answers while no application could be built at all; None raises the error of the first building.
        watch: what notes the files of one building.

    :raises ConfigurationError: the first application cannot be built, and there is no ``without``.
    """

    def __init__(
        self,
        build: Build,
        *,
        without: WSGIApplication | None = None,
        watch: Callable[[], WatchedFiles] = WatchedFiles,
    ) -> None:
        self._build = build
        self._watch = watch
        self._building = threading.Lock()
        self._files = watch()
        self._application = self._first(without)
        self._resources = ProcessResources()
        self._resources.keep(self)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers with the newest application that could be built."""
        if self._files.have_changed() and self._building.acquire(blocking=False):
            try:
                self._rebuild()
            finally:
                self._building.release()
        return self._application(environ, start_response)

    def reset_after_fork(self) -> None:
        """A building that the parent had begun is none of this process."""
        self._building = threading.Lock()

    def _first(self, without: WSGIApplication | None) -> WSGIApplication:
        try:
            return self._build(self._files)
        except Exception as error:
            if without is None:
                raise
            report_unusable("the configuration cannot be used", error)
            return without

    def _rebuild(self) -> None:
        # Another thread may have been quicker between the look and the lock.
        if not self._files.have_changed():
            return
        before, files = self._watch(), self._watch()
        before.watch(self._files.paths)
        try:
            self._application = self._build(files)
        except Exception as error:  # noqa: BLE001 - whatever it is, the application before goes on
            report_unusable("the changed configuration is not used", error)
            files.watch_as(before)
        else:
            # The parts of an application refer to each other: ports and threads of the one before would stay open.
            gc.collect()
            log.info("the configuration has been reloaded")
        self._files = files


def report_unusable(what: str, error: Exception) -> None:
    """Logs why there is none: the text of a problem with the configuration says it all; else the place matters too."""
    log.error("%s: %s", what, error, exc_info=None if isinstance(error, ConfigurationError) else error)
