"""Visits: open pages, each of them a websocket with a session behind it, of a visitor, of an address, and in all."""

from __future__ import annotations

from collections import Counter

from gdviz.server.front import Application, Receive, Scope, Send, header, refuse
from gdviz.server.visitors import cookie_in, visitor_of

MOST, OF_ADDRESS, OF_VISITOR = 400, 300, 40
"""Pages open at once: in all, from one address, and in one browser."""


class Visits:
    """An ASGI application around another: a page for which there is no room is refused before it has a session.

    Parameters
    ----------
    app : Application
    share : float
        Of MOST and OF_ADDRESS that are let in.
    """

    def __init__(self, app: Application, share: float = 1.0) -> None:
        self._app = app
        self._most, self._of_address = max(2, int(MOST * share)), max(1, int(OF_ADDRESS * share))
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        visitor = visitor_of(cookie_in(header(scope, b"cookie") or ""))
        address = f"address {(scope.get('client') or ('',))[0]}"
        whose = {"all": self._most, address: self._of_address, **({visitor: OF_VISITOR} if visitor else {})}
        for who, most in whose.items():
            if self._open[who] >= most:
                of = {"all": "in all", address: "from this address"}.get(who, "in this browser")
                why = f"pages: found {self._open[who]} open {of}; at most {most} are held; close one, or try again later."
                await refuse(why, 503, scope, receive, send)
                return
        self._open.update(whose.keys())
        try:
            await self._app(scope, receive, send)
        finally:
            self._open.subtract(whose.keys())
            self._open += Counter()  # forget those with nothing open
