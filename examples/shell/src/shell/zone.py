"""Where services are, told by DNS: a real server on a port of this machine, with the names of a cluster."""

# dnslib has no types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from collections.abc import Iterable

from dnslib import QTYPE, RR, SRV, A  # type: ignore[import-untyped]
from dnslib.server import BaseResolver, DNSRecord, DNSServer  # type: ignore[import-untyped]

from shell.environment import HOST
from shell.topology import Service

SUFFIX = "default.svc.cluster.local"
# A service may be given another port at any time.
SECONDS = 1


class Zone(BaseResolver):  # type: ignore[misc]
    """The records of all services, and the server that tells them."""

    def __init__(self, services: Iterable[Service], port: int = 0) -> None:
        self.records = [record for service in services for record in records(service)]
        self._server = DNSServer(self, address=HOST, port=port, logger=Silence())
        self.port = int(self._server.server.server_address[1])

    def start(self) -> None:
        """Answer from now on."""
        self._server.start_thread()

    def stop(self) -> None:
        """Answer no more."""
        self._server.stop()
        self._server.server.server_close()

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:  # noqa: ARG002 - dnslib's own name
        """Return the answer to a question."""
        reply = request.reply()
        for record in self.records:
            if record.rname == request.q.qname and record.rtype == request.q.qtype:
                reply.add_answer(record)
        return reply


class Silence:
    """Says nothing of what is asked: the terminal is another's."""

    def __getattr__(self, _name: str) -> object:
        return nothing


def nothing(*_said: object) -> None:
    """Say nothing."""


def records(service: Service) -> list[RR]:
    """Return the records of a service: its port by SRV, its host by A."""
    if service.port is None:
        return []
    host = f"{service.name}.{SUFFIX}"
    srv = SRV(10, 10, service.port, host)
    return [
        RR(f"_main._tcp.{host}", QTYPE.SRV, rdata=srv, ttl=SECONDS),
        RR(host, QTYPE.A, rdata=A(HOST), ttl=SECONDS),
    ]
