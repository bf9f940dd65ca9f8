"""What goes wrong between an author and an index, each tried on real parts: a sentence, what to do, the exit code."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from private_index.accounts import Accounts
from tests.modpress.conftest import Answer, Modules, Odd, Publish
from tests.private_index.sending import send
from tests.real_index import Index, Serve, run_index

WAIVED = ("--waive", "changelog", "--waive", "license")


def test_a_certificate_of_an_unknown_authority_is_told(
    publish: Publish, modules: Modules, serve: Serve, name: str, tmp_path: Path
) -> None:
    index = serve(*certified(tmp_path))

    outcome = publish(modules.make(name), "--index-url", index.simple_url, env=index.env)

    assert outcome.code == 1
    assert "cannot be trusted" in outcome.err
    assert "name their file in TWINE_CERT" in outcome.err


def test_a_certificate_out_of_its_time_leads_to_the_clock(
    publish: Publish, modules: Modules, env: dict[str, str], name: str, tmp_path: Path
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    options = certified(tmp_path, not_after=yesterday)
    with run_index(tmp_path / "packages", options, env) as index:
        outcome = publish(
            modules.make(name), "--cert", tmp_path / "ca.pem", "--index-url", index.simple_url, env=index.env
        )

    assert outcome.code == 1
    assert "certificate has expired" in outcome.err
    assert "see whether the clock of this machine is right" in outcome.err


def test_a_certificate_for_another_name_is_told(
    publish: Publish, modules: Modules, serve: Serve, name: str, tmp_path: Path
) -> None:
    index = serve(*certified(tmp_path))
    other = index.simple_url.replace("127.0.0.1", "localhost")

    outcome = publish(modules.make(name), "--cert", tmp_path / "ca.pem", "--index-url", other, env=index.env)

    assert outcome.code == 1
    assert "its certificate is for another name" in outcome.err


def certified(folder: Path, not_after: datetime | None = None) -> tuple[str, ...]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate = authority.issue_cert("127.0.0.1", not_after=not_after)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    return ("--tls-cert", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem"))


def test_a_name_of_others_is_refused_before_anything_goes_up(
    publish: Publish, modules: Modules, serve: Serve, name: str
) -> None:
    index = serve("--reserved", f"{name}=boss", "--no-fallback")

    outcome = publish(modules.make(name), *WAIVED, env=index.env)

    assert outcome.code == 1
    assert name in outcome.err
    assert "nothing was uploaded" in outcome.err
    assert not list(index.root.glob("*.whl"))


def test_a_proxy_in_the_way_is_told(publish: Publish, modules: Modules, odd: Odd, env: dict[str, str]) -> None:
    login = {"TWINE_USERNAME": "me", "TWINE_PASSWORD": "secret-word"}
    proxy = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), odd.url) | dict.fromkeys(("NO_PROXY", "no_proxy"), "")

    outcome = publish(modules.make("a"), "--index-url", "https://packages.invalid/simple/", env=env | login | proxy)

    assert outcome.code == 1
    assert "is out of the proxy's reach" in outcome.err
    assert "see HTTPS_PROXY, HTTP_PROXY and NO_PROXY" in outcome.err


def test_what_a_proxy_says_is_not_taken_for_the_index(
    publish: Publish, modules: Modules, odd: Odd, env: dict[str, str]
) -> None:
    url = "http://packages.invalid/"
    odd.answers[f"GET {url}simple/a/"] = [Answer(status=403, body=b"<h1>Blocked: new site</h1>", kind="text/html")]
    login = {"TWINE_USERNAME": "me", "TWINE_PASSWORD": "secret-word"}
    proxy = dict.fromkeys(("HTTP_PROXY", "http_proxy"), odd.url) | dict.fromkeys(("NO_PROXY", "no_proxy"), "")

    outcome = publish(modules.make("a"), "--index-url", f"{url}simple/", env=env | login | proxy)

    assert outcome.code == 1
    assert "Blocked: new site (403). It was asked through a proxy, which may have said so: see HTTPS_PR" in outcome.err


def test_a_port_without_tls_is_told(publish: Publish, modules: Modules, team: Index, name: str) -> None:
    url = team.simple_url.replace("http:", "https:")

    outcome = publish(modules.make(name), "--index-url", url, env=team.env)

    assert outcome.code == 1
    assert "speaks no TLS: is it http://, or another port?" in outcome.err


def test_half_a_release_is_made_whole(publish: Publish, modules: Modules, serve: Serve, name: str) -> None:
    full = serve("--no-fallback")
    folder = modules.make(name)
    assert publish(folder, *WAIVED, env=full.env).code == 0
    sdist = next(full.root.glob("*.tar.gz"))
    with run_index(full.root.parent / "second" / "packages", ("--no-fallback",), full.env) as half:
        send(half, sdist).raise_for_status()
        outcome = publish(folder, *WAIVED, env=half.env)
        held = sorted(path.suffix for path in half.root.iterdir() if path.is_file() and path.suffix in {".whl", ".gz"})

    assert outcome.code == 0, outcome.err
    assert "half published, the wheel is missing" in outcome.out
    assert held == [".gz", ".whl"]


def test_an_isolated_build_without_a_network_is_told(
    publish: Publish, modules: Modules, team: Index, name: str, dead_url: str
) -> None:
    folder = modules.make(name)
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('["hatchling"]', '["hatchling", "nobody-has-this"]'))
    offline = {"UV_DEFAULT_INDEX": f"{dead_url}simple/", "PIP_INDEX_URL": f"{dead_url}simple/", "UV_HTTP_RETRIES": "0"}

    outcome = publish(folder, env=team.env | offline)

    assert outcome.code == 1
    assert "its build requirements cannot be installed" in outcome.err


@pytest.fixture
def small_index(tmp_path: Path, env: dict[str, str]) -> Iterator[Index]:
    """An index on a disk of 3 MB, where this machine lets us have one."""
    root, users = tmp_path / "small", tmp_path / "users"
    root.mkdir()
    Accounts(users).add(Index.user, Index.password)
    serve = f"{sys.executable} -m private_index serve --port 0 --root {root} --users {users} --no-fallback"
    shell = f"mount -t tmpfs -o size=3m tmpfs {root} && exec {serve}"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", shell]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        said = process.stdout.readline()  # type: ignore[union-attr]  # it is a pipe
        if not said:
            pytest.skip("no small disk can be had here")
        url = said.split()[-1]
        login = {"TWINE_USERNAME": Index.user, "TWINE_PASSWORD": Index.password, "MODPRESS_INDEX_URL": f"{url}simple/"}
        yield Index(url=url, root=root, users=users, env=env | login, process=process, log=tmp_path / "log")
        process.terminate()


def test_a_full_disk_of_the_index_is_told(publish: Publish, modules: Modules, small_index: Index, name: str) -> None:
    folder = modules.make(name)
    (folder / "src" / name.replace("-", "_") / "large.bin").write_bytes(random.Random(name).randbytes(5_000_000))  # noqa: S311 - it only must not shrink

    outcome = publish(folder, *WAIVED, "--waive", "size", env=small_index.env)

    assert outcome.code == 1
    assert "disk is full" in outcome.err
