"""The application inside a server's worker process, described by environment variables."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any, NamedTuple


class ServedConfiguration(NamedTuple):
    """What a worker process needs to know; it travels to the workers in environment variables."""

    config: str
    environment: str | None
    reload: bool
    log_format: str
    log_config: str | None = None

    def as_variables(self) -> dict[str, str]:
        """The environment variables for the worker processes."""
        return {
            "TILEKEEP_CONFIG": os.path.abspath(self.config),
            "TILEKEEP_ENV": self.environment or "",
            "TILEKEEP_RELOAD": "1" if self.reload else "",
            "TILEKEEP_LOG_FORMAT": self.log_format,
            "TILEKEEP_LOG_CONFIG": os.path.abspath(self.log_config) if self.log_config else "",
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
        )


def make_application() -> Any:
    """The WSGI application of this worker, with logging set up as ``tilekeep serve`` was told to."""
    from tilekeep.entrypoints.logs import log_as_configured, log_to_standard_error
    from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

    served = ServedConfiguration.from_variables(os.environ)
    if served.log_config is None:
        log_to_standard_error(served.log_format)
    else:
        log_as_configured(served.log_config, os.path.dirname(served.log_config))
    # The command has reported on the configuration already; workers speak up only when it is loaded anew.
    config_log = logging.getLogger("tilekeep.config")
    config_log.setLevel(logging.ERROR)
    application = make_wsgi_app(served.config, reloader=served.reload, env=served.environment)
    config_log.setLevel(logging.NOTSET)
    return application
