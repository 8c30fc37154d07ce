"""What a page knows of a run: one instant of it, however the job goes on while the page is drawn; its buttons and words."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from gdviz.jobs import Job
from gdviz.record import Answer
from gdviz.studies import Study
from gdviz.ui.parts import run_controls, runs
from gdviz.ui.parts.run_controls import RunWords, Watched


@dataclass(frozen=True)
class Number(Answer):
    value: int


@dataclass(frozen=True)
class Asked(Study[Number]):
    name = "asked"
    answer = Number

    what: str

    def run(self, context) -> Number:
        return Number(7)


A, B = Asked("a"), Asked("b")
SOME, MORE, ALL = (Number(value, complete=value == 3).to_bytes() for value in (1, 2, 3))


@pytest.fixture
def job(monkeypatch):
    """The job of every key, in a program that has no answer yet."""
    job = Job("any", b"", lambda job: None)
    pool = SimpleNamespace(find=lambda key: job, forget=lambda key: None)
    monkeypatch.setattr(runs, "pool", lambda: pool)
    monkeypatch.setattr(runs, "store", lambda: SimpleNamespace(find=lambda key: None))
    monkeypatch.setattr("streamlit.session_state", {})
    return job


def test_what_is_found_stays_as_it_was_and_news_is_what_came_since(job):
    assert (runs.find_run(A).state, runs.find_run(A).active) == ("waiting", True)
    job.begin()
    job.hear("partial", SOME)
    found = runs.find_run(A)
    assert (found.state, found.raw, found.complete, found.active, found.news()) == ("running", SOME, False, True, False)
    assert found.answer == Number(1, complete=False)
    job.hear("partial", MORE)
    assert found.news() and not found.news(parts=False)
    job.end("done", result=ALL)
    assert (found.state, found.raw, found.active) == ("running", SOME, True) and found.news(parts=False)
    now = runs.find_run(A)
    assert (now.state, now.raw, now.complete, now.active) == ("done", ALL, True, False)
    assert now.answer == Number(3) and now.share == 1


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_an_ended_run_keeps_what_had_arrived(job, state):
    job.begin()
    job.hear("partial", SOME)
    job.end(state, error="No room." if state == "failed" else None)
    found = runs.find_run(A)
    assert (found.raw, found.complete, found.active) == (SOME, False, False)
    assert found.problem == ("No room." if state == "failed" else None)


def test_a_run_that_is_asked_for_again_hides_the_answer_until_it_has_run_anew(job, monkeypatch):
    store = SimpleNamespace(find=lambda key: "digest", read=lambda digest: SOME)
    monkeypatch.setattr(runs, "store", lambda: store)
    assert runs.find_run(A).complete and runs.find_run(A).raw == SOME
    runs.run_again(A.key)
    assert (runs.find_run(A).raw, runs.find_run(A).active) == (None, True)
    job.begin()
    job.end("done", result=ALL)
    assert runs.find_run(A).raw == ALL and runs.find_run(A).complete
    assert runs.find_run(B).raw == ALL


# --- starting and stopping -----------------------------------------------------------------------


@pytest.fixture
def submitted(job, monkeypatch):
    """What has been handed to the workers, where nothing ran before; `networks` says how far the trainings are."""
    seen = SimpleNamespace(jobs={}, networks=runs.SceneProgress(None, done=True, progress=1.0))

    def submit(queue, key, function, *arguments, asker, terms):
        assert (queue, function, arguments[0].key) == ("curves", runs.run_study, key)
        assert terms.outlives and terms.limit is None, "it goes on when its tab is closed"
        return seen.jobs.setdefault(key, job)

    pool = SimpleNamespace(find=seen.jobs.get, forget=lambda key: seen.jobs.pop(key, None), submit=submit)
    monkeypatch.setattr(runs, "pool", lambda: pool)
    monkeypatch.setattr(runs, "store", lambda: SimpleNamespace(find=lambda key: None, root="/nowhere"))
    monkeypatch.setattr(runs, "networks_progress", lambda study, trainings, pool: seen.networks)
    monkeypatch.setattr(runs, "trainings", lambda: None)
    return seen


def test_nothing_runs_unasked_and_start_hands_it_to_the_workers(submitted):
    found = runs.find_run(A)
    assert (found.state, found.active, submitted.jobs) == (None, False, {})
    found.start()
    assert runs.find_run(A).active and list(submitted.jobs) == [A.key]


def test_a_run_waits_for_its_networks_and_begins_when_they_are_there(submitted):
    submitted.networks = runs.SceneProgress(None, done=False, progress=0.3, words="Training the network: 30 %")
    runs.find_run(A).start()
    waiting = runs.find_run(A)
    assert waiting.active and waiting.networks.progress == 0.3 and waiting.problem is None and submitted.jobs == {}
    submitted.networks = runs.SceneProgress(None, done=True, progress=1.0)
    assert runs.find_run(A).networks is None and list(submitted.jobs) == [A.key]


def test_a_network_that_cannot_be_had_is_the_runs_problem(submitted):
    submitted.networks = runs.SceneProgress(None, done=True, error="The training is paused.")
    runs.find_run(A).start()
    found = runs.find_run(A)
    assert (found.active, found.problem, submitted.jobs) == (False, "The training is paused.", {})


def test_what_was_stopped_while_it_waited_does_not_begin(submitted):
    submitted.networks = runs.SceneProgress(None, done=False)
    runs.find_run(A).start()
    runs.find_run(A).stop()
    submitted.networks = runs.SceneProgress(None, done=True)
    assert not runs.find_run(A).active and submitted.jobs == {}


def test_progress_of_several_runs_is_their_mean_and_says_what_goes_on(job, monkeypatch):
    jobs = {A.key: job, B.key: Job(B.key, b"", lambda job: None)}
    monkeypatch.setattr(runs, "pool", lambda: SimpleNamespace(find=jobs.get))
    for each in jobs.values():
        each.begin()
    job.hear("progress", 0.5)
    jobs[B.key].end("done", result=ALL)
    found = [runs.find_run(A), runs.find_run(B)]
    watched = Watched(found, RunWords("", running=lambda run: f"Running {run.study.what}"), None, 0.0)
    share, words = watched.look()
    assert share == 0.75 and words.startswith("1 of 2 runs finished; Running a")
    job.hear("partial", SOME)
    assert watched.look() is None, "something new to draw"


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["curves", "theory", "figures", "robustness"])
@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_job_that_ends_while_the_page_is_drawn_is_waited_for(job, monkeypatch, name, state):
    """It was drawn as running, so the page must look again; one that did not stayed so for ever."""
    module, looked = importlib.import_module(f"gdviz.ui.{name}.page"), []
    controls = module.show_controls

    def then_it_ends(*arguments) -> Watched:
        watched = controls(*arguments)
        job.end(state, result=b"{}", error="No room.")
        return watched

    job.begin()
    monkeypatch.setattr(module, "show_controls", then_it_ends)
    monkeypatch.setattr(run_controls, "wait_for_update", lambda slot, look: looked.append(look()))
    page = AppTest.from_string(f"from gdviz.ui.{name}.page import page\npage()", default_timeout=120).run()
    assert not page.exception
    assert job.finished and looked == [None]
