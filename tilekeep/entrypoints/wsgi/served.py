"""The application inside a server's worker process, described by environment variables."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tilekeep.config.loading.garbage import garbage_collection_paused

if TYPE_CHECKING:
    from tilekeep.config.loading.settings_file import LoadedSettings

log = logging.getLogger("tilekeep.config")

#: Settings of the file that could be obeyed: new workers, which inherit them with the fork, do so where they cannot
#: obey what is in the file by then.
_good: LoadedSettings | None = None


class ServedConfiguration(NamedTuple):
    """What a worker process needs to know; it travels to the workers in environment variables.

    :ivar config: path of a configuration file, or of a directory of them.
    :ivar lists_names: whether the page at the root names the configurations of a directory.
    :ivar trusted_proxies: of a directory: whose headers about proxies count; None is everybody's.
    """

    config: str
    environment: str | None
    reload: bool
    log_format: str
    log_config: str | None = None
    lists_names: bool = False
    trusted_proxies: tuple[str, ...] | None = None

    def as_variables(self) -> dict[str, str]:
        """The environment variables for the worker processes."""
        return {
            "TILEKEEP_CONFIG": os.path.abspath(self.config),
            "TILEKEEP_ENV": self.environment or "",
            "TILEKEEP_RELOAD": "1" if self.reload else "",
            "TILEKEEP_LOG_FORMAT": self.log_format,
            "TILEKEEP_LOG_CONFIG": os.path.abspath(self.log_config) if self.log_config else "",
            "TILEKEEP_LIST": "1" if self.lists_names else "",
            "TILEKEEP_TRUSTED_PROXIES": "" if self.trusted_proxies is None else " ".join(self.trusted_proxies),
        }

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> ServedConfiguration:
        """The counterpart of :meth:`as_variables`."""
        return cls(
            variables["TILEKEEP_CONFIG"],
            variables.get("TILEKEEP_ENV") or None,
            variables.get("TILEKEEP_RELOAD") == "1",
            variables.get("TILEKEEP_LOG_FORMAT", "text"),
            variables.get("TILEKEEP_LOG_CONFIG") or None,
            variables.get("TILEKEEP_LIST") == "1",
            tuple(variables.get("TILEKEEP_TRUSTED_PROXIES", "").split()) or None,
        )


def make_application() -> Any:
    """The WSGI application of this worker, with logging set up as ``tilekeep serve`` was told to."""
    from tilekeep.entrypoints.logs import log_as_configured, log_to_standard_error

    served = ServedConfiguration.from_variables(os.environ)
    if served.log_config is None:
        log_to_standard_error(served.log_format)
    else:
        log_as_configured(served.log_config, os.path.dirname(served.log_config))
    return _of_directory(served) if os.path.isdir(served.config) else _of_file(served)


def remember_good(loaded: LoadedSettings) -> None:
    """Has workers that are started from now on use these settings while the file is broken."""
    global _good  # noqa: PLW0603 - inherited with the fork
    _good = loaded


def _of_file(served: ServedConfiguration) -> Any:
    # The command has reported on the configuration already; workers speak up only when it is loaded anew.
    log.setLevel(logging.ERROR)
    application = _newest(served)
    log.setLevel(logging.NOTSET)
    return application


@garbage_collection_paused()
def _newest(served: ServedConfiguration) -> Any:
    """What is in the file now, or else what was good before: servers end if their new workers do not live."""
    from tilekeep.entrypoints.wsgi.make_app import ApplicationBuild
    from tilekeep.entrypoints.wsgi.reloading import ReloadingApplication, report_unusable
    from tilekeep.entrypoints.wsgi.watched_files import WatchedFiles

    build = ApplicationBuild(served.config, served.environment)
    try:
        return ReloadingApplication(build) if served.reload else build(WatchedFiles())
    except Exception as error:  # whatever it is, what was good before goes on
        if _good is None:
            raise
        before = build.of(_good)
        if served.reload:
            return ReloadingApplication(build, without=before)
        report_unusable("the configuration cannot be used", error)
        return before


@garbage_collection_paused()
def _of_directory(served: ServedConfiguration) -> Any:
    from tilekeep.entrypoints.wsgi.make_multi_app import make_multi_app

    return make_multi_app(
        served.config, served.lists_names, env=served.environment, trusted_proxies=served.trusted_proxies
    )
