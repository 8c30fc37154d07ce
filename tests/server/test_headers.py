"""The policy that goes with every answer."""

from __future__ import annotations

import base64
import hashlib

import pytest

from gdviz.errors import GdvizError
from gdviz.server.headers import security_headers


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "index.html"
    path.write_text('<script>\n  one = 1\n</script><script type="module" src="./a.js"></script>', encoding="utf-8")
    return path


def test_inline_scripts_of_the_start_page_may_run_and_no_others(page):
    policy = security_headers(page)["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(b"\n  one = 1\n").digest()).decode()
    assert f"script-src 'self' blob: 'sha256-{digest}';" in policy


def test_sites_that_may_frame_it(page, monkeypatch):
    monkeypatch.setenv("GDVIZ_EMBED_IN", "https://two.example:8443")
    policy = security_headers(page, ["https://one.example/"])["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://one.example https://two.example:8443")


@pytest.mark.parametrize(
    "site", ["*", "one.example", "https://one.example/path", "https://one.example; script-src *", "https:// a", "data:x"]
)
def test_what_is_no_site_is_refused(page, site):
    with pytest.raises(GdvizError, match=r"^embed-in: found .*; allowed: a site such as https://course\.example\.org\.$"):
        security_headers(page, [site])
