"""An address as a QR code."""

from __future__ import annotations

import io

from gdviz.errors import GdvizError

LONGEST = 1200
"""Characters that a phone still reads off a projector."""


def qr_svg(address: str) -> str:
    """The code as SVG, dark on light as readers expect it.

    Raises
    ------
    GdvizError
        If the address is too long.
    """
    import segno

    if len(address) > LONGEST:
        raise GdvizError(f"QR code: found an address of {len(address):,} characters; a code that can be read holds {LONGEST:,}.")
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, dark="#16181c", light="#ffffff", xmldecl=False)
    return out.getvalue().decode()
