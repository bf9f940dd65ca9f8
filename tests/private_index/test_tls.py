"""HTTPS without a proxy: real certificates, real clients, and nothing stale."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import trustme
from requests.adapters import HTTPAdapter

from tests.real_index import Index, Make, Serve

TRIES = 30

Run = Callable[..., subprocess.CompletedProcess[str]]


class Pair:
    """A certificate for this machine and its key, and the authority that signed it.

    Args:
        folder: where the files are written.

    """

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert("127.0.0.1", "localhost")
        self.authority = folder / "authority.pem"
        self.cert = folder / "cert.pem"
        self.key = folder / "key.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        issued.private_key_pem.write_to_path(str(self.key))
        self.cert.write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))

    @property
    def options(self) -> list[str]:
        """The options that serve it."""
        return ["--tls-cert", str(self.cert), "--tls-key", str(self.key)]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """A certificate that works."""
    return Pair(tmp_path)


@pytest.fixture
def index(serve: Serve, pair: Pair) -> Index:
    """An index over HTTPS, whose authority the clients of its environment know."""
    running = serve(*pair.options)
    running.env.update(dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"), str(pair.authority)))
    return running


@pytest.fixture
def run(index: Index, tmp_path: Path) -> Run:
    """A function that runs a tool in the index's environment and fails where it fails."""

    def run_tool(*command: str) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            command, env=index.env, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended

    return run_tool


def test_it_says_https(index: Index) -> None:
    assert all(f"{index.url}" in line for line in index.said)
    assert index.url.startswith("https://127.0.0.1:")


def test_a_release_of_a_moment_ago_is_found_at_once_by_clients_with_warm_caches(
    index: Index, run: Run, make_wheel: Make, tmp_path: Path
) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--index-url", index.simple_url]
    uv = ["uv", "pip", "install", "--no-deps", "--python", sys.executable, "--index-url", index.simple_url]
    caches = ["--cache-dir", str(tmp_path / "cache")]

    for version in ("1.0", "2.0", "3.0"):
        run("twine", "upload", "--non-interactive", "--disable-progress-bar", str(make_wheel(version=version)))
        run(*pip, *caches, "--target", f"pip-{version}", "acme-one")
        run(*uv, *caches, "--target", f"uv-{version}", "acme-one")

        assert (tmp_path / f"pip-{version}" / f"acme_one-{version}.dist-info").is_dir()
        assert (tmp_path / f"uv-{version}" / f"acme_one-{version}.dist-info").is_dir()


def test_uv_publishes_over_it(index: Index, run: Run, make_wheel: Make) -> None:
    wheel = make_wheel()

    run("uv", "publish", "--publish-url", index.url, "--username", index.user, "--password", index.password, str(wheel))

    assert (index.root / wheel.name).read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_old_and_new_clients_can_speak_to_it(index: Index, pair: Pair, version: ssl.TLSVersion) -> None:
    assert spoken(index, pair, version) == version.name.replace("_", ".")


def test_what_is_broken_is_not_spoken(index: Index, pair: Pair) -> None:
    with pytest.warns(match="TLSv1_1 is deprecated"), pytest.raises(OSError, match=r"(?i)protocol|unsupported|alert"):
        spoken(index, pair, ssl.TLSVersion.TLSv1_1)


def spoken(index: Index, pair: Pair, version: ssl.TLSVersion) -> str | None:
    """Return the version of TLS that a client of just one version gets."""
    context = ssl.create_default_context(cafile=str(pair.authority))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    address = urlsplit(index.url)
    with (
        socket.create_connection((str(address.hostname), address.port or 443), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        return connection.version()


def test_a_renewed_certificate_is_taken_without_a_pause(serve: Serve, pair: Pair, tmp_path: Path) -> None:
    index = serve(*pair.options)
    both = tmp_path / "both.pem"
    both.write_bytes(pair.authority.read_bytes())
    renewed = Pair(tmp_path)
    both.write_bytes(both.read_bytes() + renewed.authority.read_bytes())

    index.process.send_signal(signal.SIGHUP)

    statuses = set()
    in_a_row = 0
    # For a while the old worker and the new one both answer.
    while in_a_row < TRIES:
        statuses.add(ask(f"{index.url}ready", both))
        in_a_row = in_a_row + 1 if is_known(index, renewed.authority) else 0
    assert statuses == {200}


def ask(url: str, authority: Path) -> int:
    """Return the status of an answer, asking again as pip, uv and twine do when a connection is cut at its opening."""
    with requests.Session() as session:
        session.mount("https://", HTTPAdapter(max_retries=2))
        return session.get(url, verify=str(authority), timeout=60).status_code


def is_known(index: Index, authority: Path) -> bool:
    """Return whether the index shows a certificate of that authority."""
    try:
        return ask(f"{index.url}health", authority) == 200
    except requests.exceptions.SSLError:
        return False


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        pytest.param(("cert.pem", "other/key.pem"), "the key is not the certificate's", id="another's key"),
        pytest.param(("key.pem", "cert.pem"), "one of them is not unencrypted PEM", id="swapped"),
        pytest.param(("cert.pem", "nowhere.pem"), "No such file or directory", id="no key"),
    ],
)
def test_a_pair_that_can_not_be_used_is_told(
    pair: Pair, env: dict[str, str], tmp_path: Path, names: tuple[str, str], sentence: str
) -> None:
    (tmp_path / "other").mkdir()
    Pair(tmp_path / "other")
    cert, key = names
    command = [sys.executable, "-m", "private_index", "serve", "--port", "0", "--tls-cert", cert, "--tls-key", key]

    ended = subprocess.run(
        command, env=env, cwd=pair.cert.parent, capture_output=True, text=True, check=False, timeout=60
    )

    assert ended.returncode == 1
    assert "Error: HTTPS can't be served with the certificate" in ended.stderr
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
