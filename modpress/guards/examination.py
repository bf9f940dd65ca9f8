"""Ask all guards about all modules: those that wait side by side, the others meanwhile; then tell all at once."""

from __future__ import annotations

import os
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from threading import Thread

from modpress.clients import ClientFailed
from modpress.errors import Fault, indented
from modpress.guards.case import Case, Options, Subject
from modpress.guards.git import GitFailed
from modpress.guards.shape import Guard, Lane, Outcome, SetGuard, Verdict, failed, skipped
from modpress.guards.table import GUARDS, SET_GUARDS, every_guard
from modpress.pools import Pool
from modpress.report import Report

__all__ = ["Finding", "Refused", "Verdicts", "examine", "prepare"]

# What only waits for git, for an index or for builds.
THREADS = 8
# Nobody waits longer than this without a word.
PAUSE = 10.0
SHOWN = 3
WAIVED = Verdict(Outcome.WAIVED)
# Nothing of it goes up: whoever resumes does not wait for all that was seen before.
PUBLISHED = skipped("the index has these very files already")
UNREAD = skipped("the index shows nothing: see reachable")
# What reading a file that is no such file raises.
UNREADABLE = (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, ValueError, KeyError)


@dataclass(frozen=True)
class Finding:
    """What one guard said of one module, or of all of them.

    Attributes:
        guard: its name.
        subject: the module and its version; empty for all modules.
        verdict: what it said.
        seconds: how long it looked.

    """

    guard: str
    subject: str
    verdict: Verdict
    seconds: float

    @property
    def sentences(self) -> tuple[str, ...]:
        """The faults, each with the module it is in."""
        return tuple(f"{self.subject}: {each}" if self.subject else each for each in self.verdict.sentences)


@dataclass(frozen=True)
class Verdicts:
    """What all guards said."""

    findings: tuple[Finding, ...]

    @property
    def faults(self) -> list[Finding]:
        """What stands against publishing."""
        order = [guard.name for guard in every_guard()]
        faults = (finding for finding in self.findings if finding.verdict.is_fault)
        return sorted(faults, key=lambda finding: order.index(finding.guard))

    def table(self) -> Iterator[str]:
        """Yield a line for each guard: its name, how it ended, how long it took."""
        width = max(len(guard.name) for guard in every_guard())
        for guard in every_guard():
            findings = [finding for finding in self.findings if finding.guard == guard.name]
            if findings:
                seconds = sum(finding.seconds for finding in findings)
                yield f"  {guard.name:<{width}}  {_counted(findings):<10}  {seconds:5.2f} s{_reason(findings)}"


class Refused(Fault):
    """Guards stand against publishing."""

    def __init__(self, verdicts: Verdicts) -> None:
        self.verdicts = verdicts
        faults = [f"[{finding.guard}] {sentence}" for finding in verdicts.faults for sentence in finding.sentences]
        super().__init__(f"nothing was uploaded, since there is something wrong:{indented(chr(10).join(faults))}")


def prepare() -> None:
    """Load what guards look at files with, in a thread of its own: whoever waits for a build has the time."""
    Thread(target=_load, daemon=True, name="guards-prepare").start()


def examine(subjects: Sequence[Subject], options: Options, report: Report) -> Verdicts:
    """Ask every guard, and tell the table of what they said.

    Raises:
        Refused: with all faults at once.

    """
    cases = [Case(subject, options) for subject in subjects]
    with Pool(THREADS) as idle, _busy(options) as busy:
        pools = {lane: busy if lane is Lane.ENVIRONMENT else idle for lane in Lane if lane is not Lane.HERE}
        waiting = {
            pool.submit(_ask_all, case, lane): str(case.module) for case in cases for lane, pool in pools.items()
        }
        here = [finding for case in cases for finding in _ask_all(case, Lane.HERE)]
        here += [_ask_of_all(guard, cases, options) for guard in SET_GUARDS]
        _tell_while_waiting(waiting, report)
        verdicts = Verdicts((*here, *_results(waiting)))
    report.plan(["", "Guards:", *verdicts.table(), ""])
    if verdicts.faults:
        raise Refused(verdicts)
    return verdicts


def _busy(options: Options) -> AbstractContextManager[Pool]:
    """Return where other processes work: more than cores would slow each other down, and a module's tests fail."""
    # What builds goes on with that, and is not ended here.
    return nullcontext(options.making.pool) if options.making else Pool(os.cpu_count())


def _load() -> None:
    for guard in GUARDS:
        for name in guard.loads:
            import_module(name)


def _ask_all(case: Case, lane: Lane) -> list[Finding]:
    return [_ask(guard, case) for guard in GUARDS if guard.lane is lane]


def _tell_while_waiting(waiting: Mapping[Future[list[Finding]], str], report: Report) -> None:
    """Say from time to time which modules are still at work: most of the time it is their own tests."""
    while left := wait(waiting, timeout=PAUSE).not_done:
        names = list(dict.fromkeys(waiting[future] for future in waiting if future in left))
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        report.plan([f"still looking at {', '.join(names[:SHOWN])}{more}"])


def _results(waiting: Iterable[Future[list[Finding]]]) -> Iterator[Finding]:
    for future in waiting:
        yield from future.result()


def _ask(guard: Guard, case: Case) -> Finding:
    # What a module does without every time stands in its pyproject.toml, for all to see.
    is_waived = guard.is_waivable and guard.name in case.options.waived | case.module.waived
    if not is_waived and guard.reads and not case.is_readable:
        return Finding(guard.name, str(case.module), UNREAD, 0)
    if not is_waived and guard.lane is not Lane.INDEX and case.is_published:
        return Finding(guard.name, str(case.module), PUBLISHED, 0)
    return _judge(guard.name, str(case.module), lambda: WAIVED if is_waived else guard.check(case))


def _ask_of_all(guard: SetGuard, cases: Sequence[Case], options: Options) -> Finding:
    is_waived = guard.is_waivable and guard.name in options.waived
    return _judge(guard.name, "", lambda: WAIVED if is_waived else guard.check(cases))


def _judge(name: str, subject: str, check: Callable[[], Verdict]) -> Finding:
    start = time.perf_counter()
    try:
        verdict = check()
    except (Fault, GitFailed, ClientFailed) as error:
        verdict = failed(str(error))
    except UNREADABLE as error:
        verdict = failed(f"it can't be looked at: {error}")
    except Exception as error:  # noqa: BLE001 - a library that stumbles over odd code must not hide what others found
        verdict = failed(f"the guard itself broke off ({type(error).__name__}: {error}): waive it, and tell its makers")
    return Finding(name, subject, verdict, time.perf_counter() - start)


def _counted(findings: Sequence[Finding]) -> str:
    outcomes = sorted(finding.verdict.outcome for finding in findings)
    counts = [(outcome, len(list(group))) for outcome, group in groupby(outcomes)]
    if len(counts) == 1:
        return str(counts[0][0])
    return ", ".join(f"{count} {outcome}" for outcome, count in counts)


def _reason(findings: Sequence[Finding]) -> str:
    """Return why a guard had nothing to look at, if that is all it said."""
    reasons = {sentence for finding in findings for sentence in finding.verdict.sentences}
    only = all(finding.verdict.outcome is Outcome.SKIPPED for finding in findings)
    return f"  {reasons.pop()}" if only and len(reasons) == 1 else ""
