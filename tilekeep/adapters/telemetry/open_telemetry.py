"""Spans for OpenTelemetry, sent as its standard environment variables say."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from tilekeep._version import __version__
from tilekeep.domain.errors import ConfigurationError
from tilekeep.ports.traces import Facts

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, SpanKind
    from opentelemetry.trace import TracerProvider as AnyTracerProvider

log = logging.getLogger("tilekeep.traces")


class OpenTelemetryTraces:
    """Implements :class:`tilekeep.ports.traces.Traces`.

    Args:
        provider: takes spans.
        accepts: whether requests may say that they are part of a trace, and whether it is recorded.
        propagates: whether servers of sources are told of it.
    """

    def __init__(self, provider: AnyTracerProvider, *, accepts: bool, propagates: bool) -> None:
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._kinds = trace.SpanKind
        self._tracer = provider.get_tracer("tilekeep", __version__)
        self._accepts = accepts
        self._propagates = propagates
        self._propagator = TraceContextTextMapPropagator()

    @contextlib.contextmanager
    def request(self, name: str, headers: Mapping[str, str], facts: Facts) -> Iterator[_Span]:
        """See :class:`~tilekeep.ports.traces.Traces`."""
        from opentelemetry.context import Context

        # Of a thread that answered something else before, nothing is left over.
        context = self._propagator.extract(headers, Context()) if self._accepts else Context()
        with self._begun(name, self._kinds.SERVER, facts, context) as span:
            yield span

    def span(self, name: str, facts: Facts) -> contextlib.AbstractContextManager[_Span]:
        """See :class:`~tilekeep.ports.traces.Traces`."""
        return self._begun(name, self._kinds.INTERNAL, facts)

    def upstream(self, name: str, facts: Facts) -> contextlib.AbstractContextManager[_Span]:
        """See :class:`~tilekeep.ports.traces.Traces`."""
        return self._begun(name, self._kinds.CLIENT, facts)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """See :class:`~tilekeep.ports.traces.Traces`."""
        if not self._propagates:
            return ()
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return tuple(carrier.items())

    @contextlib.contextmanager
    def _begun(self, name: str, kind: SpanKind, facts: Facts, context: Context | None = None) -> Iterator[_Span]:
        # Texts and tracebacks of errors may hold what is nobody's business; the log has them.
        with self._tracer.start_as_current_span(
            name,
            context,
            kind,
            attributes=dict(facts),
            record_exception=False,
            set_status_on_exception=False,
        ) as found:
            span = _Span(found)
            try:
                yield span
            except BaseException as error:
                span.fail(type(error).__name__)
                raise


class _Span:
    """Implements :class:`tilekeep.ports.traces.Span`."""

    __slots__ = ("_span",)

    def __init__(self, span: Span) -> None:
        self._span = span

    def note(self, facts: Facts) -> None:
        """See :class:`~tilekeep.ports.traces.Span`."""
        self._span.set_attributes(dict(facts))

    def fail(self, kind: str) -> None:
        """See :class:`~tilekeep.ports.traces.Span`."""
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)


@cache
def provider_of_environment() -> TracerProvider | None:
    """What sends spans by OTLP over HTTP; None if ``OTEL_SDK_DISABLED`` or ``OTEL_TRACES_EXPORTER`` say so.

    One for the process, whatever becomes of configurations: the variables do not change, and its thread and queue
    need not either.  It begins anew in forked children.

    :raises ConfigurationError: ``OTEL_TRACES_EXPORTER`` names something else.
    """
    wanted = os.environ.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() or "otlp"
    if wanted == "none" or os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    if wanted != "otlp":
        raise ConfigurationError(
            f"the variable OTEL_TRACES_EXPORTER is {wanted!r}, and spans are sent by OTLP only; set it to otlp or none",
            option=("globals", "tracing"),
        )
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    ours = Resource.create({SERVICE_NAME: "tilekeep", SERVICE_VERSION: __version__})
    provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
