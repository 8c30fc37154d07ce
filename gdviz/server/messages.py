"""Messages on websockets: how large one may be, and of how many pieces."""

LARGEST = 2 << 20
"""Bytes of a message; a page's widgets and address take thousands, and files do not come this way."""

MOST_FRAGMENTS = 1000
"""Pieces of one message; browsers make them 64 kB and larger."""
