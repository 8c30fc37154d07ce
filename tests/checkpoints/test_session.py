"""A training outlives its process: whatever interrupts it, its network is the one of an undisturbed training, bit for bit."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import numpy as np
import pytest
from tasks import EAGER, tiny

from gdviz.checkpoints import History, Library, Pace, training
from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint
from gdviz.training import Task, train

posix = pytest.mark.skipif(os.name == "nt", reason="limits and signals as POSIX has them")

@pytest.fixture
def library(tmp_path):
    return Library(tmp_path / "store", shipped=tmp_path / "none")


def undisturbed(task: Task) -> bytes:
    *_, last = train(task)
    return last.checkpoint().to_bytes()


def stored(library: Library, section: str, id: str, file: str) -> Path:
    (path,) = (library.root / section / id).glob(f"*-{file}")
    return path


def paused(library: Library, task: Task, after: int = 3) -> None:
    """Train until a few reports have come, and leave."""
    for number, _ in enumerate(training(task, library, pace=EAGER._replace(report=0.0))):
        if number >= after:
            return


@contextlib.contextmanager
def process(function: Callable[[Callable[[object], None]], None]) -> Iterator[tuple[int, TextIO]]:
    """A process of its own that runs function(tell): its id, and what it tells, a line each. A fork, because torch is here."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            function(lambda line: os.write(writer, f"{line}\n".encode()) and None)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        try:
            yield pid, told
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def trainer(library: Library, task: Task) -> Callable[[Callable[[object], None]], None]:
    def run(tell: Callable[[object], None]) -> None:
        for report in training(task, Library(library.root), pace=EAGER):
            tell(f"{report.step} {report.id}")

    return run


# --- without interruption ------------------------------------------------------------------------


@pytest.mark.slow
def test_a_training_reports_and_ends_with_its_checkpoint(library):
    task = tiny()
    reports = list(training(task, library, pace=EAGER))
    last = reports[-1]
    assert (last.id, last.step, last.steps, last.seconds_left, last.title) == (task.id, 200, 200, 0.0, task.title)
    assert [report.id for report in reports[:-1]] == [None] * (len(reports) - 1) and len(reports) > 2
    steps = [report.step for report in reports]
    assert steps == sorted(set(steps))
    assert all(report.steps_per_second > 0 and report.saved <= report.step for report in reports)
    assert library.find(task).to_bytes() == undisturbed(task)
    assert last.assessed == 200 and 0 < last.score_error < 1 and len(last.by_level) > 3
    assert last.cloud.dtype == np.float32 and last.cloud.shape[1] == 1
    assert [row.step for row in last.history.rows] == steps
    assert last.history.rows[-1].score_error == last.score_error
    assert library.trainings.names() == [], "nothing is left to go on with"


@pytest.mark.slow
def test_what_is_there_is_not_trained_again(library, monkeypatch):
    task = tiny(50)
    *_, first = training(task, library)
    monkeypatch.setattr("gdviz.checkpoints.session.train", None)
    (again,) = training(task, library)
    assert (again.id, again.step, again.score_error) == (first.id, 50, pytest.approx(first.score_error))
    assert again.history.rows == first.history.rows


@pytest.mark.slow
def test_a_difference_trains_the_network_that_it_starts_from_first(library):
    reward = {"kind": "expression", "expression": "0.1 + exp(-(x - 1)**2)"}
    recipe = {**tiny().recipe.model_dump(), "tilt": "difference"}
    task = tiny(60, what="tilted", reward=reward, recipe=recipe)
    reports = list(training(task, library, pace=EAGER))
    assert reports[0].title == task.base.title != reports[-1].title == task.title
    assert [report.id for report in reports if report.id] == [task.id]
    base = library.find(task.base)
    *_, last = train(task, base=Checkpoint.from_bytes(base.to_bytes()))
    assert library.find(task).to_bytes() == last.checkpoint().to_bytes()


