"""What the names of files say: wheels (PEP 427) and sdists (PEP 625), of which project and version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from private_index.probe.checks.base import FileCheck
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.pages import last_part
from private_index.probe.visits import FileVisit

# The index of a release's wheel variants stands among its files (PEP 825).
_VARIANTS = re.compile(r"[^-]+-[^-]+-variants\.json")
# A wheel's name, its build tag begins with a digit; and the label of its variant, which packaging does not know.
_LABELLED = re.compile(r"([^-]+-[^-]+(?:-\d[^-]*)?-[^-]+-[^-]+-[^-]+)-[0-9a-z_.]+\.whl")


def parse(filename: str) -> tuple[str, Version] | str:
    """Return the project and version in a file's name, or a sentence why there are none."""
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(_LABELLED.sub(r"\1.whl", filename))
        else:
            name, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename) as fault:
        return str(fault)
    return name, version


def version_of(filename: str) -> Version | None:
    """Return the version in a file's name, if it parses."""
    parsed = parse(filename)
    return None if isinstance(parsed, str) else parsed[1]


class FilenameParses(FileCheck):
    """Each file's name is a wheel's or an sdist's, or installers pass it by."""

    name = "filename-parses"
    clause = "binary distribution format, PEP 625"
    severity = SHOULD

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Parse the name."""
        filename = visit.file.filename
        if not _VARIANTS.fullmatch(filename):
            parsed = parse(filename)
            yield judge(visit.url, "a name of a wheel or an sdist", [parsed] if isinstance(parsed, str) else [])


class FileBelongs(FileCheck):
    """Each file belongs to the project that lists it."""

    name = "file-belongs"
    clause = "PEP 503"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare the name in the file's name with the page's."""
        parsed = parse(visit.file.filename)
        if not isinstance(parsed, str):
            owner = visit.project.name
            yield judge(visit.url, f"a file of {owner}", [] if parsed[0] == canonicalize_name(owner) else [parsed[0]])


class UrlNamesFile(FileCheck):
    """A file's URL ends with its name, which is where installers read it."""

    name = "url-names-file"
    clause = "PEP 503: the text of a link must match the URL's last part"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare the URL's last part with the name."""
        seen = last_part(visit.url)
        yield judge(visit.url, f"…/{visit.file.filename}", [] if seen == visit.file.filename else [f"…/{seen}"])
