"""Proof that releases are published: their files come back unchanged; they install and import from the index alone."""

import tempfile
import time
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from modpress.clients import Client, ClientFailed, Source, python_in, run
from modpress.errors import NotInstallable, NotListed, WrongBytes
from modpress.listing import Listing
from modpress.project_page import ListedFile
from modpress.release import Release

__all__ = ["TryFailed", "asked_of_python", "compare_files", "find_importable", "prove", "related", "try_out"]

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
IMPORT_SECONDS = 60
IMPORT = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
EXTENSIONS = (".py", ".so", ".pyd")


def prove(releases: Sequence[Release], listing: Listing, client: Client, scratch: Path) -> None:
    """Fetch releases as a stranger would; raise if anything is not as it was built."""
    for release in releases:
        compare_files(release, listing)
    try:
        try_out(releases, listing.source, client, scratch)
    except TryFailed as error:
        words = listing.account.login.hide(str(error))
        raise NotInstallable(error.named, error.what, listing.simple_url, words) from None


class TryFailed(Exception):
    """Releases can't be used from an index; the text is the client's own words."""

    def __init__(self, releases: Iterable[Release], what: str, words: str) -> None:
        super().__init__(words)
        self.named = " and ".join(str(release.module) for release in releases)
        self.what = what


def try_out(releases: Sequence[Release], source: Source, client: Client, scratch: Path) -> None:
    """Install releases together from an index into a new, empty environment, and import all that they bring.

    Raises:
        TryFailed: that can't be done.

    """
    try:
        _try_out(releases, source, client, scratch)
    except TryFailed:
        sets = related(releases)
        if len(sets) == 1:
            raise
        # What has nothing to do with each other need not go together: two services, say, that want other Pythons.
        for each in sets:
            _try_out(each, source, client, scratch)


def related(releases: Sequence[Release]) -> list[list[Release]]:
    """Return releases in sets: two that one of them needs the other are in one set."""
    sets: list[list[Release]] = []
    for release in releases:
        mine = [each for each in sets if any(_is_near(release, other) for other in each)]
        sets = [each for each in sets if each not in mine]
        sets.append([*(other for each in mine for other in each), release])
    return sets


def _is_near(one: Release, other: Release) -> bool:
    return one.module.key in other.module.dependencies or other.module.key in one.module.dependencies


def _try_out(releases: Sequence[Release], source: Source, client: Client, scratch: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="tried-", dir=scratch)) / "venv"
    what = "making an environment for"
    try:
        client.make_environment(folder, asked_of_python(releases))
        what = "installing"
        client.install([one.requirement for one in releases], folder, source)
        what = "importing"
        names = [name for one in releases for name in _importable(one)]
        run([str(python_in(folder)), "-I", "-c", IMPORT, *names], client.environ, folder.parent, IMPORT_SECONDS)
    except ClientFailed as error:
        raise TryFailed(releases, what, str(error)) from None


def asked_of_python(releases: Iterable[Release]) -> str:
    """Return what all of some releases ask of the Python that they run in."""
    return ",".join(filter(None, dict.fromkeys(one.requires_python for one in releases)))


def find_importable(members: Iterable[str]) -> list[str]:
    """Return the dotted names of a wheel's topmost modules, those within namespace packages included."""
    modules = {name for member in members if (name := _module_name(PurePosixPath(member)))}
    return sorted(name for name in modules if not any(name.startswith(f"{other}.") for other in modules))


def compare_files(release: Release, listing: Listing) -> None:
    """Raise if an index does not show and hand out a release's files as they were built."""
    listed = _wait_until_listed(release, listing)
    for artifact in release.files:
        url = listing.page_url(release.module.key)
        for digest in (listing.digest(listed[artifact.filename]), listing.digest_of_content(listed[artifact.filename])):
            if digest != artifact.sha256:
                raise WrongBytes(artifact.filename, url, artifact.sha256, digest)


def _wait_until_listed(release: Release, listing: Listing) -> Mapping[str, ListedFile]:
    """Return the files of the page, once it shows both of ours: an index before caches may be a little late."""
    wanted = {artifact.filename for artifact in release.files}
    deadline = time.monotonic() + listing.wait
    pause = FIRST_PAUSE
    while True:
        listed = listing.files_of(release.module.key)
        if wanted <= listed.keys():
            return listed
        if time.monotonic() + pause > deadline:
            raise NotListed(sorted(wanted - listed.keys()), listing.page_url(release.module.key), listing.wait)
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _importable(release: Release) -> list[str]:
    with zipfile.ZipFile(release.wheel.path) as wheel:
        return find_importable(wheel.namelist())


def _module_name(member: PurePosixPath) -> str | None:
    """Return what imports a wheel's member, or None for what is no module."""
    parts = list(member.parts)
    # NAME.data/purelib/ and NAME.data/platlib/ are unpacked beside the rest.
    if parts[0].endswith(".data") and parts[1:2] in (["purelib"], ["platlib"]):
        parts = parts[2:]
    stem = parts[-1].partition(".")[0]
    if not parts[-1].endswith(EXTENSIONS) or stem == "__main__":
        return None
    dotted = parts[:-1] if stem == "__init__" else [*parts[:-1], stem]
    return ".".join(dotted) if dotted and all(map(str.isidentifier, dotted)) else None
