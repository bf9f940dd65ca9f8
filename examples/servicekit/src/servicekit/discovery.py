"""Where a service is: its environment says so, in the names of Kubernetes, or else the DNS does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import dns.asyncresolver
import dns.exception
import dns.resolver

from servicekit.errors import UnreachableError
from servicekit.transports.addresses import Address, Find

PATIENCE = 2.0


@dataclass(frozen=True, kw_only=True)
class DnsSettings:
    """Which DNS server to ask; without a host the system's own."""

    dns_host: str = ""
    dns_port: int = 53
    dns_namespace: str = "default"
    dns_suffix: str = "svc.cluster.local"


class NotFoundError(UnreachableError):
    """Nobody says where a service is."""

    def __init__(self, service: str, asked: str, reason: str) -> None:
        prefix = variable(service)
        known = f"set {prefix}_SERVICE_HOST and {prefix}_SERVICE_PORT"
        super().__init__(where=service, reason=f"{known}; {asked} was asked too: {reason}")


class Discovery:
    """Finds services, each time anew: what DNS says is kept only as long as DNS allows."""

    def __init__(self, environ: Mapping[str, str], settings: DnsSettings) -> None:
        self._environ = dict(environ)
        self._settings = settings
        self._resolver: dns.asyncresolver.Resolver | None = None

    def of(self, service: str) -> Find:
        """Return what finds this service whenever it is asked."""

        async def find() -> Address:
            return await self.find(service)

        return find

    async def find(self, service: str) -> Address:
        """Return the address of a service, or raise NotFoundError with a sentence that helps."""
        return from_environment(service, self._environ) or await self._from_dns(service)

    async def _from_dns(self, service: str) -> Address:
        settings = self._settings
        name = f"_main._tcp.{service}.{settings.dns_namespace}.{settings.dns_suffix}"
        try:
            record = best(await self._resolve(name, "SRV"))
            hosts = await self._resolve(record.target.to_text(omit_final_dot=True), "A")
            return Address(str(next(iter(hosts)).address), record.port)
        except (dns.exception.DNSException, OSError) as error:
            raise NotFoundError(service, f"DNS for {name}", type(error).__name__) from error

    async def _resolve(self, name: str, kind: str) -> Any:  # noqa: ANN401 - records have their types at run time
        if self._resolver is None:
            self._resolver = resolver(self._settings)
        return await self._resolver.resolve(f"{name}.", kind, lifetime=PATIENCE)


def resolver(settings: DnsSettings) -> dns.asyncresolver.Resolver:
    """Return what asks the DNS server, and remembers what it said as long as it may."""
    made = dns.asyncresolver.Resolver(configure=not settings.dns_host)
    made.cache = dns.resolver.Cache()
    if settings.dns_host:
        made.nameservers = [settings.dns_host]
        made.port = settings.dns_port
    return made


def best(records: Any) -> Any:  # noqa: ANN401 - records have their types at run time
    """Return the record that its owner prefers: the lowest priority, and of those the greatest weight."""
    return min(records, key=lambda record: (record.priority, -record.weight))


def from_environment(service: str, environ: Mapping[str, str]) -> Address | None:
    """Return what the environment says: NAME_SERVICE_HOST and _PORT, or NAME_PORT=tcp://host:port."""
    prefix = variable(service)
    host, port = (environ.get(f"{prefix}_SERVICE_{part}", "") for part in ("HOST", "PORT"))
    if host and port:
        return Address(host, number(service, port))
    url = environ.get(f"{prefix}_PORT", "")
    if not url.startswith("tcp://"):
        return None
    host, _, port = urlsplit(url).netloc.rpartition(":")
    return Address(host.strip("[]"), number(service, port))


def number(service: str, port: str) -> int:
    """Return a port as a number."""
    if not port.isdecimal():
        raise UnreachableError(
            where=service, reason=f"its port in the environment is {port!r}, which is no number"
        )
    return int(port)


def variable(service: str) -> str:
    """Return how names of variables begin that are about this service."""
    return re.sub(r"[^A-Za-z0-9]", "_", service).upper()
