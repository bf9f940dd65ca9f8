"""The shell, used as a person uses it, with real processes; however it ends, nothing stays."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import pexpect
import pytest

from shell.commands import debugged
from shell.looks import duration, masked, readable

# What conftest.py gives; tests are no package to import it from.
Terminal: TypeAlias = Any
System: TypeAlias = Any
Typed: TypeAlias = Any
WaitFor: TypeAlias = Any


def test_everything_is_up_and_the_table_says_so(system: System, typed: Typed) -> None:
    shown = typed("ps", r"elsewhere.*\n")

    assert system.answer("web") == "web, the first"
    assert system.answer("other") == "other, the first"
    assert re.search(rf"web +● ready +front +http://127\.0\.0\.1:{system.ports['web']}", shown)
    assert re.search(r"store +◇ elsewhere", shown)


def test_one_a_group_and_all_are_stopped_and_started(system: System, typed: Typed, wait_for: WaitFor) -> None:
    first = system.child("web")

    typed("stop front", r"web +○ stopped")
    wait_for(lambda: not system.is_up("web"))
    assert system.is_up("other")
    assert not system.is_alive(first)

    typed("start web", r"web +● ready")
    assert system.answer("web") == "web, the first"

    typed("restart", r"other +● ready")
    wait_for(lambda: system.is_up("web") and system.is_up("other"))
    typed("stop all", r"other +○ stopped")
    wait_for(system.is_gone)


def test_a_service_whose_files_change_starts_anew(
    terminal: Terminal, system: System, typed: Typed, wait_for: WaitFor
) -> None:
    typed("unwatch other", "no")
    (system.folder / "web" / "text.txt").write_text("web, the second", encoding="utf-8")

    terminal.expect("web starts anew")
    wait_for(lambda: system.says("web", "web, the second"))


def test_a_service_that_broke_starts_anew_when_its_files_are_mended(
    terminal: Terminal, system: System, wait_for: WaitFor
) -> None:
    main = system.folder / "web" / "main.py"
    working = main.read_text(encoding="utf-8")
    main.write_text("raise SystemExit(7)", encoding="utf-8")
    terminal.expect("web is left alone now")

    main.write_text(working, encoding="utf-8")

    wait_for(lambda: system.says("web", "web, the first"))


def test_a_service_that_ended_by_itself_can_be_stopped_while_its_children_are_being_ended(
    system: System, wait_for: WaitFor, request: pytest.FixtureRequest
) -> None:
    main = system.folder / "web" / "main.py"
    # The child heeds no SIGTERM, so to end it takes a while.
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: open('told', 'w'));"
    main.write_text(main.read_text(encoding="utf-8").replace("import time;", stubborn), encoding="utf-8")
    typed = request.getfixturevalue("typed")
    shown = typed("ps", r"elsewhere.*\n")
    child = system.child("web")

    os.kill(int(re.search(r"web .*?:\d+ +(\d+)", shown)[1]), signal.SIGKILL)  # type: ignore[index]
    wait_for((system.folder / "told").is_file)
    typed("stop web", r"web +○ stopped")

    assert not system.is_alive(child)
    typed("start web", r"web +● ready")


def test_a_service_that_is_left_alone_does_not(terminal: Terminal, system: System, typed: Typed) -> None:
    typed("unwatch web", r"web .*no")

    (system.folder / "web" / "text.txt").write_text("web, the second", encoding="utf-8")
    with pytest.raises(pexpect.TIMEOUT):
        terminal.expect("starts anew", timeout=2)

    assert system.answer("web") == "web, the first"


def test_a_service_that_is_killed_is_begun_again_without_its_old_children(
    terminal: Terminal, system: System, typed: Typed, wait_for: WaitFor
) -> None:
    shown = typed("ps", r"elsewhere.*\n")
    pid = int(re.search(r"web .*?:\d+ +(\d+)", shown)[1])  # type: ignore[index]
    child = system.child("web")

    os.kill(pid, signal.SIGKILL)

    terminal.expect(r"web ended with SIGKILL; again in")
    wait_for(lambda: system.is_up("web"))
    wait_for(lambda: not system.is_alive(child))


def test_what_services_write_is_followed_and_found(typed: Typed) -> None:
    typed("tail web", r"web .*yes")
    typed("restart web", "I say web, the first 127.0.0.1")
    typed("untail", r"web .*no")

    shown = typed("grep 'i SAY'", "web I say web, the first")
    assert "other I say other" in shown


def test_info_shows_what_a_service_gets_and_no_secret(typed: Typed) -> None:
    short = typed("info web", r"HOST=.*\n")
    shown = typed("info web full", r"WEB_SERVICE_PORT=\d+")

    assert "GREETING=hello" in short
    assert "HOST=127.0.0.1" in short
    assert "API_TOKEN=***" in shown
    assert "OTHER_SERVICE_HOST=127.0.0.1" in shown
    assert "hidden" not in shown


def test_a_debugger_can_attach(system: System, typed: Typed, wait_for: WaitFor) -> None:
    shown = typed("debug web", r"DAP\) to 127\.0\.0\.1:(\d+)")
    port = int(shown.rpartition(":")[2])

    wait_for(lambda: system.is_taken(port))
    wait_for(lambda: system.is_up("web"))
    assert f"debugger on {port}" in typed("ps", r"debugger on \d+")


def test_a_command_is_run_in_every_folder(system: System, typed: Typed) -> None:
    shown = typed("apply basename $PWD | tr a-z A-Z", r"WEB\b")

    assert f"other: {system.folder}/other" in shown
    assert "OTHER" in shown


def test_what_a_command_in_a_folder_ended_with_is_told(typed: Typed) -> None:
    typed("apply exit 3", r"(?s)ended with code 3.*ended with code 3")


def test_a_folder_that_is_gone_is_a_sentence(system: System, typed: Typed) -> None:
    (system.folder / "other").rename(system.folder / "elsewhere")

    typed("apply ls", "No such file or directory")
    typed("ps", r"web +● ready")


def test_what_a_command_has_started_ends_with_the_shell(
    terminal: Terminal, system: System, wait_for: WaitFor
) -> None:
    file = system.folder / "sleeper.pid"
    terminal.send(f"apply echo $$ > {file}.new; mv {file}.new {file}; sleep 600\r")
    wait_for(file.is_file)

    terminal.kill(signal.SIGKILL)

    wait_for(lambda: not system.is_alive(int(file.read_text())))
    wait_for(system.is_gone)


def test_all_of_a_group_can_be_debugged_each_by_its_name(typed: Typed) -> None:
    typed("debug front", r"web: attach .*; restart web ends it")


def test_zone_shows_what_dns_tells(system: System, typed: Typed) -> None:
    shown = typed("zone", r"web\.default\.svc\.cluster\.local\. +1 +IN +A +127\.0\.0\.1")

    assert re.search(rf"_main\._tcp\.other\..* SRV +10 10 {system.ports['other']} ", shown)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("stat", "there is no command 'stat'; did you mean start"),
        ("xyz", "there is no command 'xyz'; help lists the commands"),
        ("stop nobody", "there is no service and no group 'nobody'; there are: all, back, front"),
        ("info", "info needs a name: info NAME"),
        ("grep", "grep needs a text"),
        ("apply", "apply needs a command"),
        ("stop a b", "stop was given too many words"),
        ("grep 'open", "No closing quotation"),
        ("info web wrong", "info needs full or nothing after the name, not 'wrong'"),
        ("y" * 300, f"there is no command '{'y' * 40}…'; help lists the commands"),
        ("grep neverwritten", "no line holds 'neverwritten'"),
        ("help", "Stop everything and end; so do Ctrl-C and Ctrl-D"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(one: Typed, line: str, sentence: str) -> None:
    assert sentence in " ".join(one(line, sentence.rsplit(maxsplit=1)[-1]).split())


@pytest.mark.parametrize("how", ["exit", "quit", "\x03", "\x04"], ids=["exit", "quit", "Ctrl-C", "Ctrl-D"])
def test_at_the_end_nothing_runs(terminal: Terminal, system: System, how: str, wait_for: WaitFor) -> None:
    terminal.send(how if len(how) == 1 else f"{how}\r")
    terminal.expect("Everything is stopped")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == 0
    wait_for(system.is_gone)


def test_the_impatient_do_not_disturb_the_stopping(
    terminal: Terminal, system: System, wait_for: WaitFor
) -> None:
    terminal.send("\x03")
    terminal.expect("Stopping")
    for _ in range(20):
        # What is being stopped may be quicker.
        if terminal.isalive():
            terminal.kill(signal.SIGINT)
    terminal.expect("Everything is stopped")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == 0
    wait_for(system.is_gone)


def test_while_it_loads_ctrl_c_ends_it_without_a_traceback(system: System, wait_for: WaitFor) -> None:
    lock = system.folder / "var" / "shell.lock"
    command = [sys.executable, "-m", "shell", "--file", str(system.file), "--headless"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as shell:
        wait_for(lock.is_file)
        shell.send_signal(signal.SIGINT)
        _, said = shell.communicate(timeout=60)

    assert said == ""
    wait_for(system.is_gone)


def test_a_second_shell_says_that_there_is_one(terminal: Terminal, system: System) -> None:
    command = [sys.executable, "-m", "shell", "--file", str(system.file)]

    second = subprocess.run(command, input="", capture_output=True, check=False, text=True, timeout=60)

    assert second.returncode == 1
    assert second.stderr == (
        f"shell: this system already runs in another shell, process {terminal.pid}; type there, or end that\n"
    )
    assert system.is_up("web")


def test_a_lock_that_is_never_given_free_is_not_waited_for_without_end(system: System) -> None:
    lock = system.folder / "var" / "shell.lock"
    lock.parent.mkdir()
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    command = [sys.executable, "-m", "shell", "--file", str(system.file)]

    with lock.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(str(gone.pid))
        file.flush()
        result = subprocess.run(command, input="", capture_output=True, check=False, text=True, timeout=60)

    assert f"in another shell, process {gone.pid};" in result.stderr


def test_after_a_shell_that_was_killed_the_next_one_waits_for_what_is_left(
    terminal: Terminal, system: System
) -> None:
    command = [sys.executable, "-m", "shell", "--file", str(system.file)]
    terminal.kill(signal.SIGKILL)
    # Who is dead but not yet mourned still has its number.
    terminal.wait()

    result = subprocess.run(command, input="ps\n", capture_output=True, check=False, text=True, timeout=90)

    assert re.search(r"web +● ready", result.stdout)
    assert "another program's" not in result.stdout


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_whatever_ends_the_shell_nothing_stays(
    terminal: Terminal, system: System, number: signal.Signals, wait_for: WaitFor
) -> None:
    terminal.kill(number)

    wait_for(system.is_gone)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_warden_that_is_killed_is_replaced(
    terminal: Terminal, system: System, typed: Typed, number: signal.Signals, wait_for: WaitFor
) -> None:
    [warden] = system.wardens(terminal.pid)
    os.kill(warden, signal.SIGKILL)
    typed("restart web", r"web +● ready")

    terminal.kill(number)

    wait_for(system.is_gone)


def test_without_a_prompt_it_runs_until_told_to_stop(system: System) -> None:
    command = [sys.executable, "-m", "shell", "--file", str(system.file), "--headless"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None
        table = [shell.stdout.readline() for _ in ("head", *"abc")]
        assert system.answer("web") == "web, the first"
        shell.send_signal(signal.SIGTERM)
        output, _ = shell.communicate(timeout=60)

    assert shell.returncode == 0
    assert re.search(r"web +● ready", "".join(table))
    assert output.endswith("Everything is stopped.\n")
    assert system.is_gone()


def test_a_program_may_type_too(system: System) -> None:
    command = [sys.executable, "-m", "shell", "--file", str(system.file)]

    result = subprocess.run(
        command, input="\nzone\nexit\n", capture_output=True, check=False, text=True, timeout=60
    )

    assert "_main._tcp.web." in result.stdout
    assert result.returncode == 0
    assert system.is_gone()


def test_a_program_that_has_nothing_more_to_say_ends_it(system: System) -> None:
    command = [sys.executable, "-m", "shell", "--file", str(system.file)]

    result = subprocess.run(command, input="zone", capture_output=True, check=False, text=True, timeout=60)

    assert result.stdout.endswith("Everything is stopped.\n")
    assert system.is_gone()


def test_a_port_that_is_another_s_is_said_and_left_alone(system: System) -> None:
    command = [sys.executable, "-m", "shell", "--file", str(system.file)]
    with socket.create_server(("127.0.0.1", system.ports["web"])):
        result = subprocess.run(
            command, input="ps\n", capture_output=True, check=False, text=True, timeout=60
        )

    assert f"port {system.ports['web']} is another program's; end that, then: start web" in result.stdout
    assert re.search(r"web +✗ failed", result.stdout)


def test_a_service_that_ends_again_and_again_is_left_alone(system: System) -> None:
    (system.folder / "web" / "main.py").write_text("raise SystemExit(7)", encoding="utf-8")
    command = [sys.executable, "-m", "shell", "--file", str(system.file)]

    result = subprocess.run(command, input="ps\n", capture_output=True, check=False, text=True, timeout=90)

    assert "web ended with code 7; again in 0.5 s" in result.stdout
    assert "web is left alone now" in result.stdout


def test_a_file_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shell", "--file", str(tmp_path / "compose.yaml")]

    result = subprocess.run(command, capture_output=True, check=False, text=True)

    assert result.stderr.startswith(f"shell: {tmp_path}/compose.yaml cannot be read")
    assert result.returncode == 1


def test_the_version_is_that_of_the_installed_module() -> None:
    command = [sys.executable, "-m", "shell", "--version"]

    result = subprocess.run(command, capture_output=True, check=False, text=True)

    assert result.stdout == f"shell {version('shell')}\n"


def test_a_line_of_json_is_shown_as_a_person_reads_it() -> None:
    line = '{"time": "2026-11-24T10:20:30.5+00:00", "level": "error", "message": "broken", "error": "Trace"}'

    assert str(readable(line)) == "10:20:30 broken\nTrace"
    assert str(readable("no JSON")) == "no JSON"
    assert masked("API_KEY", "abc") == "***"


def test_a_time_is_shown_as_people_say_it() -> None:
    assert [duration(seconds) for seconds in (5, 65, 3700)] == ["5 s", "1 min", "1 h 1 min"]


def test_a_worker_has_neither_port_nor_files_to_watch_and_may_write_without_end(worker: Typed) -> None:
    shown = worker("ps", r"worker.*\n")
    worker("tail worker", r"\(a line of more than a megabyte\)")

    assert re.search(r"worker +● ready +\d+ +\d+ s +no +no", shown)


def test_an_empty_line_at_the_prompt_is_nothing(one: Typed) -> None:
    assert "no command" not in one("\r\rzone", r"_main\._tcp\.web\.")


def test_only_what_has_files_to_watch_can_be_watched(typed: Typed) -> None:
    typed("unwatch", r"web .* no +no")

    shown = typed("watch", r"web .* yes +no")

    assert re.search(r"other .* no +no", shown)


def test_a_program_beside_this_python_can_be_debugged() -> None:
    assert debugged(("python", "-m", "web"), 5678)[-3:] == ("127.0.0.1:5678", "-m", "web")
    assert debugged(("shell", "--version"), 5678)[-2].endswith("/shell")
