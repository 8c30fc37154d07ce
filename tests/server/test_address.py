"""The address to type, and what is said before others may type it."""

from __future__ import annotations

import socket

import pytest

from gdviz.errors import GdvizError
from gdviz.server import address
from gdviz.server.address import checked_base, warning, web_address


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:8501"),
        ("0.0.0.0", "http://localhost:8501"),
        ("::", "http://localhost:8501"),
        ("fd00::1", "http://[fd00::1]:8501"),
        ("lab.example.org", "http://lab.example.org:8501"),
    ],
)
def test_the_address_here(host, url):
    assert web_address(host, 8501) == url
    assert web_address(host, 8501, "lab") == f"{url}/lab/"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_needs_no_warning(host):
    assert warning(host, 8501) is None


def test_others_are_told_of(monkeypatch):
    monkeypatch.setattr(address, "_outside_address", lambda: "10.0.0.5")
    for host, url in (("0.0.0.0", "http://10.0.0.5:8501/lab/"), ("10.1.1.1", "http://10.1.1.1:8501/lab/")):
        said = warning(host, 8501, "lab")
        assert said.startswith(f"Warning: --host {host} lets everybody in who reaches this machine, at {url}. There is no log-in")
        assert len(said) < 500


def test_the_outside_address_is_found_without_sending(monkeypatch):
    found = address._outside_address()
    assert found == socket.gethostname() or socket.inet_aton(found)

    def refuse(*_):
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert address._outside_address() == socket.gethostname()


@pytest.mark.parametrize(("path", "base"), [("", ""), ("/", ""), ("/lab", "lab"), ("courses/lab.2/", "courses/lab.2")])
def test_a_base_path(path, base):
    assert checked_base(path) == base


@pytest.mark.parametrize("path", ["..", "a/../b", "a//b", "a b", "a?b", "{digest}", "https://a.example"])
def test_what_is_no_base_path_is_refused(path):
    with pytest.raises(GdvizError, match=r"^base-path: found .*; allowed: a path of letters, .*, such as /lab\.$"):
        checked_base(path)
