"""uvicorn's protocols with bounds: how many connections, how long each lets wait, of how many pieces a message is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Any, cast

from gdviz.server.connections import Connections
from gdviz.server.messages import MOST_FRAGMENTS

LINGERING, LINGER = 64, 2.0
"""Connections that are told why they are not let in, at one time; others are just closed. And seconds for reading it."""

_LOOK = 1.0
_UNSENT = 1 << 18
_REQUEST = 1 << 16


def bounded_http(connections: Connections, headers: Mapping[str, str]) -> type[Any]:
    """uvicorn's protocol for HTTP, which lets everybody in and waits for them for ever.

    h11's, for it bounds the first lines of a request (16 kB), which httptools does not.

    Parameters
    ----------
    connections : Connections
    headers : mapping
        Of the answer to those who are not let in.
    """
    import h11
    from uvicorn.protocols.http.h11_impl import H11Protocol

    lingering: set[asyncio.Transport] = set()
    loop = None

    def look() -> None:
        connections.look()
        asyncio.get_running_loop().call_later(_LOOK, look)

    class BoundedHttp(H11Protocol):
        def connection_made(self, given: asyncio.BaseTransport) -> None:
            nonlocal loop
            transport = cast("asyncio.Transport", given)
            if loop is not self.loop:  # with the first one
                loop = self.loop
                look()
            why = connections.enter(transport)
            if why is None:
                socket = transport.get_extra_info("socket")
                if socket is not None:  # the system would set aside megabytes for who does not read
                    socket.setsockopt(SOL_SOCKET, SO_SNDBUF, _UNSENT)
                super().connection_made(transport)
            elif len(lingering) >= LINGERING:
                transport.abort()
            else:
                transport.set_protocol(_Refused(transport, lingering, _answer(why, headers)))

        def connection_lost(self, exc: Exception | None) -> None:
            connections.leave(self.transport)
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._note()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._note()

        def pause_writing(self) -> None:
            connections.reads(self.transport, False)
            super().pause_writing()

        def resume_writing(self) -> None:
            connections.reads(self.transport, True)
            super().resume_writing()
            self._note()

        def _note(self) -> None:
            if self.transport.get_protocol() is not self:  # it has become a websocket
                return
            theirs, answered = self.conn.their_state, self.cycle is not None and self.cycle.response_complete
            if theirs is h11.IDLE or (theirs is h11.SEND_BODY and answered):
                connections.waits(self.transport)
            elif theirs is h11.SEND_BODY:
                connections.sends(self.transport)
            else:
                connections.has_asked(self.transport)

    return BoundedHttp


def bounded_websockets(connections: Connections) -> type[Any]:
    """uvicorn's protocol for websockets, which bounds the bytes of an unfinished message and not its pieces, empty ones among
    them, and waits for a first message for ever."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    class BoundedWebSockets(WebSocketsSansIOProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            connections.waits(self.transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.leave(self.transport)
            super().connection_lost(exc)

        def send_receive_event_to_app(self) -> None:
            connections.has_asked(self.transport)
            super().send_receive_event_to_app()

        def handle_cont(self, event: Any) -> None:
            if len(self.frames) < MOST_FRAGMENTS:
                super().handle_cont(event)
            else:
                self.transport.abort()

        def pause_writing(self) -> None:
            connections.reads(self.transport, False)
            super().pause_writing()

        def resume_writing(self) -> None:
            connections.reads(self.transport, True)
            super().resume_writing()

    return BoundedWebSockets


class _Refused(asyncio.Protocol):
    """A connection that is not let in: what it asks is not looked at, and it is told why."""

    def __init__(self, transport: asyncio.Transport, all: set[asyncio.Transport], answer: bytes) -> None:
        self._transport, self._all, self._answer, self._left = transport, all, answer, _REQUEST
        all.add(transport)
        self._timer = asyncio.get_running_loop().call_later(LINGER, transport.abort)

    def data_received(self, data: bytes) -> None:
        answer, self._answer = self._answer, b""
        if answer:  # not before it asks: a browser takes what comes unasked for an error
            self._transport.write(answer)
            self._transport.write_eof()  # and not closed yet: bytes that nobody reads would take the answer back
        self._left -= len(data)
        if self._left < 0:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._all.discard(self._transport)


def _answer(why: str, headers: Mapping[str, str]) -> bytes:
    body = f"{why}\n".encode()
    told = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": len(body), "Retry-After": "10", "Connection": "close"}
    lines = ["HTTP/1.1 503 Service Unavailable", *(f"{name}: {value}" for name, value in {**told, **headers}.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
