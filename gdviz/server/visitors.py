"""Who a visitor is: a browser, told from others by a random cookie. No log-in: it says whose a training is, and nothing else."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
from http.cookies import CookieError, SimpleCookie

COOKIE = "gdviz_visitor"
KEPT_SECONDS = 400 * 24 * 3600
"""As long as browsers keep a cookie; every page that is opened begins it anew."""

_VALUE = re.compile("[0-9a-f]{32}")


def visitor_of(cookie: str | None) -> str | None:
    """The visitor with this cookie, None where it is none of ours: its digest, as who knows a visitor must not pass for them."""
    if not isinstance(cookie, str) or not _VALUE.fullmatch(cookie):
        return None
    return hashlib.sha256(cookie.encode()).hexdigest()[:32]


def place_of(address: str | None) -> str:
    """An address as far as it tells visitors apart: of IPv6 the network, of which whoever has one has all; nothing for this
    machine's own, behind which are proxies and tunnels."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return ""
    return str(found) if found.version == 4 else str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))


def cookie_header(cookies: str | None, secure: bool) -> str:
    """The Set-Cookie header that keeps a visitor, or makes one.

    Parameters
    ----------
    cookies : str or None
        The request's Cookie header.
    secure : bool
        Whether it was asked over https.
    """
    visitor = cookie_in(cookies or "")
    value = visitor if visitor_of(visitor) else secrets.token_hex(16)
    return f"{COOKIE}={value}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"


def cookie_in(cookies: str) -> str | None:
    """The value of our cookie in a Cookie header."""
    try:
        morsel = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return None
    return None if morsel is None else morsel.value
