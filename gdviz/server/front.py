"""What stands before Streamlit: it turns strangers away, puts the security headers on every answer, and knows visitors again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from gdviz.server.hosts import Hosts
from gdviz.server.visitors import cookie_header

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Front:
    """An ASGI application around another.

    Parameters
    ----------
    app : Application
        What answers those who are let in.
    hosts : Hosts
        Who is.
    headers : mapping
        Put on every answer that does not have them.
    """

    def __init__(self, app: Application, hosts: Hosts, headers: Mapping[str, str]) -> None:
        self._app, self._hosts = app, hosts
        self.headers = headers
        self._headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                given = list(message.get("headers", ()))
                has = {name.lower(): value for name, value in given}
                message["headers"] = [*given, *(pair for pair in self._headers if pair[0] not in has)]
                if message.get("status") == 200 and _is_page(scope, has.get(b"content-type", b"")):
                    message["headers"].append((b"set-cookie", _cookie(scope)))
            await send(message)

        why = self._hosts.refusal(header(scope, b"host"), header(scope, b"origin"))
        if why is None:
            await self._app(_as_seen_outside(scope), receive, dressed)
        else:
            await refuse(why, 403, scope, receive, dressed)


def header(scope: Scope, wanted: bytes) -> str | None:
    """A header; two of a name are no name at all."""
    values = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == wanted]
    return ", ".join(values) if values else None


def _is_page(scope: Scope, kind: bytes) -> bool:
    """Whether an answer is a page. What a page loads comes all at once, and each such answer would make another visitor."""
    return kind.startswith(b"text/html") and header(scope, b"sec-fetch-dest") in (None, "document", "iframe", "frame")


def _cookie(scope: Scope) -> bytes:
    return cookie_header(header(scope, b"cookie"), scope.get("scheme") == "https").encode("latin-1")


def _as_seen_outside(scope: Scope) -> Scope:
    """A handshake whose Host is the one that the browser sees.

    Streamlit compares the two letter by letter. Where a proxy put another Host it would ask an address outside for this machine's
    own, and let everybody wait for the answer.
    """
    origin = header(scope, b"origin")
    if scope["type"] != "websocket" or origin is None:
        return scope
    outside = (b"host", origin.partition("://")[2].encode("latin-1"))
    return {**scope, "headers": [*(pair for pair in scope["headers"] if pair[0].lower() != b"host"), outside]}


async def refuse(why: str, status: int, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request or a handshake with a status and a sentence."""
    from starlette.responses import PlainTextResponse

    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
    else:
        await PlainTextResponse(why, status_code=status)(scope, receive, send)
