"""The answer behind the Curves page carries the guided law: shipped for presets, made on a line, absent where refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from listening import Listener, run

from gdviz import presets
from gdviz.experiment import Experiment
from gdviz.studies.curves import CurvesAnswer, CurvesStudy


def answer(name: str, root: Path, heard: Listener | None = None, **changes: Any) -> CurvesAnswer:
    experiment = Experiment.parse(presets.load(name).experiment.model_dump(mode="json") | {"particles": 100} | changes)
    return run(CurvesStudy(experiment), root, heard)


def test_a_preset_has_its_shipped_law(tmp_path):
    law = answer("surrounded-class", tmp_path, w=[0, 1]).law
    assert {point.w: point for point in law}[0].mean_reciprocal == pytest.approx(3, rel=1e-4)


@pytest.mark.slow
def test_on_a_line_an_experiment_of_ones_own_gets_its_law(tmp_path):
    law = answer("figure-1", tmp_path, w=[0, 1], guidance={"kind": "cfg", "label": "0"}).law
    assert [point.w for point in law] == [0, 1]
    assert law[0].mean_reciprocal == pytest.approx(2, rel=1e-4) and law[1].mean_reciprocal < law[0].mean_reciprocal


def test_where_there_is_no_law_there_is_no_line(tmp_path):
    assert answer("figure-1", tmp_path, w=[0, 1], sampler={"kind": "heun", "steps": 20}).law == ()


@pytest.mark.slow
def test_in_the_plane_an_experiment_of_ones_own_gets_its_law_at_the_end(tmp_path):
    asked = presets.load("surrounded-class").experiment.model_dump(mode="json")
    whole = answer("surrounded-class", tmp_path, heard := Listener(), w=[0, 1], guidance={"kind": "cfg", "label": "a"})
    on_the_way = heard.partials[-1]
    assert on_the_way.law is None and on_the_way.result.rows[0].distances  # everything else was there
    p = next(part["weight"] for part in asked["target"]["components"] if part["label"] == "a")
    p /= sum(part["weight"] for part in asked["target"]["components"])
    assert whole.law[0].mean_reciprocal == pytest.approx(1 / p, rel=1e-3) and whole.law_note == ""
    assert whole.law[1].error_reciprocal < 0.01 * whole.law[1].mean_reciprocal


def test_what_would_take_too_long_is_skipped_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("gdviz.studies.curves.SECONDS_FOR_LAW", 0.01)
    found = answer("surrounded-class", tmp_path, w=[0, 1], guidance={"kind": "cfg", "label": "a"})
    assert found.law == () and found.law_note.endswith("it is given 0.01 s.")


def test_the_first_rows_stay_while_the_others_sharpen(tmp_path):
    whole = answer("figure-1", tmp_path, heard := Listener(), w=[0, 1], particles=3000, sampler={"kind": "ddpm", "steps": 20})
    assert len({part.first for part in [*heard.partials, whole]}) == 1
    assert [part.complete for part in heard.partials] == [False] * len(heard.partials) and whole.complete
    assert whole.first == heard.partials[0].result.rows and whole.particles == 3000
    assert heard.partials[0].particles < 3000 and heard.shares == sorted(heard.shares)
