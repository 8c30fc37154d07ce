"""Hosts and Origins: what is ours, what is foreign, and how names are written."""

from __future__ import annotations

import socket

import pytest

from gdviz.errors import GdvizError
from gdviz.server.hosts import hosts_for, parse_place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("localhost:8501", ("localhost", 8501)),
        ("Example.ORG.", ("example.org", None)),
        ("[::1]:80", ("::1", 80)),
        ("10.0.0.5", ("10.0.0.5", None)),
    ],
)
def test_a_place(text, place):
    assert parse_place(text) == place


@pytest.mark.parametrize(
    "text", ["", ":80", "a b", "a/b", "user@a", "a:b", "a:99999", "a:", "::1", "[::1", "a;b", "a, b", "*", "*.a", "ä", "a?b"]
)
def test_what_is_no_place(text):
    assert parse_place(text) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.9"])
def test_on_loopback_only_loopback_is_answered(host):
    hosts = hosts_for(host)
    assert all(hosts.refusal(name, None) is None for name in ("localhost", "127.0.0.1:8501", "[::1]:8501", "127.0.0.9"))
    assert all(hosts.refusal(name, None) for name in ("10.0.0.5", "0.0.0.0:8501", socket.gethostname() + ".evil.example", None))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5"])
def test_on_a_network_bare_addresses_and_our_own_name_are_answered(host):
    hosts = hosts_for(host)
    for name in ("localhost:8501", "10.0.0.5:8501", "[fd00::1]:8501", socket.gethostname()):
        assert hosts.refusal(name, f"http://{name}") is None
    assert hosts.refusal("evil.example:8501", None)
    assert hosts.refusal("10.0.0.5:8501", "http://10.0.0.6:8501")


def test_a_name_that_is_listened_on_is_answered():
    assert hosts_for("lab.example.org").refusal("LAB.example.org:8501", "http://lab.example.org:8501") is None


def test_the_usual_port_may_be_left_out():
    hosts = hosts_for("127.0.0.1", ["gdviz.example.org"])
    assert hosts.refusal("gdviz.example.org", "https://gdviz.example.org:443") is None
    assert hosts.refusal("gdviz.example.org:80", "http://gdviz.example.org") is None
    assert hosts.refusal("localhost:8501", "http://gdviz.example.org:8080")
    assert hosts_for("127.0.0.1", ["gdviz.example.org:8080"]).refusal("localhost:8501", "http://gdviz.example.org:8080") is None


def test_the_environment_names_hosts_too(monkeypatch):
    monkeypatch.setenv("GDVIZ_ALLOWED_HOSTS", " one.example, two.example:8443 ")
    hosts = hosts_for("127.0.0.1")
    assert hosts.refusal("one.example", None) is None and hosts.refusal("two.example:8443", None) is None
    assert hosts.refusal("three.example", None)


@pytest.mark.parametrize("name", ["*", "https://a.example", "a b", "", "a:b", "x" * 5000 + "/"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(GdvizError, match=r"^allow-host: found .*; allowed: a name such as gdviz\.example\.org") as refused:
        hosts_for("127.0.0.1", [name])
    assert len(str(refused.value)) < 500
