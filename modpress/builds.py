"""Build a module: the sdist from its folder, and the wheel from the unpacked sdist, as a user of the sdist would."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Protocol

from build import BuildBackendException, BuildException, FailedProcessError, ProjectBuilder, check_dependency
from build.env import DefaultIsolatedEnv
from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import InvalidRequirement
from packaging.version import InvalidVersion, Version
from pyproject_hooks import quiet_subprocess_runner

from modpress import chain
from modpress.clients import find_uv
from modpress.errors import BuildFailed
from modpress.module import PYPROJECT, Module, names_required
from modpress.release import Artifact, Release

__all__ = ["build", "build_again", "read_release"]

Kind = Literal["sdist", "wheel"]
KINDS: tuple[Kind, Kind] = ("sdist", "wheel")
# The date that backends write where they would write the present (reproducible-builds.org): hatchling's own default,
# so that a build by hand has the same bytes.
EPOCH = {"SOURCE_DATE_EPOCH": "1580601600"}
# What a second build does not share with the first: the zone, and the order in which sets are walked.
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7"}


class Run(Protocol):
    """What runs a backend."""

    def __call__(
        self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        """Run a command, or raise CalledProcessError."""


def build(module: Module, scratch: Path) -> Release:
    """Build a module into a fresh folder below scratch: what lies in its dist/ is never looked at."""
    folder = scratch / module.key
    quick = _build_quickly(module, folder, is_again=False)
    if quick:
        return read_release(module, *quick)
    with _build_faults(module, "sdist"), _surroundings(module.folder) as environment:
        sdist = _build_one(module, "sdist", module.folder, folder / "dist", environment, {})
        source = _unpack(module, sdist, folder / "source")
        wheel = _build_one(module, "wheel", source, folder / "dist", environment, {})
    return read_release(module, sdist, wheel)


def build_again(module: Module, folder: Path) -> tuple[Artifact, Artifact]:
    """Build a module once more, elsewhere and as if at another time; only the bytes are of interest."""
    quick = _build_quickly(module, folder, is_again=True)
    if quick:
        return Artifact.read(quick[0]), Artifact.read(quick[1])
    with _build_faults(module, "sdist"), _surroundings(module.folder) as environment:
        sdist = _build_one(module, "sdist", module.folder, folder / "dist", environment, ELSEWHERE)
        source = _unpack(module, sdist, folder / "source")
        for path in source.rglob("*"):
            os.utime(path, (time.time(), time.time()))
            path.chmod(path.stat().st_mode & 0o700 | 0o200)
        wheel = _build_one(module, "wheel", source, folder / "dist", environment, ELSEWHERE)
    return Artifact.read(sdist), Artifact.read(wheel)


def _build_quickly(module: Module, folder: Path, *, is_again: bool) -> tuple[Path, Path] | None:
    """Build both files in one process, if all that it takes is here; None if not, or if it fails."""
    system = _build_system(module.folder)
    if not (hasattr(os, "fork") and system):
        return None
    told = {**system, "source": str(module.folder), "out": str(folder), "is_again": is_again}
    done = subprocess.run(
        # -P: what stands beside the program is not imported by a backend.
        [sys.executable, "-P", chain.__file__, json.dumps(told)],
        env={**os.environ, **_dated(), **(ELSEWHERE if is_again else {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    made = json.loads(done.stdout)
    return folder / "dist" / made["sdist"], folder / "dist" / made["wheel"]


def _build_system(folder: Path) -> dict[str, Any] | None:
    """Return the backend of a module, if its requirements are met here; a table with faults is told elsewhere."""
    with suppress(OSError, ValueError), (folder / PYPROJECT).open("rb") as stream:
        table = tomllib.load(stream).get("build-system", {})
        backend, requires = table.get("build-backend"), table.get("requires")
        is_plain = isinstance(backend, str) and isinstance(requires, list) and all(isinstance(r, str) for r in requires)
        if is_plain and not any(True for requirement in requires for _ in check_dependency(requirement)):
            return {"backend": backend, "backend_path": table.get("backend-path")}
    return None


def _dated() -> dict[str, str]:
    # Who sets a date of their own means it.
    return {} if "SOURCE_DATE_EPOCH" in os.environ else EPOCH


def _surroundings(source: Path) -> AbstractContextManager[DefaultIsolatedEnv | None]:
    """Choose an environment for the backend: None is ours, if it has all that the backend needs."""
    here = _builder_here(source)
    # Without its own requirements a backend cannot even be asked what else it needs.
    is_ready = not any(True for requirement in here.build_system_requires for _ in check_dependency(requirement))
    if is_ready:
        # Each question is a process of a tenth of a second, so both are asked at once.
        with ThreadPoolExecutor() as pool:
            is_ready = not any(pool.map(here.check_dependencies, KINDS))
    return nullcontext() if is_ready else DefaultIsolatedEnv(installer="uv" if find_uv() else "pip")


def _build_one(  # noqa: PLR0913, PLR0917 - what, of what, from where, to where, with what and how
    module: Module,
    kind: Kind,
    source: Path,
    folder: Path,
    environment: DefaultIsolatedEnv | None,
    extra: Mapping[str, str],
) -> Path:
    run = _runner(extra)
    with _build_faults(module, kind):
        builder = _builder_apart(source, kind, environment, run) if environment else _builder_here(source, run)
        return Path(builder.build(kind, folder))


def _runner(extra: Mapping[str, str]) -> Run:
    """Return what runs a backend: silently, at a date that is always the same."""

    def run(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
        quiet_subprocess_runner(cmd, cwd, {**(extra_environ or {}), **_dated(), **extra})

    return run


def _builder_here(source: Path, run: Run = quiet_subprocess_runner) -> ProjectBuilder:
    return ProjectBuilder(source, runner=run)


def _builder_apart(source: Path, kind: Kind, environment: DefaultIsolatedEnv, run: Run) -> ProjectBuilder:
    builder = ProjectBuilder.from_isolated_env(environment, source, runner=run)
    environment.install(builder.build_system_requires)
    environment.install(builder.get_requires_for_build(kind))
    return builder


def _unpack(module: Module, sdist: Path, folder: Path) -> Path:
    with _build_faults(module, "wheel"):
        with tarfile.open(sdist) as archive:
            # Python 3.11.0 to 3.11.3 know no filter as an argument.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(folder)  # noqa: S202 - it is the sdist that we have just built
        (source,) = folder.iterdir()
        return source


def read_release(module: Module, sdist: Path, wheel: Path) -> Release:
    """Return what was built of a module, with what its metadata say.

    Raises:
        BuildFailed: the files can't be used.

    """
    with _build_faults(module, "wheel"):
        metadata = _read_metadata(wheel)
        built = replace(
            module,
            version=module.version or str(Version(metadata["version"])),
            dependencies=module.dependencies | names_required(metadata.get("requires_dist", [])),
            classifiers=module.classifiers | set(metadata.get("classifiers", [])),
        )
    return Release(
        module=built,
        sdist=Artifact.read(sdist),
        wheel=Artifact.read(wheel),
        requires_python=metadata.get("requires_python", ""),
    )


def _read_metadata(wheel: Path) -> RawMetadata:
    with zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        if len(members) != 1:
            raise ValueError(f"{len(members)} METADATA files are in it")
        return parse_email(archive.read(members[0]))[0]


@contextmanager
def _build_faults(module: Module, kind: Kind) -> Iterator[None]:
    """Turn what builders raise into one fault that shows what they printed."""
    try:
        yield
    except (BuildBackendException, FailedProcessError) as error:
        raise BuildFailed(module.name, kind, str(error), _output(error.exception)) from None
    except subprocess.CalledProcessError as error:
        reason = "its build requirements cannot be installed (is there a network? What is here already needs none)"
        raise BuildFailed(module.name, kind, reason, _output(error)) from None
    except (BuildException, InvalidRequirement, RuntimeError) as error:
        raise BuildFailed(module.name, kind, str(error), "") from None
    except (tarfile.TarError, zipfile.BadZipFile, InvalidVersion, KeyError, ValueError) as error:
        raise BuildFailed(module.name, kind, f"the backend made a file that cannot be used ({error})", "") from None


def _output(error: BaseException) -> str:
    if not isinstance(error, subprocess.CalledProcessError):
        return ""
    streams = [stream for stream in (error.stdout, error.stderr) if stream]
    return "\n".join(s if isinstance(s, str) else s.decode(errors="replace") for s in streams)
