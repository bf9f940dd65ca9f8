"""The history, without transport."""

from pathlib import Path

from audit import History


def test_the_last_sums_are_kept_newest_first(tmp_path: Path) -> None:
    history = History(tmp_path / "var" / "audit.db")

    for number in range(12):
        history.append(f"{number}+0", str(number))

    assert [row["result"] for row in history.list()] == [str(number) for number in range(11, 1, -1)]
    assert set(history.list()[0]) == {"ts", "calc", "result"}


def test_another_process_reads_the_same_history(tmp_path: Path) -> None:
    History(tmp_path / "audit.db").append("1+2", "3")

    assert [row["calc"] for row in History(tmp_path / "audit.db").list()] == ["1+2"]
