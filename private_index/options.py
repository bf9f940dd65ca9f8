"""What the commands of private-index share: the options that say which index."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from private_index.configuration import DEFAULT, KEYS, Configured, Key, find_document, resolve
from private_index.kinds import FLAG, LIST, Kind
from private_index.settings import default_users

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
ANYTHING = click.Path(path_type=Path, exists=True)


def configured(given: Mapping[str, Any] | None = None, config: Path | None = None) -> dict[str, Configured]:
    """Return every setting as this process was told it: the one place that reads the environment.

    Args:
        given: key -> value, as the command line had it.
        config: the settings file that the command line names.

    Raises:
        IndexFault: the environment or the file says what means nothing.

    """
    here = Path.cwd()
    return resolve(given or {}, os.environ, find_document(config, os.environ, here), here)


def _said(name: str) -> Callable[[], Path | None]:
    def find() -> Path | None:
        one = configured()[name]
        value: Path = one.value
        return None if one.source.startswith(DEFAULT) else value

    return find


root_option = click.option(
    "--root",
    type=FOLDER,
    default=lambda: _said("root")() or Path("packages"),
    show_default="as configured, else packages",
    help="The folder of packages.",
)
users_option = click.option(
    "--users",
    type=FILE,
    default=_said("users"),
    show_default=f"as configured, else {default_users(Path('ROOT'))}",
    help="The file of users and password hashes.",
)
config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The settings file.  [default: PRIVATE_INDEX_CONFIG, or private-index.toml in this folder]",
)


class _Text(click.ParamType[Any]):
    """A text on the command line, read as a setting's kind says."""

    name = "text"

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's own
        """Return the value."""
        try:
            return self._kind.parse(value)
        except ValueError:
            self.fail(f"{value!r} won't do; it takes {self._kind.expects}", param, ctx)


_PATHS = {"root": FOLDER, "users": FILE, "tls-cert": FILE, "tls-key": FILE}


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command one option for each setting, without defaults: `given` finds what was said."""
    for key in reversed(KEYS):
        command = _option(key)(command)
    return config_option(command)


def given(context: click.Context) -> dict[str, Any]:
    """Return key -> value of the settings that the command line says."""
    said = {
        key.name: context.params[key.name.replace("-", "_")]
        for key in KEYS
        if context.get_parameter_source(key.name.replace("-", "_")) is ParameterSource.COMMANDLINE
    }
    return said | ({"fallback-url": None} if context.params.get("no_fallback") else {})


def _option(key: Key) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    default = key.otherwise or (", ".join(key.default) if isinstance(key.default, list) else str(key.default)) or "none"
    if key.kind is FLAG:
        return click.option(f"--{key.name}/--no-{key.name}", help=f"{key.help}  [default: no]")
    if key.kind is LIST:
        return click.option(f"--{key.name}", multiple=True, metavar=key.metavar, help=f"{key.help}  Repeat it.")
    return click.option(
        f"--{key.name}",
        type=_PATHS.get(key.name) or _Text(key.kind),
        metavar=key.metavar,
        help=f"{key.help}  [default: {default}]",
    )
