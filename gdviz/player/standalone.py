"""One HTML file that plays scenes from disk: no server, no network."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from gdviz.errors import GdvizError
from gdviz.player.bundle import player_css, player_script
from gdviz.player.scene import read_header

# The policy makes "no request leaves the file" a fact that the browser keeps, not a habit.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
html {{ background: #ffffff; }}
@media (prefers-color-scheme: dark) {{ html {{ background: #0e1117; }} }}
body {{ margin: 0 auto; max-width: 1720px; padding: clamp(14px, 2.5vw, 36px); }}
{css}
</style>
</head>
<body>
<main id="gdviz"></main>
{scenes}
<script type="application/json" id="gdviz-selection">{selection}</script>
<script>
(() => {{
{script}
}})();
</script>
</body>
</html>
"""


def standalone_html(scenes: Sequence[bytes], selection: Mapping[str, Any] | None = None, title: str = "gdviz") -> str:
    """A page that plays the scenes, everything inline.

    Parameters
    ----------
    scenes : sequence of bytes
        One to three packed scenes; the first gives the default pair of panels, each further one a panel.
    selection : mapping, optional
        The view to open with: ``{"w", "frame", "speed", "overlays": {...}}`` or ``{"view": "w2*f40"}``.
    title : str
        The page's title.

    Returns
    -------
    str
        HTML of about 4/3 the scenes' size plus the player.

    Raises
    ------
    GdvizError
        If there is no scene, there are more than three, or bytes are not a scene.
    """
    if not 1 <= len(scenes) <= 3:
        raise GdvizError(f"found {len(scenes)} scenes; a page plays one to three.")
    blocks = (
        f'<script type="application/x-gdviz-scene" data-scene="{html.escape(read_header(scene)["id"])}">'
        f"{base64.b64encode(scene).decode()}</script>"
        for scene in scenes
    )
    return _PAGE.format(
        policy=_POLICY, title=html.escape(title), css=player_css(), scenes="\n".join(blocks),
        selection=json.dumps(selection, allow_nan=False).replace("<", "\\u003c"), script=player_script(),
    )  # fmt: skip
