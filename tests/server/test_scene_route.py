"""The bytes of a scene at an address of their own: kept by browsers, asked for in parts, not packed twice."""

from __future__ import annotations

import pytest
from asking import ask

from gdviz.resources import resource

pytestmark = pytest.mark.slow
SCENE = next(resource("assets", "scenes", "scenes").iterdir())
DATA = SCENE.read_bytes()
PATH, TAG = f"/scene/{SCENE.name}", f'"{SCENE.name}"'


def test_a_scene_comes_as_it_is_and_may_be_kept(fenced):
    answer = ask(fenced.port, PATH, Accept_Encoding="gzip, br")
    assert answer.status == 200 and answer.body == DATA
    assert "content-encoding" not in answer.headers, "it is deflated already"
    assert answer.headers["etag"] == TAG
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-length"] == str(len(DATA))
    assert ask(fenced.port, PATH, method="HEAD").headers["etag"] == TAG


@pytest.mark.parametrize("asked", [TAG, f"W/{TAG}", f'"other", {TAG}'])
def test_who_has_it_is_not_sent_it_again(fenced, asked):
    answer = ask(fenced.port, PATH, If_None_Match=asked)
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", TAG)


def test_who_has_another_is_sent_it(fenced):
    assert ask(fenced.port, PATH, If_None_Match='"other"').body == DATA


def test_a_part_of_it(fenced):
    answer = ask(fenced.port, PATH, Range="bytes=10-19")
    assert (answer.status, answer.body) == (206, DATA[10:20])
    assert answer.headers["content-range"] == f"bytes 10-19/{len(DATA)}"
    assert ask(fenced.port, PATH, Range="bytes=10-19", If_Range='"other"').body == DATA
    beyond = ask(fenced.port, PATH, Range=f"bytes={len(DATA)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(DATA)}")


def test_what_is_not_there(fenced):
    assert ask(fenced.port, "/scene/" + "0" * 32).status == 404
    assert ask(fenced.port, "/scene/.hidden").status == 400
    assert ask(fenced.port, PATH, method="POST").status == 405


def test_below_a_path_it_has_both_addresses(proxied):
    """A proxy may pass the path on or take it away."""
    assert ask(proxied.port, f"/lab{PATH}").body == DATA
    assert ask(proxied.port, PATH).body == DATA
