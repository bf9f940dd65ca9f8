"""The peers that need a running server to be filled: nginx takes the bytes of ours, devpi-server its own uploads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.bench.peers import Ours, Peer, Place, SimpleRepositoryServer, StockPypiserver
from tests.bench.processes import Server, answers, wait_until
from tests.bench.site import BASIC, JSON_PAGE, PASSWORD, REPLY_SECONDS, USER, ask, basic
from tests.bench.uploads import Uploader

NGINX = """\
daemon off;
{user}
worker_processes 1;
error_log stderr;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ }}
  server {{
    listen 127.0.0.1:{port};
    root {folder};
    location /simple/ {{ index page; default_type {page}; add_header Cache-Control "max-age=0, must-revalidate"; }}
    location /packages/ {{ default_type application/octet-stream; add_header Cache-Control "max-age=31536000"; }}
    # A body is read to its end before anybody is asked to take it: so slow uploads stay attached here too.
    location = /slow {{ proxy_pass http://127.0.0.1:1; }}
  }}
}}
"""


class Nginx(Peer):
    """nginx with the very bytes of our pages and files: what a static server can do at best."""

    name, title = "nginx", "nginx, the same bytes as static files"
    slow_path = "slow"

    def lay_out(self, place: Place) -> None:
        """Write what ours answers into files."""
        ours = place.running.get(Ours.name)
        if ours is None:
            raise LookupError("it serves the pages of ours, which does not run")
        place.packages.mkdir(parents=True)
        _write_page(place.folder / "simple", ours.simple_url)
        for release in place.shelf.visited():
            _write_page(place.folder / "simple" / release.project, ours.page_url(release.project))
            os.link(place.shelf.path(release), place.packages / release.filename)
            (place.packages / f"{release.filename}.metadata").write_bytes(release.metadata)
        # Started by root, its worker would be somebody who may not read a temporary folder.
        user = "user root;" if os.geteuid() == 0 else ""
        text = NGINX.format(folder=place.folder, port=place.port, page=JSON_PAGE, user=user)
        (place.folder / "nginx.conf").write_text(text, encoding="utf-8")

    def command(self, place: Place) -> list[str]:
        """Serve the folder with one worker."""
        where = ["-p", str(place.folder), "-c", str(place.folder / "nginx.conf"), "-e", "stderr"]
        return [shutil.which("nginx") or "/usr/sbin/nginx", *where]


def _write_page(folder: Path, url: str) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "page").write_bytes(ask(url).body)


class Devpi(Peer):
    """devpi-server with one index, which has no bases."""

    name, title = "devpi", "devpi-server"
    requirements = ("devpi-server", "setuptools<81")
    most = 1000
    simple_path = "root/bench/+simple/"
    upload_path = slow_path = "root/bench/"

    def lay_out(self, place: Place) -> None:
        """Upload the files one by one: nothing else fills it."""
        init = [str(place.venv / "bin" / "devpi-init"), "--no-root-pypi", "--root-passwd", PASSWORD]
        done = subprocess.run(
            [*init, "--serverdir", str(place.packages)],
            env=dict(place.env),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ChildProcessError(f"devpi-init: {done.stderr.strip()[-300:]}")
        with _serving(self.command(place), place):
            _send(place, "PUT", "/root/bench", {"type": "stage", "bases": [], "volatile": True})
            uploader = Uploader(f"{place.url}{self.upload_path}", self.authorization(place))
            for release in place.shelf.releases:
                uploader.upload(release, place.shelf.path(release).read_bytes())
            uploader.close()

    def command(self, place: Place) -> list[str]:
        """Serve its folder."""
        where = ["--host", "127.0.0.1", "--port", str(place.port), "--serverdir", str(place.packages)]
        return [str(place.venv / "bin" / "devpi-server"), *where]

    def authorization(self, place: Place) -> str:
        """Log in, as its client does: a password is hashed anew each time, for half a second."""
        token = _send(place, "POST", "/+login", {"user": USER, "password": PASSWORD})["result"]["password"]
        return basic(token)


@contextmanager
def _serving(command: list[str], place: Place) -> Iterator[None]:
    server = Server(command, place.env, place.folder / "filling.log")
    try:
        wait_until(lambda: answers(place.port), 60, server)
        yield
    finally:
        server.stop()


def _send(place: Place, method: str, path: str, content: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever it says
    connection = HTTPConnection("127.0.0.1", place.port, timeout=REPLY_SECONDS)
    headers = {"Authorization": BASIC, "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(content), headers)
    reply = connection.getresponse()
    said = reply.read()
    connection.close()
    if reply.status != HTTPStatus.OK:
        raise ChildProcessError(f"devpi-server, asked to {method} {path}: {said[:200]!r}")
    return json.loads(said)


PEERS: tuple[Peer, ...] = (Ours(), Nginx(), StockPypiserver(), SimpleRepositoryServer(), Devpi())
