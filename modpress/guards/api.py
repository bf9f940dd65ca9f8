"""The guard of the API: what breaks those who use the last published version is told, with the least bump allowed."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from modpress.guards.case import Case
from modpress.guards.shape import Guard, Lane, Verdict, failed, passed, skipped
from modpress.overhearing import overhear
from modpress.project_page import ListedFile
from modpress.proof import find_importable
from modpress.refusals import in_sentences

__all__ = ["Api", "is_allowed", "least_bump"]

SHOWN = 8


class Api(Guard):
    """A version number is a promise."""

    name = "api"
    family = "api"
    says = "Nothing public is gone or changed since the last published wheel, unless the version says so (griffe)."
    lane = Lane.INDEX
    reads = True

    def check(self, case: Case) -> Verdict:
        """Compare both wheels, without running either."""
        last = last_wheel(case)
        if last is None:
            return skipped("the index has no earlier wheel of it")
        before = parse_wheel_filename(last.filename)[1]
        if is_allowed(before, case.version):
            return passed()
        old, new = case.scratch / "published", case.scratch / "built"
        fetch(case, last, old / last.filename)
        for wheel, folder in ((old / last.filename, old), (case.release.wheel.path, new)):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
        breaks = [fault for name in find_importable(case.wheel) for fault in breakages(name, old, new)]
        if not breaks:
            return passed()
        more = f"\nand {len(breaks) - SHOWN} more" if len(breaks) > SHOWN else ""
        listed = "\n".join(breaks[:SHOWN])
        return failed(f"it breaks users of {before}: bump the version to {least_bump(before)} at least\n{listed}{more}")


def last_wheel(case: Case) -> ListedFile | None:
    """Return the wheel of the highest version below the one to be published."""
    wheels: dict[Version, ListedFile] = {}
    for filename, file in case.listed.items():
        try:
            version = parse_wheel_filename(filename)[1]
        except InvalidWheelFilename:
            continue
        if version < case.version and not file.is_yanked:
            wheels[version] = file
    return wheels[max(wheels)] if wheels else None


def fetch(case: Case, file: ListedFile, path: Path) -> None:
    """Download a published file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    faults = in_sentences(file.url, "a download", case.subject.account)
    with faults, case.subject.listing.files.get(file.url) as response:
        response.raise_for_status()
        path.write_bytes(response.content)


def is_allowed(before: Version, after: Version) -> bool:
    """Whether a step may break users: of the first number, or of the second while the first is 0."""
    # A rehearsal of the version that may, such as 2.0rc1, may as well.
    return after.epoch > before.epoch or Version(after.base_version) >= least_bump(before)


def least_bump(before: Version) -> Version:
    """Return the lowest version that may break users of another."""
    number = f"{before.major + 1}.0.0" if before.major else f"0.{before.minor + 1}.0"
    return Version(f"{before.epoch}!{number}")


def breakages(name: str, old: Path, new: Path) -> list[str]:
    """Return what users of a package would stumble over; nothing for one that is new."""
    import griffe  # noqa: PLC0415 - only what was published before needs it

    def load(folder: Path) -> Any:  # noqa: ANN401 - griffe's own
        return griffe.load(name, search_paths=[folder], allow_inspection=False, try_relative_path=False)

    # What griffe thinks of the code's style is not asked here.
    with overhear("griffe"):
        try:
            before = load(old)
        except ModuleNotFoundError:
            return []
        found = list(griffe.find_breaking_changes(before, load(new)))
    # A constant's value is no promise: a version stands in one.
    return [_told(each) for each in found if each.kind is not griffe.BreakageKind.ATTRIBUTE_CHANGED_VALUE]


def _told(breakage: Any) -> str:  # noqa: ANN401 - griffe's own
    what = breakage.old_value or breakage.new_value
    parameter = f"({what.name})" if "arameter" in breakage.kind.value and hasattr(what, "name") else ""
    return f"{breakage.obj.path}{parameter}: {breakage.kind.value}"
