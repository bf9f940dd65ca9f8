"""A session: everything up, a prompt, everything down; however it ends, nothing stays."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import NestedCompleter
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.live import Live

from shell import looks
from shell.commands import COMMANDS, Desk, LeaveError, ps, run
from shell.environment import environment, whole
from shell.running import Running, State, Surroundings
from shell.system import System
from shell.topology import Service
from shell.warden import Warden
from shell.zone import Zone

PATIENCE = 30.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the session was told."""

    services: list[Service]
    root: Path
    # The descriptor of the lock that says that this system runs.
    lock: int
    environ: Mapping[str, str]
    dns_port: int = 0
    has_prompt: bool = True


async def session(wishes: Wishes, console: Console) -> None:
    """Run from the first start to the last stop."""
    everything = asyncio.create_task(up_and_down(wishes, console))
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, everything.cancel)
    with suppress(asyncio.CancelledError, LeaveError):
        await everything
    console.print("Everything is stopped.")


async def up_and_down(wishes: Wishes, console: Console) -> None:
    """Let everything come up, do what is typed, and stop everything, whatever happens."""
    async with opened(wishes, console) as desk:
        await desk.system.start()
        await shown_until_ready(desk)
        await talk(desk, wishes)


@asynccontextmanager
async def opened(wishes: Wishes, console: Console) -> AsyncGenerator[Desk]:
    """Give the desk of a system; at the end, stop all that runs."""
    zone, warden = Zone(wishes.services, wishes.dns_port), Warden(wishes.lock)
    numbers = {service.name: number for number, service in enumerate(wishes.services)}
    running: dict[str, Running] = {}
    desk = Desk(System(running), zone, console, warden, numbers)

    def said(name: str, text: str) -> None:
        if running[name].is_tailed:
            desk.say(name, text)

    def env(service: Service) -> Mapping[str, str]:
        return whole(environment(service, wishes.services, zone.port), wishes.environ, Path(sys.executable))

    around = Surroundings(
        warden=warden, cwd=wishes.root, logs=wishes.root / "var" / "log", env=env, said=said, noted=desk.note
    )
    running |= {service.name: Running(service, around) for service in wishes.services}
    zone.start()
    desk.system.watch(desk.note)
    try:
        yield desk
    finally:
        deafen()
        console.print("Stopping…")
        await desk.system.close()
        await asyncio.to_thread(warden.close)
        zone.stop()


def deafen() -> None:
    """Heed no further signal: stopping has an end of its own, which the impatient must not prevent."""
    for number in SIGNALS:
        asyncio.get_running_loop().remove_signal_handler(number)
        # Not SIG_IGN, which what is just being started would inherit.
        signal.signal(number, heed_not)


def heed_not(_number: int, _frame: object) -> None:
    """Do nothing."""


async def shown_until_ready(desk: Desk) -> None:
    """Show the table, alive, until everything is ready or has failed."""
    loop, is_starting = asyncio.get_running_loop(), True
    ends = loop.time() + PATIENCE
    # Gone when all is said, for what is no terminal is shown the last table only.
    with Live(console=desk.console, auto_refresh=False, transient=True) as live:
        while is_starting and loop.time() < ends:
            # A service has no event to wait for.
            await asyncio.sleep(0.1)
            rows = await desk.rows()
            live.update(looks.status(rows), refresh=True)
            is_starting = any(row.state in {State.STARTING, State.WAITING} for row in rows)
    await ps(desk)


async def talk(desk: Desk, wishes: Wishes) -> None:
    """Do what is typed, until nothing more is."""
    if not wishes.has_prompt:
        await asyncio.Event().wait()
    lines = prompted(desk) if sys.stdin.isatty() else piped()
    async for line in lines:
        await run(desk, line)


async def prompted(desk: Desk) -> AsyncIterator[str]:
    """Give what a person types at the prompt; services may write above it meanwhile."""
    names = dict.fromkeys(desk.system.names)
    words = NestedCompleter.from_nested_dict({command: dict(names) for command in COMMANDS})
    prompt: PromptSession[str] = PromptSession(
        completer=words, history=InMemoryHistory(), reserve_space_for_menu=4
    )
    desk.console.print("[dim]help lists the commands; exit or Ctrl-C stops everything[/dim]")
    with patch_stdout(raw=True), suppress(EOFError, KeyboardInterrupt):
        while True:
            line = await prompt.prompt_async("dev> ", handle_sigint=False)
            if line.strip():
                yield line


async def piped() -> AsyncIterator[str]:
    """Give the lines of another program."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(os.dup(sys.stdin.fileno()))
    )
    while line := await reader.readline():
        if text := line.decode(errors="replace").strip():
            yield text
