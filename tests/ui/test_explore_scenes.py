"""A scene that is asked for: what comes before it is said, what a tab no longer shows is dropped, and Cancel stops it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gdviz.experiment import Experiment
from gdviz.jobs import Asker, Job
from gdviz.jobs.job import PROGRAM
from gdviz.studies import Study
from gdviz.studies.scene import LONG_WORK, SceneStudy
from gdviz.ui.explore import scenes
from gdviz.ui.parts import runs

ME, OTHER = Asker("me", "tab"), Asker("other", "tab")
PLAIN = {"target": {"kind": "ring"}, "guidance": {"kind": "none"}, "w": [0]}
ONE, TWO = (Experiment.parse({**PLAIN, "seed": seed}) for seed in (1, 2))


class Workers:
    """A pool without workers: jobs wait until a test says otherwise."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.before: list[Job] = []

    def find(self, key):
        return self.jobs.get(key)

    def ahead(self, key):
        return self.before if self.jobs[key].state == "waiting" else None

    def submit(self, queue, key, function, *arguments, asker, terms):
        self.jobs[key] = Job(key, b"", lambda job: None, asker, terms)
        return self.jobs[key]


@pytest.fixture
def pool(monkeypatch):
    workers = Workers()
    for module in (scenes, runs):
        monkeypatch.setattr(module, "pool", lambda: workers)
        monkeypatch.setattr(module, "asker", lambda: ME)
        monkeypatch.setattr(module, "store", lambda: SimpleNamespace(find=lambda key: None, root="/nowhere"))
        monkeypatch.setattr(module, "trainings", lambda: None)
    monkeypatch.setattr(scenes, "networks_progress", lambda *_: scenes.SceneProgress(None, done=True))
    monkeypatch.setattr("streamlit.session_state", {})
    return workers


def keys(experiment: Experiment) -> tuple[str, str]:
    return SceneStudy(experiment, preview=True).key, SceneStudy(experiment).key


def test_it_says_how_many_come_before_and_does_not_count_the_programs_own(pool):
    pool.before = [Job("warm", b"", lambda job: None, PROGRAM), *(Job(str(k), b"", lambda job: None, OTHER) for k in range(3))]
    assert scenes.scene_progress(ONE).words == "Waiting: 3 before you"
    preview = pool.jobs[keys(ONE)[0]]
    preview.begin()
    assert scenes.scene_progress(ONE).words == ""
    preview.rest(True)
    assert scenes.scene_progress(ONE).words == "Other visitors have their turn"


def test_a_preview_is_bounded_and_gives_way_soon_and_no_scene_outlives_its_tab(pool):
    scenes.scene_progress(ONE)
    preview = pool.jobs[keys(ONE)[0]]
    assert preview.terms.limit == 20 and preview.terms.patience == 3 and not preview.terms.outlives
    preview.begin()
    preview.give_up("It had not ended after 20 seconds and was stopped.")
    now = scenes.scene_progress(ONE)
    assert not now.done and now.error is None, "the whole scene is waited for in its place"
    assert not pool.jobs[keys(ONE)[1]].terms.outlives


@pytest.mark.parametrize(
    "changes", [{"particles": 1_000_000}, {"sampler": {"kind": "heun", "steps": 20_000}}, {"w": list(range(200))}]
)
def test_what_is_known_to_be_long_gives_way_from_the_start(changes):
    run = {**PLAIN, "particles": 6000, "sampler": {"kind": "ddpm", "steps": 600}}
    assert SceneStudy(Experiment.parse(run)).patience == Study.patience
    long = Experiment.parse({**run, **changes})
    assert len(long.all_w) * long.particles * long.sampler.evaluations_in(long.sampler.steps) > LONG_WORK
    assert SceneStudy(long).patience == 0 and SceneStudy(long, preview=True).patience == 3


def test_what_a_tab_no_longer_shows_is_dropped_unless_another_wants_it(pool):
    scenes.want([ONE])
    scenes.scene_progress(ONE)
    job = pool.jobs[keys(ONE)[0]]
    scenes.want([ONE])
    assert not job.finished
    job.join(OTHER)
    scenes.want([TWO])
    assert not job.finished and job.askers == {OTHER}
    scenes.want([ONE])
    scenes.scene_progress(ONE)
    assert job.askers == {ME, OTHER}, "and it is joined when it is shown again"
    job.leave(OTHER)
    scenes.want([])
    assert job.state == "cancelled"
    scenes.want([ONE])
    scenes.scene_progress(ONE)
    assert pool.jobs[keys(ONE)[0]] is not job, "it begins anew"


def test_cancel_stops_it_until_the_reader_goes_on_or_shows_something_else(pool):
    scenes.want([ONE])
    scenes.scene_progress(ONE)
    job = pool.jobs[keys(ONE)[0]]
    scenes.stop()
    now = scenes.scene_progress(ONE)
    assert job.state == "cancelled" and (now.done, now.stopped) == (True, True)
    scenes.go_on()
    assert not scenes.scene_progress(ONE).stopped and pool.jobs[keys(ONE)[0]] is not job
    scenes.stop()
    scenes.want([TWO])
    scenes.want([ONE])
    assert not scenes.scene_progress(ONE).stopped
