"""Where a service is, by the environment and by a real DNS server."""

# dnslib has no types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from collections.abc import Iterator

import pytest
from dnslib import QTYPE, RR, SRV, A  # type: ignore[import-untyped]
from dnslib.server import BaseResolver, DNSRecord, DNSServer  # type: ignore[import-untyped]

from servicekit.discovery import Discovery, DnsSettings, NotFoundError
from servicekit.errors import UnreachableError
from servicekit.transports.addresses import Address

pytestmark = pytest.mark.anyio

NAME = "_main._tcp.adder.default.svc.cluster.local"


class Zone(BaseResolver):  # type: ignore[misc]
    """A DNS server that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        host = "adder.default.svc.cluster.local"
        self.records = [
            RR(NAME, QTYPE.SRV, rdata=SRV(20, 9, 7000, f"far.{host}"), ttl=60),
            RR(NAME, QTYPE.SRV, rdata=SRV(10, 1, 8000, f"small.{host}"), ttl=60),
            RR(NAME, QTYPE.SRV, rdata=SRV(10, 5, 9000, host), ttl=60),
            RR(host, QTYPE.A, rdata=A("127.0.0.5"), ttl=60),
        ]

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:  # noqa: ARG002 - dnslib's own name
        """Answer with the records of the zone."""
        self.asked.append(str(request.q.qname).rstrip("."))
        reply = request.reply()
        for record in self.records:
            if record.rname == request.q.qname and record.rtype == request.q.qtype:
                reply.add_answer(record)
        return reply


@pytest.fixture
def zone() -> Zone:
    """Give the zone that the server serves."""
    return Zone()


@pytest.fixture
def dns(zone: Zone) -> Iterator[DnsSettings]:
    """Run a real DNS server on a port of its own, and give how to ask it."""
    server = DNSServer(zone, address="127.0.0.1", port=0)
    server.start_thread()
    yield DnsSettings(dns_host="127.0.0.1", dns_port=server.server.server_address[1])
    server.stop()
    server.server.server_close()


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param(
            {"MY_ADDER_SERVICE_HOST": "10.0.0.1", "MY_ADDER_SERVICE_PORT": "80"}, id="host and port"
        ),
        pytest.param({"MY_ADDER_PORT": "tcp://10.0.0.1:80"}, id="a link"),
    ],
)
async def test_the_environment_says_where_a_service_is(environ: dict[str, str]) -> None:
    find = Discovery(environ, DnsSettings()).of("my-adder")

    assert await find() == Address("10.0.0.1", 80)


async def test_a_link_may_be_of_ipv6() -> None:
    found = await Discovery({"ADDER_PORT": "tcp://[::1]:80"}, DnsSettings()).find("adder")

    assert found == Address("::1", 80)


async def test_the_environment_goes_before_dns(dns: DnsSettings, zone: Zone) -> None:
    environ = {"ADDER_SERVICE_HOST": "10.0.0.1", "ADDER_SERVICE_PORT": "80"}

    found = await Discovery(environ, dns).find("adder")

    assert found == Address("10.0.0.1", 80)
    assert zone.asked == []


async def test_dns_says_where_a_service_is_by_priority_and_weight(dns: DnsSettings) -> None:
    # A service of this name may have a port of its own in the environment; that is no link.
    found = await Discovery({"ADDER_PORT": "8080"}, dns).find("adder")

    assert found == Address("127.0.0.5", 9000)


async def test_what_dns_said_is_remembered(dns: DnsSettings, zone: Zone) -> None:
    discovery = Discovery({}, dns)

    await discovery.find("adder")
    await discovery.find("adder")

    assert zone.asked.count(NAME) == 1


async def test_who_is_nowhere_is_not_found_and_the_sentence_helps(dns: DnsSettings) -> None:
    sentence = r"set AUDIT_SERVICE_HOST and AUDIT_SERVICE_PORT; DNS for _main\._tcp\.audit"
    with pytest.raises(NotFoundError, match=sentence):
        await Discovery({}, dns).find("audit")


async def test_without_a_server_of_its_own_the_system_s_is_asked() -> None:
    with pytest.raises(UnreachableError, match=r"DNS for _main\._tcp\.audit\.default\.invalid was asked"):
        await Discovery({}, DnsSettings(dns_suffix="invalid")).find("audit")


async def test_a_port_that_is_no_number_is_said(dns: DnsSettings) -> None:
    environ = {"ADDER_SERVICE_HOST": "h", "ADDER_SERVICE_PORT": "http"}

    with pytest.raises(UnreachableError, match="its port in the environment is 'http'"):
        await Discovery(environ, dns).find("adder")
