"""The player's files as one script and one stylesheet; there is no build step."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

# Functions only refer to each other when called, but constants and classes must stand before their use.
SCRIPTS = (
    "decode.js", "theme.js", "motion.js", "paint.js", "contour.js", "law.js", "axes.js", "field.js", "plane.js", "line.js",
    "sentence.js", "paired.js", "readouts.js", "chart_axes.js", "chart_draw.js", "chart_figures.js", "chart_readouts.js",
    "charts.js", "clock.js", "view.js", "load.js", "panel.js", "controls.js", "keys.js", "main.js", "component.js",
)  # fmt: skip
STYLES = ("style.css", "charts.css")


def _read(names: tuple[str, ...]) -> str:
    folder = files("gdviz.player")
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


@cache
def player_script() -> str:
    """All scripts in one scope, without an export; for a standalone page."""
    return f'"use strict";\n{_read(SCRIPTS)}'


@cache
def player_js() -> str:
    """The Streamlit component's module: its default export takes ``{data, parentElement, ...}``.

    ``data`` is the raw bytes of one scene, or ``{"scenes": [{"id", "url"} or {"id", "bytes_b64"}, ...],
    "selection": {...} or null, "base": ""}``.
    """
    return f"{player_script()}\nexport default gdvizMount;\n"


@cache
def player_css() -> str:
    """The stylesheet; everything in it is scoped to the player."""
    return _read(STYLES)


def player_html() -> str:
    """What stands in the component until its script runs (two lines: a single one would be taken for a file name)."""
    return '<p class="gv-waiting">Loading the animation.</p>\n<noscript>The animation needs JavaScript.</noscript>\n'
