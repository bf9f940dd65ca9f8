"""Guards of the build: the two files are whole, say what they are, and can be made again."""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from modpress.guards.case import Case, read_member
from modpress.guards.shape import Guard, Lane, Verdict, failed, judged, passed, skipped
from modpress.making import AGAIN
from modpress.module import PYPROJECT
from modpress.overhearing import overhear
from modpress.release import Artifact

__all__ = ["Contents", "License", "Metadata", "Names", "OwnFiles", "Record", "Reproducible", "Size"]

MEGABYTE = 1_000_000
# What the public index takes of a file, and most private ones with a proxy before them.
MOST_MEGABYTES = 100
SHOWN = 5


class OwnFiles(Guard):
    """Old files in dist/ are how a stranger's wheel gets published."""

    name = "own-files"
    family = "build"
    says = "Two files go up, the sdist and the wheel of this version; what lies in dist/ is not looked at."
    is_waivable = False

    def check(self, case: Case) -> Verdict:
        """Look at the folder that was built into."""
        folder = case.release.wheel.path.parent
        ours = {artifact.filename for artifact in case.release.files}
        others = sorted(path.name for path in folder.iterdir() if path.name not in ours)
        return judged(f"the build made a file that is not this version's: {name}" for name in others)


class Names(Guard):
    """A file that says it is another project is filed under that one."""

    name = "names"
    family = "build"
    says = "File names, the metadata in both files and pyproject.toml agree on name and version."
    is_waivable = False

    def check(self, case: Case) -> Verdict:
        """Compare all that say who they are."""
        return judged(fault for artifact in case.release.files for fault in self._faults(case, artifact))

    def _faults(self, case: Case, artifact: Artifact) -> Iterator[str]:
        # Here and below: a library that only one guard needs is loaded by that guard.
        from twine.exceptions import InvalidDistribution  # noqa: PLC0415
        from twine.package import PackageFile  # noqa: PLC0415

        try:
            metadata = PackageFile.from_filename(str(artifact.path), comment=None).metadata
            identities = {named(artifact.filename), (canonicalize_name(metadata["name"]), Version(metadata["version"]))}
        except (InvalidDistribution, InvalidVersion, InvalidSdistFilename, InvalidWheelFilename) as error:
            yield f"{artifact.filename}: {error}"
            return
        for name, version in sorted(identities - {(case.module.key, case.version)}):
            yield f"{artifact.filename}: it says it is {name} {version}, but {PYPROJECT} says {case.module}"


class Metadata(Guard):
    """An index shows the metadata to everybody."""

    name = "metadata"
    family = "build"
    says = "Metadata keep the standard and are complete, the README renders, every classifier is a known one."
    loads = ("twine.commands.check", "trove_classifiers")

    def check(self, case: Case) -> Verdict:
        """Ask `twine check --strict`, packaging and the list of classifiers."""
        return judged([*self._readme_faults(case), *self._field_faults(case), *self._unknown_classifiers(case)])

    def _readme_faults(self, case: Case) -> Iterator[str]:
        from twine.commands.check import check as twine_check  # noqa: PLC0415
        from twine.exceptions import InvalidDistribution  # noqa: PLC0415

        for artifact in case.release.files:
            try:
                with overhear("twine") as said, redirect_stdout(io.StringIO()):
                    is_faulty = twine_check([str(artifact.path)], strict=True)
            except InvalidDistribution as error:
                yield f"{artifact.filename}: {error}"
                continue
            if is_faulty:
                yield f"{artifact.filename}: {' '.join(said) or 'twine check refuses it'}"

    def _field_faults(self, case: Case) -> list[str]:
        from packaging.metadata import Metadata as Strict  # noqa: PLC0415

        try:
            Strict.from_raw(case.metadata)
        except ExceptionGroup as group:
            return [f"{case.release.wheel.filename}: {error}" for error in group.exceptions]
        return []

    def _unknown_classifiers(self, case: Case) -> list[str]:
        from trove_classifiers import classifiers  # noqa: PLC0415

        own = case.metadata.get("classifiers", [])
        unknown = [each for each in own if each not in classifiers and not each.startswith("Private ::")]
        return [f"{each!r} is no classifier: see pypi.org/classifiers" for each in unknown]


class Record(Guard):
    """Installers refuse, or silently break, what differs from its RECORD."""

    name = "record"
    family = "build"
    says = "The wheel's RECORD names every file in it, with its true digest and size."
    is_waivable = False
    loads = ("installer.sources",)

    def check(self, case: Case) -> Verdict:
        """Let the installer library compare them."""
        from installer.exceptions import InstallerError  # noqa: PLC0415
        from installer.sources import WheelFile  # noqa: PLC0415

        try:
            with WheelFile.open(case.release.wheel.path) as wheel:
                wheel.validate_record()
        except InstallerError as error:
            return failed(*getattr(error, "issues", [str(error)]))
        return passed()