# --- interruptions -------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_training_that_is_left_goes_on_bit_for_bit(library):
    task = tiny()
    left = []
    for after in (1, 2, 3):
        paused(library, task, after)
        record = library.record(task.id)
        left.append(record.report.step)
        assert not record.done and record.report.saved == record.report.step == library.state(task).numbers["step"]
        assert not library.is_training(task.id), "the lock is given back"
    assert left == sorted(set(left))
    *_, last = training(task, library, pace=EAGER)
    assert last.id == task.id and library.find(task).to_bytes() == undisturbed(task)
    steps = [row.step for row in last.history.rows]
    assert steps == sorted(set(steps)) and steps[0] < left[0]


@pytest.mark.slow
def test_a_training_that_is_stopped_saves_and_has_no_id(library):
    task, steps = tiny(), iter(range(10**9))
    reports = list(training(task, library, stop=lambda: next(steps) >= 49, pace=Pace(report=0, save=1e9)))
    assert [report.id for report in reports] == [None] * 50 and reports[-1].saved == 50
    assert library.record(task.id).report.saved == 50
    list(training(task, library))
    assert library.find(task).to_bytes() == undisturbed(task)


@pytest.mark.slow
def test_seconds_stop_early_under_an_id_of_their_own_and_more_go_on(library):
    task = tiny(100_000)
    *_, first = training(task, library, seconds=0.3, pace=EAGER)
    assert first.id == f"{task.id}-{first.step}" and 0 < first.step < 100_000
    assert library.find(task) is None, "the task's own network has all its steps"
    assert Checkpoint.from_bytes(library.read(first.id).to_bytes()).about["steps"] == first.step
    *_, second = training(task, library, seconds=0.1, pace=EAGER)
    assert second.step > first.step
    for step in train(task):
        if step.step == second.step:
            assert library.read(second.id).to_bytes() == step.checkpoint().to_bytes()
            break
    done = tiny(20)
    *_, last = training(done, library, seconds=60)
    assert last.id == done.id


@pytest.mark.slow
@posix
def test_a_killed_process_loses_what_it_had_not_saved_and_nothing_else(library):
    kills(library, tiny(600), 3, np.random.default_rng(0))


@posix
@pytest.mark.verify
def test_a_hundred_kills(tmp_path, verify_result):
    random, differing = np.random.default_rng(1), 0
    for round in range(10):
        library = Library(tmp_path / str(round), shipped=tmp_path / "none")
        differing += not kills(library, tiny(3000, seed=round), 10, random)
    verify_result("networks that differ after ten kill -9 each, of 10", differing, 0)


def kills(library: Library, task: Task, count: int, random: np.random.Generator) -> bool:
    """kill -9 at so many random moments; then the training is ended in peace."""
    for _ in range(count):
        with process(trainer(library, task)) as (_, told):
            first = told.readline()
            time.sleep(random.uniform(0, 0.1))  # and it is killed
        assert first and library.find(task) is None, "killed while it trained"
    *_, last = training(task, library, pace=EAGER)
    assert last.id == task.id and library.notices == []
    same = library.find(task).to_bytes() == undisturbed(task)
    assert same
    return same


@pytest.mark.slow
@posix
def test_two_processes_on_one_store_train_once(library):
    """The second follows the first, takes over when that is killed, and both end with the same network."""
    task = tiny(1200)
    with process(trainer(library, task)) as (first, told), process(trainer(library, task)) as (_, others):
        seen = [int(told.readline().split()[0]) for _ in range(3)]
        followed = int(others.readline().split()[0])
        os.kill(first, signal.SIGKILL)
        lines = others.read().splitlines()
    steps = [int(line.split()[0]) for line in lines]
    assert [followed, *steps] == sorted([followed, *steps]) and lines[-1] == f"1200 {task.id}"
    assert steps[-2] > seen[-1], "it went on from where the first one was"
    assert library.find(task).to_bytes() == undisturbed(task)


# --- damage --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("damage", [b"", b"half", None])
def test_a_damaged_network_is_named_and_trained_again(library, damage):
    task = tiny(50)
    list(training(task, library))
    path = stored(library, "networks", task.id, "checkpoint.safetensors")
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] if damage is None else damage)
    reports = list(training(task, library, pace=Pace(report=0)))
    assert f"found networks/{task.id} damaged (checkpoint.safetensors has" in reports[0].notice
    assert "counts as missing" in reports[0].notice and reports[-1].step == 50
    assert library.find(task).to_bytes() == whole


