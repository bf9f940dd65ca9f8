"""Build an sdist and, from it, a wheel in one process: the backend is loaded once, and each hook runs in a fork of it.

A hook has a process of its own, as PEP 517 wants it; what a process costs is to load the backend, ten times what the
hook itself does. It is run as a program, by the Python that builds, and imports nothing of ours: it prints the two
names, or ends badly without a word. Whoever runs it then builds in the slower way, which tells what is wrong.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module, metadata
from pathlib import Path

from packaging.requirements import Requirement
from pyproject_hooks import BuildBackendHookCaller

# What hatchling loads only when it is asked to build.
HEAVY = {
    "hatchling": ("hatchling.builders.sdist", "hatchling.builders.wheel", "hatchling.metadata.core"),
    "setuptools": ("setuptools.build_meta", "setuptools.dist"),
    "flit_core": ("flit_core.buildapi", "flit_core.sdist", "flit_core.wheel"),
}


def main(*, source: str, backend: str, backend_path: Sequence[str] | None, out: str, is_again: bool) -> dict[str, str]:
    """Build both, and return their names.

    Args:
        source: the module's folder.
        backend: as pyproject.toml names it.
        backend_path: likewise.
        out: a folder for what is made.
        is_again: whether to build as somebody else would, at another time.

    """
    if is_again:
        os.umask(0o077)
    for name in HEAVY.get(backend.partition(".")[0], ()):
        with suppress(ImportError):
            import_module(name)
    made = Path(out, "dist")
    made.mkdir(parents=True)
    hooks = BuildBackendHookCaller(source, backend, backend_path, runner=run_forked)
    require(hooks.get_requires_for_build_sdist())
    sdist = hooks.build_sdist(str(made))
    unpacked = unpack(made / sdist, Path(out, "source"), is_again=is_again)
    hooks = BuildBackendHookCaller(unpacked, backend, backend_path, runner=run_forked)
    require(hooks.get_requires_for_build_wheel())
    return {"sdist": sdist, "wheel": hooks.build_wheel(str(made))}


def run_forked(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
    """Run a Python program in a fork of this process, silently."""
    child = os.fork()
    if not child:
        run_here(cmd[1:], cwd or os.curdir, extra_environ or {})
    if code := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise subprocess.CalledProcessError(code, list(cmd))


def run_here(argv: Sequence[str], cwd: str, extra_environ: Mapping[str, str]) -> None:
    """Become that program; never return."""
    code = 1
    try:
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        os.chdir(cwd)
        os.environ.update(extra_environ)
        sys.argv = list(argv)
        runpy.run_path(argv[0], run_name="__main__")
        code = 0
    finally:
        os._exit(code)


def require(requirements: Sequence[str]) -> None:
    """End if something is not installed here."""
    for requirement in map(Requirement, requirements):
        if not requirement.specifier.contains(metadata.version(requirement.name), prereleases=True):
            sys.exit(1)


def unpack(sdist: Path, folder: Path, *, is_again: bool) -> str:
    """Unpack an sdist as its user would, and return where its one folder is."""
    with tarfile.open(sdist) as archive:
        # Python 3.11.0 to 3.11.3 know no filter as an argument.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)  # noqa: S202 - it is the sdist that was just built
    (source,) = folder.iterdir()
    for path in source.rglob("*") if is_again else ():
        os.utime(path, (time.time(), time.time()))
        path.chmod(path.stat().st_mode & 0o700)
    return str(source)


def stop(*_: object) -> None:
    """End, once, and not before what was begun is cleared away."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    sys.stdout.write(json.dumps(main(**json.loads(sys.argv[1]))))
