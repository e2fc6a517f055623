"""The WSGI application: services put together, headers that every response carries, errors nobody expected."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from tilekeep.application.catalogue import Catalogue
from tilekeep.application.get_feature_info import GetFeatureInfo
from tilekeep.application.retouch_tile import RetouchTile
from tilekeep.application.single_flight import SingleFlight
from tilekeep.entrypoints import request_id
from tilekeep.entrypoints.wsgi.authorise import AREAS, HOOK
from tilekeep.entrypoints.wsgi.base_url import apply_script_name_header
from tilekeep.entrypoints.wsgi.cross_origin import OWN_HEADERS, SERVED_METHODS, CrossOriginPolicy
from tilekeep.entrypoints.wsgi.decoration import Decoration
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.handed_over import HandedOver
from tilekeep.entrypoints.wsgi.kept_document import KeptDocument
from tilekeep.entrypoints.wsgi.kept_documents import KeptDocuments
from tilekeep.entrypoints.wsgi.permissions import AccessDenied
from tilekeep.entrypoints.wsgi.plugins.assembly import PluginParts
from tilekeep.entrypoints.wsgi.plugins.wsgi_parts import HandlerOfApplication, intercepted
from tilekeep.entrypoints.wsgi.resolved_tile import Locator, ResolvedTile, resolved
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Response, plain_text, vary_with
from tilekeep.entrypoints.wsgi.router import Handler, Router
from tilekeep.entrypoints.wsgi.services import ServiceParts, assembled
from tilekeep.entrypoints.wsgi.shared_parts import SharedParts
from tilekeep.entrypoints.wsgi.tile_delivery import STATE_HEADER, TileDelivery
from tilekeep.entrypoints.wsgi.traced_requests import TracedRequests
from tilekeep.entrypoints.wsgi.trusted_proxies import TrustedProxies
from tilekeep.entrypoints.wsgi.watching import NamedRequests, WatchedRoute, Watcher
from tilekeep.entrypoints.wsgi.wmts.tile_info import TileInfoParts
from tilekeep.ports.areas import AreaReader
from tilekeep.ports.clock import Clock
from tilekeep.ports.pictures import Pictures
from tilekeep.ports.tile_store import SliceReader
from tilekeep.ports.traces import Traces

log = logging.getLogger("tilekeep.wsgiapp")

#: Of a configuration that names no plugin.
NO_PLUGINS = PluginParts({}, (), {})

_NO_OPERATIONS: Mapping[str, Handler] = MappingProxyType({})


class TilekeepApplication:
    """Answers all requests of one configuration.  Safe to call from any thread and, after a fork, any process.

    Args:
        catalogue: the tile layers.
        services: what the services are made with that are offered.
        get_info: asks about places on tiles.
        max_age_seconds: how long clients may keep tiles (``tiles.expires_hours``).
        tells_age: whether clients are told how old tiles are and when they will be stale (``tiles.expires``).
        tells_state: whether they are told where tiles came from (``tiles.state_header``).
        access_control_allow_origin: the header of that name for every response; empty leaves it out.
        trusted_proxies: addresses, networks and ``unix`` whose headers about proxies count; None is everybody's.
        document_flights: lets requests for a document wait for the one that writes it; reset in forked processes.
        areas: reads the areas of permissions.
        pictures: makes images into what decorating callables know, and back.
        retouch: makes another image of a tile where a wrapping application wants that.
        clock: the current time.
        read_slice: gives the bytes of a tile inside a file; raises StoreError.
        request_seconds: how long a request may take.
        after_answers: does what has been left for the time after an answer; None where nothing is.
        handed_over: has stored files sent by a server in front of this one; None where there is none that does.
        watchers: are told of each request and its answer.
        names_requests: whether each request has a name in the log, and its client is told.
        plugins: services, interceptors and pages of other distributions.
        traces: takes requests as spans; None if nobody collects them.
        operations: handlers by first path segment for whoever watches over the server; services come first.
        debug: whether unexpected errors reach the server instead of becoming ``internal error``.
        owned: what has to live as long as the application; it is only kept.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        services: ServiceParts,
        get_info: GetFeatureInfo,
        max_age_seconds: float,
        access_control_allow_origin: str,
        trusted_proxies: Collection[str] | None,
        document_flights: SingleFlight[KeptDocument],
        areas: AreaReader,
        pictures: Pictures,
        retouch: RetouchTile,
        clock: Clock,
        read_slice: SliceReader,
        request_seconds: float,
        after_answers: AfterAnswers | None = None,
        tells_age: bool = False,
        tells_state: bool = False,
        operations: Mapping[str, Handler] = _NO_OPERATIONS,
        handed_over: HandedOver | None = None,
        watchers: Sequence[Watcher] = (),
        names_requests: bool = False,
        plugins: PluginParts = NO_PLUGINS,
        traces: Traces | None = None,
        debug: bool = False,
        owned: object = None,
    ) -> None:
        decoration = Decoration(pictures)
        delivery = TileDelivery(
            clock=clock,
            read_slice=read_slice,
            retouch=retouch,
            decoration=decoration,
            request_seconds=request_seconds,
            max_age_seconds=max_age_seconds,
            tells_age=tells_age,
            tells_state=tells_state,
            handed_over=handed_over,
        )
        shared = SharedParts(catalogue, delivery, DocumentTemplates(), KeptDocuments(document_flights), decoration)
        offered = assembled(shared, TileInfoParts(get_info, clock, request_seconds), services, plugins.pages)
        self._locators: Mapping[str, Locator] = offered.locators
        added = {name: HandlerOfApplication(answers, name) for name, answers in plugins.services.items()}
        self._route: Handler = Router({**added, **operations, **offered.handlers}, offered.welcome)
        cross_origin = CrossOriginPolicy(access_control_allow_origin)
        self._other_method = cross_origin.other_method
        self._cross_origin_headers = cross_origin.headers
        self._names_origin = cross_origin.names_origin
        self._proxies = None if trusted_proxies is None else TrustedProxies(trusted_proxies)
        self._areas = areas
        self._after_answers = after_answers
        self._tells_state = tells_state
        self._debug = debug
        self._owned = owned
        answer: Handler = self._respond
        if plugins.interceptors:
            answer = self._guarded(intercepted(answer, plugins.interceptors))
        if traces is not None:
            answer = TracedRequests(answer, traces)
        watched: Handler = WatchedRoute(answer, watchers, clock) if watchers else answer
        self._answer: Handler = NamedRequests(watched) if names_requests else watched

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The WSGI interface (PEP 3333)."""
        if self._proxies is not None:
            self._proxies.forget_others(environ)
        if "HTTP_X_SCRIPT_NAME" in environ:
            apply_script_name_header(environ)
        status, headers, body = self._answer(environ)
        start_response(status, headers)
        parts = [body] if body and environ["REQUEST_METHOD"] != "HEAD" else []
        if self._after_answers is not None and self._after_answers.has_jobs:
            return _AnswerWithJobs(parts, self._after_answers)
        return parts

    def _respond(self, environ: Environ) -> Response:
        """The answer of the services, with the headers that every one has."""
        if HOOK in environ:
            environ[AREAS] = self._areas
        try:
            served = environ["REQUEST_METHOD"] in SERVED_METHODS
            response = self._route(environ) if served else self._other_method(environ)
        except AccessDenied as denied:
            response = denied.response()
        except Exception:
            if self._debug:
                raise
            response = _internal_error(environ)
        return self._with_common_headers(environ, response)

    def _with_common_headers(self, environ: Environ, response: Response) -> Response:
        status, headers, body = response
        if self._tells_state and status >= "500":
            headers = [*headers, (STATE_HEADER, "error")]
        if self._names_origin:
            vary_with(headers, "Origin")
        headers += environ.get(OWN_HEADERS, self._cross_origin_headers)
        return Response(status, headers, body)

    def _guarded(self, answer: Handler) -> Handler:
        """What interceptors raise becomes an error like any other."""

        def guarded(environ: Environ) -> Response:
            try:
                return answer(environ)
            except Exception:
                if self._debug:
                    raise
                return self._with_common_headers(environ, _internal_error(environ))

        return guarded

    def resolve(self, url_or_path: str) -> ResolvedTile:
        """The tile behind an address, read as in serving; host and prefix of the address do not matter.

        :raises RequestError: no tile has this address.
        """
        return resolved(self._locators, url_or_path)


class AfterAnswers(Protocol):
    """Work that waits until an answer has been sent."""

    @property
    def has_jobs(self) -> bool:
        """Whether there is any."""
        ...

    def run(self) -> None:
        """Does it."""
        ...


class _AnswerWithJobs:
    """The parts of an answer; the server closes it when it has sent them (PEP 3333)."""

    def __init__(self, parts: Sequence[bytes], jobs: AfterAnswers) -> None:
        self._parts = parts
        self._jobs = jobs

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def close(self) -> None:
        """Called by the server at the end of the request."""
        self._jobs.run()


def _internal_error(environ: Environ) -> Response:
    text = f"unexpected error at {environ.get('PATH_INFO')!r}\n{traceback.format_exc()}"
    if log.hasHandlers():
        log.critical("%s", text)
    else:
        name = request_id.current()
        environ["wsgi.errors"].write(text if name is None else f"request {name}: {text}")
    return plain_text(500, "internal error", NOT_STORABLE)
