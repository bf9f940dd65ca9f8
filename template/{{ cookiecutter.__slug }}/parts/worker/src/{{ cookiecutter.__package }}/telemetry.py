"""Traces, for whoever has a place for them: off, unless the environment names it."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

LOG = logging.getLogger(__name__)
# OpenTelemetry's own names. The rest of its OTEL_… variables its own parts read.
PLACES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

# Around what is done under a name.
Span = Callable[[str], AbstractContextManager[object]]


def spans(environment: Mapping[str, str]) -> Span:
    """Return what makes a span; if there is a place for traces, one that is sent there."""
    if not any(environment.get(name) for name in PLACES):
        return nullcontext
    try:
        # An extra: without it the worker is smaller, and starts sooner.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        LOG.warning("no traces: pip install '{{ cookiecutter.__slug }}[opentelemetry]'")
        return nullcontext
    name = environment.get("OTEL_SERVICE_NAME", "{{ cookiecutter.__slug }}")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer(__name__).start_as_current_span
