"""Which background runner a process gets: threads, unless its server has none."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from tilekeep.adapters.after_response import AfterResponse
from tilekeep.adapters.background_threads import BackgroundThreads
from tilekeep.ports.background import BackgroundRunner
from tilekeep.ports.clock import Clock
from tilekeep.ports.metrics import Metrics


def background_runner(clock: Clock, metrics: Metrics) -> BackgroundRunner:
    """Threads where they run, else what runs after an answer; ``metrics`` takes how much there is to do."""
    return BackgroundThreads(metrics=metrics) if threads_run_beside_requests() else AfterResponse(clock)


def threads_run_beside_requests() -> bool:
    """Threads of Python do not run in uWSGI unless it was told so with ``enable-threads`` or ``threads``."""
    return _threads_run(_uwsgi_options())


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
