"""What can be typed. Each command is a function; its docstring is its help."""

import asyncio
import inspect
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shell import looks
from shell.environment import HOST, environment
from shell.running import Running, State, ended, meaning
from shell.system import System, UnknownError, brief
from shell.warden import Warden
from shell.zone import Zone

MOST = 200


class UsageError(Exception):
    """A line that is no command."""


class NoCommandError(UsageError):
    """A word that no command has."""

    def __init__(self, word: str, known: list[str]) -> None:
        near = get_close_matches(word, known, 1)
        meant = f"did you mean {near[0]}?" if near else "help lists the commands"
        super().__init__(f"there is no command {brief(word)!r}; {meant}")


class NeedsError(UsageError):
    """A command that lacks a word."""

    def __init__(self, command: str, what: str) -> None:
        super().__init__(f"{command} needs {what}")


class TooManyError(UsageError):
    """A command with more words than it takes."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word} was given too many words; help says which it takes")


class LeaveError(Exception):
    """The person at the prompt has had enough."""


@dataclass
class Desk:
    """What the commands work with."""

    system: System
    zone: Zone
    console: Console
    warden: Warden
    numbers: Mapping[str, int] = field(default_factory=dict[str, int])

    async def row(self, running: Running) -> looks.Row:
        """Return what is known of a service at this moment."""
        return looks.Row(
            service=running.service,
            state=await running.state(),
            pid=running.pid,
            seconds=running.seconds,
            restarts=running.restarts,
            is_watched=running.is_watched,
            is_tailed=running.is_tailed,
            debug_port=running.debug_port,
        )

    async def rows(self) -> list[looks.Row]:
        """Return what is known of all services."""
        return [await self.row(running) for running in self.system.running.values()]

    def added(self, running: Running) -> dict[str, str]:
        """Return what the shell adds to the environment of a service."""
        everyone = (each.service for each in self.system.running.values())
        return environment(running.service, everyone, self.zone.port)

    def say(self, name: str, text: str) -> None:
        """Show a line of a service's log."""
        self.console.print(looks.line(name, self.numbers[name], text))

    def note(self, _name: str, text: str) -> None:
        """Show what the shell has to say."""
        self.console.print(Text(f"» {text}", style="bold yellow"))


async def ps(desk: Desk, *_words: str) -> None:
    """Show all services: how they are, where they answer, since when they run."""
    desk.console.print(looks.status(await desk.rows()))


async def info(desk: Desk, name: str = "", how: str = "") -> None:
    """Show what is known of one: info NAME; with every variable it gets: info NAME full."""
    if how not in {"", "full"}:
        raise NeedsError(command="info", what=f"full or nothing after the name, not {brief(how)!r}")
    for running in one_or_more("info", desk, name):
        desk.console.print(Text(running.service.name, style="bold"))
        desk.console.print(looks.facts(await desk.row(running), desk.added(running), full=how == "full"))


async def start(desk: Desk, name: str = "all") -> None:
    """Start one, a group or all: start [NAME]."""
    await desk.system.start(name)
    await settled(desk, name)


async def stop(desk: Desk, name: str = "all") -> None:
    """Stop one, a group or all, with all their children: stop [NAME]."""
    await desk.system.stop(name)
    await ps(desk)


async def restart(desk: Desk, name: str = "all") -> None:
    """Stop and start one, a group or all: restart [NAME]."""
    await desk.system.restart(name)
    await settled(desk, name)


async def debug(desk: Desk, name: str = "") -> None:
    """Start one anew under a debugger that yours can attach to: debug NAME."""
    for running in one_or_more("debug", desk, name):
        port = unused_port()
        await running.restart(debugged(running.service.command, port))
        running.debug_port, own = port, running.service.name
        desk.console.print(f"{own}: attach your debugger (DAP) to {HOST}:{port}; restart {own} ends it")


async def watch(desk: Desk, name: str = "all") -> None:
    """Start one anew, from now on, when its files change: watch [NAME]."""
    await switched(desk, name, "is_watched", on=True)


async def unwatch(desk: Desk, name: str = "all") -> None:
    """Leave one alone when its files change: unwatch [NAME]."""
    await switched(desk, name, "is_watched", on=False)


async def tail(desk: Desk, name: str = "all") -> None:
    """Show what one writes, from now on: tail [NAME]."""
    await switched(desk, name, "is_tailed", on=True)


async def untail(desk: Desk, name: str = "all") -> None:
    """Show no more what one writes: untail [NAME]."""
    await switched(desk, name, "is_tailed", on=False)


async def grep(desk: Desk, text: str = "", name: str = "all") -> None:
    """Show the last lines of the logs that hold a text: grep TEXT [NAME]."""
    if not text:
        raise NeedsError(command="grep", what="a text: grep TEXT [NAME]")
    shown = 0
    for running in desk.system.select(name):
        for line in matching(running.log, text):
            desk.say(running.service.name, line)
            shown += 1
    if not shown:
        desk.console.print(Text(f"no line holds {brief(text)!r}", style="dim"))


