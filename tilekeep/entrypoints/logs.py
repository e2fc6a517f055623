"""Logging of the commands: structlog renders what the standard library's loggers say.

Under other WSGI servers nothing is set up: there logging belongs to whoever runs the server
(spec/util-deploy.md, 12.5).
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from structlog.typing import Processor


def log_to_standard_error(log_format: str) -> None:
    """Writes records of INFO and above to standard error, as text or as one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(log_format))
    root = logging.getLogger("tilekeep")
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False


def formatter(log_format: str) -> logging.Formatter:
    """Renders records by structlog: ``text`` or ``json``."""
    import structlog

    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(log_format)],
    )


def server_log_config(log_format: str, level: str) -> dict[str, Any]:
    """The same for the server's own messages of ``level`` and above, for ``logging.config.dictConfig``."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"useful": {"()": _UsefulToUsers}},
        "formatters": {"tilekeep": {"()": formatter, "log_format": log_format}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "tilekeep", "filters": ["useful"]}},
        "loggers": {"_granian": {"handlers": ["console"], "level": level, "propagate": False}},
    }


class _UsefulToUsers(logging.Filter):
    """Drops the server's doubt about more threads than cores: ours wait for map servers most of the time."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is shown."""
        return "Python threads, which seems quite high" not in record.getMessage()


def _renderers(log_format: str) -> list[Processor]:
    import structlog

    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
