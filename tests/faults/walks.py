"""Walks: one upload is struck at its first call, the next at its second, and so on until none is left to strike."""

from __future__ import annotations

import errno
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import requests

from tests.faults.rule import Offer, faults_after, look, make_offer, upload
from tests.faults.tracer import Strike, Tracer, Wanted
from tests.real_index import Index, run_index

OK = 200
# What may be told to a client when a disk fails.
REFUSALS = frozenset({503, 507})
SECONDS = 60


@dataclass(kw_only=True)
class Tally:
    """What a walk tried and what it saw; `bad` names each point at which the rule was broken."""

    points: int = 0
    said_yes: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def add(self, point: str, *, told_yes: bool, faults: list[str]) -> None:
        """Count a point."""
        self.points += 1
        self.said_yes += told_yes
        self.kinds.update(fault.split(" (")[0] for fault in faults)
        self.bad += [f"{point}: {fault}" for fault in faults]


@contextmanager
def traced(index: Index, wanted: Wanted) -> Iterator[Tracer]:
    """Watch a running index; at the end it is killed outright."""
    tracer = Tracer(index.process.pid, wanted)
    tracer.attach()
    try:
        yield tracer
    finally:
        tracer.end()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an index of a walk lives and how it is served."""

    root: Path
    env: Mapping[str, str]
    options: tuple[str, ...] = ()

    @contextmanager
    def served(self) -> Iterator[Index]:
        """Serve it for as long as the block runs."""
        with run_index(self.root, self.options, dict(self.env)) as index:
            yield index

    def with_options(self, *options: str) -> Place:
        """Return the same place, served with further options."""
        return replace(self, options=(*self.options, *options))

    def offers(self, share: str) -> Iterator[Offer]:
        """Yield one new project after the other."""
        return (make_offer(self.root.parent / "made", f"acme-{share}-{number}") for number in itertools.count(1))


@dataclass(frozen=True, kw_only=True)
class Share:
    """Which points of a walk are walked, so that several can walk at once: every `step`th from `first` on."""

    first: int = 1
    step: int = 1

    def points(self) -> Iterator[int]:
        """Yield the points without end."""
        return itertools.count(self.first, self.step)


def walk_kills(place: Place, wanted: Wanted, share: Share, strike: Strike, cut: Callable[[], None]) -> Tally:
    """Strike the index at each point of an upload, kill it, start it again, and see whether the rule was kept.

    Args:
        place: the index.
        wanted: which calls are points.
        share: which of them.
        strike: how they are struck.
        cut: what happens between a kill and the next start.

    """
    tally = Tally()
    before: tuple[str, Offer, requests.Response | None] | None = None
    is_over = False
    offers = place.offers(f"k{share.first}")
    for point in share.points():
        with place.served() as index:
            if before is not None:
                name, offer, answer = before
                told_yes = answer is not None and answer.status_code == OK
                faults = [] if answer is None else _answer_faults(answer) + _false_no(index, offer, answer)
                tally.add(name, told_yes=told_yes, faults=faults + faults_after(index, offer, told_yes=told_yes))
            if is_over:
                return tally
            offer = next(offers)
            with traced(index, wanted) as tracer:
                tracer.arm(replace(strike, point=point))
                answer = upload(index, offer.wheel)
            before = (f"{point} {tracer.struck}", offer, answer)
            # The last point is after the answer.
            is_over = tracer.struck is None
        cut()
    raise AssertionError


def walk_failures(place: Place, wanted: Wanted, strike: Strike) -> Tally:
    """Let each point of an upload fail while the index goes on, and see at once whether the rule was kept.

    At the end the index is killed and started again: what it told is still true.
    """
    tally = Tally()
    offers = place.offers("f")
    told: list[tuple[str, Offer]] = []
    with place.served() as index:
        known = next(offers)
        assert upload(index, known.wheel)
        with traced(index, wanted) as tracer:
            for point in itertools.count(1):
                offer = next(offers)
                tracer.arm(replace(strike, point=point))
                answer = upload(index, offer.wheel)
                if not strike.sticky:
                    tracer.disarm()
                reads = look(index, known)
                if tracer.disarm() is None:
                    break
                name = f"{errno.errorcode[strike.error]} {point} {tracer.struck}"
                told_yes = answer is not None and answer.status_code == OK
                faults = _answer_faults(answer) + ([] if reads == "new" else ["unread"])
                faults += _false_no(index, offer, answer)
                tally.add(name, told_yes=told_yes, faults=faults + faults_after(index, offer, told_yes=told_yes))
                told.append((name, offer))
    with place.served() as index:
        _check_told(index, told, tally)
    return tally


def _check_told(index: Index, told: list[tuple[str, Offer]], tally: Tally) -> None:
    lost = [f"{name}: lost after a restart" for name, offer in told if look(index, offer) != "new"]
    tally.bad += lost
    tally.kinds.update(["lost"] * len(lost))


def _answer_faults(answer: requests.Response | None) -> list[str]:
    if answer is None:
        return ["unanswered"]
    if answer.status_code == OK:
        return []
    sentence = answer.text.strip()
    return [] if answer.status_code in REFUSALS and sentence else [f"status {answer.status_code}"]


def _false_no(index: Index, offer: Offer, answer: requests.Response | None) -> list[str]:
    # A client may be told that nobody knows.
    told_no = answer is not None and answer.status_code != OK and "may be published or not" not in answer.text
    return ["false no"] if told_no and look(index, offer) != "old" else []
