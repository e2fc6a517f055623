"""The meaning of globals that concern more than one cache or source."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import NamedTuple

from tilekeep.adapters.redis.server import RedisServer
from tilekeep.application.recent_failures import LONGEST_RETRY_AFTER_SECONDS
from tilekeep.config.mapproxy.meaning_redis import redis_server
from tilekeep.config.mapproxy.paths import from_base, octal
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.srs import normalised_code


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """A Redis where hosts meet, and with what their keys begin."""

    server: RedisServer
    prefix: str


class ShownMetrics(NamedTuple):
    """Measurements that somebody wants to see.

    :ivar path: of the application that shows them, or None.
    :ivar bind: host and port to show them on, or None.
    :ivar directory: where processes meet.
    """

    path: str | None
    bind: tuple[str, int] | None
    directory: str


class Tracing(NamedTuple):
    """Spans that somebody collects: whether traces of clients are gone on with, and servers are told of them."""

    accepts: bool
    propagates: bool


@dataclass(frozen=True, slots=True)
class EffectiveGlobals:
    """Settings of the whole process.

    :ivar cache_dir: root of tile stores, absolute, not normalised.
    :ivar legend_dir: where legends are kept.
    :ivar lock_dir: where slots of ``concurrent_requests`` lie.
    :ivar tile_max_age_seconds: how long clients may keep tiles.
    :ivar tiles_tell_age: whether clients are told how old tiles are and when they will be stale.
    :ivar tiles_tell_state: whether clients are told where tiles came from.
    :ivar allowed_origin: value of ``Access-control-allow-origin``, or None to send none.
    :ivar trusted_proxies: networks and ``unix``, whose headers about proxies count; None is everybody's.
    :ivar proj_data_dir: directory of PROJ data, or None for the library's own.
    :ivar preferred_srs: target SRS code to source codes, best first, for reprojection.
    :ivar font_dir: directory of the fonts of texts in images, or None for those of the package.
    :ivar failure_seconds: how long a failure is remembered.
    :ivar longest_failure_seconds: how long a failure can be remembered at most.
    :ivar ledger_dir: where the accounts of stores lie.
    :ivar min_free_bytes: of a disk, below which caches on it take no more tiles; 0 for no such limit.
    :ivar min_free_inodes: likewise.
    :ivar renderer_url: of the process that makes tiles, or None where they are made here; it may hold credentials.
    :ivar tracing: spans, or None if nobody collects them.
    :ivar metrics: None where nothing is measured.
    :ivar accel_location: of nginx, which sends the files below ``cache_dir`` itself, or None.
    :ivar logs_access: whether each request of a client is logged.
    :ivar logs_upstream: whether each request to a map server is.
    :ivar meeting: where locks, failures and limits of all hosts meet, or None if each host is alone.
    """

    cache_dir: str
    legend_dir: str
    lock_dir: str
    directory_permissions: int | None
    file_permissions: int | None
    tile_max_age_seconds: int
    tiles_tell_age: bool
    tiles_tell_state: bool
    allowed_origin: str | None
    trusted_proxies: tuple[str, ...] | None
    proj_data_dir: str | None
    preferred_srs: tuple[tuple[str, tuple[str, ...]], ...]
    font_dir: str | None
    failure_seconds: float
    longest_failure_seconds: float
    ledger_dir: str
    min_free_bytes: int
    min_free_inodes: int
    renderer_url: str | None = field(default=None, repr=False)
    meeting: MeetingPlace | None = None
    metrics: ShownMetrics | None = None
    accel_location: str | None = None
    logs_access: bool = False
    logs_upstream: bool = True
    tracing: Tracing | None = None


def effective_globals(settings: Settings, base_dir: str) -> EffectiveGlobals:
    """The globals with all paths absolute; ``base_dir`` is the absolute directory of the configuration."""
    cache, srs, image = settings.globals.cache, settings.globals.srs, settings.globals.image
    return EffectiveGlobals(
        cache_dir=from_base(base_dir, cache.base_dir),
        legend_dir=os.path.join(from_base(base_dir, cache.base_dir), "legends"),
        lock_dir=from_base(base_dir, cache.lock_dir),
        directory_permissions=octal(cache.directory_permissions),
        file_permissions=octal(cache.file_permissions),
        tile_max_age_seconds=int(settings.globals.tiles.expires_hours * 3600),
        tiles_tell_age=settings.globals.tiles.expires == "by_age",
        tiles_tell_state=settings.globals.tiles.state_header,
        allowed_origin=settings.globals.http.access_control_allow_origin or None,
        trusted_proxies=settings.globals.http.trusted_proxies,
        proj_data_dir=None if srs.proj_data_dir is None else from_base(base_dir, srs.proj_data_dir),
        preferred_srs=tuple(
            (normalised_code(target), tuple(normalised_code(code) for code in codes))
            for target, codes in srs.preferred_src_proj.items()
        ),
        font_dir=None if image.font_dir is None else from_base(base_dir, image.font_dir),
        failure_seconds=cache.failure_seconds,
        longest_failure_seconds=max(cache.failure_seconds, LONGEST_RETRY_AFTER_SECONDS),
        ledger_dir=(
            os.path.join(from_base(base_dir, cache.base_dir), "tilekeep_ledger")
            if cache.ledger_dir is None
            else from_base(base_dir, cache.ledger_dir)
        ),
        min_free_bytes=cache.min_free_space,
        min_free_inodes=cache.min_free_inodes,
        renderer_url=None if settings.globals.renderd is None else settings.globals.renderd.address,
        meeting=_meeting(settings, base_dir),
        metrics=_metrics(settings, base_dir),
        accel_location=settings.globals.tiles.accel_redirect,
        logs_access=settings.globals.logging.access,
        logs_upstream=settings.globals.logging.upstream,
        tracing=_tracing(settings),
    )


def _tracing(settings: Settings) -> Tracing | None:
    options = settings.globals.tracing
    return None if options is None else Tracing(options.accept, options.propagate)


def _meeting(settings: Settings, base_dir: str) -> MeetingPlace | None:
    options = settings.globals.redis
    return None if options is None else MeetingPlace(redis_server(options, base_dir), options.prefix)


def _metrics(settings: Settings, base_dir: str) -> ShownMetrics | None:
    options = settings.globals.metrics
    if options is None or (options.path is None and options.bind is None):
        return None
    directory = options.directory or os.path.join(settings.globals.cache.lock_dir, "metrics")
    return ShownMetrics(options.path, _host_and_port(options.bind), from_base(base_dir, directory))


def _host_and_port(bind: str | None) -> tuple[str, int] | None:
    if bind is None:
        return None
    host, _, port = bind.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)
