"""The one rule after any fault: old or new, never half; told yes is kept; the same again succeeds; others never."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import requests

from tests.hand_made import write_wheel
from tests.real_index import Index

State = Literal["old", "new", "half"]
SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A wheel to upload, and other bytes that claim its name."""

    project: str
    wheel: Path
    other: Path

    @property
    def content(self) -> bytes:
        """The bytes that are published."""
        return self.wheel.read_bytes()


def make_offer(folder: Path, name: str, version: str = "1.0") -> Offer:
    """Return the offer of a release that the index has never seen."""
    wheel = write_wheel(folder / "first", name, version, code="x = 1")
    return Offer(project=name, wheel=wheel, other=write_wheel(folder / "other", name, version, code="x = 2"))


def upload(index: Index, path: Path) -> requests.Response | None:
    """Upload as publishing tools do; None when the connection broke and nothing was told."""
    content = path.read_bytes()
    form = {":action": "file_upload", "sha256_digest": hashlib.sha256(content).hexdigest()}
    files = {"content": (path.name, content)}
    try:
        return requests.post(index.url, form, files=files, auth=(index.user, index.password), timeout=SECONDS)
    except requests.ConnectionError:
        return None


def look(index: Index, offer: Offer) -> State:
    """Return what a reader sees of an offer, by its page, its file and its metadata."""
    listed = _listed(index, offer)
    url = f"{index.url}packages/{offer.wheel.name}"
    file = requests.get(url, timeout=SECONDS)
    metadata = requests.get(f"{url}.metadata", timeout=SECONDS)
    if (listed, file.status_code, metadata.status_code) == (None, 404, 404):
        # Another server over the same folder would list what lies there.
        return "half" if (index.root / offer.wheel.name).exists() else "old"
    whole = file.status_code == 200 and file.content == offer.content and metadata.status_code == 200
    return "new" if whole and listed == hashlib.sha256(offer.content).hexdigest() else "half"


def sight(index: Index, offer: Offer) -> str:
    """Return in words what a reader sees, for who must understand a fault."""
    url = f"{index.url}packages/{offer.wheel.name}"
    answers = [requests.get(what, timeout=SECONDS).status_code for what in (url, f"{url}.metadata")]
    lies = (index.root / offer.wheel.name).exists()
    return f"listed {_listed(index, offer)}, file and metadata {answers}, lies there: {lies}"


def _listed(index: Index, offer: Offer) -> str | None:
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    page = requests.get(f"{index.simple_url}{offer.project}/", headers=accept, allow_redirects=False, timeout=SECONDS)
    if page.status_code != 200:
        return None if page.status_code in {302, 404} else f"the page answers {page.status_code}"
    digests = [file["hashes"]["sha256"] for file in page.json()["files"] if file["filename"] == offer.wheel.name]
    return str(digests[0]) if digests else None


def faults_after(index: Index, offer: Offer, *, told_yes: bool) -> list[str]:
    """Return how the rule was broken, in single words; nothing when it was kept."""
    state = look(index, offer)
    broken = [f"half ({sight(index, offer)})"] if state == "half" else []
    if told_yes and state != "new":
        broken.append("lost")
    again = upload(index, offer.wheel)
    if again is None or again.status_code != 200 or look(index, offer) != "new":
        broken.append("stuck")
    other = upload(index, offer.other)
    if other is None or other.status_code != 409 or look(index, offer) != "new":
        broken.append("replaced")
    return broken
