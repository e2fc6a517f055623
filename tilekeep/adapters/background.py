"""Which background runner a process gets: threads, unless its server has none."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from tilekeep.adapters.after_response import AfterResponse
from tilekeep.adapters.background_threads import BackgroundThreads
from tilekeep.ports.background import BackgroundRunner
from tilekeep.ports.clock import Clock


def background_runner(clock: Clock) -> BackgroundRunner:
    """Threads of Python do not run in uWSGI unless it was told so with ``enable-threads`` or ``threads``."""
    return BackgroundThreads() if _threads_run(_uwsgi_options()) else AfterResponse(clock)


def _uwsgi_options() -> Mapping[Any, Any] | None:
    """The options of the uWSGI server this process belongs to, else None."""
    try:
        server = importlib.import_module("uwsgi")
    except ImportError:
        return None
    options: Mapping[Any, Any] = server.opt
    return options


def _threads_run(options: Mapping[Any, Any] | None) -> bool:
    if options is None:
        return True
    given = {name.decode() if isinstance(name, bytes) else name for name in options}
    return not given.isdisjoint({"enable-threads", "threads"})
