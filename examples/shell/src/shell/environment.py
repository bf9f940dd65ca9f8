"""What a service finds in its environment: where the others are, in the names of Kubernetes. Pure."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from shell.topology import Service

HOST = "127.0.0.1"


def environment(service: Service, others: Iterable[Service], dns_port: int) -> dict[str, str]:
    """Return what the shell adds for a service; where others are goes before what the file says."""
    found = dict(service.environment)
    for other in others:
        found |= link(other)
    # Here everything is on this machine, whatever holds in a container.
    own = {} if service.port is None else {"HOST": HOST, "PORT": str(service.port)}
    return {**found, **own, "DNS_HOST": HOST, "DNS_PORT": str(dns_port), "PYTHONUNBUFFERED": "1"}


def link(other: Service) -> dict[str, str]:
    """Return the variables that say where a service is."""
    if other.port is None:
        return {}
    name, port = re.sub(r"[^A-Za-z0-9]", "_", other.name).upper(), str(other.port)
    return {
        f"{name}_SERVICE_HOST": HOST,
        f"{name}_SERVICE_PORT": port,
        f"{name}_PORT": f"tcp://{HOST}:{port}",
        f"{name}_PORT_{port}_TCP": f"tcp://{HOST}:{port}",
        f"{name}_PORT_{port}_TCP_PROTO": "tcp",
        f"{name}_PORT_{port}_TCP_PORT": port,
        f"{name}_PORT_{port}_TCP_ADDR": HOST,
    }


def whole(added: Mapping[str, str], environ: Mapping[str, str], python: Path) -> dict[str, str]:
    """Return the whole environment of a process; its programs are first sought beside this Python."""
    path = os.pathsep.join([str(python.parent), environ.get("PATH", os.defpath)])
    return {**environ, "PATH": path, **added}
