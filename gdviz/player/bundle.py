"""The player's files as one script and one stylesheet; there is no build step."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from gdviz.player.modules import component_js, link

WEB = files("gdviz.player") / "web"
STYLES = ("style.css", "charts.css", "edit.css")


@cache
def player_script() -> str:
    """The script of a standalone page, which plays the scenes that lie beside it."""
    return f"{link(WEB, 'standalone.js')}\n$standalone.playStandalone();"


_NO_WORKER = 'const WORKER_SCRIPT = "";'


@cache
def worker_script() -> str:
    """The live engine's Web Worker."""
    return f"{link(WEB, 'live/worker.js')}\n$live$worker.startWorker();"


@cache
def player_js() -> str:
    """The Streamlit component's module: its default export takes ``{data, parentElement, ...}``.

    ``data`` is the raw bytes of one scene, or ``{"scenes": [{"id", "url"} or {"id", "bytes_b64"}, ...],
    "selection": {...} or null, "base": ""}``. It carries the script of the live engine's worker, which a page starts from a blob.
    """
    script = component_js(WEB, "streamlit.js", "showComponent")
    assert script.count(_NO_WORKER) == 1
    return script.replace(_NO_WORKER, f"const WORKER_SCRIPT = {json.dumps(worker_script())};")


@cache
def player_css() -> str:
    """The stylesheet; everything in it is scoped to the player."""
    return "\n".join((WEB / name).read_text(encoding="utf-8") for name in STYLES)


def player_html() -> str:
    """What stands in the component until its script runs (two lines: a single one would be taken for a file name)."""
    return '<p class="gv-waiting">Loading the animation.</p>\n<noscript>The animation needs JavaScript.</noscript>\n'
