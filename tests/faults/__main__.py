"""The command `python -m tests.faults`, which `nox -s faults` runs: every fault is made, then the table."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import click

from tests.faults.rows import FAULTS, ROWS
from tests.faults.table import read_report, render


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--row", "rows", type=int, multiple=True, help="Only this row of the table, printed; may be repeated.")
@click.option("--processes", type=int, default=2, show_default=True, help="How many tests run at once.")
@click.option("--page", type=click.Path(dir_okay=False, path_type=Path), default=Path("docs/faults.md"), hidden=True)
def main(rows: tuple[int, ...], processes: int, page: Path) -> None:
    """Make each fault that an index must survive, and write docs/faults.md; exit code 1 if one was not survived."""
    tests = dict.fromkeys(test for row in ROWS if not rows or row.number in rows for test in row.tests)
    # The longest first, or one of them would be waited for at the end.
    chosen = sorted(tests, key=lambda test: not test.startswith(FAULTS))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "faults.xml"
        # xunit1 is the family that names files and takes properties.
        # One test after the other to whoever is free: they last for a second or for ten minutes.
        options = [
            "-m",
            "not clients",
            f"-n{processes}",
            "--maxschedchunk=1",
            "-o",
            "junit_family=xunit1",
            f"--junitxml={report}",
        ]
        done = subprocess.run([sys.executable, "-m", "pytest", *options, *chosen], check=False)
        text = render(read_report(report)) if report.exists() else ""
    if rows:
        click.echo(text)
    elif text:
        page.write_text(text)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
