"""Tabs without a browser: websocket sessions of the Explore page that edit its scene and wait for a preview."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import AsyncExitStack
from typing import Any

_SCENE = re.compile(rb"scene/([0-9a-f]{32})")
PATIENCE = 60.0
"""Seconds after which an answer usually counts as missing, and as so long."""


class Tab:
    """A tab of a visitor on the Explore page.

    Parameters
    ----------
    url : str
        The program's address.
    query : str
        What follows the question mark in the tab's address.
    visitor : int
        Whose tab it is; visitors have cookies of their own.
    patience : float
        Seconds after which an answer counts as missing, and as so long.
    """

    def __init__(self, url: str, query: str, visitor: int, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._url, self._query, self._visitor = f"{url.replace('http', 'ws', 1)}/_stcore/stream", query, visitor
        self._seen: set[bytes] = set()
        self._tabs = self._seed = ""
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Tab:
        import websockets

        from gdviz.server.visitors import COOKIE

        cookie = {"Cookie": f"{COOKIE}={self._visitor:032x}"}
        opening = websockets.connect(self._url, subprotocols=["streamlit"], max_size=None, additional_headers=cookie)  # type: ignore[list-item]
        self._socket = await self._open.enter_async_context(opening)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._open.aclose()

    async def load(self) -> float:
        """Open the page: seconds until a scene is on stage."""
        return await self._ask()

    async def edit(self, seed: int) -> float:
        """Give the scene another seed: seconds until its preview is on stage."""
        from streamlit.proto.WidgetStates_pb2 import WidgetState

        opened = WidgetState(id=self._tabs, string_value="Run")
        if not self._seed:
            await self._send(opened)
            while not self._seed:
                await self._hear()
        return await self._ask(opened, WidgetState(id=self._seed, int_value=seed))

    async def idle(self, seconds: float) -> None:
        """Look on, as a browser does."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            try:
                await asyncio.wait_for(self._hear(), left)
            except TimeoutError:
                return

    async def _send(self, *widgets: Any) -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        question = BackMsg()
        question.rerun_script.query_string = self._query
        question.rerun_script.widget_states.widgets.extend(widgets)
        await self._socket.send(question.SerializeToString())

    async def _ask(self, *widgets: Any) -> float:
        began = time.perf_counter()
        await self._send(*widgets)
        if await self.next_scene() >= self._patience:
            return self._patience
        waited = time.perf_counter() - began
        while not self._tabs:  # the controls come after the stage
            await self._hear()
        return waited

    async def next_scene(self) -> float:
        """Seconds until another scene is on stage."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._patience):
                while not await self._hear():
                    pass
        except TimeoutError:
            return self._patience
        return time.perf_counter() - began

    async def _hear(self) -> bool:
        """Take one message; whether it puts something new on stage."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        raw = await self._socket.recv()
        assert isinstance(raw, bytes)
        found = set(_SCENE.findall(raw)) - self._seen
        self._seen |= found
        if b"seed (the same" in raw or b"explore.tab" in raw:
            message = ForwardMsg()
            message.ParseFromString(raw)
            self._seed = message.delta.new_element.number_input.id or self._seed
            self._tabs = message.delta.add_block.tab_container.id or self._tabs
        return bool(found)
