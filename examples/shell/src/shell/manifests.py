"""Services as objects of Kubernetes: a Deployment and a Service each, and a claim for each volume. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from shell.topology import Service

# Nobody's: the user that the images run as.
NOBODY = 65532
# What one of our services takes at rest, and where something must be wrong.
RESOURCES = {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}
STORAGE = "1Gi"

Manifest = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Naming:
    """Where the images are, and which of them are meant: those of this tag, or of each service's version."""

    registry: str
    tag: str
    versions: Mapping[str, str]

    def image(self, service: Service) -> str:
        """Return the image of a service."""
        tag = self.tag or self.versions[service.name]
        return service.image or f"{self.registry}/{service.name}:{tag}"


def manifests(services: Iterable[Service], naming: Naming) -> dict[str, list[Manifest]]:
    """Return the objects by the file that they belong in."""
    known = list(services)
    volumes = sorted({volume for service in known for volume in service.volumes})
    files = {service.name: [deployment(service, naming), *doors(service)] for service in known}
    return files | ({"volumes": [claim(volume) for volume in volumes]} if volumes else {})


def shared(services: Iterable[Service]) -> dict[str, list[str]]:
    """Return the volumes that several services have, and which; such volumes need one machine."""
    users: dict[str, list[str]] = {}
    for service in services:
        for volume in service.volumes:
            users.setdefault(volume, []).append(service.name)
    return {volume: names for volume, names in users.items() if len(names) > 1}


def named(kind: str, version: str, name: str, spec: Manifest) -> Manifest:
    """Return an object."""
    metadata = {"name": name, "labels": {"app.kubernetes.io/name": name}}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def deployment(service: Service, naming: Naming) -> Manifest:
    """Return what runs a service."""
    labels = {"app.kubernetes.io/name": service.name}
    # What keeps files may be there once only: the old one ends before the new one begins.
    strategy = {"strategy": {"type": "Recreate"}} if service.volumes else {}
    pod = {"metadata": {"labels": labels}, "spec": pod_of(service, naming)}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, **strategy, "template": pod}
    return named("Deployment", "apps/v1", service.name, spec)


def pod_of(service: Service, naming: Naming) -> Manifest:
    """Return the one container of a service, and what is around it."""
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in service.volumes]
    return {
        "automountServiceAccountToken": False,
        # Who is where, compose.yaml says; what Kubernetes would add has names like PORT in it.
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": NOBODY,
            "runAsGroup": NOBODY,
            "fsGroup": NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container(service, naming)],
        **({"volumes": volumes} if volumes else {}),
    }


def container(service: Service, naming: Naming) -> Manifest:
    """Return the container; it is started, asked and stopped as the service expects."""
    mounts = [{"name": name, "mountPath": path} for name, path in service.volumes.items()]
    started: Manifest = {"command": list(service.command)} if service.command else {}
    return {
        "name": service.name,
        "image": naming.image(service),
        **started,
        "env": [variable(service, name, value) for name, value in service.environment.items()],
        **probes(service),
        "resources": RESOURCES,
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        **({"volumeMounts": mounts} if mounts else {}),
    }


def variable(service: Service, name: str, value: str) -> Manifest:
    """Return a variable; one with a password in it comes from a Secret of the service's name."""
    if urlsplit(value).password:
        return {"name": name, "valueFrom": {"secretKeyRef": {"name": service.name, "key": name}}}
    return {"name": name, "value": value}


def probes(service: Service) -> Manifest:
    """Return the port, and how to ask there whether it lives, and whether it can work."""
    if service.port is None:
        return {}
    ports = {"ports": [{"name": "main", "containerPort": service.port}]}
    if not service.is_process:
        return {**ports, "readinessProbe": {"tcpSocket": {"port": "main"}}}
    live, ready = ({"httpGet": {"path": path, "port": "main"}} for path in ("/livez", "/readyz"))
    return {
        **ports,
        "startupProbe": {**live, "periodSeconds": 1, "failureThreshold": 60},
        "livenessProbe": {**live, "periodSeconds": 10, "timeoutSeconds": 2},
        "readinessProbe": {**ready, "periodSeconds": 5, "timeoutSeconds": 2},
    }


def doors(service: Service) -> list[Manifest]:
    """Return how others reach a service: from outside only the one that compose.yaml publishes."""
    if service.port is None:
        return []
    spec = {
        "type": "LoadBalancer" if service.is_published else "ClusterIP",
        "selector": {"app.kubernetes.io/name": service.name},
        # The name under which DNS tells the port: _main._tcp.NAME.
        "ports": [{"name": "main", "port": service.port, "targetPort": "main"}],
    }
    return [named("Service", "v1", service.name, spec)]


def claim(volume: str) -> Manifest:
    """Return the wish for a volume."""
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": STORAGE}}}
    return named("PersistentVolumeClaim", "v1", volume, spec)
