"""Who a visitor is: a browser, told from others by a random cookie. No log-in: it says whose a training is, and nothing else."""

from __future__ import annotations

import hashlib
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
