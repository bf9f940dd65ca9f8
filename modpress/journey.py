"""The way from nothing to an installed module, said as commands. Pure: names and folders in, commands out."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modpress.clients import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MODULE = "hello-modpress"
AUTHOR = "author"
RUN = (MODULE, "Hello, Modpress!")

# What would change how the tools of a module behave, beside what steers an installer.
DROPPED = (
    "CI",  # with it nox takes a Python that is not installed for a failure
    "COOKIECUTTER_",
    "COVERAGE_",
    "FORCE_COLOR",
    "HATCH_",
    "NOX",
    "PYTEST_",
    "PYTHON",
)
ADDED = {
    "NETRC": os.devnull,
    "NO_COLOR": "1",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONUNBUFFERED": "1",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    "UV_NO_CONFIG": "1",
    "UV_NO_PROGRESS": "1",
    "UV_PYTHON_DOWNLOADS": "never",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command of the journey, and what it needs around it."""

    title: str
    command: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""


def environment(outer: Mapping[str, str], *, tools: str, temporary: str) -> dict[str, str]:
    """Return the environment that no configuration of the user's pip, uv, nox or twine disturbs."""
    kept = {name: value for name, value in clean(outer).items() if not name.startswith(DROPPED)}
    path = os.pathsep.join(filter(None, [tools, outer.get("PATH")]))
    # A proxy of this machine can't reach the loopback of this machine.
    direct = ",".join(filter(None, [outer.get("NO_PROXY") or outer.get("no_proxy"), "127.0.0.1"]))
    here = {"PATH": path, "NO_PROXY": direct, "no_proxy": direct}
    return kept | ADDED | here | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary)


def installed(environment_folder: str, command: str) -> str:
    """Return where an environment keeps a command."""
    return f"{environment_folder}/{'Scripts' if os.name == 'nt' else 'bin'}/{command}"


@dataclass(frozen=True, kw_only=True)
class Commands:
    """What is typed at each stage; `tool` says where a tool is, or just its name for a person's PATH."""

    checkout: str
    tool: Callable[[str], str] = str

    def build(self, seed: str) -> tuple[str, ...]:
        """Build modpress itself; its build backend stands beside it, so no environment has to be made."""
        return (self.tool("python"), "-m", "build", "--no-isolation", "--outdir", seed, self.checkout)

    def add_user(self, user: str, users: str) -> tuple[str, ...]:
        """Add a user, with the password on standard input."""
        return (self.tool("private-index"), "user", "add", user, "--users", users)

    def serve(self, root: str, users: str, seed: str, port: int) -> tuple[str, ...]:
        """Serve a fresh index that holds modpress already."""
        options = ("--port", str(port), "--root", root, "--users", users, "--seed", seed)
        return (self.tool("private-index"), "serve", *options)

    def make(self, simple_url: str, *options: str) -> tuple[str, ...]:
        """Make a module from the template, without a question."""
        answers = (f"project_name={MODULE}", "kind=cli", f"index_url={simple_url}")
        return (self.tool("cookiecutter"), f"{self.checkout}/template", "--no-input", *options, *answers)

    def check(self) -> tuple[str, ...]:
        """Run the module's own checks, in its folder."""
        return (self.tool("nox"),)

    def publish(self) -> tuple[str, ...]:
        """Publish the module, in its folder."""
        return (self.tool("nox"), "-s", "publish")

    def venv(self, folder: str) -> tuple[str, ...]:
        """Make an empty environment with what Python brings."""
        return (self.tool("python"), "-m", "venv", folder)

    def pip(self, folder: str, simple_url: str) -> tuple[str, ...]:
        """Install the module by its name, with pip."""
        return (installed(folder, "pip"), "install", "--index-url", simple_url, MODULE)

    def uv_venv(self, folder: str) -> tuple[str, ...]:
        """Make an empty environment with uv."""
        return (self.tool("uv"), "venv", "--python", ">=3.11", folder)

    def uv(self, folder: str, simple_url: str) -> tuple[str, ...]:
        """Install the module by its name, with uv."""
        return (self.tool("uv"), "pip", "install", "--python", folder, "--index-url", simple_url, MODULE)

    def run(self, folder: str) -> tuple[str, ...]:
        """Run the installed module, which makes a name of a text."""
        command, *words = RUN
        return (installed(folder, command), *words)


def by_hand(checkout: str, tools: str) -> list[str]:
    """Return the lines that do the same in a shell; their user has a password that nobody has to see."""
    say, url = Commands(checkout=checkout), "http://127.0.0.1:8080/simple/"
    random = "$(python -c 'import secrets; print(secrets.token_urlsafe())')"
    return [
        "mkdir modpress-by-hand && cd modpress-by-hand",
        f"export PATH={shlex.quote(tools)}:$PATH",
        f'export TWINE_USERNAME={AUTHOR} TWINE_PASSWORD="{random}"',
        shlex.join(say.build("seed")),
        f'echo "$TWINE_PASSWORD" | {shlex.join(say.add_user(AUTHOR, "users"))}',
        f"{shlex.join(say.serve('packages', 'users', 'seed', 8080))} & index=$!",
        shlex.join(say.make(url)),
        f"(cd {MODULE} && {shlex.join(say.check())} && {shlex.join(say.publish())})",
        shlex.join(say.venv("with-pip")),
        shlex.join(say.pip("with-pip", url)),
        shlex.join(say.run("with-pip")),
        shlex.join(say.uv_venv("with-uv")),
        shlex.join(say.uv("with-uv", url)),
        shlex.join(say.run("with-uv")),
        "kill $index",
    ]
