"""Visitors are known again by a cookie that pages alone set, and that nobody can read off its visitor's name."""

from __future__ import annotations

import re

import pytest
from asking import ask

from gdviz.server.visitors import COOKIE, cookie_header, place_of, visitor_of


def value(header: str) -> str:
    found = re.fullmatch(rf"{COOKIE}=([0-9a-f]{{32}}); Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax(; Secure)?", header)
    assert found is not None
    return found[1]


def test_a_cookie_is_made_once_and_kept():
    first, second = value(cookie_header(None, False)), value(cookie_header("", False))
    assert first != second
    assert value(cookie_header(f"theme=dark; {COOKIE}={first}; x=1", False)) == first
    assert visitor_of(first) == visitor_of(first) != visitor_of(second)
    assert first not in visitor_of(first), "who reads a visitor's name cannot pass for them"
    assert cookie_header(None, True).endswith("; Secure")


@pytest.mark.parametrize("odd", ["", "x", "0" * 31, "0" * 33, "A" * 32, "../" * 10, "0" * 31 + "\n", 7, None])
def test_another_cookie_is_no_visitor_and_is_replaced(odd):
    assert visitor_of(odd) is None
    assert value(cookie_header(f"{COOKIE}={odd}", False)) != odd


@pytest.mark.parametrize("cookies", [f"{COOKIE}", f"{COOKIE}=\x00", ";;;", "a=b=c", "\xff" * 5000])
def test_nonsense_is_no_cookie(cookies):
    value(cookie_header(cookies, False))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("nonsense", ""),
        (None, ""),
    ],
)
def test_a_place_is_what_tells_visitors_apart(address, place):
    assert place_of(address) == place


@pytest.mark.slow
def test_pages_set_it_and_nothing_else_does(fenced):
    cookie = value(ask(fenced.port).headers["set-cookie"])
    again = ask(fenced.port, "/curves", Cookie=f"{COOKIE}={cookie}")
    assert value(again.headers["set-cookie"]) == cookie
    for path in ("/_stcore/health", "/scene/" + "0" * 32, "/static/none.js"):
        assert COOKIE not in ask(fenced.port, path, Sec_Fetch_Dest="script").headers.get("set-cookie", "")
    assert "set-cookie" not in ask(fenced.port, Host="evil.example").headers
