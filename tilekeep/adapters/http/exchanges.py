"""Exchanges of one process: a prepared request, a connection for it, and its answer received in full."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import NamedTuple

import requests
from requests.cookies import extract_cookies_to_jar, get_cookie_header
from requests.utils import get_environ_proxies, select_proxy
from urllib3 import BaseHTTPResponse, Timeout

from tilekeep.adapters.http.authentication import Authenticator
from tilekeep.adapters.http.body import read_body
from tilekeep.adapters.http.connection_slots import ConnectionSlots
from tilekeep.adapters.http.failures import LIBRARY_ERRORS, is_stale_connection
from tilekeep.adapters.http.limits import STATUSES_WITH_MAP, ExchangeLimit, current_limit
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.http.plain_urls import is_plain
from tilekeep.adapters.http.redirects import Hop, origin
from tilekeep.adapters.http.shared import SharedHttpState
from tilekeep.adapters.http.transport import SERVERS, PooledTransport
from tilekeep.ports.http_client import HttpAnswer

#: Bytes read of answers that carry no map.
ERROR_BODY_BYTES = 65536
_UNAUTHORIZED = 401


class _Way(NamedTuple):
    """How a server is reached: its proxy by scheme, if it has one, and whose connections requests wait for."""

    proxies: dict[str, str]
    pool: object


class Connections:
    """Pools, slots, challenges and cookies of one process."""

    def __init__(self, options: HttpOptions, shared: SharedHttpState) -> None:
        self._options = options
        self._shared = shared
        self._lock = threading.Lock()
        self._transports: dict[str, PooledTransport] = {}
        self._ways: dict[object, _Way] = {}
        self._slots = ConnectionSlots(options.pool_size)
        self._authenticator = Authenticator(options.credentials) if options.credentials else None

    def ask(self, hop: Hop, limit: ExchangeLimit, max_bytes: int) -> HttpAnswer:
        """The answer to one request, after a challenge the answer to the same with credentials."""
        hop = hop._replace(url=_url_as_sent(hop.url))  # Digest signs it
        authenticator = self._authenticator if hop.trusted else None
        known = authenticator.header(hop.method, hop.url) if authenticator else None
        answer = self._ask_once(hop, known, limit, max_bytes)
        challenge = answer.headers.get("www-authenticate")
        if answer.status != _UNAUTHORIZED or authenticator is None or challenge is None:
            return answer
        header = authenticator.answer(challenge, hop.method, hop.url)
        return self._ask_once(hop, header, limit, max_bytes) if header else answer

    def close(self) -> None:
        """Closes idle connections."""
        for transport in self._transports.values():
            transport.close()

    def _ask_once(self, hop: Hop, authorization: str | None, limit: ExchangeLimit, max_bytes: int) -> HttpAnswer:
        prepared = self._prepared(hop, authorization)
        way = self._way_to(hop.url)
        with self._slots.hold(way.pool, limit):
            try:
                return self._exchange(prepared, way.proxies, limit, max_bytes)
            except requests.ConnectionError as error:
                if not is_stale_connection(error):
                    raise
                return self._exchange(prepared, way.proxies, limit, max_bytes)

    def _prepared(self, hop: Hop, authorization: str | None) -> requests.PreparedRequest:
        headers = {"User-Agent": self._options.user_agent, "Accept-Encoding": "gzip, deflate"}
        if hop.body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        prepared = requests.PreparedRequest()
        prepared.prepare_method(hop.method)
        prepared.url = hop.url
        prepared.prepare_headers(headers)
        prepared.prepare_body(hop.body, files=None)
        prepared.prepare_auth(None)
        prepared.headers.update(hop.headers)
        if authorization:
            prepared.headers["Authorization"] = authorization
        jar = self._cookie_jar()
        if jar is not None and (cookies := get_cookie_header(jar, prepared)):  # type: ignore[no-untyped-call]
            prepared.headers["Cookie"] = cookies
        return prepared

    def _exchange(
        self,
        prepared: requests.PreparedRequest,
        proxies: Mapping[str, str],
        limit: ExchangeLimit,
        max_bytes: int,
    ) -> HttpAnswer:
        seconds = limit.next_timeout()
        token = current_limit.set(limit)
        try:
            response = self._transport(prepared.url or "").send(
                prepared,
                stream=True,
                timeout=Timeout(connect=seconds, read=seconds),  # type: ignore[arg-type]
                verify=self._options.verify,
                proxies=proxies,
            )
        finally:
            current_limit.reset(token)
        jar = self._cookie_jar()
        if jar is not None:
            extract_cookies_to_jar(jar, prepared, response.raw)  # type: ignore[no-untyped-call]
        return _received(response.raw, max_bytes)

    def _cookie_jar(self) -> CookieJar | None:
        return self._shared.cookie_jar(self._options) if self._options.manage_cookies else None

    def _transport(self, url: str) -> PooledTransport:
        scheme = url.partition(":")[0].lower()
        if scheme not in ("http", "https"):
            raise requests.exceptions.InvalidSchema(f"unknown scheme {scheme!r}")
        with self._lock:
            if scheme not in self._transports:
                context = self._shared.tls_context(self._options) if scheme == "https" else None
                self._transports[scheme] = PooledTransport(self._options.pool_size, context)
            return self._transports[scheme]

    def _way_to(self, url: str) -> _Way:
        server = origin(url)
        known = self._ways.get(server)
        if known is None:
            if len(self._ways) >= SERVERS:
                self._ways.clear()
            known = self._ways[server] = _way(server, url)
        return known


def _url_as_sent(url: str) -> str:
    """With all quoted that has to be."""
    if is_plain(url):
        return url
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, params="")
    return prepared.url or url


def _way(server: tuple[str, str, int], url: str) -> _Way:
    proxy = select_proxy(url, get_environ_proxies(url))
    if not proxy:
        return _Way({}, server)
    scheme = server[0]
    return _Way({scheme: proxy}, proxy if scheme == "http" else server)


def _received(raw: BaseHTTPResponse, max_bytes: int) -> HttpAnswer:
    headers = {name.lower(): value for name, value in raw.headers.itermerged()}
    try:
        body = _body(raw, max_bytes)
    except BaseException:
        raw.close()
        raise
    finally:
        raw.release_conn()
    return HttpAnswer(raw.status, headers, body)


def _body(raw: BaseHTTPResponse, max_bytes: int) -> bytes:
    """The whole body; without a map in it, only what comes easily and soon, since the status says what matters."""
    if raw.status in STATUSES_WITH_MAP:
        return read_body(raw, max_bytes)
    try:
        return read_body(raw, min(max_bytes, ERROR_BODY_BYTES))
    except LIBRARY_ERRORS:
        raw.close()
        return b""
