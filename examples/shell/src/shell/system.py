"""All services together: by name, by group or all, and started anew when their files change."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

# One of awatch's arguments may be of trio, which is not needed here.
from watchfiles import Change, awatch  # pyright: ignore[reportUnknownVariableType]

from shell.running import Running

WORDS_FOR_ALL = {"all", ""}


# So much of a word is repeated to whoever typed it.
SHOWN = 40


class UnknownError(Exception):
    """A name that nothing has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"there is no service and no group {brief(name)!r}; there are: {', '.join(sorted(known))}"
        )


class System:
    """The services, in the order in which they start."""

    def __init__(self, running: Mapping[str, Running]) -> None:
        self.running = running
        self._watching: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()

    @property
    def names(self) -> list[str]:
        """What can be named: services, groups, and all."""
        groups = {each.service.group for each in self.running.values()} - {""}
        return [*self.running, *sorted(groups), "all"]

    def select(self, name: str) -> list[Running]:
        """Return the service of this name, or those of this group, or all."""
        everyone = list(self.running.values())
        if name in WORDS_FOR_ALL:
            return everyone
        chosen = [each for each in everyone if name in {each.service.name, each.service.group}]
        if not chosen:
            raise UnknownError(name, self.names)
        return chosen

    async def start(self, name: str = "all") -> None:
        """Start those of a name."""
        await each(self.select(name), Running.start)

    async def stop(self, name: str = "all") -> None:
        """Stop those of a name."""
        await each(self.select(name), Running.stop)

    async def restart(self, name: str = "all") -> None:
        """Stop and start those of a name."""
        await each(self.select(name), Running.restart)

    def watch(self, noted: Callable[[str, str], None]) -> None:
        """Start anew, from now on, whose files change."""
        paths = {path for each in self.running.values() for path in each.service.watched if path.exists()}
        if paths:
            self._watching = asyncio.create_task(self._watch(paths, noted))

    async def close(self) -> None:
        """Stop everything."""
        self._stop.set()
        if self._watching is not None:
            # Whatever became of it, the services are to be stopped.
            await asyncio.gather(self._watching, return_exceptions=True)
        await self.stop()

    async def _watch(self, paths: Iterable[Path], noted: Callable[[str, str], None]) -> None:
        async for changes in awatch(*paths, stop_event=self._stop, step=100, debounce=400, rust_timeout=500):
            for running in self.concerned(changes):
                noted(running.service.name, f"{running.service.name} starts anew: {shown(changes)} changed")
                await running.restart()

    def concerned(self, changes: Iterable[tuple[Change, str]]) -> list[Running]:
        """Return whose files are among those that changed, if they are watched and should run."""
        files = [Path(file) for _, file in changes if Path(file).suffix not in {".pyc", ".db"}]
        return [
            each
            for each in self.running.values()
            if each.is_watched and each.is_wanted
            if any(file.is_relative_to(path) for file in files for path in each.service.watched)
        ]


def brief(word: str) -> str:
    """Return a word, or the beginning of one that nobody wants to see again."""
    return word if len(word) <= SHOWN else f"{word[:SHOWN]}…"


async def each(chosen: Iterable[Running], do: Callable[[Running], Awaitable[None]]) -> None:
    """Do the same to several at once."""
    await asyncio.gather(*map(do, chosen))


def shown(changes: Iterable[tuple[Change, str]]) -> str:
    """Return the names of the files that changed, or of some of them."""
    names = sorted({Path(file).name for _, file in changes})
    return ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")  # noqa: PLR2004 - enough to know
