"""What the Lab's pages show before anybody presses Run: all there, small, whole, and nothing else."""

from __future__ import annotations

import json

from gdviz.resources import resource
from gdviz.server import store
from gdviz.ui.build_answers import first_runs

MOST_BYTES = 600_000


def test_every_first_visit_finds_a_small_and_whole_answer() -> None:
    wanted = set(first_runs())
    place = resource("assets") / "answers"
    index = {file.name: file.read_text() for file in (place / "index").iterdir()}
    assert set(index) == wanted, "run `make answers`"
    assert {file.name for file in (place / "scenes").iterdir()} == set(index.values())
    for key in wanted:
        digest = store().find(key)
        data = None if digest is None else store().read(digest)
        assert data is not None and len(data) <= MOST_BYTES
        answer = json.loads(data)
        assert answer.get("complete", True) and answer.get("result", {"complete": True})["complete"]
