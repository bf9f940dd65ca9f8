"""The whole journey once, on real parts: make a module, publish it to a fresh index, install it from there."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shlex
import shutil
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from modpress import journey
from modpress.journey import AUTHOR, MODULE, Commands, Step
from modpress.workshop import Signals, StepFailed, Stopped, Workshop, WorkshopFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from modpress.workshop import Running

TITLE = 50
RUN = f"Run it: {shlex.join(journey.RUN)}"


class NotACheckout(WorkshopFault):
    """The demo builds modpress and makes a module, so it needs the sources of both."""

    status = 2

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is no checkout of modpress: it has no template/cookiecutter.json")


class Screen:
    """The one place that prints: a live line on a terminal, whole lines elsewhere."""

    def __init__(self, out: TextIO, err: TextIO, outer: Mapping[str, str]) -> None:
        self._out, self._err = out, err
        self._live = out.isatty() and outer.get("TERM") != "dumb"
        self._colour = (self._live or bool(outer.get("FORCE_COLOR"))) and not outer.get("NO_COLOR")
        self._number = 0

    def say(self, text: str = "", *, end: str = "\n", colour: str | None = None) -> None:
        """Print a text at once."""
        shown = click.style(text, fg=colour) if colour and self._colour else text
        click.echo(shown + end, file=self._out, nl=False, color=self._colour)
        self._out.flush()

    def show(self, output: str) -> None:
        """Print what a command said, set apart from what the demo says."""
        for line in output.strip("\n").splitlines():
            self.say(f"      {line}", colour="cyan")

    def complain(self, fault: WorkshopFault) -> None:
        """Print what went wrong, after what the failed step said."""
        for line in fault.output.splitlines():
            click.echo(f"      {line}", file=self._err)
        click.echo(f"{fault.label}: {fault}", file=self._err)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Print a step and its time; what is yielded takes the latest news of it."""
        self._number += 1
        started, head = time.perf_counter(), f"{self._number:>3}  {title:<{TITLE}}"

        def time_spent() -> str:
            return f"{time.perf_counter() - started:6.1f} s"

        def tell(news: str) -> None:
            if self._live:
                self._redraw(f"{head}{time_spent()}  {news}")

        if not self._live:
            self.say(head, end="")
        verdict = "  failed"
        try:
            yield tell
            verdict = ""
        except Stopped:
            verdict = "  stopped"
            raise
        finally:
            if self._live:
                self._redraw("")
                self.say(f"\r{head}", end="")
            self.say(time_spent(), end="", colour="green")
            self.say(verdict, colour="red")

    def _redraw(self, line: str) -> None:
        # The last column stays free: a terminal would wrap there.
        width = shutil.get_terminal_size().columns - 1
        self.say("\r" + line[:width].ljust(width), end="")


