"""Bring releases to their indexes: all at once where an index has sessions, else one by one; and prove them there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from modpress.ahead import Ahead
from modpress.clients import Client
from modpress.credentials import Account
from modpress.destination import Destination
from modpress.errors import Fault, indented
from modpress.listing import Listing
from modpress.proof import TryFailed, asked_of_python, prove, try_out
from modpress.release import Artifact, Release
from modpress.report import Report
from modpress.staging import Session, Staging
from modpress.uploads import Uploader, draws_bar

__all__ = ["Delivery", "Index", "deliver"]

TOGETHER = "all together"


class UnfitOnStage(Fault):
    """Releases do not work as the index would hand them out, which showed before anybody else could see them."""

    def __init__(self, releases: str, what: str, url: str, output: str) -> None:
        super().__init__(
            f"{what} {releases} from the stage {url} failed, and nothing was published; where the network or the index "
            f"was at fault, the same command again goes on from there:{indented(output)}"
        )


@dataclass(frozen=True)
class Index:
    """An index we have an account on, and can read."""

    destination: Destination
    account: Account
    listing: Listing


@dataclass(frozen=True)
class Delivery:
    """A release, the index it is for, and those of its files that the index lacks."""

    release: Release
    index: Index
    missing: Sequence[Artifact]


@dataclass(frozen=True, kw_only=True)
class Means:
    """What it takes to deliver.

    Attributes:
        client: installs, to try out and to prove; what it needs for that is begun while files go up.
        scratch: a folder for what that needs.
        report: is told.

    """

    client: Ahead
    scratch: Path
    report: Report


def deliver(deliveries: Sequence[Delivery], client: Client, scratch: Path, report: Report) -> None:
    """Upload what is missing and prove all, index by index; within an index each comes after what it needs."""
    with Ahead(client, scratch) as ahead:
        means = Means(client=ahead, scratch=scratch, report=report)
        for index, group in _by_index(deliveries):
            lacking = [delivery for delivery in group if delivery.missing]
            staging = Staging.offered(index.destination, index.account) if lacking else None
            if lacking and staging is None:
                report.plan([_no_promise(index)])
                _deliver_in_turn(group, index, means)
                continue
            if staging is not None:
                _deliver_at_once(staging, lacking, index, means)
            _prove(group, index, means)


def _by_index(deliveries: Iterable[Delivery]) -> list[tuple[Index, list[Delivery]]]:
    groups: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        groups[id(delivery.index)].append(delivery)
    return [(group[0].index, group) for group in groups.values()]


def _deliver_at_once(staging: Staging, deliveries: Sequence[Delivery], index: Index, means: Means) -> None:
    releases = [delivery.release for delivery in deliveries]
    # For the stage and for the proof.
    for _ in range(2):
        means.client.begin(asked_of_python(releases))
    files = [artifact for delivery in deliveries for artifact in delivery.missing]
    session = staging.open([release.module for release in releases], files)
    _stage(session, deliveries, index.account, means.report)
    subject = releases[0].module if len(releases) == 1 else TOGETHER
    try:
        with means.report.step(subject, "stage"):
            try_out(releases, staging.source(session), means.client, means.scratch)
    except TryFailed as error:
        # The session stays: what failed may have been the network, and who looks for the reason finds the files there.
        words = index.account.login.hide(str(error))
        raise UnfitOnStage(error.named, error.what, session.stage_url, words) from None
    with means.report.step(subject, "publish"):
        staging.publish(session)


def _stage(session: Session, deliveries: Iterable[Delivery], account: Account, report: Report) -> None:
    with Uploader(session.upload_url, account) as uploader:
        for delivery in deliveries:
            module = delivery.release.module
            files = [artifact for artifact in delivery.missing if artifact.filename not in session.staged]
            if files:
                with report.step(module, "upload"):
                    _send(files, uploader, report)
            else:
                report.say(module, "staged already")


def _deliver_in_turn(deliveries: Iterable[Delivery], index: Index, means: Means) -> None:
    with Uploader(index.destination.upload_url, index.account) as uploader:
        for delivery in deliveries:
            if delivery.missing:
                with means.report.step(delivery.release.module, "upload"):
                    _send(delivery.missing, uploader, means.report)
            _prove([delivery], index, means)


def _send(files: Iterable[Artifact], uploader: Uploader, report: Report) -> None:
    for artifact in files:
        if draws_bar(artifact, uploader.account):
            report.end_line()
        uploader.send(artifact)


def _prove(deliveries: Sequence[Delivery], index: Index, means: Means) -> None:
    modules = [delivery.release.module for delivery in deliveries]
    for delivery in deliveries:
        if not delivery.missing:
            means.report.say(delivery.release.module, "already there")
    with means.report.step(modules[0] if len(modules) == 1 else TOGETHER, "proof"):
        prove([delivery.release for delivery in deliveries], index.listing, means.client, means.scratch)
    for delivery in deliveries:
        module = delivery.release.module
        state = "published" if delivery.missing else "unchanged"
        means.report.say(module, f"{state}  {index.listing.page_url(module.key)}")


def _no_promise(index: Index) -> str:
    return (
        f"{index.listing.simple_url} has no stage: files become visible one by one, each after what it needs; "
        "if it breaks off, the same command goes on from there"
    )
