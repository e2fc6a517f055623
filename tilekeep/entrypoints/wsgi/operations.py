"""What an application has for whoever watches over the server: pages, and those who are told of requests."""

from __future__ import annotations

from tilekeep.config.assemble.readiness import readiness_checks
from tilekeep.config.containers import TilekeepContainer
from tilekeep.entrypoints.wsgi.access_log import AccessLog
from tilekeep.entrypoints.wsgi.health import HealthPages
from tilekeep.entrypoints.wsgi.measured_requests import MeasuredRequests, MetricsPage
from tilekeep.entrypoints.wsgi.router import Handler
from tilekeep.entrypoints.wsgi.watching import Watcher


def operations(container: TilekeepContainer) -> dict[str, Handler]:
    """Pages by the first part of their path."""
    options = container.options
    checks = readiness_checks(container.settings, container.base_dir, options)
    pages: dict[str, Handler] = {"health": HealthPages(checks)}
    if options.metrics is not None and options.metrics.path is not None:
        pages[options.metrics.path.removeprefix("/")] = MetricsPage(container.adapters.metrics(), options.metrics.path)
    return pages


def watchers(container: TilekeepContainer) -> list[Watcher]:
    """Who is told of requests and answers."""
    metrics = container.adapters.metrics()
    measuring: list[Watcher] = [MeasuredRequests(metrics)] if metrics.are_on else []
    return [*measuring, AccessLog()] if container.options.logs_access else measuring


def begin_listening(container: TilekeepContainer) -> None:
    """Has the port for measurements listen, if there is one, as long as the container lives."""
    endpoint = container.adapters.metrics_endpoint()
    if endpoint is not None:
        container.adapters.resources().keep(endpoint)
