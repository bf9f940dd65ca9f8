"""What the environment tells a service: a frozen value, read once; all that is wrong is said at once."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

Settings = TypeVar("Settings")

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class SettingsError(Exception):
    """An environment that says what cannot be, or not enough."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))


class Secret:
    """A text that is shown to nobody by mistake."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def reveal(self) -> str:
        """Return the text itself, for whoever it is meant for."""
        return self._text


def switch(text: str) -> bool:
    """Read a yes or no."""
    if text.lower() not in YES | NO:
        raise ValueError(text)
    return text.lower() in YES


READERS: Mapping[Any, tuple[Callable[[str], Any], str]] = {
    str: (str, "text"),
    int: (int, "a whole number"),
    float: (float, "a number"),
    bool: (switch, "true or false"),
    Path: (Path, "a path"),
    Secret: (Secret, "a secret"),
}


def read(kind: type[Settings], environ: Mapping[str, str]) -> Settings:
    """Return settings of this dataclass: a field is the variable of the same name in capitals."""
    problems: list[str] = []
    values: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for field in fields(kind):  # type: ignore[arg-type]  # no protocol says "a dataclass"
        name = field.name.upper()
        if text := environ.get(name, ""):
            reader, wanted = READERS[hints[field.name]]
            try:
                values[field.name] = reader(text)
            except ValueError:
                problems.append(f"{name} must be {wanted}; it is {text!r}")
        elif is_needed(field):
            problems.append(f"{name} is not set")
    if problems:
        raise SettingsError(problems)
    return kind(**values)


def is_needed(field: Field[Any]) -> bool:
    """Tell whether a field has no value of its own."""
    return field.default is MISSING and field.default_factory is MISSING
