"""The meaning of HTTP options: those of the source, else of the globals, else built in."""

from __future__ import annotations

from dataclasses import dataclass, field

from tilekeep.config.mapproxy.http import HttpOptions
from tilekeep.config.mapproxy.inherited import first_set
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.image import ImageLimits
from tilekeep.domain.map_query import Breaker

_DEFAULT_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class EffectiveProgram:
    """A program on this machine that answers in place of a server (spec/sources.md, 8.1).

    :ivar binary: absolute path, or a name that is looked up in the PATH.
    :ivar working_dir: absolute path, or None for the directory of the program.
    """

    binary: str
    working_dir: str | None


@dataclass(frozen=True, slots=True)
class EffectiveHttp:
    """How requests to one source are sent (spec/config-globals-grids.md, 9).

    :ivar method: ``AUTO``, ``GET`` or ``POST``.
    :ivar headers: names and values; they may hold secrets.
    :ivar ssl_ca_certs: file with trusted certificates, or None for those of the system.
    :ivar hide_error_details: whether clients see neither URL nor reason of a failure.
    :ivar requests_per_second: to the server; 0 is any number.
    :ivar breaker: when the server is left alone, or None for never.
    :ivar limits: what an image from upstream may cost.
    :ivar honors_cache_control: whether answers are kept no longer than the server says.
    :ivar program: what answers instead of a server, if it is a program.
    """

    client_timeout_seconds: float
    method: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    ssl_ca_certs: str | None
    ssl_no_cert_checks: bool
    hide_error_details: bool
    manage_cookies: bool
    limits: ImageLimits
    requests_per_second: float = 0.0
    breaker: Breaker | None = None
    program: EffectiveProgram | None = None
    honors_cache_control: bool = False


def effective_http(settings: Settings, local: HttpOptions | None, base_dir: str) -> EffectiveHttp:
    """The options for a source whose own are ``local``; ``headers`` are replaced as a whole."""
    default = settings.globals.http
    own = local or HttpOptions.untouched()
    headers = default.headers if own.headers is None else own.headers
    certificates = default.ssl_ca_certs if own.ssl_ca_certs is None else own.ssl_ca_certs
    breaker = own.breaker or default.breaker
    return EffectiveHttp(
        client_timeout_seconds=own.client_timeout or global_timeout_seconds(settings),
        method=own.method or default.method or "AUTO",
        headers=tuple((headers or {}).items()),
        ssl_ca_certs=None if certificates is None else from_base(base_dir, certificates),
        ssl_no_cert_checks=first_set(own.ssl_no_cert_checks, default.ssl_no_cert_checks, otherwise=False),
        hide_error_details=first_set(own.hide_error_details, default.hide_error_details, otherwise=True),
        manage_cookies=first_set(own.manage_cookies, default.manage_cookies, otherwise=False),
        limits=ImageLimits(default.max_image_bytes, default.max_image_pixels),
        requests_per_second=own.requests_per_second or default.requests_per_second or 0.0,
        breaker=None if breaker is None else Breaker(breaker.failures, breaker.seconds),
        honors_cache_control=first_set(own.honor_cache_control, default.honor_cache_control, otherwise=False),
    )


def global_timeout_seconds(settings: Settings) -> float:
    """``globals.http.client_timeout``: also how long a tile lock is waited for (spec/caches.md, 5)."""
    return settings.globals.http.client_timeout or _DEFAULT_TIMEOUT_SECONDS


def longest_request_seconds(settings: Settings) -> float:
    """How long a tile request may take: waiting for the lock once, then for the slowest source."""
    lock = global_timeout_seconds(settings)
    own = (getattr(source, "http", None) for source in settings.sources.values())
    return lock + max((http.client_timeout or lock for http in own if http is not None), default=lock)
