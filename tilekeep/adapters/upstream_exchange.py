"""What every source that speaks HTTP does around one request: admission, conditions, and the meaning of the status."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.adapters.admitted_client import AdmittedClient
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import NoImage, SourceError
from tilekeep.domain.map_query import Fetched, NotModified, Upstream, UpstreamRequest
from tilekeep.domain.source_failure import EMPTY_ANSWER, NO_CONTENT, hidden, status_error
from tilekeep.domain.stand_in import NO_STAND_INS, StandIns
from tilekeep.domain.tile import Validators
from tilekeep.domain.told_keeping import told_keeping
from tilekeep.ports.clock import Clock
from tilekeep.ports.http_client import HttpAnswer, HttpClient
from tilekeep.ports.upstream_gate import UpstreamGate

_NOT_MODIFIED = 304
_SUCCESS = range(200, 300)


class UpstreamExchange:
    """Asks one upstream server through its gate.

    Args:
        http: sends requests.
        gate: limits how many are under way.
        clock: for deadlines, and for ``Retry-After`` given as a date.
        upstream: the server as the gate knows it.
        max_bytes: largest body accepted.
        timeout_seconds: longest wait for the gate, and then for the whole answer, however it drips.
        hide_error_details: whether clients are told neither URL nor reason of a failure.
        honors_cache_control: whether answers are kept no longer than the server says.
        stand_ins: for which failures of the server something stands, so that they are no warnings.
    """

    def __init__(
        self,
        http: HttpClient,
        gate: UpstreamGate,
        clock: Clock,
        *,
        upstream: Upstream,
        max_bytes: int,
        timeout_seconds: float,
        hide_error_details: bool,
        honors_cache_control: bool = False,
        stand_ins: StandIns = NO_STAND_INS,
    ) -> None:
        self._client = AdmittedClient(http, gate, clock, upstream=upstream, timeout_seconds=timeout_seconds)
        self._clock = clock
        self._max_bytes = max_bytes
        self._hide_error_details = hide_error_details
        self._honors_cache_control = honors_cache_control
        self._stand_ins = stand_ins

    def ask(self, request: UpstreamRequest, purpose: Purpose, deadline: Deadline) -> HttpAnswer:
        """The answer with a success status, or 304 to a conditional request.

        :raises SourceBusy: the gate stayed shut.
        :raises SourceStatusError: any other status; 204 too, since there is no map in it.
        :raises SourceError: no answer.
        """
        answer, retry_after = self._client.ask(request, purpose, deadline, max_bytes=self._max_bytes)
        unchanged = answer.status == _NOT_MODIFIED and is_conditional(request)
        if unchanged or (answer.status in _SUCCESS and answer.status != NO_CONTENT):
            return self._told(answer)
        raise status_error(answer.status, request.public_url, retry_after, hide_details=self._hide_error_details)

    @contextmanager
    def logging_failures(self, log: logging.Logger, message: str) -> Iterator[None]:
        """Says in the log of a source that, and why, something was not to be had; errors are raised all the same."""
        try:
            yield
        except SourceError as error:
            log.log(self._level_of(error), "%s: %s", message, error)
            raise

    def _level_of(self, error: SourceError) -> int:
        """An image stands for whatever ``other`` failure there is, so that the log alone tells which one it was."""
        if self._stand_ins.for_error(error) is None:
            return logging.WARNING
        return logging.DEBUG if self._stand_ins.expects(error) else logging.INFO

    def _told(self, answer: HttpAnswer) -> HttpAnswer:
        """The answer with what its server says about keeping it."""
        if not self._honors_cache_control:
            return answer
        return answer._replace(keeping=told_keeping(answer.headers, self._clock.now()))


def conditions(validators: Validators | None) -> tuple[tuple[str, str], ...]:
    """The headers that make a request conditional (RFC 9110, 13.1.2 and 13.1.3)."""
    if validators is None:
        return ()
    named = (("If-None-Match", validators.etag), ("If-Modified-Since", validators.last_modified))
    return tuple((name, value) for name, value in named if value)


def is_conditional(request: UpstreamRequest) -> bool:
    """Whether a request was made with :func:`conditions`."""
    return any(name in ("If-None-Match", "If-Modified-Since") for name, _ in request.headers)


def validators_of(answer: HttpAnswer) -> Validators | None:
    """The validators an answer came with, or None if it had none."""
    etag, last_modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    return Validators(etag, last_modified) if etag or last_modified else None


def image_of(answer: HttpAnswer, request: UpstreamRequest) -> Fetched | NotModified:
    """The source answer in a checked HTTP answer.

    :raises NoImage: the body is empty.
    """
    if answer.status == _NOT_MODIFIED:
        return NotModified(validators_of(answer))
    if not answer.body:
        raise NoImage(f'{EMPTY_ANSWER} "{request.public_url}"', client_message=hidden(EMPTY_ANSWER))
    return fetched(answer)


def fetched(answer: HttpAnswer) -> Fetched:
    """The body of an answer, and what is known of it."""
    storable, good_for = answer.keeping
    return Fetched(
        answer.body, answer.headers.get("content-type"), validators_of(answer), storable=storable, good_for=good_for
    )
