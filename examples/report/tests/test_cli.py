"""The command, run as a person runs it, and a worker that answers it."""

import asyncio
import os
import re
import shutil
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import pytest
from servicekit.mu import Mu
from servicekit.queue import open_broker
from servicekit.transports.queued import QueueServer

pytestmark = pytest.mark.anyio

PROGRAM = "report"
COUNTS = {"/": 1200, "/add": 300}


@pytest.fixture
def anyio_backend() -> str:
    """Name the loop that the tests run on."""
    return "asyncio"


async def run(*arguments: str, **variables: str) -> tuple[int | None, str, str]:
    """Run the command; return its exit code, output and errors."""
    path = shutil.which(PROGRAM, path=sysconfig.get_path("scripts"))
    assert path is not None, f"{PROGRAM} is not installed; nox -s tests installs it"
    shown = {"NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"}
    env = {name: value for name, value in os.environ.items() if name not in shown} | variables
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(path, *arguments, env=env, stdout=pipe, stderr=pipe)
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


async def answered(queue_url: str, **variables: str) -> tuple[int | None, str, str]:
    """Run the command while a worker answers."""
    broker = open_broker(queue_url)
    async with Mu("events") as mu:
        mu.define({"role": "report", "cmd": "summary"}, lambda _message: COUNTS)
        await mu.inbound("*", QueueServer(broker, "report"))
        result = await run(QUEUE_URL=queue_url, **variables)
    await broker.close()
    return result


async def test_a_program_gets_lines(tmp_path: Path) -> None:
    code, output, errors = await answered(f"sqlite:{tmp_path}/queue.db")

    assert (code, output, errors) == (0, "1200\t/\n300\t/add\n", "")


async def test_a_person_gets_a_table_with_bars(tmp_path: Path) -> None:
    _, output, _ = await answered(f"sqlite:{tmp_path}/queue.db", FORCE_COLOR="1", COLUMNS="80")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", output).splitlines()

    bars = {line.split()[0]: line.count("█") for line in lines if "█" in line}
    assert bars["/"] == 4 * bars["/add"]
    assert any("1,200" in line for line in lines)


async def test_nobody_who_answers_is_a_fault_and_a_sentence(tmp_path: Path) -> None:
    code, output, errors = await run("--seconds", "0.2", QUEUE_URL=f"sqlite:{tmp_path}/queue.db")

    assert (code, output) == (1, "")
    assert errors == "report: no answer within 0.2 s; is the service events up?\n"


async def test_a_queue_that_is_none_is_a_fault_and_no_secret() -> None:
    code, _, errors = await run(QUEUE_URL="amqp://user:hidden@host")

    assert code == 1
    assert "a queue is sqlite:FILE or redis://" in errors
    assert "hidden" not in errors


async def test_the_version_is_that_of_the_installed_module() -> None:
    assert await run("--version") == (0, f"report {version(PROGRAM)}\n", "")


async def test_help_names_every_exit_code() -> None:
    _, output, _ = await run("--help")

    assert re.findall(r"^  (\d)  ", output, re.MULTILINE) == ["0", "1", "2"]


async def test_python_m_is_the_command() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", PROGRAM, "--version", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()

    assert output.decode().startswith("report ")
