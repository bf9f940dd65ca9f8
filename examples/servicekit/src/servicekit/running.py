"""From the environment to a service that answers: what every `main` does."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.types import ASGIApp

from servicekit.discovery import Discovery, DnsSettings
from servicekit.logs import configure, secrets_of
from servicekit.serving import Listening, serve
from servicekit.settings import SettingsError, read
from servicekit.telemetry import traced


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every service can be told."""

    host: str = "127.0.0.1"
    port: int = 8000
    # How many seconds running answers get when the service is told to stop.
    grace_seconds: int = 10
    log_level: str = "INFO"


Settings = TypeVar("Settings", bound=ServiceSettings)


def run(service: str, kind: type[Settings], create_app: Callable[[Settings], ASGIApp]) -> None:
    """Serve what the environment says until SIGTERM; a setting that cannot be is told in a sentence."""
    try:
        told = read(kind, os.environ)
    except SettingsError as error:
        sys.exit(f"{service}: {error}")
    configure(service, level=told.log_level, secrets=secrets_of(os.environ.get("QUEUE_URL", "")))
    app = traced(service, create_app(told), os.environ)
    serve(app, Listening(host=told.host, port=told.port, grace=told.grace_seconds))


def discovery() -> Discovery:
    """Return what finds other services, as the environment says."""
    return Discovery(os.environ, read(DnsSettings, os.environ))
