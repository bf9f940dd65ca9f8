"""The way from the sources of the examples to a system that answers, step by step."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from modpress import journey
from modpress.demo import Screen, served_url
from modpress.journey import Step, installed
from modpress.workshop import Running, Signals, StepFailed, Workshop, WorkshopFault
from tests.e2e import browser, storm
from tests.e2e.checks import CHECKS
from tests.e2e.system import NotAsItShould, Place, System, free_ports
from tests.e2e.topology import service_names, with_ports

USER = "author"
# Whatever tools have left there is not part of a module.
LEFTOVERS = shutil.ignore_patterns(".nox", "dist", "var", ".*_cache", "__pycache__", ".coverage*", ".hypothesis")


class CheckFailed(WorkshopFault):
    """The system did not do what it should."""

    def __init__(self, title: str, reason: NotAsItShould) -> None:
        super().__init__(f"{title} failed: {reason}")


class Journey:
    """The steps in their order; the first that fails ends them, and nothing is left running."""

    def __init__(self, checkout: Path, workshop: Workshop, signals: Signals, screen: Screen, password: str) -> None:
        self._checkout = checkout
        self._workshop = workshop
        self._signals = signals
        self._screen = screen
        self._password = password
        self._index: Running | None = None

    def run(self, pictures: Path, *, has_browser: bool) -> None:
        """Go the whole way."""
        compose = (self._checkout / "examples" / "compose.yaml").read_text(encoding="utf-8")
        names = service_names(compose)
        url = self.open_index()
        self.publish(url)
        place = self.install(url, [*names, "report", "shell"], compose)
        with System(place, self._look_around) as system:
            with self._said("Run it from compose.yaml, with the shell") as said:
                system.wait_until_ready()
                said.append(f"{place.url} and {len(names) - 1} behind it")
            for check in CHECKS:
                self._check(title_of(check), check, system)
            self._check("kill -9 every process under load", storm.survive, system, live=True)
            self.browse(system, pictures, has_browser=has_browser)
        self.go_over_redis(place)
        self._do("Nothing answers any more", (self._python, "-c", SILENCE, *map(str, place.ports.values())))

    @property
    def _python(self) -> str:
        return sys.executable

    def open_index(self) -> str:
        """Start a fresh index that knows one user; return its simple URL."""
        users, packages = map(self._workshop.path, ("users", "packages"))
        add = (self._python, "-m", "private_index", "user", "add", USER, "--users", users)
        self._do("Add a user to a fresh index", add, stdin=f"{self._password}\n")
        serve = (self._python, "-m", "private_index", "serve", "--port", "0", "--root", packages, "--users", users)
        step = self._step("Start the index on a free port", serve)
        with self._screen.step(step.title) as tell:
            self._index = self._workshop.start(step)
            while not (url := served_url(self._index.output())):
                self._look_around()
                tell("")
                self._index.has_ended()
        return f"{url}simple/"

    def publish(self, simple_url: str) -> None:
        """Publish every example in one session that is staged first."""
        # A copy: a publication tags the commit it comes from, and this is a trial.
        shutil.copytree(self._checkout / "examples", self._workshop.path("examples"), ignore=LEFTOVERS)
        # Each module's own tests are the business of its own nox; here they would run once more.
        command = (self._python, "-m", "modpress", "publish", "--waive", "tests", self._workshop.path("examples"))
        said = self._do(
            "Publish all examples in one staged session",
            command,
            MODPRESS_INDEX_URL=simple_url,
            TWINE_USERNAME=USER,
            TWINE_PASSWORD=self._password,
            PYTHONPATH=str(self._checkout),
        )
        self._screen.show("\n".join(line for line in said.splitlines() if "  published  " in line))

    def install(self, simple_url: str, names: list[str], compose: str) -> Place:
        """Install the system from the index, and nothing else, into a fresh environment."""
        venv, uv = self._workshop.path("venv"), self._workshop.tool("uv")
        self._do("Make a fresh environment", (uv, "venv", "--python", self._python, venv))
        # The index's port is new each time, so what a cache keeps of it would never be of use again.
        cache = {"UV_CACHE_DIR": self._workshop.path("cache")}
        command = (uv, "pip", "install", "--python", venv, "--default-index", simple_url, *names)
        self._do("Install the system from the index", command, **cache)
        folder = self._workshop.folder / "system"
        folder.mkdir()
        ports = free_ports(service_names(compose))
        (folder / "compose.yaml").write_text(with_ports(compose, ports), encoding="utf-8")
        tools = str(Path(installed(venv, "python")).parent)
        env = journey.environment(os.environ, tools=tools, temporary=self._workshop.path("tmp"))
        return Place(folder=folder, venv=Path(venv), env=env, ports=ports)

    def browse(self, system: System, pictures: Path, *, has_browser: bool) -> None:
        """Let a browser see it, if there is one."""
        program = browser.find_browser() if has_browser else None
        if program is None:
            self._screen.say(f"     A browser looks at it: skipped, {browser.MISSING if has_browser else 'as asked'}")
            return
        look = "A browser uses it, light and dark"
        self._check(look, lambda system, tell: browser.look_around(system, pictures, program, tell), system, live=True)
        self._check(
            "It sees that a service is down", lambda system: browser.look_at_missing(system, pictures, program), system
        )

    def go_over_redis(self, place: Place) -> None:
        """Kill everything once more, where there is Redis, while events go through it; before, a file had them."""
        title, program = "kill -9 every process under load, with Redis", shutil.which("redis-server")
        if program is None:
            self._screen.say(f"     {title}: skipped, redis-server is not installed (Debian: apt install redis-server)")
            return
        port = str(free_ports(["redis"])["redis"])
        options = ("--bind", "127.0.0.1", "--appendonly", "yes", "--save", "", "--dir", str(place.folder))
        self._workshop.start(self._step("Start Redis", (program, "--port", port, *options)))
        env = {**place.env, "QUEUE_URL": f"redis://127.0.0.1:{port}/0"}
        with System(replace(place, env=env), self._look_around) as system:
            system.wait_until_ready()
            self._check(title, storm.survive, system, live=True)

    def _check(self, title: str, check: Callable[..., str], system: System, *, live: bool = False) -> None:
        with self._said(title) as said:
            said.append(check(system, self._tell) if live else check(system))

    @contextmanager
    def _said(self, title: str) -> Iterator[list[str]]:
        """Run a check as a step; what it returns is shown below."""
        found: list[str] = []
        with self._screen.step(title) as self._tell:
            try:
                yield found
            except NotAsItShould as reason:
                raise CheckFailed(title, reason) from reason
            finally:
                # Whatever broke because of a Ctrl-C is no fault.
                self._signals.check()
        self._screen.show("\n".join(found))

    def _step(self, title: str, command: tuple[str, ...], stdin: str = "", **env: str) -> Step:
        return Step(title=title, command=command, cwd=self._workshop.folder, env=env, stdin=stdin)

    def _do(self, title: str, command: tuple[str, ...], stdin: str = "", **env: str) -> str:
        with self._screen.step(title) as tell:
            running = self._workshop.start(self._step(title, command, stdin, **env))
            while not running.has_ended():
                self._look_around()
                tell(running.news())
            self._look_around()
            return self._workshop.finish(running)

    def _look_around(self) -> None:
        self._signals.check()
        if self._index and self._index.process.poll() is not None:
            raise StepFailed(self._index.step, "ended too early", self._index.output())


SILENCE = """
import socket, sys
for port in sys.argv[1:]:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", int(port))) == 0:
            sys.exit(f"somebody still listens on port {port}")
"""


def title_of(check: Callable[..., str]) -> str:
    """Return the name of a check as a sentence."""
    return check.__name__.replace("_", " ").capitalize()
