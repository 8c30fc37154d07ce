"""Whom the server answers: the names it is asked under (Host), and the pages that ask (Origin).

A page from elsewhere may not ask, whatever it is after. A name that is not ours may not be asked either: its owner could let it
point to this machine and so read the answers as his own (DNS rebinding). A bare address cannot be bent in this way.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from gdviz.errors import GdvizError
from gdviz.family import shown

SETTING = "GDVIZ_ALLOWED_HOSTS"
"""Further names, with commas between them, as `--allow-host` gives them one by one."""

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")

Place = tuple[str, int | None]
"""A name or address in lower case, and a port where one was given."""


@dataclass(frozen=True)
class Hosts:
    """Who may ask, under which names.

    Parameters
    ----------
    own : frozenset of str
        Names of this machine beside the loopback ones.
    any_address : bool
        Whether it is asked under bare addresses other than loopback.
    public : frozenset of Place
        Names under which a proxy shows it; without a port, at the usual one.
    """

    own: frozenset[str] = frozenset()
    any_address: bool = False
    public: frozenset[Place] = frozenset()

    def refusal(self, host: str | None, origin: str | None) -> str | None:
        """Why a request with these headers is not answered, in a sentence; None if it is."""
        place = parse_place(host or "")
        if place is None or not self._is_ours(place[0]):
            return f"Host: found {shown(host or '')}; allowed: {self._names()}; `gdviz app --allow-host NAME` adds a name."
        if origin is None or self._is_from_here(origin, place):
            return None
        return f"Origin: found {shown(origin)}, a page from elsewhere; allowed: the program's own pages."

    def _is_ours(self, name: str) -> bool:
        if is_loopback(name) or name in self.own or name in {public for public, _ in self.public}:
            return True
        return self.any_address and _address(name) is not None

    def _is_from_here(self, origin: str, asked: Place) -> bool:
        scheme, _, rest = origin.partition("://")
        place = parse_place(rest) if scheme.lower() in ("http", "https") else None
        if place is None:
            return False
        usual = {"http": 80, "https": 443}[scheme.lower()]

        def at(place: Place) -> Place:
            return place[0], place[1] or usual

        return at(place) == at(asked) or at(place) in {at(public) for public in self.public}

    def _names(self) -> str:
        names = ["localhost", "127.0.0.1", "::1", *sorted(self.own | {name for name, _ in self.public})]
        return ", ".join([*dict.fromkeys(names), *(["any bare address"] if self.any_address else [])])


def hosts_for(host: str, allowed: Iterable[str] = ()) -> Hosts:
    """Who may ask a server that listens on an address.

    Parameters
    ----------
    host : str
        The address; one other than loopback is asked under its name, this machine's name and bare addresses too.
    allowed : iterable of str
        Further names; those of GDVIZ_ALLOWED_HOSTS come on top.

    Raises
    ------
    GdvizError
        For what is not a name or an address, with a port or without.
    """
    public = frozenset(_public(name) for name in [*allowed, *listed(SETTING)])
    if is_loopback(host):
        return Hosts(public=public)
    machine = socket.gethostname().lower()
    own = {machine, machine.partition(".")[0], *([] if _address(host) else [host.lower().rstrip(".")])}
    return Hosts(frozenset(own - {""}), any_address=True, public=public)


def for_this_machine_only(host: str, allowed: Iterable[str] = ()) -> None:
    """Refuse an address that others reach, or a proxy's name, for a program that runs a file of its reader's own.

    Raises
    ------
    GdvizError
        In one sentence.
    """
    hosts = hosts_for(host, allowed)
    if hosts.any_address or hosts.public:
        what = f"--host {host}" if hosts.any_address else "a name that a proxy shows it under"
        raise GdvizError(f"--plugin: found {what[:80]}; a rule of your own runs where nobody else can reach it, on 127.0.0.1.")


def listed(setting: str) -> list[str]:
    """The parts of an environment variable, which commas or blanks divide."""
    return re.split(r"[,\s]+", value) if (value := os.environ.get(setting, "").strip(", \t\n")) else []


def is_loopback(name: str) -> bool:
    """Whether a name leads to this machine and nowhere else."""
    address = _address(name)
    return name.lower() == "localhost" if address is None else address.is_loopback


def parse_place(text: str) -> Place | None:
    """``name``, ``name:port``, ``1.2.3.4:port`` or ``[::1]:port`` taken apart; None for anything else."""
    try:
        parts = urlsplit(f"//{text}")
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    whole = parts.netloc == text and "@" not in text and not text.endswith(":")
    if not whole or (_address(name) is None and not _NAME.fullmatch(name)):
        return None
    return name, port


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _public(text: str) -> Place:
    bare = f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text
    place = parse_place(bare)
    if place is None:
        raise GdvizError(f"allow-host: found {shown(text)}; allowed: a name such as gdviz.example.org, with :PORT if it has one.")
    return place
