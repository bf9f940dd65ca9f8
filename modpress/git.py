"""git as a program: run so that it asks nobody, says English, and meets no repository but the one of its folder."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["run_git", "undisturbed"]

# What would lead git to another repository, as within a hook, or to a pager.
STEERING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_PAGER")
# Nobody is there to answer; a lock that is only wanted for a faster next time is not taken.
# C and not C.UTF-8: with that, LANGUAGE would still have git speak the person's language, which nobody here reads.
QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
    "LC_ALL": "C",
}


def undisturbed(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which git is alone with its folder."""
    return {name: value for name, value in environ.items() if name not in STEERING} | QUIET


def run_git(
    words: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    *,
    stdin: str = "",
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run git and return how it ended and what it said.

    Args:
        words: the command and its arguments.
        folder: where it runs.
        environ: the whole of its environment, most often of `undisturbed`.
        stdin: what it reads.
        timeout: seconds; as long as it takes unless told.

    Raises:
        FileNotFoundError: there is no git, or no such folder.
        subprocess.TimeoutExpired: it took longer.

    """
    return subprocess.run(
        ["git", *words],
        cwd=folder,
        env=environ,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        # File names are bytes, of any encoding.
        errors="surrogateescape",
        timeout=timeout,
        check=False,
    )
