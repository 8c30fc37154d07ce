"""Messages on websockets: how large one may be, and of how many pieces."""

from __future__ import annotations

from typing import Any

LARGEST = 2 << 20
"""Bytes of a message; a page's widgets and address take thousands, and files do not come this way."""

MOST_FRAGMENTS = 1000
"""Pieces of one message; browsers make them 64 kB and larger."""


def bounded_websockets() -> type[Any]:
    """uvicorn's protocol, which bounds the bytes of an unfinished message and not its pieces, empty ones among them."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    class BoundedWebSockets(WebSocketsSansIOProtocol):
        def handle_cont(self, event: Any) -> None:
            if len(self.frames) < MOST_FRAGMENTS:
                super().handle_cont(event)
            else:
                self.transport.abort()

    return BoundedWebSockets
