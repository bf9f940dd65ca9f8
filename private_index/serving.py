"""Running the application: granian's workers listen; one that dies is replaced, and none outlives its parent."""

from __future__ import annotations

import errno
import gc
import multiprocessing
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.synchronize import Event
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess
from granian.utils.proxies import wrap_asgi_with_proxy_headers

from private_index.app import create_app
from private_index.errors import BadPair, NoSuchAddress, PortTaken
from private_index.lifecycle import Stoppable
from private_index.logs import App, RequestLog, log_config
from private_index.settings import Settings, reachable
from private_index.stalls import cut_after, start_watching
from private_index.turns import OneByOne

START_SECONDS = 30
POLL_SECONDS = 0.02
CALM_SECONDS = 1
END_SECONDS = 2


def free_port(host: str, port: int) -> int:
    """Return `port`, or any free one for 0, once it is sure that nobody listens there.

    The server shares its port among workers (SO_REUSEPORT) and so would not notice another server itself.

    Raises:
        PortTaken: another server listens there.
        NoSuchAddress: this machine can't listen there.

    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            found: int = probe.getsockname()[1]
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from None
        raise NoSuchAddress(host, port, fault.strerror or str(fault)) from None
    return found


def check_pair(cert: Path, key: Path) -> None:
    """Make sure that a certificate and its key can be used together.

    Raises:
        BadPair: they can't be read, or do not belong together.

    """
    try:
        # An empty pass phrase, or OpenSSL would ask for one on the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")
    except OSError as fault:
        raise BadPair(str(cert), str(key), _reason(fault)) from None


def _reason(fault: OSError) -> str:
    if isinstance(fault, ssl.SSLError) and fault.reason == "KEY_VALUES_MISMATCH":
        return "the key is not the certificate's"
    if isinstance(fault, ssl.SSLError):
        return "one of them is not unencrypted PEM"
    return fault.strerror or str(fault)


def serve(settings: Settings, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, then let running uploads end.

    Args:
        settings: what and where.
        announce: called once the index answers.

    Raises:
        BadPair: HTTPS is wanted and can't be had.

    """
    if settings.tls_cert is not None and settings.tls_key is not None:
        check_pair(settings.tls_cert, settings.tls_key)
    closing = _context().Event()
    server = _Server(
        "private-index",
        settings.host,
        settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.workers,
        respawn_failed_workers=True,
        # A worker ends by itself once its last clients are cut; a fraction will do, since it only waits so long.
        workers_kill_timeout=settings.leave_seconds + settings.stop_seconds + END_SECONDS,  # type: ignore[arg-type]
        backlog=settings.connections,
        backpressure=settings.connections,
        http1_settings=HTTP1Settings(header_read_timeout=max(1, round(settings.header_seconds * 1000))),
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        # Old systems still have clients that speak no newer one, and its weak ciphers are not offered.
        ssl_protocol_min=SSLProtocols.tls12,
        log_level=LogLevels.warning,
        log_dictconfig=log_config(settings.log_format),
    )
    threading.Thread(target=_announce, args=(settings, announce), daemon=True).start()
    server.closing = closing
    server.serve(target_loader=partial(_load, settings, closing), wrap_loader=False)


class _Server(MPServer):
    """A server that tells its workers whether the index ends or only they are replaced, and sees them end."""

    closing: Event

    def shutdown(self, exit_code: int = 0) -> None:
        self.closing.set()
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]  # granian's has no types

    def _stop_workers(self) -> None:
        # Two threads of granian's wait for each worker, and for a moment only one of them knows that it has ended: the
        # other would tell of a worker that had to be killed, and kill whoever has its number by then.
        for worker in self.wrks:
            worker.terminate()  # type: ignore[no-untyped-call]
        end = time.monotonic() + (self.workers_kill_timeout or 0)
        while any(map(WorkerProcess.is_alive, self.wrks)) and time.monotonic() < end:
            time.sleep(POLL_SECONDS)
        # They had their time; what is left of them is to be killed.
        self.workers_kill_timeout = POLL_SECONDS  # type: ignore[assignment]  # as above
        super()._stop_workers()  # type: ignore[no-untyped-call]


def _context() -> BaseContext:
    # The one in which granian starts its workers.
    method = multiprocessing.get_start_method()
    return multiprocessing.get_context(method if method in {"fork", "spawn"} else "spawn")


def _load(settings: Settings, closing: Event) -> App:
    _allow_connections(settings)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    start_watching(settings.port)
    # To stop for good is granian's own answer to SIGINT.
    stop = partial(signal.raise_signal, signal.SIGINT)
    app: App = OneByOne(create_app(settings))
    limit = partial(cut_after, settings.port, settings.leave_seconds + settings.stop_seconds)
    app = Stoppable(app, leave_seconds=settings.leave_seconds, limit=limit, closing=closing.is_set, stop=stop)
    app = RequestLog(app, reads=settings.access_log)
    # What is there by now stays to the end, and to look through all of it for garbage would hold up every reader for
    # 50 ms and more, now and then.
    gc.freeze()
    return wrap_asgi_with_proxy_headers(app, list(settings.proxies)) if settings.proxies else app


def _allow_connections(settings: Settings) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - Windows has none

    # The usual soft limit of 1024 is for programs from before poll. Today's granian lifts it by itself.
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    present, most = (sys.maxsize if limit == resource.RLIM_INFINITY else limit for limit in limits)
    wanted = settings.descriptors(present, most)
    # Where a system does not allow it, fewer connections are held, and that is all.
    with suppress(ValueError, OSError):
        if wanted > present:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, limits[1]))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        # When the parent is killed outright nobody is left to stop this worker, and it would keep the port.
        wait([parent.sentinel])
        os._exit(1)


def _announce(settings: Settings, announce: Callable[[], None]) -> None:
    # A port listens before anybody answers; whoever reads the announcement may ask at once.
    while (status := _readiness(settings)) != HTTPStatus.OK:
        time.sleep(POLL_SECONDS if status is None else CALM_SECONDS)
    announce()


def _readiness(settings: Settings) -> int | None:
    address = (reachable(settings.host), settings.port)
    connection = HTTPConnection(*address, timeout=START_SECONDS)
    if settings.tls_cert is not None:
        # The certificate is for those who ask by name; we know whom we ask.
        connection = HTTPSConnection(*address, timeout=START_SECONDS, context=_trusting())
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("GET", "/ready")
        return connection.getresponse().status
    return None


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
