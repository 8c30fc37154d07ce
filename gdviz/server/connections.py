"""Connections: how many are open at once, and how long one may let the server wait.

A connection costs little as long as it asks nothing. So whoever waits for nothing but a request to come gives way, the oldest
first, when somebody new knocks at a full server; only where all are at work is the new one refused.
"""

from __future__ import annotations

import contextlib
import time
from asyncio import Transport
from collections import Counter
from collections.abc import Callable

from gdviz.server.visits import MOST as PAGES

MOST, OF_ADDRESS = 1000, 750
"""Connections held, in all and from one address: a class of a hundred behind one of them, each loading a page at once."""

HEAD, BODY, UNREAD = 20.0, 600.0, 30.0
"""Seconds for a request's first lines (and a websocket's first message), for its body, and without a byte of an answer taken."""

FILES, FILES_OF_ONE, FILES_OF_A_PAGE = 256, 2, 3
"""Open files: the store's and the workers' pipes; of a connection, with what it may be sent; and of a page's session on top."""


class Connections:
    """What is open, by address, and what each waits for.

    Parameters
    ----------
    share : float
        Of MOST and OF_ADDRESS that are let in.
    clock : callable
    """

    def __init__(self, share: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._of_address, self._clock = max(2, int(MOST * share)), max(1, int(OF_ADDRESS * share)), clock
        self._address: dict[Transport, str] = {}
        self._of: Counter[str] = Counter()
        self._asks: dict[Transport, float] = {}  # its request has not come yet, since: the oldest first
        self._sends: dict[Transport, float] = {}  # the rest of its request has not
        self._unread: dict[Transport, tuple[int, float]] = {}  # bytes that it has yet to take, since

    def __len__(self) -> int:
        return len(self._address)

    def enter(self, transport: Transport) -> str | None:
        """Count a new connection; why it is not let in, in a sentence, where there is no room even if idle ones go."""
        address = str((transport.get_extra_info("peername") or ("",))[0])
        if self._of[address] >= self._of_address:
            idle = next((other for other in self._asks if self._address[other] == address), None)
        elif len(self) >= self._most:
            idle = next(iter(self._asks), None)
        else:
            idle = None
        if idle is not None:
            self._end(idle)
        if self._of[address] >= self._of_address or len(self) >= self._most:
            return (
                f"connections: found {len(self)} open, {self._of[address]} of them from this address; at most {self._most} are "
                f"held, {self._of_address} from one address; try again in a minute, or close other tabs."
            )
        self._address[transport] = address
        self._of[address] += 1
        self.waits(transport)
        return None

    def leave(self, transport: Transport) -> None:
        """It has gone."""
        address = self._address.pop(transport, None)
        if address is not None:
            self._of[address] -= 1
            self._of += Counter()  # forget those with nothing open
        self.has_asked(transport)
        self._unread.pop(transport, None)

    # ------------------------------------------------------------------ what it does
    def waits(self, transport: Transport) -> None:
        """Its next request, or the rest of its first lines, is to come."""
        if transport in self._address and transport not in self._unread:
            self._sends.pop(transport, None)
            self._asks.setdefault(transport, self._clock())

    def sends(self, transport: Transport) -> None:
        """It has asked, and the rest of its request is to come."""
        if transport in self._address:
            self._asks.pop(transport, None)
            self._sends.setdefault(transport, self._clock())

    def has_asked(self, transport: Transport) -> None:
        """Its request is whole."""
        self._asks.pop(transport, None)
        self._sends.pop(transport, None)

    def reads(self, transport: Transport, enough: bool) -> None:
        """Whether it takes what it is sent, or lets it lie."""
        if enough:
            self._unread.pop(transport, None)
        elif transport in self._address:
            self.has_asked(transport)
            self._unread[transport] = transport.get_write_buffer_size(), self._clock()

    def look(self) -> None:
        """End those that let the server wait for too long; called about once a second."""
        now = self._clock()
        late = [
            *(transport for transport, since in self._asks.items() if now - since > HEAD),
            *(transport for transport, since in self._sends.items() if now - since > BODY),
        ]
        for transport, (size, since) in list(self._unread.items()):
            left = transport.get_write_buffer_size()
            if left < size:
                self._unread[transport] = left, now
            elif now - since > UNREAD:
                late.append(transport)
        for transport in late:
            self._end(transport)

    def _end(self, transport: Transport) -> None:
        self.leave(transport)
        transport.abort()


def share_of_files() -> float:
    """How much of what we would hold the system lets this process open files for: 1 nearly everywhere, where it may be asked."""
    try:
        import resource
    except ImportError:  # Windows, which counts otherwise
        return 1.0
    wanted = FILES + FILES_OF_ONE * MOST + FILES_OF_A_PAGE * PAGES
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != allowed < wanted:
        allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 1.0 if allowed == resource.RLIM_INFINITY else max(0.0, min(1.0, (allowed - FILES) / (wanted - FILES)))
