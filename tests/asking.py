"""Asking a server by plain HTTP, with headers as they are wanted: a Host of one's own, an Origin, a websocket's handshake."""

from __future__ import annotations

import http.client
from dataclasses import dataclass

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "streamlit",
}


@dataclass(frozen=True)
class Answer:
    """What came back; the names of the headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(port: int, path: str = "/", method: str = "GET", seconds: float = 20.0, **headers: str) -> Answer:
    """Ask 127.0.0.1. In the names of headers an underscore stands for a dash; ``Host=`` takes the place of the true one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, path, skip_host="Host" in named, skip_accept_encoding=True)
        for name, value in named.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        given = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, given, b"" if answer.status == 101 else answer.read())
    finally:
        connection.close()


def shake_hands(port: int, path: str = "/_stcore/stream", **headers: str) -> Answer:
    """Ask for a websocket; 101 means that it is open."""
    return ask(port, path, **HANDSHAKE, **headers)
