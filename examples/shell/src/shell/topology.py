"""What runs: the services of a compose file. Pure: text in, services out.

A service with `build` is a process here; one with only an `image` is a container, which others look after.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

GROUP = "dev.group"
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::?-(?P<default>[^}]*))?\}")


class TopologyError(Exception):
    """A compose file that says what cannot be run."""


class UnreadableError(TopologyError):
    """A file that is no compose file."""

    def __init__(self, path: Path, reason: object) -> None:
        super().__init__(f"{path} cannot be read: {reason}")


class NoCommandError(TopologyError):
    """A process that nothing says how to start."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has build and no command; say how it starts: command: [python, -m, {name}]")


class CircleError(TopologyError):
    """Services that wait for each other."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"these depend on each other, so none can be first: {', '.join(names)}")


@dataclass(frozen=True, kw_only=True)
class Service:
    """What is known of a service before it runs."""

    name: str
    group: str
    command: tuple[str, ...] = ()
    port: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    folder: Path = Path()
    watched: tuple[Path, ...] = ()
    after: tuple[str, ...] = ()
    image: str = ""
    # Named volumes and where each is: what a service keeps.
    volumes: Mapping[str, str] = field(default_factory=dict[str, str])
    # Whether it can be reached from outside of the system.
    is_published: bool = False

    @property
    def is_process(self) -> bool:
        """Whether it runs here, and not in a container."""
        return bool(self.command)


def read_topology(path: Path, environ: Mapping[str, str]) -> list[Service]:
    """Return the services of a compose file, each after those that it depends on."""
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(with_variables(text, environ))
        services = [read_service(name, said, path.parent) for name, said in content["services"].items()]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(path, error) from error
    return in_order(services)


def with_variables(text: str, environ: Mapping[str, str]) -> str:
    """Return the text with ${NAME:-default} replaced, as compose does."""
    return VARIABLE.sub(lambda found: environ.get(found["name"]) or found["default"] or "", text)


def read_service(name: str, said: Mapping[str, Any], root: Path) -> Service:
    """Return one service."""
    build, command = said.get("build"), words(said.get("command", []))
    if build is not None and not command:
        raise NoCommandError(name)
    return Service(
        name=name,
        group=pairs(said.get("labels", {})).get(GROUP, ""),
        command=tuple(command) if build is not None else (),
        port=next(ports(said), None),
        environment=pairs(said.get("environment", {})),
        folder=(root / context(build)).resolve(),
        watched=tuple((root / each["path"]).resolve() for each in said.get("develop", {}).get("watch", [])),
        after=tuple(said.get("depends_on", [])),
        image=said.get("image", ""),
        volumes=dict(volume.split(":")[:2] for volume in said.get("volumes", [])),
        is_published=bool(said.get("ports")),
    )


def context(build: str | Mapping[str, str] | None) -> str:
    """Return the folder that a service is built from, written alone or in a mapping."""
    return build.get("context", ".") if isinstance(build, Mapping) else build or "."


def words(command: str | list[Any]) -> list[str]:
    """Return a command as words, written as one text or as a list."""
    return shlex.split(command) if isinstance(command, str) else [str(word) for word in command]


def pairs(said: Mapping[str, Any] | list[str]) -> dict[str, str]:
    """Return names and values, written as a mapping or as a list of NAME=VALUE."""
    if isinstance(said, list):
        return {name: value for name, _, value in (pair.partition("=") for pair in said)}
    return {name: "" if value is None else str(value) for name, value in said.items()}


def ports(said: Mapping[str, Any]) -> Iterator[int]:
    """Give the ports a service listens on: of those that are published, the inner ones."""
    for port in (*said.get("ports", []), *said.get("expose", [])):
        yield int(str(port).rpartition(":")[2].partition("/")[0])


def in_order(services: list[Service]) -> list[Service]:
    """Return the services, each after those that it depends on."""
    known = {service.name for service in services}
    left, done = list(services), list[Service]()
    while left:
        names = {service.name for service in done}
        free = [service for service in left if set(service.after) & known <= names]
        if not free:
            raise CircleError([service.name for service in left])
        done += free
        left = [service for service in left if service not in free]
    return done
