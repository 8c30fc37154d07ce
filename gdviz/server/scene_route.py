"""GET scene/<digest>: the bytes that the player draws, at an address of their own."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from gdviz.errors import GdvizError
from gdviz.resources import resource
from gdviz.server.byte_range import asked_part
from gdviz.store import SceneStore

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SERVED_BY_ROUTE = "GDVIZ_SCENE_ROUTE"
"""Set in the environment while the scene route exists; without it pages send bytes over the websocket."""

PIECE = 1 << 16
"""Bytes handed on at a time: the next when these were taken, so that a slow reader has no copy of the whole."""

_DIGEST = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, eq=False)
class _Scene:
    """Bytes that are being sent, once for all who read them."""

    data: bytes

    async def pieces(self, part: range) -> AsyncIterator[bytes]:
        for first in range(part.start, part.stop, PIECE):
            yield self.data[first : min(first + PIECE, part.stop)]


_read: WeakValueDictionary[str, _Scene] = WeakValueDictionary()


def store() -> SceneStore:
    """Scenes and answers on disk, first those that come with the program."""
    return SceneStore(shipped=(resource("assets", "scenes"), resource("assets", "answers")))


async def scene_bytes(request: Request) -> Response:
    """Immutable bytes, named by their content: cacheable for ever, in parts too. They are deflated already."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response, StreamingResponse

    digest = request.path_params["digest"]
    tag = f'"{digest}"'
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": tag, "Accept-Ranges": "bytes"}
    if _DIGEST.fullmatch(digest) and tag in _tags(request.headers.get("If-None-Match")):
        return Response(status_code=304, headers=headers)  # what bears this name has these bytes
    scene = _read.get(digest)
    if scene is None:
        try:
            data = await run_in_threadpool(store().read, digest)
        except GdvizError as error:
            return PlainTextResponse(str(error), status_code=400)
        if data is None:
            return PlainTextResponse("No such scene; it is made again when the page is reloaded.", status_code=404)
        scene = _read.setdefault(digest, _Scene(data))
    size, status = len(scene.data), 200
    current = request.headers.get("If-Range", tag) == tag
    part = asked_part(request.headers.get("Range"), size) if current and request.method == "GET" else None
    if part is None:
        part = range(size)
    elif not part:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        headers["Content-Range"], status = f"bytes {part.start}-{part.stop - 1}/{size}", 206
    headers["Content-Length"] = str(len(part))
    return StreamingResponse(scene.pieces(part), status, headers, "application/octet-stream")


def _tags(header: str | None) -> set[str]:
    """The tags of an If-None-Match header; a proxy that packs answers marks them as weak."""
    return {tag.strip().removeprefix("W/") for tag in (header or "").split(",")}
