"""Logging of the commands: structlog renders what the standard library's loggers say.

Under other WSGI servers nothing is set up: there logging belongs to whoever runs the server
(spec/util-deploy.md, 12.5).
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from tilekeep.entrypoints import request_id
from tilekeep.entrypoints.mapproxy_loggers import adopt_mapproxy_loggers

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger


def chosen_format(log_format: str) -> str:
    """``text`` or ``json``; ``auto`` is text where a person looks on, else JSON."""
    if log_format != "auto":
        return log_format
    return "text" if sys.stderr.isatty() else "json"


def log_to_standard_error(log_format: str) -> None:
    """Writes records of INFO and above to standard error, as text or as one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(log_format))
    root = logging.getLogger("tilekeep")
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False


def log_as_configured(path: str, here: str) -> None:
    """Sets logging up by a file of ``logging.config.fileConfig``, which may name loggers as MapProxy does.

    ``here`` is what ``%(here)s`` stands for in it.

    :raises ValueError: the file means nothing.
    :raises OSError: it, or a file it names, cannot be opened.
    """
    import configparser
    import logging.config

    try:
        logging.config.fileConfig(path, defaults={"here": here}, disable_existing_loggers=False)
    except KeyError as error:
        raise ValueError(
            f"the logging configuration {path!r} has no {error}; it needs this section or option"
        ) from error
    except (configparser.Error, RuntimeError, ImportError, AttributeError, NameError, TypeError) as error:
        raise ValueError(f"the logging configuration {path!r} cannot be used: {error}") from error
    adopt_mapproxy_loggers()


def formatter(log_format: str) -> logging.Formatter:
    """Renders records by structlog: ``text`` or ``json``."""
    import structlog

    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
    ]
    if log_format == "json":
        shared += [structlog.stdlib.ExtraAdder(allow=["details"]), _spread_details]
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


def _add_request_id(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001 - structlog's signature
    """Names the request that is being answered, if there is one with a name."""
    name = request_id.current()
    if name is not None:
        event["request_id"] = name
    return event


def _spread_details(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001 - likewise
    """Makes the details of a record members of their own."""
    return {**event.pop("details", {}), **event}


def _renderers(log_format: str) -> list[Processor]:
    import structlog

    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
