"""The example adder beside bare Starlette on the same server, and the queue beside the bare store it is kept in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import requests

from tests.bench.caller import call
from tests.bench.load import Wrk
from tests.bench.measure import CommandFailed
from tests.bench.processes import Server, free_port, wait_until
from tests.bench.site import Target
from tests.bench.tables import table

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ADDER, BARE = "adder", "bare Starlette"
# Ours over bare Starlette's, at least.
LEAST = 0.9
START_SECONDS = 60
BARE_APP = """\
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def add(request):
    return JSONResponse({"result": str(int(request.path_params["first"]) + int(request.path_params["second"]))})


app = Starlette(routes=[Route("/add/{first}/{second}", add)])
"""
INTRODUCTION = """\
# What the services cost

Ours beside what they stand on, in turn in one run on one machine: read the ratios, not the numbers. They are medians of
{rounds} rounds. Made by:

```console
$ nox -s bench -- services
```

## Answers a second

The same sum asked of the example `adder` and of ten lines of Starlette, each in one process of the same uvicorn; asked
with {client}. At least {least:.0%} is demanded.

"""
QUEUE = """
## Messages a second

The queue in a SQLite file, beside the same file used bare: a row put in one transaction, and taken and deleted in one
each. The queue also keeps who holds what, for how long and how often it was tried, so that nothing is lost when a
process is killed. All {messages:,} messages go through one process.

"""

Tell = Callable[[str], None]


@dataclass
class Found:
    """What was measured, round by round."""

    client: str
    rounds: int
    messages: int
    answers: dict[str, list[float]] = field(default_factory=lambda: {ADDER: [], BARE: []})
    queue: list[Mapping[str, float]] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The adder's answers as a part of bare Starlette's, each round's beside its own neighbour."""
        return median(one / other for one, other in zip(self.answers[ADDER], self.answers[BARE], strict=True))

    def as_markdown(self) -> str:
        """Return the page."""
        head = INTRODUCTION.format(rounds=self.rounds, client=self.client, least=LEAST)
        rows = [[name, f"{median(numbers):,.0f}"] for name, numbers in self.answers.items()]
        verdict = "kept" if self.ratio >= LEAST else "missed"
        answers = table(["", "answers a second"], [*rows, ["ratio", f"{self.ratio:.2f} ({verdict})"]])
        steps = [[step, *self._step(step)] for step in ("put", "take and done")]
        queue = table(["", "queue", "bare store", "ratio"], steps)
        return f"{head}{answers}{QUEUE.format(messages=self.messages)}{queue}"

    def _step(self, step: str) -> list[str]:
        ours, bare = (median(each[f"{who} {step}"] for each in self.queue) for who in ("queue", "bare"))
        return [f"{ours:,.0f}", f"{bare:,.0f}", f"{ours / bare:.2f}"]


def compare(env: Mapping[str, str], rounds: int, seconds: int, messages: int, tell: Tell) -> Found:
    """Measure everything in turn."""
    wrk = shutil.which("wrk")
    found = Found(client="wrk" if wrk else "a client of our own", rounds=rounds, messages=messages)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = _installed(folder / "venv", env, tell)
        with _serving(python, folder, env) as urls:
            ask = _asker(wrk, folder, seconds)
            # Once unmeasured: what is imported and compiled late is so for both.
            for number in range(rounds + 1):
                for site, url in urls.items():
                    tell(f"round {number} of {rounds}: {site}")
                    rate = ask(url)
                    if number:
                        found.answers[site].append(rate)
        for number in range(1, rounds + 1):
            tell(f"round {number} of {rounds}: queue")
            script = str(Path(__file__).with_name("queue_speed.py"))
            said = _run([python, script, str(folder / f"queue-{number}"), str(messages)], env)
            found.queue.append(json.loads(said))
    return found


def _installed(venv: Path, env: Mapping[str, str], tell: Tell) -> str:
    """Install the adder and what it needs into an environment of its own, and return its Python."""
    tell("install the example services")
    uv, python = f"{sysconfig.get_path('scripts')}/uv", str(venv / "bin" / "python")
    _run([uv, "venv", "--quiet", "--python", sys.executable, str(venv)], env)
    modules = [str(EXAMPLES / name) for name in ("servicekit", "adder")]
    _run([uv, "pip", "install", "--quiet", "--python", python, *modules], env)
    return python


@contextmanager
def _serving(python: str, folder: Path, env: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Give the URL of the same sum, by who answers."""
    (folder / "bare.py").write_text(BARE_APP, encoding="utf-8")
    ports = {ADDER: free_port(), BARE: free_port()}
    quiet = ["--no-access-log", "--no-server-header", "--log-level", "warning", "--app-dir", str(folder)]
    commands = {
        ADDER: [python, "-m", "adder"],
        BARE: [python, "-m", "uvicorn", "bare:app", "--port", str(ports[BARE]), *quiet],
    }
    urls = {site: f"http://127.0.0.1:{port}/add/1/2" for site, port in ports.items()}
    with ExitStack() as stack:
        for site, command in commands.items():
            server = Server(command, {**env, "PORT": str(ports[site])}, folder / f"{site}.log")
            stack.callback(server.stop)
            wait_until(lambda url=urls[site]: _is_right(url), START_SECONDS, server)  # type: ignore[misc]
        yield urls


def _is_right(url: str) -> bool:
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(url, timeout=5).text == '{"result":"3"}'
    except requests.ConnectionError:
        return False


def _asker(wrk: str | None, folder: Path, seconds: int) -> Callable[[str], float]:
    if wrk is None:
        return lambda url: call(url, seconds)
    client = Wrk(wrk, folder, seconds)
    return lambda url: client.run(Target(url)).per_second


def _run(command: list[str], env: Mapping[str, str]) -> str:
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(command, done.returncode, done.stderr)
    return done.stdout