class Contents(Guard):
    """A wheel may be empty while all tests are green."""

    name = "contents"
    family = "build"
    says = "The wheel holds the whole package, and nothing else: check-wheel-contents, as the module configures it."
    loads = ("check_wheel_contents.checker", "check_wheel_contents.contents")

    def check(self, case: Case) -> Verdict:
        """Ask check-wheel-contents."""
        from check_wheel_contents.checker import NO_CONFIG, WheelChecker  # noqa: PLC0415
        from check_wheel_contents.contents import WheelContents  # noqa: PLC0415
        from check_wheel_contents.errors import WheelValidationError  # noqa: PLC0415

        wheel, checker = case.release.wheel, WheelChecker()
        own = case.pyproject.get("tool", {}).get("check-wheel-contents", {})
        source = case.folder / "src"
        # Told where the packages are, it also finds the data file that a rule of the sdist has dropped.
        is_ours = source.is_dir() and not {"package", "src_dir", "toplevel"} & own.keys()
        try:
            if is_ours:
                checker.configure_options(configpath=str(case.folder / PYPROJECT), src_dir=(str(source),))
            else:
                checker.configure_options(configpath=str(case.folder / PYPROJECT) if own else NO_CONFIG)
            return judged(
                each.show(wheel.filename) for each in checker.check_contents(WheelContents.from_wheel(wheel.path))
            )
        except WheelValidationError as error:
            return failed(f"{wheel.filename}: {error}")


class License(Guard):
    """A license that is not in the wheel is not given."""

    name = "license"
    family = "build"
    says = "A license that the module has is named in the metadata, and its text is in the wheel."

    def check(self, case: Case) -> Verdict:
        """Compare the folder, the metadata and the wheel."""
        names = [path.name for path in case.folder.iterdir() if path.stem.upper() in {"LICENSE", "LICENCE", "COPYING"}]
        files = case.metadata.get("license_files", [])
        expression = case.metadata.get("license_expression") or case.metadata.get("license")
        if not (names or files or expression):
            return skipped("it has no license")
        missing = [file for file in files if not any(name.endswith(f"/{file}") for name in case.wheel)]
        if missing:
            return judged(f"the metadata name {file}, and the wheel lacks it" for file in missing)
        if not files:
            return failed(f"the wheel has no license file: add license-files = {names or ['LICENSE']} under [project]")
        return judged(
            [] if expression else ['the metadata name no license: add license = "MIT", or yours, under [project]']
        )


class Size(Guard):
    """A large file is mostly a mistake, and is refused after the last byte of it has gone up."""

    name = "size"
    family = "build"
    says = f"No file is larger than {MOST_MEGABYTES} MB, or max-megabytes of [tool.modpress]."

    def check(self, case: Case) -> Verdict:
        """Weigh both files."""
        own = case.pyproject.get("tool", {}).get("modpress", {}).get("max-megabytes")
        limit = own if isinstance(own, int) else MOST_MEGABYTES
        sizes = {artifact.path: artifact.path.stat().st_size / MEGABYTE for artifact in case.release.files}
        return judged(_too_large(case, path, size, limit) for path, size in sizes.items() if size > limit)


class Reproducible(Guard):
    """Who has to resume, or wants to prove what was built, needs the same bytes again."""

    name = AGAIN
    family = "build"
    says = "A second build, in another folder, at another time and with another umask, has the same bytes."
    lane = Lane.BUILD

    def check(self, case: Case) -> Verdict:
        """Compare with what was built once more."""
        if case.again is None:
            return skipped("it was built twice, and compared, before it broke off")
        pairs = zip(case.release.files, case.again, strict=True)
        return judged(
            f"{first.filename} has other bytes when it is built again: {what_differs(first.path, second.path)}"
            for first, second in pairs
            if first.sha256 != second.sha256
        )


def named(filename: str) -> tuple[NormalizedName, Version]:
    """Return the project and the version that a file's name tells."""
    parse = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
    return parse(filename)[0], parse(filename)[1]


def _too_large(case: Case, path: Path, size: float, limit: int) -> str:
    members = case.wheel if path.suffix == ".whl" else case.sdist
    largest = max(members, key=lambda name: len(members[name]))
    return f"{path.name} has {size:.0f} MB, and {limit} are allowed; the largest file in it is {largest}"


def what_differs(first: Path, second: Path) -> str:
    """Name the members that differ, or say that it is what the archive says of them."""
    one, other = (_digests(path) for path in (first, second))
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    if not names:
        return "the same files, with other dates, modes or order; see whether the backend heeds SOURCE_DATE_EPOCH"
    return f"{', '.join(names[:SHOWN])}{' and more' if len(names) > SHOWN else ''} differ"


def _digests(path: Path) -> dict[str, int]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {member.filename: member.CRC for member in wheel.infolist()}
    with tarfile.open(path) as sdist:
        return {member.name: zlib.crc32(read_member(sdist, member)) for member in sdist if member.isfile()}