@pytest.mark.slow
def test_a_damaged_state_is_named_and_the_training_begins_anew(library):
    task = tiny()
    paused(library, task)
    path = stored(library, "trainings", task.id, "state.safetensors")
    path.write_bytes(path.read_bytes()[:100])
    reports = list(training(task, library, pace=Pace(report=0)))
    assert reports[0].step == 1 and "state.safetensors has 100 of" in reports[0].notice
    assert library.find(task).to_bytes() == undisturbed(task)


@pytest.mark.slow
def test_bytes_that_are_whole_but_no_network_are_found_out(library):
    """Written by another program under a right manifest."""
    task = tiny(50)
    list(training(task, library))
    files = library.networks.read(task.id)
    library.networks.write(task.id, {**files, "checkpoint.safetensors": b"\0" * 500})
    assert library.find(task) is None
    assert "damaged or foreign" in library.notices[0] and "put aside" in library.notices[0]
    paused(library, task)
    files = library.trainings.read(task.id)
    other = tiny(50, seed=1)
    paused(library, other)
    library.trainings.write(task.id, {**files, "state.safetensors": library.state(other).to_bytes()})
    reports = list(training(task, library, pace=Pace(report=0)))
    assert f"found trainings/{task.id} damaged (training: found" in reports[0].notice and reports[0].step == 1
    assert library.find(task).to_bytes() == undisturbed(task)


@pytest.mark.slow
def test_a_description_that_cannot_be_read_is_put_aside(library):
    task = tiny(50)
    list(training(task, library))
    files = library.networks.read(task.id)
    library.networks.write(task.id, {**files, "task.json": b"{"})
    assert library.records() == []
    assert "description" in library.notices[0]


# --- a disk that refuses -------------------------------------------------------------------------

@pytest.mark.slow
@posix
def test_a_full_disk_is_one_sentence_and_the_saved_state_is_whole(library):
    task = tiny()

    def run(tell: Callable[[object], None]) -> None:
        import resource

        reports = training(task, Library(library.root), pace=Pace(report=0, save=0))
        try:
            for report in reports:
                if report.saved >= 50:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
        except GdvizError as error:
            tell(f"{report.saved} {error}")

    with process(run) as (_, told):
        answer = told.read()
    saved, said = answer.split(maxsplit=1)
    assert said.strip() == f"store: found File too large at {library.root}; free some space or set GDVIZ_STORE."
    assert library.record(task.id).report.saved == int(saved) >= 50
    first = next(reports := training(task, library, pace=Pace(report=0)))
    assert first.step == int(saved) + 1
    reports.close()
    list(training(task, library))
    assert library.notices == [] and library.find(task).to_bytes() == undisturbed(task)


def test_a_training_that_cannot_be_is_a_sentence(library):
    unlabelled = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]]}]}
    with pytest.raises(GdvizError, match="this target has no labels"):
        list(training(tiny(what="conditional", target=unlabelled), library))


# --- records -------------------------------------------------------------------------------------


def test_a_report_survives_json(library):
    *_, report = training(tiny(30), library, pace=EAGER)
    again = type(report).from_json(report.to_json(history=True))
    for name in ("step", "steps", "loss", "score_error", "by_level", "id", "history", "title"):
        assert getattr(again, name) == getattr(report, name)
    assert np.allclose(again.cloud, report.cloud[: len(again.cloud)], atol=1e-4)
    assert '"loss": null' in replace(report, loss=math.inf).to_json()


@pytest.mark.slow
def test_a_long_history_keeps_its_ends_and_its_score_errors(library):
    *_, report = training(tiny(5), library)
    history = History()
    for step in range(1, 5001):
        history = history.add(replace(report, step=step, assessed=step - step % 100).row)
    steps = [row.step for row in history.rows]
    assert len(steps) <= 1000 and steps[-1] == 5000 and steps == sorted(set(steps))
    assert np.diff(steps).max() <= 20, "evenly spread"
    assert {row.step for row in history.rows if row.score_error is not None} == set(range(100, 5001, 100))
