"""What the Lab's pages show before anybody presses Run: all there, small, whole, and nothing else."""

from __future__ import annotations

import pytest

from gdviz.build_assets.answers import first_studies, missing
from gdviz.record import Answer
from gdviz.resources import resource
from gdviz.server import store

MOST_BYTES = 600_000


def test_every_answer_is_there_and_nothing_else() -> None:
    assert missing() == [], "run `make assets`"
    place = resource("assets") / "answers"
    index = {file.name: file.read_text() for file in (place / "index").iterdir()}
    assert set(index) == {study.key for study in first_studies().values()}, "run `make assets`"
    assert {file.name for file in (place / "scenes").iterdir()} == set(index.values())


@pytest.mark.parametrize("name", first_studies())
def test_a_first_visit_finds_a_small_and_whole_answer(name: str) -> None:
    study = first_studies()[name]
    digest = store().find(study.key)
    data = None if digest is None else store().read(digest)
    assert data is not None and len(data) <= MOST_BYTES
    answer = study.answer.from_bytes(data)
    assert isinstance(answer, Answer) and type(answer) is study.answer and answer.complete
    result = getattr(answer, "result", None)
    assert result is None or result.complete
    assert study.answer.from_bytes(answer.to_bytes()).to_bytes() == answer.to_bytes()
