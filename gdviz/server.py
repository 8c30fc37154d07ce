"""The web server: Streamlit plus the plain route that serves scene bytes."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from gdviz.errors import GdvizError
from gdviz.family import shown
from gdviz.resources import resource
from gdviz.store import SceneStore

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from streamlit import App

SERVED_BY_ROUTE = "GDVIZ_SCENE_ROUTE"
"""Set in the environment while the scene route exists; without it pages send bytes over the websocket."""

_TRIED_PORTS = 50


def store() -> SceneStore:
    """Scenes and answers on disk, first those that come with the program."""
    return SceneStore(shipped=(resource("assets", "scenes"), resource("assets", "answers")))


async def scene_bytes(request: Request) -> Response:
    """GET scene/<digest>: immutable bytes, named by their content and cacheable for ever."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response

    try:
        data = await run_in_threadpool(store().read, request.path_params["digest"])
    except GdvizError as error:
        return PlainTextResponse(str(error), status_code=400)
    if data is None:
        return PlainTextResponse("No such scene; it is made again when the page is reloaded.", status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(data, media_type="application/octet-stream", headers=headers)


def create_app() -> App:
    """The ASGI application: the pages, and ``scene/<digest>`` at the root and under the base path."""
    import streamlit as st
    from starlette.routing import Route
    from streamlit import config
    from streamlit.runtime.pages_manager import PagesManager

    script = str(resource("app.py"))
    st.App(script)  # the first App of a process says whose .streamlit/config.toml is read, so it comes before any option is
    # Until st.navigation is first called Streamlit gives the folder pages/ its automatic meaning: a visit that begins
    # at /curves would run that page without app.py.
    PagesManager.uses_pages_directory = False
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    paths = ["/scene/{digest}", *([f"/{base}/scene/{{digest}}"] if base else [])]
    os.environ[SERVED_BY_ROUTE] = "1"

    @contextlib.asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        threading.Thread(target=_import_early, daemon=True).start()
        yield

    routes = [Route(path, scene_bytes) for path in paths]
    return st.App(script, routes=routes, lifespan=lifespan)


def _not_a_closed_tab(record: logging.LogRecord) -> bool:
    """Keep a browser that went away out of the log: closing a tab is no error."""
    return record.exc_info is None or type(record.exc_info[1]).__name__ != "WebSocketDisconnected"


def _import_early() -> None:
    """Pay for the slow imports while the first visitor's browser still loads the page."""
    import gdviz.experiment  # noqa: F401


def free_port(host: str, wanted: int) -> int:
    """The first port from `wanted` on that nothing listens to.

    Raises
    ------
    GdvizError
        If none of the next fifty is free, or the host is not one of this machine's.
    """
    if not 1 <= wanted <= 65535:
        raise GdvizError(f"port: found {wanted}; allowed: 1 to 65535.")
    last = min(wanted + _TRIED_PORTS, 65536)
    for port in range(wanted, last):
        try:
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
                if os.name != "nt":  # there it would allow taking a port that is in use
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host or "-", port))  # bind takes "" for every address
                return port
        except (socket.gaierror, ValueError):  # a ValueError where it cannot even be the name of a machine
            raise GdvizError(f"host: found {shown(host)}, which this machine cannot look up; 127.0.0.1 always works.") from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise GdvizError(f"host: found {shown(host)}, which is not an address of this machine.") from None
            if error.errno == errno.EACCES:
                raise GdvizError(f"port: found {port}, which only an administrator may use; take one from 1024 on.") from None
    raise GdvizError(f"port: found {wanted} to {last - 1} all in use; free one or name another.")


def serve(host: str = "127.0.0.1", port: int = 8501, open_browser: bool = True) -> None:
    """Serve the program until interrupted.

    Parameters
    ----------
    host : str
        Loopback by default: nobody else can reach it.
    port : int
        The first port to try; a used one moves on to the next.
    open_browser : bool
        Open the reader's browser when the server answers.
    """
    import uvicorn
    from streamlit import config

    port = free_port(host, port)
    app = create_app()  # reads the settings beside app.py, which the next lines overrule
    config.set_option("server.address", host)
    config.set_option("server.port", port)
    config.set_option("server.headless", True)
    name = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else f"[{host}]" if ":" in host else host
    url = f"http://{name}:{port}"
    print(f"gdviz is at {url}  (Ctrl-C stops it)", flush=True)
    if open_browser:
        timer = threading.Timer(1.5, webbrowser.open, (url,))
        timer.daemon = True
        timer.start()
    logging.getLogger("uvicorn.error").addFilter(_not_a_closed_tab)
    uvicorn.run(app, host=host, port=port, log_level="warning", ws_max_size=200 << 20)
