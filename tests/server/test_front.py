"""Who is let in, what every answer carries, and that no request leaves: asked of a running program behind a fence."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from asking import ask, shake_hands

pytestmark = pytest.mark.slow
FENCE = Path(__file__).parent / "fence"


def test_the_fence_sees_what_would_leave(tmp_path):
    log = tmp_path / "dropped.log"
    program = (
        "import sitecustomize, socket, urllib.request\n"
        "sitecustomize.WAIT = 0\n"
        "ways = [lambda: urllib.request.urlopen('http://example.org'), lambda: socket.create_connection(('192.0.2.1', 80))]\n"
        "for ask in ways:\n"
        "    try: ask()\n"
        "    except OSError: pass\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(FENCE), "FENCE_LOG": str(log)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert log.read_text().splitlines() == ["look-up of example.org", "look-up of 192.0.2.1"]


def test_handshakes_from_elsewhere_hold_nobody_up_and_nothing_leaves(fenced):
    port = fenced.port
    with ThreadPoolExecutor(10) as many:
        strangers = [many.submit(shake_hands, port, Origin=f"https://elsewhere-{k}.example") for k in range(10)]
        start = time.monotonic()
        assert ask(port, "/_stcore/health").status == 200
        assert time.monotonic() - start < 1
        answers = [stranger.result() for stranger in strangers]
    assert [answer.status for answer in answers] == [403] * 10
    assert answers[0].body.decode() == (
        "Origin: found 'https://elsewhere-0.example', a page from elsewhere; allowed: the program's own pages."
    )
    assert shake_hands(port, Origin=f"http://127.0.0.1:{port}").status == 101
    assert shake_hands(port, Host=f"LOCALHOST:{port}", Origin=f"http://localhost:{port}").status == 101, "letter case is nothing"
    assert fenced.dropped.read_text() == ""


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "evil.example", "localhost.evil.example:{port}", "192.0.2.7:{port}", "", "a b"]
)
def test_a_name_that_is_not_ours_is_not_answered(fenced, host):
    host = host.format(port=fenced.port)
    for answer in (
        ask(fenced.port, Host=host),
        ask(fenced.port, "/_stcore/health", Host=host, Origin=f"http://{host}"),
        shake_hands(fenced.port, Host=host, Origin=f"http://{host}"),
    ):
        assert answer.status in (400, 403), "400 where it is no Host at all"
        assert b"<title>" not in answer.body
    assert fenced.dropped.read_text() == ""


def test_a_refusal_is_one_sentence(fenced):
    said = ask(fenced.port, Host="evil.example").body.decode()
    assert said == "Host: found 'evil.example'; allowed: localhost, 127.0.0.1, ::1; `gdviz app --allow-host NAME` adds a name."
    assert len(ask(fenced.port, Host="x" * 5000).body) < 500


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "127.0.0.1", "localhost:9000"])
def test_loopback_is_answered_under_all_its_names(fenced, host):
    """And under any port: what arrives through a tunnel was asked for at the tunnel's other end."""
    host = host.format(port=fenced.port)
    assert ask(fenced.port, Host=host).status == 200
    assert shake_hands(fenced.port, Host=host, Origin=f"http://{host}").status == 101


@pytest.mark.parametrize(
    "origin", ["null", "http://localhost:1", "https://127.0.0.1:{port}.evil.example", "file://", "x", "http://"]
)
def test_an_origin_of_another_port_or_kind_is_foreign(fenced, origin):
    origin = origin.format(port=fenced.port)
    assert shake_hands(fenced.port, Origin=origin).status == 403
    assert ask(fenced.port, "/_stcore/health", Origin=origin).status == 403
    assert ask(fenced.port, "/_stcore/upload_file/a/b", method="PUT", Origin=origin).status == 403


@pytest.mark.parametrize(
    "path", ["/", "/curves", "/_stcore/health", "/scene/none", "/scene/" + "0" * 32, "/static/none.js", "/..%2f"]
)
def test_every_answer_has_the_headers(fenced, path):
    for answer in (ask(fenced.port, path), ask(fenced.port, path, Host="evil.example")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'self'" in policy and "object-src 'none'" in policy
        script = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe" not in script and "http" not in policy


def test_behind_a_proxy_its_name_is_ours_whatever_host_the_proxy_sends(proxied):
    port = proxied.port
    origin = "https://gdviz.example.org"
    for host in ("gdviz.example.org", f"127.0.0.1:{port}"):
        assert ask(port, "/lab/", Host=host).status == 200
        assert shake_hands(port, "/lab/_stcore/stream", Host=host, Origin=origin).status == 101
    assert (
        shake_hands(port, "/lab/_stcore/stream", Host="gdviz.example.org", Origin="https://gdviz.example.org:8443").status == 403
    )
    assert shake_hands(port, "/lab/_stcore/stream", Host="gdviz.example.org", Origin="https://example.org").status == 403
    assert proxied.dropped.read_text() == ""


def test_named_sites_may_frame_it(proxied):
    policy = ask(proxied.port, "/lab/").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://course.example.org")
