"""What a page knows of a run: one instant of it, however the job goes on while the page is drawn."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from gdviz.jobs import Job
from gdviz.ui.parts import run_status as kept


@pytest.fixture
def job(monkeypatch):
    """The job of every key, in a program that has no answer yet."""
    job = Job("any", b"", lambda job: None)
    pool = SimpleNamespace(find=lambda key: job, forget=lambda key: None)
    monkeypatch.setattr(kept, "pool", lambda: pool)
    monkeypatch.setattr(kept, "store", lambda: SimpleNamespace(find=lambda key: None))
    monkeypatch.setattr("streamlit.session_state", {})
    return job


def test_what_is_found_stays_as_it_was_and_news_is_what_came_since(job):
    assert (kept.find("a").state, kept.find("a").active) == ("waiting", True)
    job.begin()
    job.hear("partial", b"some")
    found = kept.find("a")
    assert (found.state, found.raw, found.complete, found.active, found.news()) == ("running", b"some", False, True, False)
    job.hear("partial", b"more")
    assert found.news() and not found.news(parts=False)
    job.end("done", result=b"all")
    assert (found.state, found.raw, found.active) == ("running", b"some", True) and found.news(parts=False)
    now = kept.find("a")
    assert (now.state, now.raw, now.complete, now.active) == ("done", b"all", True, False)


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_an_ended_run_keeps_what_had_arrived(job, state):
    job.begin()
    job.hear("partial", b"some")
    job.end(state, error="No room." if state == "failed" else None)
    found = kept.find("a")
    assert (found.raw, found.complete, found.active) == (b"some", False, False)
    assert found.problem == ("No room." if state == "failed" else None)


def test_a_run_that_is_asked_for_again_hides_the_answer_until_it_has_run_anew(job, monkeypatch):
    store = SimpleNamespace(find=lambda key: "digest", read=lambda digest: b"old")
    monkeypatch.setattr(kept, "store", lambda: store)
    assert kept.find("a").complete and kept.find("a").raw == b"old"
    kept.run_again("a")
    assert (kept.find("a").raw, kept.find("a").active) == (None, True)
    job.begin()
    job.end("done", result=b"new")
    assert kept.find("a").raw == b"new" and kept.find("a").complete
    assert kept.find("b").raw == b"new"


@pytest.mark.parametrize("name", ["curves", "theory", "figures", "robustness"])
@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_job_that_ends_while_the_page_is_drawn_is_waited_for(job, monkeypatch, name, state):
    """It was drawn as running, so the page must look again; one that did not stayed so for ever."""
    module, followed = importlib.import_module(f"gdviz.ui.{name}.page"), []
    buttons = module._buttons

    def then_it_ends(*arguments) -> None:
        buttons(*arguments)
        job.end(state, result=b"{}", error="No room.")

    job.begin()
    monkeypatch.setattr(module, "_buttons", then_it_ends)
    monkeypatch.setattr(module, "follow", lambda slot, look: followed.append(look()))
    page = AppTest.from_string(f"from gdviz.ui.{name}.page import page\npage()", default_timeout=120).run()
    assert not page.exception
    assert followed == [None]
