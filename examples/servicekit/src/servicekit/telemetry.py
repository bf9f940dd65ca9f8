"""Traces, for whoever has a place for them: off, unless the environment names it."""

import logging
import sys
from collections.abc import Mapping

from starlette.types import ASGIApp

LOG = logging.getLogger(__name__)
# OpenTelemetry's own names. The rest of its OTEL_… variables its own parts read.
PLACES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# Asked every few seconds, and of interest to nobody afterwards.
UNTRACED = "livez,readyz"


def traced(service: str, app: ASGIApp, environ: Mapping[str, str]) -> ASGIApp:
    """Return the application; if there is a place for traces, one that tells it of each request."""
    if not any(environ.get(name) for name in PLACES):
        return app
    try:
        # An extra: without it a service is smaller, and starts sooner.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware  # pyright: ignore[reportMissingTypeStubs] # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        LOG.warning("no traces: pip install '%s[opentelemetry]'", service)
        return app
    name = environ.get("OTEL_SERVICE_NAME", service)
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OpenTelemetryMiddleware(app, excluded_urls=UNTRACED, tracer_provider=provider)


def headers() -> dict[str, str]:
    """Return what lets the other side's spans hang on ours; nothing, if we are not traced."""
    found: dict[str, str] = {}
    # Loaded by whoever traces, and looked for by nobody else: that would take longer than the message.
    if propagation := sys.modules.get("opentelemetry.propagate"):
        propagation.inject(found)
    return found
