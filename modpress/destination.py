"""Where a module is published to and read back from. Pure: what was said, in order of precedence, decides."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from modpress.errors import (
    BadIndexUrl,
    ElsewhereThanRead,
    NoIndex,
    NotPrivate,
    PublicIndexByAccident,
    UnknownRepository,
)
from modpress.module import PYPROJECT, Module
from modpress.urls import Login, check_url, is_public, is_same_origin, split_login

__all__ = ["Destination", "Wish", "check_allowed", "find_destination"]

# The public index's pages live on another host than its uploads; both pairs are part of its documentation.
PUBLIC_PAIRS = {
    "https://upload.pypi.org/legacy/": "https://pypi.org/simple/",
    "https://test.pypi.org/legacy/": "https://test.pypi.org/simple/",
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Where to publish, as one place says it: the command line, or the environment."""

    repository: str | None = None
    repository_url: str | None = None
    index_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Destination:
    """One index: where files go in, and where the world reads them.

    Attributes:
        upload_url: for uploads; it carries no password.
        simple_url: for installers; it carries no password.
        section: the section of ~/.pypirc with its credentials, if one is meant.
        login: credentials that the URL carried.
        is_derived: whether simple_url was worked out from upload_url.

    """

    upload_url: str
    simple_url: str
    section: str | None = None
    login: Login | None = None
    is_derived: bool = False


def find_destination(module: Module, asked: Wish, environment: Wish, pypirc: Mapping[str, str]) -> Destination:
    """Decide where a module goes.

    Args:
        module: it may name its index itself.
        asked: the options of the command line.
        environment: the variables TWINE_REPOSITORY, TWINE_REPOSITORY_URL and MODPRESS_INDEX_URL.
        pypirc: the upload URL of each section of ~/.pypirc.

    """
    indexes = list(_named_indexes(module, asked, environment))
    upload = next(_named_uploads(asked, environment, pypirc), None)
    if upload:
        return _from_upload(upload, indexes, pypirc)
    if not indexes:
        raise NoIndex(module.name)
    return _from_index(indexes[0], pypirc)


def check_allowed(module: Module, destination: Destination) -> None:
    """Refuse to publish a private module to the public index."""
    if module.is_private and is_public(destination.upload_url):
        raise NotPrivate(module.name, destination.upload_url)


@dataclass(frozen=True)
class _Named:
    """A URL, who named it, and the section of ~/.pypirc it was taken from."""

    url: str
    source: str
    section: str | None = None

    @property
    def is_explicit(self) -> bool:
        return self.source.startswith("--")

    def split(self) -> tuple[str, Login | None]:
        """Return the URL, checked and without its login, and the login."""
        return split_login(check_url(self.url, self.source))


def _named_uploads(asked: Wish, environment: Wish, pypirc: Mapping[str, str]) -> Iterator[_Named]:
    for wish, url_source, name_source in [
        (asked, "--repository-url", "--repository"),
        (environment, "TWINE_REPOSITORY_URL", "TWINE_REPOSITORY"),
    ]:
        if wish.repository_url:
            yield _Named(wish.repository_url, url_source)
        if wish.repository:
            if wish.repository not in pypirc:
                raise UnknownRepository(wish.repository, name_source)
            source = f"repository of [{wish.repository}] in ~/.pypirc"
            yield _Named(pypirc[wish.repository], source, wish.repository)


def _named_indexes(module: Module, asked: Wish, environment: Wish) -> Iterator[_Named]:
    if asked.index_url:
        yield _Named(asked.index_url, "--index-url")
    if environment.index_url:
        yield _Named(environment.index_url, "MODPRESS_INDEX_URL")
    if module.index:
        yield _Named(module.index, f"[tool.modpress] index in {module.folder / PYPROJECT}")


def _from_upload(upload: _Named, indexes: Iterable[_Named], pypirc: Mapping[str, str]) -> Destination:
    upload_url, login = upload.split()
    # An index that is configured for reading belongs to this upload only if it is the same server:
    # whoever says "-r other" is not to be shown the team's pages as the other's.
    known = [(named.split(), named.is_explicit) for named in indexes]
    mine = [split for split, is_explicit in known if is_explicit or is_same_origin(split[0], upload_url)]
    simple_url, index_login = mine[0] if mine else (_simple_url(upload_url), None)
    if is_public(simple_url) and not is_public(upload_url):
        raise ElsewhereThanRead(upload_url, upload.source, simple_url)
    return Destination(
        upload_url=upload_url,
        simple_url=simple_url,
        section=upload.section or _section_of(upload_url, pypirc),
        login=login or index_login,
        is_derived=not mine,
    )


def _from_index(index: _Named, pypirc: Mapping[str, str]) -> Destination:
    simple_url, login = index.split()
    if is_public(simple_url) and not index.is_explicit:
        raise PublicIndexByAccident(simple_url, index.source)
    upload_url = _upload_url(simple_url, index.source)
    section = _section_of(upload_url, pypirc)
    return Destination(upload_url=upload_url, simple_url=simple_url, section=section, login=login)


def _upload_url(simple_url: str, source: str) -> str:
    for upload_url, public_simple_url in PUBLIC_PAIRS.items():
        if simple_url == public_simple_url:
            return upload_url
    for ending in ("/+simple/", "/simple/"):
        if simple_url.endswith(ending):
            return simple_url.removesuffix(ending) + "/"
    raise BadIndexUrl(simple_url, source, "an index's URL ends in /simple/ (if yours does not, add --repository-url)")


def _simple_url(upload_url: str) -> str:
    if upload_url in PUBLIC_PAIRS:
        return PUBLIC_PAIRS[upload_url]
    return upload_url.removesuffix("legacy/") + "simple/"


def _section_of(upload_url: str, pypirc: Mapping[str, str]) -> str | None:
    return next((name for name, url in pypirc.items() if url.rstrip("/") == upload_url.rstrip("/")), None)
