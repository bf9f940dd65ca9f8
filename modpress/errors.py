"""What can go wrong for a user. Each class makes its own sentence: what, which one, what to do now."""

from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = [
    "AddressFault",
    "AmbiguousName",
    "BadField",
    "BadIndexUrl",
    "BuildFailed",
    "DependencyCycle",
    "ElsewhereThanRead",
    "Fault",
    "IndexFault",
    "NoCredentials",
    "NoIndex",
    "NoModules",
    "NotAnIndex",
    "NotInstallable",
    "NotListed",
    "NotPrivate",
    "OtherBytes",
    "PublicIndexByAccident",
    "UnknownRepository",
    "Unreadable",
    "WrongBytes",
]

DIGITS_SHOWN = 16


class Fault(Exception):
    """Something the user can mend. Its text is a sentence, and the command ends with exit code 1."""


# Modules


class NoModules(Fault):
    """A path leads to no module."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} has no pyproject.toml, nor has any folder in it: give a module's folder")


class Unreadable(Fault):
    """A pyproject.toml cannot be read as TOML."""

    def __init__(self, pyproject: Path, reason: str) -> None:
        super().__init__(f"{pyproject} cannot be read: {reason}")


class BadField(Fault):
    """A pyproject.toml lacks a field, or holds a wrong value in it."""

    def __init__(self, pyproject: Path, field: str, wrong: str) -> None:
        super().__init__(f"{pyproject}: {field} {wrong}")


class AmbiguousName(Fault):
    """Two folders hold modules of one name."""

    def __init__(self, name: str, folders: Iterable[Path]) -> None:
        super().__init__(f"the name {name} is used by {' and by '.join(map(str, folders))}: a name is one module's")


class DependencyCycle(Fault):
    """Modules need each other in a circle, so none can be published first."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"these modules need each other in a circle: {' -> '.join(names)}; break it somewhere")


# Where to


class AddressFault(Fault):
    """Where to publish, or as whom, cannot be told or is not allowed."""


class NoIndex(AddressFault):
    """Nothing says where a module is to be published."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f'no index is named for {name}: set MODPRESS_INDEX_URL to it, or index = "https://…/simple/" '
            "under [tool.modpress] in pyproject.toml, or say --index-url URL or -r NAME (a section of ~/.pypirc)"
        )


class BadIndexUrl(AddressFault):
    """A URL cannot be an index's."""

    def __init__(self, url: str, source: str, wrong: str) -> None:
        super().__init__(f"{source} is {url!r}, and {wrong}")


class ElsewhereThanRead(AddressFault):
    """The public index shows nothing of what a team's index takes, but perhaps a stranger's project of that name."""

    def __init__(self, upload_url: str, source: str, simple_url: str) -> None:
        super().__init__(
            f"{source} has files go to {upload_url}, and --index-url has them looked for on {simple_url}, which is the "
            "public index: leave --index-url out, or name the public index for both with -r pypi"
        )


class UnknownRepository(AddressFault):
    """A repository was named that no file explains."""

    def __init__(self, name: str, source: str) -> None:
        super().__init__(f"{source} is {name!r}, and ~/.pypirc has no section [{name}] with a repository URL")


class NoCredentials(AddressFault):
    """Nobody says as whom to publish, and nobody is there to be asked."""

    def __init__(self, url: str, said: Sequence[str]) -> None:
        super().__init__(
            f"{url} wants a user and a password: set TWINE_USERNAME and TWINE_PASSWORD, or write them into a section "
            f"of ~/.pypirc with repository = {url}, or into the keyring{indented(chr(10).join(said))}"
        )


class PublicIndexByAccident(AddressFault):
    """The public index was configured, not asked for."""

    def __init__(self, url: str, source: str) -> None:
        super().__init__(
            f"{source} is {url}, the public index: name your team's index there; "
            "to publish to the whole world, say so with -r pypi"
        )


class NotPrivate(AddressFault):
    """A module that says it is private was sent to the public index."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(
            f"{name} is classified 'Private :: Do Not Upload', and {url} is public: "
            "publish it to your team's index, or remove the classifier"
        )


# Build


class BuildFailed(Fault):
    """A build backend, or what it needs, failed."""

    def __init__(self, name: str, what: str, reason: str, output: str) -> None:
        super().__init__(f"building the {what} of {name} failed: {reason}{indented(output)}")


# Upload and proof


class IndexFault(Fault):
    """The index cannot be reached, refused something, or answered what no index answers."""


class NotAnIndex(IndexFault):
    """A page is not what an index would show."""

    def __init__(self, url: str, wrong: str) -> None:
        super().__init__(f"{url} is no page of an index: {wrong}")


class OtherBytes(IndexFault):
    """A file's name is taken on the index."""

    def __init__(self, filename: str, url: str, built: str, there: str) -> None:
        super().__init__(
            f"{filename} is already published with other content; bump the version "
            f"({url} has sha256 {there[:DIGITS_SHOWN]}…, built was {built[:DIGITS_SHOWN]}…)"
        )


class NotListed(IndexFault):
    """The index took files and does not show them."""

    def __init__(self, filenames: Iterable[str], url: str, seconds: float) -> None:
        super().__init__(
            f"the index took {' and '.join(filenames)}, yet {url} does not list it after {seconds:g} s: either its "
            "pages are stale (run the same command again later), or they live elsewhere (say where with --index-url)"
        )


class WrongBytes(IndexFault):
    """The index hands out another file than it was given."""

    def __init__(self, filename: str, url: str, built: str, there: str) -> None:
        super().__init__(
            f"{url} hands out another {filename} than was built (sha256 {there[:DIGITS_SHOWN]}… instead of "
            f"{built[:DIGITS_SHOWN]}…): do not use it, and tell who runs the index"
        )


class NotInstallable(Fault):
    """A release is on the index, and cannot be used from there."""

    def __init__(self, release: str, what: str, url: str, output: str) -> None:
        super().__init__(
            f"{release}: published, but {what} what {url} hands out failed; where the network or the index "
            f"was at fault, the same command again proves it:{indented(output)}"
        )


def indented(output: str) -> str:
    """Return a program's words as lines under a sentence; nothing for nothing."""
    return "".join(f"\n  {line}" for line in output.strip().splitlines())
