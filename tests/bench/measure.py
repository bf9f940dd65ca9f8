"""How long a command takes, and how long the commands of several ways take beside each other."""

from __future__ import annotations

import shlex
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class CommandFailed(Exception):
    """A command that was to be measured failed, so its time means nothing."""

    def __init__(self, command: Sequence[str], code: int, output: str) -> None:
        super().__init__(f"exit code {code} from {shlex.join(command)}\n{output}")


def timed(*commands: Sequence[str], cwd: Path, env: Mapping[str, str]) -> float:
    """Run commands one after the other and return the seconds they took."""
    started = time.perf_counter()
    for command in commands:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise CommandFailed(command, done.returncode, done.stdout)
    return time.perf_counter() - started


@dataclass(frozen=True)
class Report:
    """The seconds of several ways, round by round; the first way is what the others are measured against."""

    title: str
    seconds: Mapping[str, Sequence[float]]
    limit: float

    @property
    def ratios(self) -> dict[str, float]:
        """Each way's median as a multiple of the first one's."""
        medians = {way: statistics.median(times) for way, times in self.seconds.items()}
        first = next(iter(medians.values()))
        return {way: median / first for way, median in medians.items()}

    @property
    def is_within_limit(self) -> bool:
        """Whether no way takes more than the limit."""
        return max(self.ratios.values()) <= self.limit

    def text(self) -> str:
        """Return the report as a small table."""
        width = max(map(len, self.seconds))
        rows = [f"{self.title}\n", f"{'':<{width}}   median   fastest   slowest   ratio"]
        for way, times in self.seconds.items():
            spread = f"{statistics.median(times):7.2f} s{min(times):8.2f} s{max(times):8.2f} s"
            rows.append(f"{way:<{width}}{spread}{self.ratios[way]:8.2f}")
        verdict = "kept" if self.is_within_limit else "broken"
        return "\n".join([*rows, f"\nlimit {self.limit:.2f}: {verdict}"])
