"""The compose file of the examples with ports that are free here. Pure: a text in, a text out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


def service_names(compose: str) -> list[str]:
    """Return the names of all services."""
    return list(yaml.safe_load(compose)["services"])


def with_ports(compose: str, ports: Mapping[str, int]) -> str:
    """Return the compose file with another port for each service; nothing is watched, for nothing will change."""
    content = yaml.safe_load(compose)
    for name, service in content["services"].items():
        service.pop("develop", None)
        _move(service, str(ports[name]))
    return yaml.safe_dump(content, sort_keys=False)


def _move(service: dict[str, Any], port: str) -> None:
    # The one port that a service publishes or exposes; whoever runs it tells it and the others.
    for key, value in (("ports", f"{port}:{port}"), ("expose", port)):
        if key in service:
            service[key] = [value]
