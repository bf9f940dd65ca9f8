"""Every process killed in turn while many ask: no sum may be wrong, no page load lost or counted twice."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from tests.e2e.checks import expect
from tests.e2e.system import System

ASKERS = 3
CALM_SECONDS = 1.0
PATHS = ("/add/calculate", "/add/calculate", "/add", "/audit")


@dataclass
class Seen:
    """What those who ask have sent, and what came back."""

    sent: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    sums: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note_sent(self, path: str) -> None:
        """Keep that a page was asked for."""
        with self.lock:
            self.sent[path] += 1

    def note(self, path: str, text: str, wanted: str) -> None:
        """Keep an answer; one with a sum must have the right one."""
        with self.lock:
            self.answered[path] += 1
            if "result = " in text:
                self.sums += 1
                if f"result = {wanted}<" not in text:
                    self.wrong.append(f"{wanted} is wanted in: {text}")


def survive(system: System, tell: Callable[[str], None]) -> str:
    """Kill every process while others ask, and compare what was asked with what was counted."""
    before, seen, done = Counter(system.pages()), Seen(), threading.Event()
    askers = [threading.Thread(target=ask, args=(system, seen, done, number)) for number in range(ASKERS)]
    for asker in askers:
        asker.start()
    try:
        for name in system.place.ports:
            tell(f"kill -9 {name}")
            strike(system, seen, name)
    finally:
        done.set()
        for asker in askers:
            asker.join()
    expect(is_so=not seen.wrong, wanted="no sum is wrong", got=seen.wrong)
    counted = settled(system, before + seen.answered) - before
    for path, sent in seen.sent.items():
        between = f"{path}: between {seen.answered[path]} answered and {sent} asked for"
        expect(is_so=seen.answered[path] <= counted[path] <= sent, wanted=between, got=f"{counted[path]} counted")
    return f"{seen.sums} sums, none wrong; {seen.answered.total()} pages answered, {counted.total()} counted"


def strike(system: System, seen: Seen, name: str) -> None:
    """Kill one process, and go on until it is back and sums are answered."""
    time.sleep(CALM_SECONDS)
    system.kill(name)
    # So long nobody can tell a process that is not yet dead from one that is back.
    time.sleep(CALM_SECONDS / 2)
    system.wait_until_ready(name)
    sums = seen.sums
    system.wait_until(f"sums are answered after {name} was killed", lambda: seen.sums > sums + ASKERS)


def ask(system: System, seen: Seen, done: threading.Event, number: int) -> None:
    """Ask for one page after the other; nobody who asks may end because of what he sees."""
    dice = random.Random(number)  # noqa: S311 - which numbers are added is no secret
    while not done.is_set():
        path, first, second = dice.choice(PATHS), dice.randrange(10**6), dice.randrange(10**6)
        seen.note_sent(path)
        try:
            answer = system.post_sum(first, second) if path == "/add/calculate" else system.get(path)
        except requests.RequestException:
            # Who answers was killed, so whether this was counted nobody knows.
            time.sleep(0.05)
            continue
        seen.note(path, answer.text, str(first + second))


def settled(system: System, least: Counter[str]) -> Counter[str]:
    """Return what is counted once everything that was answered is, and nothing more comes."""
    system.wait_until(f"at least {dict(least)} is counted", lambda: Counter(system.pages()) >= least)
    found = Counter(system.pages())
    while True:
        time.sleep(CALM_SECONDS)
        if (now := Counter(system.pages())) == found:
            return now
        found = now
