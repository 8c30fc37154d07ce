"""Streamlit with the scene route beside it and the front before both, served by uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from gdviz.jobs.training import SHARED_SERVER
from gdviz.plugin import banner
from gdviz.resources import resource
from gdviz.server.address import SETTING, checked_base, free_port, warning, web_address
from gdviz.server.connections import Connections, share_of_files
from gdviz.server.front import Application, Front, Receive, Scope, Send
from gdviz.server.headers import security_headers
from gdviz.server.hosts import for_this_machine_only, hosts_for
from gdviz.server.messages import LARGEST
from gdviz.server.noise_route import noise_bytes
from gdviz.server.protocols import bounded_http, bounded_websockets
from gdviz.server.scene_route import SERVED_BY_ROUTE, scene_bytes
from gdviz.server.uploads import Held, Leavers, Uploads
from gdviz.server.visits import Visits
from gdviz.store.files import default_root

if TYPE_CHECKING:
    from streamlit import App


def create_app(
    host: str = "127.0.0.1", allow_hosts: Sequence[str] = (), embed_in: Sequence[str] = (), base_path: str | None = None
) -> Front:
    """The ASGI application: the pages, and ``scene/<digest>`` and ``noise/<of>`` at the root and under the base path.

    Parameters
    ----------
    host : str
        The address it will listen on.
    allow_hosts, embed_in, base_path
        As `serve` has them.

    Raises
    ------
    GdvizError
        For a name, a site or a path that is none.
    """
    import streamlit as st
    from streamlit import config, file_util
    from streamlit.runtime import get_instance
    from streamlit.runtime.pages_manager import PagesManager

    hosts = hosts_for(host, allow_hosts)
    if banner():
        for_this_machine_only(host, allow_hosts)
    headers = security_headers(Path(file_util.get_static_dir()) / "index.html", embed_in)
    base = checked_base(os.environ.get(SETTING, "") if base_path is None else base_path)
    script = str(resource("app.py"))

    @contextlib.asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        threading.Thread(target=_import_early, daemon=True).start()
        watch = asyncio.create_task(Leavers(_uploads(), get_instance().is_active_session).watch())
        yield
        watch.cancel()

    pages = st.App(script, lifespan=lifespan)  # says whose .streamlit/config.toml is read, so it comes before any option is
    # Until st.navigation is first called Streamlit gives the folder pages/ its automatic meaning: a visit that begins
    # at /curves would run that page without app.py.
    PagesManager.uses_pages_directory = False
    config.set_option("server.allowedHosts", [])  # the front has looked
    if base:
        config.set_option("server.baseUrlPath", base)
    os.environ[SERVED_BY_ROUTE] = "1"
    if hosts.any_address or hosts.public:
        os.environ[SHARED_SERVER] = "1"
    return Front(Visits(Uploads(_with_scenes(pages), _uploads), share_of_files()), hosts, headers)


def _uploads() -> Held:
    """Where Streamlit holds what visitors have sent."""
    from streamlit.runtime import get_instance

    return cast("Held", get_instance().uploaded_file_mgr)


def _with_scenes(pages: Application) -> Application:
    """The routes of bytes beside the pages and not among them, where Streamlit would pack them once more."""
    from starlette.routing import Route, Router

    below = [f"/{base}" if base else "" for base in ("", _base_path())]
    kinds = {"scene/{digest}": scene_bytes, "noise/{of}": noise_bytes}
    places = {f"{path}/{name}": answer for path in below for name, answer in kinds.items()}
    routes = [Route(place, answer) for place, answer in places.items()]
    router = Router(routes, redirect_slashes=False, default=pages)

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        await (pages if scope["type"] == "lifespan" else router)(scope, receive, send)

    return either


def _base_path() -> str:
    """The path below which everything is served, without slashes around it; mostly nothing."""
    from streamlit import config

    return (config.get_option("server.baseUrlPath") or "").strip("/")


def _not_a_closed_tab(record: logging.LogRecord) -> bool:
    """Keep out of the log a browser that went away and a handshake that was refused: neither is an error."""
    if record.exc_info is None:
        return not record.getMessage().startswith("ASGI callable returned without completing handshake")
    return type(record.exc_info[1]).__name__ != "WebSocketDisconnected"


def _import_early() -> None:
    """Pay for the slow imports while the first visitor's browser still loads the page."""
    import gdviz.experiment  # noqa: F401


def serve(
    host: str = "127.0.0.1",
    port: int = 8501,
    open_browser: bool = True,
    allow_hosts: Sequence[str] = (),
    embed_in: Sequence[str] = (),
    base_path: str | None = None,
) -> None:
    """Serve the program until interrupted.

    Parameters
    ----------
    host : str
        Loopback by default: nobody else can reach it.
    port : int
        The first port to try; a used one moves on to the next.
    open_browser : bool
        Open the reader's browser when the server answers.
    allow_hosts : sequence of str
        Names it is asked under beside its own, such as a proxy's.
    embed_in : sequence of str
        Sites whose pages may show it in a frame.
    base_path : str, optional
        The path below which everything is served, for a proxy that passes it on; GDVIZ_BASE_PATH if not given.

    Raises
    ------
    GdvizError
        If the address, a name, a site or the path is none, no port is free, or the store's name is none.
    """
    import uvicorn
    from streamlit import config

    default_root()  # a store that the system refuses is said here, not by every page
    port = free_port(host, port)
    app = create_app(host, allow_hosts, embed_in, base_path)  # reads the settings beside app.py, which the next lines overrule
    config.set_option("server.address", host)
    config.set_option("server.port", port)
    config.set_option("server.headless", True)
    base = _base_path()
    url = web_address(host, port, base)
    print(f"gdviz is at {url}  (Ctrl-C stops it)", flush=True)
    if said := warning(host, port, base):
        print(said, file=sys.stderr, flush=True)
    if open_browser:
        timer = threading.Timer(1.5, webbrowser.open, (url,))
        timer.daemon = True
        timer.start()
    logging.getLogger("uvicorn.error").addFilter(_not_a_closed_tab)
    connections = Connections(share_of_files())
    # Packing each of a page's many small messages anew would cost the server a sixth of its time.
    uvicorn.run(
        app, host=host, port=port, log_level="warning", http=bounded_http(connections, app.headers),
        ws=bounded_websockets(connections), ws_max_size=LARGEST, ws_per_message_deflate=False,
    )  # fmt: skip
