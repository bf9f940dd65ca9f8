"""How a message and its answer look on the wire. Pure: JSON objects in, checked values out."""

from dataclasses import dataclass, replace
from typing import Any, cast

from servicekit.errors import MalformedError, RemoteError

# As many hops as no sensible system has; what needs more goes round in a circle.
HOPS = 10


@dataclass(frozen=True, kw_only=True)
class Request:
    """A message on its way."""

    message: dict[str, Any]
    trace: str
    seconds: float
    ttl: int = HOPS
    path: tuple[str, ...] = ()

    def hop(self, name: str) -> "Request":
        """Return the request as it leaves the service of this name."""
        return replace(self, ttl=self.ttl - 1, path=(*self.path, name))

    def wire(self) -> dict[str, Any]:
        """Return the request as a JSON object."""
        protocol = {"trace": self.trace, "seconds": self.seconds, "ttl": self.ttl, "path": list(self.path)}
        return {"pattern": self.message, "protocol": protocol}


@dataclass(frozen=True)
class Reply:
    """An answer on its way back: what was asked for, or the kind and the sentence of an error."""

    response: Any = None
    kind: str | None = None
    text: str = ""

    def wire(self) -> dict[str, Any]:
        """Return the reply as a JSON object."""
        error = None if self.kind is None else {"kind": self.kind, "text": self.text}
        return {"response": self.response, "err": error}

    def result(self) -> Any:  # noqa: ANN401 - any value of JSON
        """Return what was asked for, or raise the other side's error."""
        if self.kind is not None:
            raise RemoteError(self.kind, self.text)
        return self.response


def read_request(wire: Any) -> Request:  # noqa: ANN401 - whatever a stranger sent
    """Return the request in a JSON object; whoever sent it may be of another version, or no friend."""
    protocol = part(wire, "protocol")
    trace, seconds, ttl, path = (protocol.get(key) for key in ("trace", "seconds", "ttl", "path"))
    if not isinstance(trace, str) or not isinstance(path, list):
        raise MalformedError(lacks="a trace and a path")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not isinstance(ttl, int):
        raise MalformedError(lacks="the numbers seconds and ttl")
    hops = tuple(map(str, cast("list[object]", path)))
    return Request(message=part(wire, "pattern"), trace=trace, seconds=float(seconds), ttl=ttl, path=hops)


def read_reply(wire: Any) -> Reply:  # noqa: ANN401 - whatever a stranger sent
    """Return the reply in a JSON object."""
    found = as_object(wire)
    if found is None or "err" not in found:
        raise MalformedError(lacks="response and err")
    if found["err"] is None:
        return Reply(found.get("response"))
    error = part(wire, "err")
    return Reply(None, str(error.get("kind", "failed")), str(error.get("text", "")))


def part(wire: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - whatever a stranger sent
    """Return the object of this name in a JSON object."""
    found = as_object((as_object(wire) or {}).get(name))
    if found is None:
        raise MalformedError(lacks=name)
    return found


def as_object(wire: object) -> dict[str, Any] | None:
    """Return what is a JSON object, whose keys are texts; nothing of anything else."""
    return cast("dict[str, Any]", wire) if isinstance(wire, dict) else None
