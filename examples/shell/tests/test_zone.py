"""What the DNS server tells, asked over the network."""

# dnslib has no types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from dnslib import DNSRecord  # type: ignore[import-untyped]

from shell import Service
from shell.zone import Zone


def test_a_service_is_found_by_its_name() -> None:
    zone = Zone([Service(name="web", group="", port=3000), Service(name="worker", group="")])
    zone.start()

    asked = DNSRecord.question("_main._tcp.web.default.svc.cluster.local", "SRV")
    found = DNSRecord.parse(asked.send("127.0.0.1", zone.port, timeout=5))
    nobody = DNSRecord.parse(
        DNSRecord.question("worker.example", "A").send("127.0.0.1", zone.port, timeout=5)
    )
    zone.stop()

    assert [record.rdata.port for record in found.rr] == [3000]
    assert nobody.rr == []
