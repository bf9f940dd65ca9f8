"""Versions of modpress with tiny templates, and a repository of modules made from them: for tests of updates."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.hand_made import metadata, write_wheel

CHECKOUT = Path(__file__).parents[1]
FOLDER = "{{ cookiecutter.project_name }}"
QUESTIONS = {"project_name": "acme", "greeting": "Hello", "_copy_without_render": ["noxfile.py"]}
# No environment to make, so that nox takes no time; an author turns a module red by a file.
NOXFILE = """\
import nox
from pathlib import Path


@nox.session(venv_backend="none")
def tests(session):
    if "broken" in Path("settings.txt").read_text():
        session.error("it is broken")
"""
LINES = "".join(f"line {number}\n" for number in range(1, 21))
FIRST = {
    "cookiecutter.json": json.dumps(QUESTIONS),
    f"{FOLDER}/noxfile.py": NOXFILE,
    f"{FOLDER}/pyproject.toml": '[project]\nname = "{{ cookiecutter.project_name }}"\nversion = "1.0"\n',
    f"{FOLDER}/settings.txt": LINES,
    f"{FOLDER}/guide.txt": "{{ cookiecutter.greeting }} from {{ cookiecutter.project_name }}\n" + LINES,
    f"{FOLDER}/src/{FOLDER}/sample.py": LINES,
}


def template(version: str, **changes: str | None) -> dict[str, str]:
    """Return the files of the first template with changes by path in the module; None removes one."""
    record = {"modpress": version} | {key: f"{{{{ cookiecutter.{key} }}}}" for key in QUESTIONS if key[0] != "_"}
    files: dict[str, str | None] = {**FIRST, f"{FOLDER}/.modpress.json": json.dumps(record, indent=2) + "\n"}
    files |= {path if path == "cookiecutter.json" else f"{FOLDER}/{path}": text for path, text in changes.items()}
    return {path: text for path, text in files.items() if text is not None}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder and return it."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def write_modpress_wheel(folder: Path, version: str, files: dict[str, str]) -> Path:
    """Write a wheel of modpress that carries a template."""
    members = {f"modpress/template/{path}": text.encode() for path, text in files.items()}
    return write_wheel(folder, "modpress", version, members=members)


@dataclass(frozen=True, kw_only=True)
class Tool:
    """The checkout's modpress, under another version and with another template."""

    library: Path
    env: dict[str, str]

    @classmethod
    def installed(cls, library: Path, version: str, files: dict[str, str], env: dict[str, str]) -> Tool:
        """Put it into a folder that Python looks into first."""
        write(library / "modpress" / "template", files)
        for path in (CHECKOUT / "modpress").iterdir():
            if path.name != "__pycache__":
                (library / "modpress" / path.name).symlink_to(path)
        info = library / f"modpress-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_bytes(metadata("modpress", version))
        # Coverage would look for the files of this folder when it is gone.
        clean = {name: value for name, value in env.items() if not name.startswith("COV")}
        return cls(library=library, env=clean | {"PYTHONPATH": str(library)})

    def run(self, *arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the command."""
        command = [sys.executable, "-P", "-m", "modpress", *arguments]
        return subprocess.run(
            command, cwd=cwd, env=self.env | variables, capture_output=True, encoding="utf-8", check=False
        )

    def start(self, *arguments: str, cwd: Path) -> subprocess.Popen[bytes]:
        """Start the command, to be stopped."""
        command = [sys.executable, "-P", "-m", "modpress", *arguments]
        return subprocess.Popen(command, cwd=cwd, env=self.env)


@dataclass(frozen=True)
class Team:
    """A git repository with made modules."""

    root: Path
    env: dict[str, str]

    def git(self, *arguments: str) -> str:
        """Run git and return what it said."""
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        command = ["git", *identity, *arguments]
        done = subprocess.run(command, cwd=self.root, env=self.env, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add(self, where: str, files: dict[str, str], **answers: str) -> Path:
        """Make a module of a template as its maker would, by replacing words, and commit it."""
        known = {"project_name": Path(where).name or "acme", "greeting": "Hello"} | answers
        made = {
            self._filled(path.removeprefix(f"{FOLDER}/"), known): self._filled(text, known)
            for path, text in files.items()
            if path != "cookiecutter.json"
        }
        folder = write(self.root / where, made)
        self.commit()
        return folder

    def edit(self, folder: Path, name: str, before: str, after: str) -> None:
        """Replace words in a file and commit that."""
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")
        self.commit()

    def commit(self) -> None:
        """Commit all there is."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Work")

    @property
    def status(self) -> list[str]:
        """What `git status` says of each file."""
        return self.git("status", "--porcelain").splitlines()

    @staticmethod
    def _filled(text: str, answers: dict[str, str]) -> str:
        for key, value in answers.items():
            text = text.replace(f"{{{{ cookiecutter.{key} }}}}", value)
        return text
