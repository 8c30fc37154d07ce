"""Files that visitors send: how many bytes the server holds of them, and for how long.

Streamlit bounds one file (`server.maxUploadSize` in .streamlit/config.toml) but neither how many there are nor, once their
visitor has left, how long they stay: it forgets a session when its memory is next tidied up, which may be never.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from gdviz.server.front import Application, Receive, Scope, Send, header

MEGABYTES = 64
"""Size of one file."""

OF_A_VISITOR, OF_ALL = 2 * MEGABYTES << 20, 1 << 30
"""Bytes held at most; a file that is still on its way counts as what it says it is."""

GRACE = 30.0
"""Seconds after which a visitor who has left is not expected back, as after a break of the network."""

_LOOK = 5.0
_FRAMING = 1 << 20
_PLACE = re.compile(r".*/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)")


class File(Protocol):
    """One of them."""

    data: bytes


class Held(Protocol):
    """What Streamlit's store of uploads lets be seen: by session, by file."""

    file_storage: dict[str, dict[str, File]]

    def remove_session_files(self, session_id: str) -> None:
        """Drop all files of a session."""


class Uploads:
    """An ASGI application around another: an upload for which there is no room is refused before any of it is read.

    Parameters
    ----------
    app : Application
    held : callable
        Gives Streamlit's store of uploads.
    """

    def __init__(self, app: Application, held: Callable[[], Held]) -> None:
        self._app, self._held = app, held
        self._coming: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = _PLACE.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if match is None:
            await self._app(scope, receive, send)
            return
        session, size = match["session"], _announced(scope)
        why = self._refusal(session, size)
        if why is not None:
            from starlette.responses import PlainTextResponse

            await PlainTextResponse(why, status_code=413, headers={"Connection": "close"})(scope, receive, send)
            return
        self._coming[session] += size
        try:
            await self._app(scope, receive, send)
        finally:
            self._coming[session] -= size
            self._coming += Counter()  # forget those with nothing under way

    def _refusal(self, session: str, size: int) -> str | None:
        """Why a file is not taken, in a sentence; None if it is."""
        if size > (MEGABYTES << 20) + _FRAMING:
            return f"file: found {size:,} bytes; at most {MEGABYTES} MB are read."
        storage = self._held().file_storage
        held = {name: sum(len(file.data) for file in list(files.values())) for name, files in list(storage.items())}
        mine, all = held.get(session, 0) + self._coming[session], sum(held.values()) + self._coming.total()
        if mine + size > OF_A_VISITOR:
            return f"file: found {mine:,} bytes of this visitor's files here already; at most {OF_A_VISITOR:,} are held."
        if all + size > OF_ALL:
            return f"file: found {all:,} bytes of all visitors' files here already; at most {OF_ALL:,} are held; try again later."
        return None


class Leavers:
    """Drops the files of visitors who have left.

    Parameters
    ----------
    held : Held
    is_here : callable
        Whether the visitor of a session is connected.
    """

    def __init__(self, held: Held, is_here: Callable[[str], bool]) -> None:
        self._held, self._is_here = held, is_here
        self._left: dict[str, float] = {}

    def look(self, now: float) -> None:
        """Drop what belongs to those who have been away for GRACE seconds."""
        away = [session for session in list(self._held.file_storage) if not self._is_here(session)]
        self._left = {session: self._left.get(session, now) for session in away}
        for session, since in self._left.items():
            if now - since >= GRACE:
                self._held.remove_session_files(session)

    async def watch(self) -> None:
        """Look every few seconds, for ever."""
        while True:
            await asyncio.sleep(_LOOK)
            self.look(time.monotonic())


def _announced(scope: Scope) -> int:
    """The bytes that a request says it has; as many as are allowed where it does not say."""
    told = header(scope, b"content-length")
    return int(told) if told is not None and told.isdecimal() and len(told) < 20 else MEGABYTES << 20
