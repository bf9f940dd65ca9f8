"""Where templates are: the newest in this modpress, an older one in the wheel of its version on the index."""

import hashlib
import json
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Self
from urllib.parse import urljoin

from packaging.version import InvalidVersion, Version
from pypi_simple import ACCEPT_ANY, DistributionPackage, ProjectPage
from requests import RequestException, Response

from modpress.connection import PageSession, PatientAdapter, ReadingSession
from modpress.destination import Destination
from modpress.update_errors import BadTemplate, NoQuestion, TemplateUnavailable

__all__ = ["AUTHORS_OWN", "QUESTIONS", "Shelf", "Template", "own_template", "template_at"]

PROJECT = "modpress"
QUESTIONS = "cookiecutter.json"
# What a module begins with and its author soon replaces: deleted there, it is not missed.
AUTHORS_OWN = ("src/", "tests/", "README.md", "CHANGELOG.md")
WAIT = 30.0


@dataclass(frozen=True, kw_only=True)
class Template:
    """A template on this machine, and the version of modpress that it is a part of."""

    folder: Path
    version: str

    @classmethod
    def found_in(cls, folder: Path, version: str) -> Self | None:
        """Return the template of a folder, if there is one."""
        return cls(folder=folder, version=version) if (folder / QUESTIONS).is_file() else None

    def check_answers(self, answers: Iterable[str]) -> None:
        """Refuse an answer to what is not asked: some of those names are settings of cookiecutter itself."""
        known = json.loads((self.folder / QUESTIONS).read_text(encoding="utf-8"))
        asked = [name for name in known if not name.startswith("_")]
        for answer in answers:
            question, equals, _ = answer.partition("=")
            if not equals or question not in asked:
                raise NoQuestion(answer, asked)


def own_template() -> Template:
    """Return the template of the modpress that runs."""
    package = Path(__file__).parent
    in_wheel = Template.found_in(package / "template", installed_version(PROJECT))
    if in_wheel:
        return in_wheel
    # A checkout that is installed as it stands: its metadata may be older than its files.
    pyproject = tomllib.loads((package.parent / "pyproject.toml").read_text(encoding="utf-8"))
    return Template(folder=package.parent / "template", version=pyproject["project"]["version"])


def template_at(source: str, scratch: Path) -> Template | Version:
    """Return what a person named: a template here, in a folder or a wheel, or the version of one elsewhere."""
    path = Path(source)
    if path.is_file() and path.suffix == ".whl":
        found = unpack(path, source, scratch)
    elif path.is_dir():
        found = Template.found_in(path.resolve(), source)
    else:
        return _version(source)
    if not found:
        raise BadTemplate(source)
    return found


def unpack(wheel: Path, version: str, scratch: Path) -> Template | None:
    """Unpack the template of a wheel, if it has one, with the metadata beside it that says the wheel's version."""
    folder = scratch / wheel.stem
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [name for name in archive.namelist() if name.startswith(f"{PROJECT}/template/")]
            archive.extractall(folder, [*members, *(name for name in archive.namelist() if ".dist-info/" in name)])
    except (OSError, zipfile.BadZipFile):
        return None
    return Template.found_in(folder / PROJECT / "template", version)


class Shelf:
    """Old templates, fetched once each from the indexes that keep them."""

    def __init__(self, scratch: Path, environ: Mapping[str, str]) -> None:
        self.scratch = scratch
        self.adapter = PatientAdapter(WAIT, environ.get("TWINE_CERT"))
        self.fetched: dict[tuple[Destination, Version], Template] = {}

    def template(self, version: Version, index: Destination) -> Template:
        """Return the template of a version."""
        key = (index, version)
        if key not in self.fetched:
            self.fetched[key] = self._fetch(version, index)
        return self.fetched[key]

    def _fetch(self, version: Version, index: Destination) -> Template:
        url = urljoin(index.simple_url, f"{PROJECT}/")
        folder = self.scratch / f"shelf-{len(self.fetched)}"
        folder.mkdir()
        try:
            package = self._find(version, index, url)
            wheel = folder / package.filename
            wheel.write_bytes(self._download(package, index))
        except (RequestException, ValueError) as error:
            raise TemplateUnavailable(str(version), url, str(error)) from None
        template = unpack(wheel, str(version), folder)
        if not template:
            raise TemplateUnavailable(str(version), package.url, "that wheel carries no template")
        return template

    def _find(self, version: Version, index: Destination, url: str) -> DistributionPackage:
        page = ProjectPage.from_response(self._get(PageSession, index, url), PROJECT)
        wheels = [each for each in page.packages if each.package_type == "wheel"]
        found = next((each for each in wheels if each.version and Version(each.version) == version), None)
        if not found:
            raise ValueError("it has no wheel of that version")
        return found

    def _download(self, package: DistributionPackage, index: Destination) -> bytes:
        content = self._get(ReadingSession, index, package.url).content
        # Its code is run: it must be what the index says it is.
        if hashlib.sha256(content).hexdigest() != package.digests.get("sha256", "").lower():
            raise ValueError(f"{package.filename} is not what the page says it is")
        return content

    def _get(self, kind: type[ReadingSession], index: Destination, url: str) -> Response:
        with kind(index.simple_url, index.login, self.adapter) as session:
            response = session.get(url, headers={"Accept": ACCEPT_ANY})
        if response.is_redirect:
            # The team's index sends who asks for what it has not on to the public one: a stranger's.
            raise ValueError("it knows no modpress")
        response.raise_for_status()
        return response


def _version(source: str) -> Version:
    try:
        return Version(source)
    except InvalidVersion:
        raise BadTemplate(source) from None
