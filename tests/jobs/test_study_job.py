"""A study as a job: partial answers, the whole kept in the store, and what is lost when the disk refuses."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

import pytest
from listening import JobReport

from gdviz.errors import GdvizError
from gdviz.jobs import Pool
from gdviz.jobs.study_job import run_study
from gdviz.record import Answer
from gdviz.store import SceneStore
from gdviz.studies import Study, StudyContext
from gdviz.studies.theory.slope import SlopeTopic


@dataclass(frozen=True)
class Counted(Answer):
    count: int
    root: str


@dataclass(frozen=True)
class Count(Study[Counted]):
    """Counts in three steps."""

    name = "count"
    answer = Counted

    to: int
    stored: ClassVar[bool] = True
    travels: ClassVar[bool] = True

    def run(self, context: StudyContext) -> Counted:
        for k in range(self.to):
            context.progress(k / self.to, seconds_left=2.0)
            context.partial(Counted(k, str(context.root), complete=False))
            time.sleep(0.001)
        if self.to > 5:
            raise GdvizError("count: found more than 5; at most 5 are allowed.")
        return Counted(self.to, str(context.root))


class Passing(Count):
    name, stored = "count-passing", False


class AtHome(Count):
    name, travels = "count-at-home", False


def in_store(study: Study, root) -> bytes | None:
    store = SceneStore(root)
    digest = store.find(study.key)
    return None if digest is None else store.read(digest)


def test_partial_answers_are_sent_and_the_whole_is_returned_and_kept(tmp_path):
    study, report = Count(3), JobReport()
    raw = run_study(study, str(tmp_path), report)
    answer, partials = Counted.from_bytes(raw), [Counted.from_bytes(data) for data in report.sent]
    assert (answer.count, answer.complete, answer.root) == (3, True, str(tmp_path))
    assert [(part.count, part.complete) for part in partials] == [(0, False), (1, False), (2, False)]
    seconds = [part.seconds for part in (*partials, answer)]
    assert seconds == sorted(seconds) and seconds[-1] >= 0.003, "whoever runs it looks at the clock"
    assert report.shares == [0, 1 / 3, 2 / 3]
    assert in_store(study, tmp_path) == raw


def test_what_is_not_to_be_kept_is_not(tmp_path):
    raw = run_study(Passing(2), str(tmp_path), JobReport())
    assert Counted.from_bytes(raw).count == 2 and in_store(Passing(2), tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_what_does_not_travel_is_in_the_store_alone(tmp_path):
    assert run_study(AtHome(2), str(tmp_path), JobReport()) == b""
    assert Counted.from_bytes(in_store(AtHome(2), tmp_path)).count == 2


@pytest.fixture
def full(monkeypatch):
    """A disk that takes nothing more."""

    def refuse(self, key, data):
        raise GdvizError("store: found no space left.")

    monkeypatch.setattr(SceneStore, "write", refuse)


def test_a_store_that_refuses_loses_only_the_copy(full, tmp_path):
    assert Counted.from_bytes(run_study(Count(2), str(tmp_path), JobReport())).count == 2


def test_where_the_store_is_the_only_way_its_refusal_is_the_jobs(full, tmp_path):
    with pytest.raises(GdvizError, match="no space left"):
        run_study(AtHome(2), str(tmp_path), JobReport())


def test_a_study_that_refuses_keeps_nothing(tmp_path):
    with pytest.raises(GdvizError, match="found more than 5"):
        run_study(Count(6), str(tmp_path), JobReport())
    assert in_store(Count(6), tmp_path) is None


def test_a_worker_process_runs_a_study_and_its_answer_is_read_here(tmp_path):
    pool, study = Pool({"curves": 0}), SlopeTopic(64, 0, mixtures=1)
    try:
        job = pool.submit(study.queue, study.key, run_study, study, str(tmp_path))
        assert job.wait(240) and job.state == "done", job.error
    finally:
        pool.close()
    there, here = study.answer.from_bytes(job.result), study.run(StudyContext(tmp_path))
    assert there.points == here.points and there.seconds > 0
    assert in_store(study, tmp_path) == job.result