async def apply(desk: Desk, text: str = "") -> None:
    """Run a command in the folder of every service: apply git status -s."""
    if not text:
        raise NeedsError(command="apply", what="a command: apply COMMAND…")
    for running in desk.system.running.values():
        if running.service.is_process:
            heading = Text(f"{running.service.name}: {running.service.folder}", style="bold")
            # A path that is broken into lines can't be copied.
            desk.console.print(heading, soft_wrap=True)
            code, output = await done_in(running, text, desk)
            desk.console.out(output, end="", highlight=False)
            if code:
                desk.console.print(Text(f"ended with {meaning(code)}", style="red"))


async def zone(desk: Desk, *_words: str) -> None:
    """Show what the DNS server of this system tells: zone."""
    desk.console.print(Text(f"; DNS on {HOST}, port {desk.zone.port}", style="dim"))
    for record in desk.zone.records:
        desk.console.out(record.toZone(), highlight=False)


async def usage(desk: Desk, *_words: str) -> None:
    """Show this."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name, command in COMMANDS.items():
        table.add_row(Text(name, style="bold"), (command.__doc__ or "").rstrip())
    desk.console.print(table)
    desk.console.print(Text(f"NAME is one of: {', '.join(desk.system.names)}", style="dim"))


async def leave(_desk: Desk, *_words: str) -> None:
    """Stop everything and end; so do Ctrl-C and Ctrl-D."""
    raise LeaveError


Command = Callable[..., Awaitable[None]]
COMMANDS: Mapping[str, Command] = {
    "ps": ps,
    "info": info,
    "start": start,
    "stop": stop,
    "restart": restart,
    "debug": debug,
    "watch": watch,
    "unwatch": unwatch,
    "tail": tail,
    "untail": untail,
    "grep": grep,
    "apply": apply,
    "zone": zone,
    "help": usage,
    "exit": leave,
}
SYNONYMS = {"quit": "exit", "?": "help", "logs": "tail", "status": "ps"}


async def run(desk: Desk, text: str) -> None:
    """Do what was typed; what cannot be done is a sentence."""
    word, _, rest = (text.strip() or "ps").partition(" ")
    try:
        command = COMMANDS.get(SYNONYMS.get(word, word))
        if command is None:
            raise NoCommandError(word, list(COMMANDS))
        # What is for another shell, that takes apart: $PWD, pipes and quotes mean what they always do.
        words = [rest] if command is apply else shlex.split(rest)
        await called(command, word, desk, words)
    except (UsageError, UnknownError, ValueError, OSError) as error:
        desk.console.print(Text(str(error), style="red"))


async def called(command: Command, word: str, desk: Desk, words: list[str]) -> None:
    """Call a command with the words that were typed after it."""
    try:
        inspect.signature(command).bind(desk, *words)
    except TypeError as error:
        raise TooManyError(word) from error
    await command(desk, *words)


def matching(log: Path, text: str) -> list[str]:
    """Return the last lines of a log that hold a text; of a service that never ran there are none."""
    if not log.is_file():
        return []
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if text == "." or text.lower() in line.lower()][-MOST:]


async def done_in(running: Running, text: str, desk: Desk) -> tuple[int, str]:
    """Run a command in the folder of a service; however the shell ends meanwhile, nothing of it stays."""
    process = await asyncio.create_subprocess_shell(
        text,
        cwd=running.service.folder,
        env={**os.environ, **desk.added(running)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    desk.warden.watch(process.pid)
    try:
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode(errors="replace")
    finally:
        await asyncio.shield(ended(process))
        desk.warden.forget(process.pid)


def one_or_more(command: str, desk: Desk, name: str) -> list[Running]:
    """Return those of a name that has to be given."""
    if not name:
        raise NeedsError(command, f"a name: {command} NAME")
    return desk.system.select(name)


async def switched(desk: Desk, name: str, what: str, *, on: bool) -> None:
    """Switch something on or off for those of a name, and show it."""
    for running in desk.system.select(name):
        setattr(running, what, on and (what != "is_watched" or bool(running.service.watched)))
    await ps(desk)


async def settled(desk: Desk, name: str, seconds: float = 20) -> None:
    """Wait until those of a name are ready, or will not be, and show all."""
    chosen = desk.system.select(name)
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    # A service has no event to wait for.
    while loop.time() < ends and await are_starting(chosen):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    await ps(desk)


async def are_starting(chosen: list[Running]) -> bool:
    """Tell whether any of these is still about to be ready."""
    return State.STARTING in [await each.state() for each in chosen]


def debugged(command: tuple[str, ...], port: int) -> tuple[str, ...]:
    """Return a command as it is run under a debugger."""
    debugger = (sys.executable, "-Xfrozen_modules=off", "-m", "debugpy", "--listen", f"{HOST}:{port}")
    program, *rest = command
    if Path(program).name.startswith("python"):
        return (*debugger, *rest)
    return (*debugger, found(program) or program, *rest)


def unused_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def found(program: str) -> str | None:
    """Return the path of a program beside this Python, or else on the path."""
    return shutil.which(program, path=str(Path(sys.executable).parent)) or shutil.which(program)
