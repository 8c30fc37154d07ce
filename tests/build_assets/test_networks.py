"""The networks that come with the program: all there, small, and as good as the report beside them says."""

from __future__ import annotations

import pytest

from gdviz.build_assets.networks import DIGITS, missing, names, tasks_of
from gdviz.checkpoints import Library
from gdviz.resources import resource
from gdviz.training import assess

pytestmark = pytest.mark.slow

MOST_BYTES, MOST_BYTES_OF_DIGITS = 300_000, 700_000


@pytest.fixture
def shipped(tmp_path) -> Library:
    """A library whose own store is empty."""
    return Library(tmp_path)


def test_every_network_is_there() -> None:
    assert missing() == [], "run `make assets`"


def test_nothing_else_is_there(shipped: Library) -> None:
    wanted = {task.id for name in names() for task in tasks_of(name)}
    assert set(shipped.networks.names()) == wanted


@pytest.mark.parametrize("name", names())
def test_a_network_is_small_whole_and_what_its_report_says(shipped: Library, name: str) -> None:
    tasks, most = tasks_of(name), MOST_BYTES_OF_DIGITS if name in DIGITS else MOST_BYTES
    assert tasks
    for task in tasks:
        checkpoint, record = shipped.find(task), shipped.record(task.id)
        assert checkpoint is not None and record is not None and record.report is not None
        assert record.task == task and record.report.step == task.steps == checkpoint.about["steps"]
        assert all(file.stat().st_size <= most for file in (resource("assets", "networks") / task.id).iterdir())
        if name in DIGITS:  # nobody knows the exact score of images
            assert record.report.score_error is None
            continue
        # The same weights on the same held-out points: equal but for rounding.
        assert assess(task, checkpoint).score_error == pytest.approx(record.report.score_error, rel=1e-3)
        assert record.report.score_error < 1  # better than a network that says nothing
