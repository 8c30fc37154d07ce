"""A small reverse proxy that shows a server below a path and takes the path away before it passes a request on."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def stripping_proxy(port: int, prefix: str) -> Iterator[str]:
    """The address at which the server on a port is now found, below `prefix` alone; anything else is answered with 404."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_listen, args=(listening, port, prefix.encode()), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}{prefix}"


def _listen(listening: socket.socket, port: int, prefix: bytes) -> None:
    with contextlib.suppress(OSError):  # closed
        while True:
            threading.Thread(target=_pass_on, args=(listening.accept()[0], port, prefix), daemon=True).start()


def _pass_on(browser: socket.socket, port: int, prefix: bytes) -> None:
    """One request a connection, or a websocket for as long as it lives."""
    with browser, contextlib.suppress(OSError):
        head, end, rest = _head(browser)
        method, path, version = head.partition(b"\r\n")[0].split(b" ")
        if not path.startswith(prefix + b"/"):
            browser.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        lines = [b" ".join([method, path.removeprefix(prefix), version]), *head.split(b"\r\n")[1:]]
        if b"\r\nupgrade: websocket" not in head.lower():
            lines = [line for line in lines if not line.lower().startswith(b"connection:")] + [b"Connection: close"]
        with socket.create_connection(("127.0.0.1", port)) as server:
            server.sendall(b"\r\n".join(lines) + end + rest)
            threading.Thread(target=_pump, args=(browser, server), daemon=True).start()
            _pump(server, browser)


def _head(browser: socket.socket) -> tuple[bytes, bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = browser.recv(65536)
        if not more:
            raise OSError("the browser went away")
        data += more
    return data.partition(b"\r\n\r\n")


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
