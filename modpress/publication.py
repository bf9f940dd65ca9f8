"""A publication once its builds have begun: look at the index, ask the guards, then deliver what the index lacks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from packaging.utils import NormalizedName

from modpress.changed import Verdict, refuse_unbumped
from modpress.clients import choose_client
from modpress.credentials import open_account, read_pypirc
from modpress.delivering import Delivery, Index, deliver
from modpress.destination import Destination, check_allowed, find_destination
from modpress.errors import IndexFault, OtherBytes
from modpress.guards import Options, Subject, examine, prepare
from modpress.keeping import forget, keep
from modpress.listing import Listing
from modpress.making import Making
from modpress.module import Module
from modpress.order import Manners, Order
from modpress.release import Release
from modpress.report import Report
from modpress.selection import in_order
from modpress.tagging import tag_releases
from modpress.together import as_lines, survey
from modpress.uploads import find_missing
from modpress.urls import is_loopback

__all__ = ["Index", "publish", "reach"]

REHEARSED = "All guards are content, and nothing was sent: that was a rehearsal."
NOTHING = "Nothing to publish: the index holds all of it, as it is here."


def publish(modules: Sequence[Module], making: Making, order: Order, report: Report) -> None:
    """Publish what has changed of modules, each of which comes after what it needs."""
    index_of = reach(modules, order)
    _warn_of_open_passwords(dict.fromkeys(index_of.values()), report)
    # An index that does not run is better known before a long build than after it.
    verdicts = survey(modules, lambda module: _names_on(index_of[module.key], module, order))
    needed = [verdict.module for verdict in verdicts if verdict.is_needed]
    report.plan([*as_lines(verdicts), "", *([] if needed else [NOTHING])])
    if not needed:
        return
    built = {release.module.key: release for release in _make(needed, making, report)}
    # A backend may have added dependencies that pyproject.toml calls dynamic.
    ordered = [built[module.key] for module in in_order(release.module for release in built.values())]
    client = choose_client(order.environ)
    options = Options(client=client, environ=order.environ, scratch=making.scratch, waived=order.waived, making=making)
    examine(_subjects(ordered, index_of, verdicts), options, report)
    deliveries = _plan_all(ordered, index_of, verdicts)
    if order.is_rehearsal:
        report.plan([REHEARSED])
        return
    for delivery in deliveries:
        if delivery.missing:
            keep(delivery.release)
    deliver(deliveries, client, making.scratch, report)
    tag_releases([delivery.release.module for delivery in deliveries], report)
    for delivery in deliveries:
        forget(delivery.release.module)
    report.conclude(_install_lines(deliveries))


def reach(modules: Iterable[Module], order: Order) -> dict[NormalizedName, Index]:
    """Return the index that each module is for, with an account on it."""
    destinations = _destinations(modules, order)
    indexes = {
        destination: _open(destination, order.manners, is_needed=not order.is_rehearsal)
        for destination in set(destinations.values())
    }
    return {key: indexes[destination] for key, destination in destinations.items()}


def _names_on(index: Index, module: Module, order: Order) -> Iterable[str]:
    try:
        return index.listing.files_of(module.key)
    except IndexFault:
        # A rehearsal tells all faults at once, and a guard tells this one.
        if order.is_rehearsal:
            return ()
        raise


def _destinations(modules: Iterable[Module], order: Order) -> dict[NormalizedName, Destination]:
    pypirc = read_pypirc()
    destinations = {}
    for module in modules:
        destination = find_destination(module, order.asked, order.environment, pypirc)
        check_allowed(module, destination)
        destinations[module.key] = destination
    return destinations


def _open(destination: Destination, manners: Manners, *, is_needed: bool) -> Index:
    account = open_account(destination, manners, is_needed=is_needed)
    return Index(destination, account, Listing(destination, account))


def _make(needed: Iterable[Module], making: Making, report: Report) -> Iterator[Release]:
    prepare()
    for made in making.results(needed):
        if made.is_kept:
            report.say(made.release.module, "built before it broke off")
        else:
            report.tell(made.release.module, "build", made.seconds)
        yield made.release


def _subjects(
    releases: Sequence[Release], index_of: Mapping[NormalizedName, Index], verdicts: Iterable[Verdict]
) -> list[Subject]:
    judged = {verdict.module.key: verdict for verdict in verdicts}
    tree = [verdict.module for verdict in judged.values()]
    return [
        Subject(
            release=release,
            destination=index_of[release.module.key].destination,
            account=index_of[release.module.key].account,
            listing=index_of[release.module.key].listing,
            siblings=[other for other in releases if other is not release],
            tree=tree,
            reason=judged[release.module.key].reason,
        )
        for release in releases
    ]


def _plan_all(
    releases: Iterable[Release], index_of: Mapping[NormalizedName, Index], verdicts: Iterable[Verdict]
) -> list[Delivery]:
    deliveries, refused = [], {}
    for release in releases:
        try:
            deliveries.append(_plan(release, index_of[release.module.key]))
        except OtherBytes as taken:
            refused[release.module.key] = taken
    refuse_unbumped(verdicts, refused)
    for fault in refused.values():
        raise fault
    return deliveries


def _plan(release: Release, index: Index) -> Delivery:
    check_allowed(release.module, index.destination)
    listed = index.listing.files_of(release.module.key)
    there = {
        artifact.filename: index.listing.digest(listed[artifact.filename])
        for artifact in release.files
        if artifact.filename in listed
    }
    return Delivery(release, index, find_missing(release.files, there, index.listing.page_url(release.module.key)))


def _warn_of_open_passwords(indexes: Iterable[Index], report: Report) -> None:
    for index in indexes:
        url = index.destination.upload_url
        if url.startswith("http:") and not is_loopback(url) and index.account.login.password:
            report.warn(f"{url} is not encrypted: whoever listens on the way learns the password")


def _install_lines(deliveries: Iterable[Delivery]) -> list[str]:
    requirements: dict[str, list[str]] = defaultdict(list)
    for delivery in deliveries:
        requirements[delivery.index.listing.simple_url].append(delivery.release.requirement)
    return [f"Install:  pip install {_index_option(url)} {' '.join(names)}" for url, names in requirements.items()]


def _index_option(url: str) -> str:
    is_trusted = url.startswith("https:") or is_loopback(url)
    return f"--index-url {url}" + ("" if is_trusted else f" --trusted-host {urlsplit(url).netloc}")
