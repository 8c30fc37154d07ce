"""GET scene/<digest>: the bytes that the player draws, at an address of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdviz.errors import GdvizError
from gdviz.resources import resource
from gdviz.server.byte_range import asked_part
from gdviz.store import SceneStore

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SERVED_BY_ROUTE = "GDVIZ_SCENE_ROUTE"
"""Set in the environment while the scene route exists; without it pages send bytes over the websocket."""

_DIGEST = re.compile("[0-9a-f]{32}")


def store() -> SceneStore:
    """Scenes and answers on disk, first those that come with the program."""
    return SceneStore(shipped=(resource("assets", "scenes"), resource("assets", "answers")))


async def scene_bytes(request: Request) -> Response:
    """Immutable bytes, named by their content: cacheable for ever, in parts too. They are deflated already."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response

    digest = request.path_params["digest"]
    tag = f'"{digest}"'
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": tag, "Accept-Ranges": "bytes"}
    if _DIGEST.fullmatch(digest) and tag in _tags(request.headers.get("If-None-Match")):
        return Response(status_code=304, headers=headers)  # what bears this name has these bytes
    try:
        data = await run_in_threadpool(store().read, digest)
    except GdvizError as error:
        return PlainTextResponse(str(error), status_code=400)
    if data is None:
        return PlainTextResponse("No such scene; it is made again when the page is reloaded.", status_code=404)
    current = request.headers.get("If-Range", tag) == tag
    part = asked_part(request.headers.get("Range"), len(data)) if current and request.method == "GET" else None
    if part is None:
        return Response(data, media_type="application/octet-stream", headers=headers)
    if not part:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(data)}"
    return Response(data[part.start : part.stop], status_code=206, media_type="application/octet-stream", headers=headers)


def _tags(header: str | None) -> set[str]:
    """The tags of an If-None-Match header; a proxy that packs answers marks them as weak."""
    return {tag.strip().removeprefix("W/") for tag in (header or "").split(",")}