class Demo:
    """The steps in their order, each a real process; a step that fails ends them."""

    def __init__(self, checkout: Path, workshop: Workshop, signals: Signals, screen: Screen, password: str) -> None:
        self._commands = Commands(checkout=str(checkout), tool=workshop.tool)
        self._workshop = workshop
        self._signals = signals
        self._screen = screen
        self._password = password
        self._index: Running | None = None

    def run(self) -> None:
        """Go the whole way."""
        simple_url = f"{self.open_index()}simple/"
        self._screen.show(simple_url)
        self.make_and_publish(simple_url)
        self.install_and_run(simple_url)

    def open_index(self) -> str:
        """Start an index that holds modpress and knows one user; return its URL."""
        say, seed, users, packages = self._commands, *map(self._workshop.path, ("seed", "users", "packages"))
        self._do("Build modpress, the index's first project", say.build(seed))
        self._do("Add a user", say.add_user(AUTHOR, users), stdin=f"{self._password}\n")
        step = self._step("Start a fresh index on a free port", say.serve(packages, users, seed, port=0))
        with self._screen.step(step.title) as tell:
            self._index = self._workshop.start(step)
            return self._wait_for_url(self._index, tell)

    def make_and_publish(self, simple_url: str) -> None:
        """Make a module, let it check itself, and let it publish itself."""
        say, made, config = self._commands, self._workshop.path("made"), self._workshop.folder / "cookiecutter.yaml"
        # Else cookiecutter asks the user's own defaults, and leaves a replay in the user's home.
        config.write_text(f"replay_dir: {made}-replay\ncookiecutters_dir: {made}-templates\n", encoding="utf-8")
        options = ("--output-dir", made, "--config-file", str(config))
        # The template's own Python would leave its bytecode in the checkout.
        self._do("Make a module from the template", say.make(simple_url, *options), PYTHONDONTWRITEBYTECODE="1")
        checked = self._do("Run its own checks: nox", say.check(), cwd=f"made/{MODULE}")
        self._screen.show(excerpt(checked, "nox > * "))
        published = self._do(
            "Let it publish itself: nox -s publish",
            say.publish(),
            cwd=f"made/{MODULE}",
            MODPRESS_INDEX_URL=simple_url,
            TWINE_USERNAME=AUTHOR,
            TWINE_PASSWORD=self._password,
            **self._own_cache,
        )
        self._screen.show(excerpt(published, MODULE))

    def install_and_run(self, simple_url: str) -> None:
        """Install the module by its name in two empty environments, and run it in both."""
        say, with_pip, with_uv = self._commands, *map(self._workshop.path, ("with-pip", "with-uv"))
        self._do("Make an empty environment: python -m venv", say.venv(with_pip))
        self._do("Install the module with pip", say.pip(with_pip, simple_url), **self._own_cache)
        self._screen.show(self._do(RUN, say.run(with_pip)))
        self._do("Make an empty environment: uv venv", say.uv_venv(with_uv))
        self._do("Install the module with uv", say.uv(with_uv, simple_url), **self._own_cache)
        self._screen.show(self._do(RUN, say.run(with_uv)))

    @property
    def _own_cache(self) -> dict[str, str]:
        # The index's port is new each time, so what a cache keeps of it would never be of use again.
        return {name: self._workshop.path("cache") for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR")}

    def _step(self, title: str, command: tuple[str, ...], cwd: str = "", stdin: str = "", **env: str) -> Step:
        return Step(title=title, command=command, cwd=self._workshop.folder / cwd, env=env, stdin=stdin)

    def _do(self, title: str, command: tuple[str, ...], cwd: str = "", stdin: str = "", **env: str) -> str:
        with self._screen.step(title) as tell:
            running = self._workshop.start(self._step(title, command, cwd, stdin, **env))
            while not running.has_ended():
                self._look_around()
                tell(running.news())
            self._look_around()
            return self._workshop.finish(running)

    def _wait_for_url(self, index: Running, tell: Callable[[str], None]) -> str:
        while True:
            self._look_around()
            url = served_url(index.output())
            if url:
                return url
            tell("")
            index.has_ended()

    def _look_around(self) -> None:
        self._signals.check()
        if self._index and self._index.process.poll() is not None:
            raise StepFailed(self._index.step, "ended too early", self._index.output())


def served_url(output: str) -> str | None:
    """Return the URL that an index says it serves at, once it has said so to the end of the line."""
    # Whatever it warns of may come first.
    lines = (line for line in output.splitlines(keepends=True) if line.startswith("Serving ") and line.endswith("\n"))
    return next((line.split()[-1] for line in lines), None)


def excerpt(output: str, prefix: str) -> str:
    """Return the lines of an output that begin in one way, and those only."""
    return "\n".join(line for line in output.splitlines() if line.startswith(prefix))


def run(checkout: Path, outer: Mapping[str, str], *, keep: bool = False) -> int:
    """Go the whole way from a checkout, print it as it goes, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # What a tool says may hold letters that this terminal has not.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    screen, started = Screen(sys.stdout, sys.stderr, outer), time.perf_counter()
    try:
        check_checkout(checkout)
        go(checkout, outer, screen, keep=keep)
    except WorkshopFault as fault:
        screen.complain(fault)
        return fault.status
    screen.say(f"\n{MODULE} was made, checked, published and installed in {time.perf_counter() - started:.0f} s.")
    screen.say("The same by hand, in any folder:\n")
    for line in journey.by_hand(str(checkout), sysconfig.get_path("scripts")):
        screen.say(f"  {line}")
    return 0


def check_checkout(folder: Path) -> None:
    """Raise if there is nothing here to make a module from."""
    if not (folder / "template" / "cookiecutter.json").is_file():
        raise NotACheckout(folder)


def go(checkout: Path, outer: Mapping[str, str], screen: Screen, *, keep: bool) -> None:
    """Go the whole way in a workshop that nothing outlives."""
    password = secrets.token_urlsafe(24)
    with Signals() as signals, Workshop(outer, secret=password, keep=keep) as workshop:
        if keep:
            screen.say(f"The workshop is kept: {workshop.folder}")
        Demo(checkout, workshop, signals, screen, password).run()


@click.command()
@click.option(
    "--checkout",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    default=".",
    help="Where modpress and its template are checked out.",
)
@click.option("--keep", is_flag=True, help="Keep the folder that the demo works in, and say where it is.")
def demo(checkout: Path, *, keep: bool) -> None:
    """Make a module, publish it to a fresh index, install it from there."""
    sys.exit(run(checkout, os.environ, keep=keep))
