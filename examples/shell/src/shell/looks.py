"""How things look in the terminal: the table of services, lines of their logs. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from shell.running import State
from shell.topology import Service

COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "bright_red")
DOTS: Mapping[State, tuple[str, str]] = {
    State.READY: ("●", "green"),
    State.STARTING: ("◐", "yellow"),
    State.WAITING: ("◌", "yellow"),
    State.FAILED: ("✗", "bold red"),
    State.STOPPED: ("○", "dim"),
    State.ELSEWHERE: ("◇", "blue"),
}
LEVELS: Mapping[str, str] = {"warning": "yellow", "error": "red", "critical": "bold red", "debug": "dim"}
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the table says of a service."""

    service: Service
    state: State
    pid: int | None
    seconds: float
    restarts: int
    is_watched: bool
    is_tailed: bool
    debug_port: int | None


def status(rows: Iterable[Row]) -> Table:
    """Return the table of all services."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("service", "status", "group", "address", "pid", "up", "died", "watch", "tail"):
        table.add_column(name, justify="right" if name in {"pid", "up", "died"} else "left", no_wrap=True)
    for number, row in enumerate(rows):
        table.add_row(
            Text(row.service.name, style=f"bold {colour(number)}"),
            condition(row),
            Text(row.service.group, style="dim"),
            address(row.service),
            "" if row.pid is None else str(row.pid),
            "" if row.pid is None else duration(row.seconds),
            str(row.restarts or ""),
            Text("yes", style="green") if row.is_watched else Text("no", style="dim"),
            Text("yes", style="green") if row.is_tailed else Text("no", style="dim"),
        )
    return table


def condition(row: Row) -> Text:
    """Return how a service is, with a dot that is seen from afar."""
    dot, style = DOTS[row.state]
    debugged = f", debugger on {row.debug_port}" if row.debug_port else ""
    return Text(f"{dot} {row.state}{debugged}", style=style)


def address(service: Service) -> Text:
    """Return where a service answers, as a link that a terminal can open."""
    if service.port is None:
        return Text("")
    url = f"http://127.0.0.1:{service.port}"
    return Text(url, style=f"link {url}/")


def duration(seconds: float) -> str:
    """Return a time as people say it.

    >>> [duration(seconds) for seconds in (5, 65, 3700)]
    ['5 s', '1 min', '1 h 1 min']
    """
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    minutes = int(seconds // MINUTE)
    return f"{minutes} min" if seconds < HOUR else f"{minutes // 60} h {minutes % 60} min"


def facts(row: Row, added: Mapping[str, str], *, full: bool) -> Table:
    """Return what is known of one service; in full, with all the variables that the shell adds."""
    service = row.service
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_row("status", condition(row))
    table.add_row("command", " ".join(service.command) or f"image {service.image}, not managed here")
    table.add_row("folder", str(service.folder))
    table.add_row("watches", "\n".join(map(str, service.watched)) or "nothing")
    table.add_row("starts after", ", ".join(service.after) or "nothing")
    # Of what the file says, too, what holds here: HOST is another in a container.
    shown = added if full else {name: added[name] for name in service.environment}
    table.add_row("environment", "\n".join(f"{name}={masked(name, shown[name])}" for name in sorted(shown)))
    return table


def masked(name: str, value: str) -> str:
    """Return a value, unless its name says that it is a secret.

    >>> masked("API_TOKEN", "abc"), masked("PORT", "80")
    ('***', '80')
    """
    is_secret = any(word in name for word in ("PASSWORD", "SECRET", "TOKEN", "KEY"))
    return "***" if is_secret else value


def line(name: str, number: int, text: str) -> Text:
    """Return a line of a log; of JSON, what a person reads."""
    return Text.assemble((f"{name:>10} ", colour(number)), readable(text))


def readable(text: str) -> Text:
    """Return what a person reads of a line of JSON; another line as it is."""
    try:
        said = json.loads(text)
        moment, level, message = said["time"][11:19], said["level"], said["message"]
    except (ValueError, KeyError, TypeError):
        return Text(text)
    error = f"\n{said['error']}" if "error" in said else ""
    return Text.assemble((f"{moment} ", "dim"), (f"{message}{error}", LEVELS.get(level, "")))


def colour(number: int) -> str:
    """Return the colour of a service; there are few, so the seventh has the first's."""
    return COLOURS[number % len(COLOURS)]
