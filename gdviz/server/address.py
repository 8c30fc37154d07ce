"""Where the server listens, the address to type, and what to know before others may type it."""

from __future__ import annotations

import errno
import os
import re
import socket

from gdviz.errors import GdvizError
from gdviz.family import shown
from gdviz.server.hosts import is_loopback

SETTING = "GDVIZ_BASE_PATH"
"""The path below which the pages lie, where `--base-path` gives none."""

_TRIED_PORTS = 50
EVERY_ADDRESS = ("0.0.0.0", "::")
NOWHERE = "192.0.2.1"
"""Set aside for examples: to ask which way a packet would take, none being sent."""


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


def checked_base(path: str) -> str:
    """A path such as /lab or /courses/lab, without the slashes around it.

    Raises
    ------
    GdvizError
        For anything else.
    """
    base = path.strip("/")
    if base and not re.fullmatch(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", base):
        raise GdvizError(f"base-path: found {shown(path)}; allowed: a path of letters, digits, dots and dashes, such as /lab.")
    return base


def web_address(host: str, port: int, base: str = "") -> str:
    """What to type into the browser here."""
    name = "localhost" if host in EVERY_ADDRESS or host in ("127.0.0.1", "::1") else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}" + (f"/{base}/" if base else "")


def warning(host: str, port: int, base: str = "") -> str | None:
    """What to know when others can reach the server; None on loopback."""
    if is_loopback(host):
        return None
    address = web_address(_outside_address() if host in EVERY_ADDRESS else host, port, base)
    return (
        f"Warning: --host {host} lets everybody in who reaches this machine, at {address}. There is no log-in and no encryption: "
        "they can compute here, and see what others computed. Keep it on a network you trust, or behind a proxy that "
        "asks for a password (docs/server.md)."
    )


def _outside_address() -> str:
    """This machine's address on its network, else its name. Nothing is sent."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect((NOWHERE, 9))
            return str(way.getsockname()[0])
    except OSError:
        return socket.gethostname()
