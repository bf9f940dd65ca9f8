"""What is seen while modules are published: one line a module, which grows."""

import io
from pathlib import Path

from modpress.module import Module
from modpress.report import Report

ONE = Module(folder=Path("one"), name="one", version="1.0")
TWO = Module(folder=Path("two"), name="two")


def test_a_line_grows_until_another_modules_begins() -> None:
    out = io.StringIO()
    report = Report(out, None)

    with report.step(ONE, "build"):
        assert out.getvalue() == "one 1.0  build"
    report.say(ONE, "already there")
    report.say(TWO, "build")
    report.conclude(["done"])

    assert out.getvalue() == "one 1.0  build 0.0 s  already there\ntwo  build\n\ndone\n"


def test_a_step_whose_line_was_ended_begins_another() -> None:
    out = io.StringIO()
    report = Report(out, None)

    with report.step(ONE, "upload"):
        report.end_line()
        out.write("a bar\n")

    assert out.getvalue() == "one 1.0  upload\na bar\none 1.0  upload 0.0 s"


def test_a_warning_stands_apart() -> None:
    out, err = io.StringIO(), io.StringIO()
    report = Report(out, err)
    report.say(ONE, "build")

    report.warn("beware")

    assert (out.getvalue(), err.getvalue()) == ("one 1.0  build\n", "Warning: beware\n")
