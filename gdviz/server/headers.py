"""What every answer tells the browser: load from here alone, send nothing elsewhere, be framed by whom we name."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from gdviz.errors import GdvizError
from gdviz.family import shown
from gdviz.server.hosts import listed, parse_place

SETTING = "GDVIZ_EMBED_IN"
"""Further sites, with commas between them, as `--embed-in` gives them one by one."""


def security_headers(start_page: Path, embed_in: Iterable[str] = ()) -> dict[str, str]:
    """The headers of every answer.

    Parameters
    ----------
    start_page : Path
        Streamlit's page, whose own inline scripts may run.
    embed_in : iterable of str
        Sites whose pages may show the program in a frame, such as https://course.example.org; those of GDVIZ_EMBED_IN on top.

    Raises
    ------
    GdvizError
        For what is not the address of a site.
    """
    frames = " ".join(["'self'", *(_site(site) for site in [*embed_in, *listed(SETTING)])])
    policy = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "blob:", *_inline_scripts(start_page)]),  # a component's script is made a blob
        "style-src": "'self' 'unsafe-inline'",  # Streamlit's and the player's styles are made in the page
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": frames,
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # a link holds the whole experiment
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _inline_scripts(page: Path) -> list[str]:
    """The hashes under which a policy allows the scripts that stand in a page."""
    scripts = re.findall(r"<script>(.*?)</script>", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]


def _site(text: str) -> str:
    scheme, _, rest = text.rstrip("/").partition("://")
    if scheme not in ("http", "https") or parse_place(rest.lower()) is None:
        raise GdvizError(f"embed-in: found {shown(text)}; allowed: a site such as https://course.example.org.")
    return f"{scheme}://{rest}"
