"""What the environment says. It is read once, at the start; nothing below asks it again."""

from collections.abc import Mapping
from dataclasses import dataclass


class BadSettingError(ValueError):
    """A variable of the environment holds what cannot be."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name} is {value!r}; it must be a whole number from 1 on")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the service can be told."""

    host: str = "127.0.0.1"
    port: int = 8000
    # How long requests may still take after the service is told to stop.
    grace_seconds: int = 10


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings; what is not set has its default.

    >>> read({"PORT": "9000"})
    Settings(host='127.0.0.1', port=9000, grace_seconds=10)
    """
    return Settings(
        host=environment.get("HOST", Settings.host),
        port=whole(environment, "PORT", Settings.port),
        grace_seconds=whole(environment, "GRACE_SECONDS", Settings.grace_seconds),
    )


def whole(environment: Mapping[str, str], name: str, default: int) -> int:
    """Return a whole number from 1 on."""
    value = environment.get(name, str(default))
    if not value.isdecimal() or int(value) < 1:
        raise BadSettingError(name, value)
    return int(value)
