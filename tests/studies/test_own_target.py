"""A file of points becomes a target, in a worker as anywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gdviz.errors import GdvizError
from gdviz.own_data import parse_points, with_points
from gdviz.studies import StudyContext
from gdviz.studies.own_target import OwnTargetAnswer, OwnTargetStudy
from gdviz.ui.explore.own_data import with_target

ROWS = "".join(f"{x:.4f};{y:.4f};{'ab'[int(x > 0)]}\n" for x, y in np.random.default_rng(1).normal(0, 2, (60, 2))).encode()
ASKED = OwnTargetStudy(None, "rows.csv", ROWS, None, None, "", False, 0.25, False, None)


def answer(**changes: object) -> OwnTargetAnswer:
    return replace(ASKED, **changes).run(StudyContext(Path("none")))


def test_the_answer_holds_the_target_and_what_was_read():
    found = answer()
    assert found.target == with_points(parse_points("rows.csv", ROWS), 0.25)
    assert set(found.labels) == {"a", "b"} and found.summary.startswith("60 points in 2 dimensions; ")
    assert any("semicolons" in remark for remark in found.remarks) and found.preview.shape == (60, 2)
    assert OwnTargetAnswer.from_json(found.to_json()).target == found.target


def test_it_can_be_fitted_moved_and_thinned():
    found = answer(mixture=True, noise=0.0, standardise=True, at_most=50)
    assert found.target.kind_name() == "gaussian_mixture" and any(row.chosen for row in found.rows)
    assert any("back by x1 = " in remark for remark in found.remarks) and found.summary.startswith("50 points")
    assert answer(coordinates="2", label="3").preview.shape == (60, 1)
    with pytest.raises(GdvizError, match="found no column '7'"):
        answer(coordinates="7")


def test_the_scene_goes_toward_a_label_that_is_there():
    two, one = answer(), answer(data=b"0.5\n1.5\n2.25\n")
    start = {"guidance": {"kind": "cfg", "label": "c"}, "score": {"kind": "network"}, "measure": {"label": "c"}, "w": [0, 1]}
    made = with_target(start, two.target, two.labels)
    assert made["guidance"] == {"kind": "cfg", "label": two.labels[0]} and made["measure"] is None and made["w"] == [0, 1]
    assert made["score"] == {"kind": "exact"} and made["target"]["kind"] == "points"
    stays = {"kind": "apg", "label": "b"}
    assert with_target({**start, "guidance": stays}, two.target, two.labels)["guidance"] == stays
    assert with_target(start, one.target, one.labels)["guidance"]["kind"] == "reward"
    reward = {"kind": "reward", "reward": {"kind": "exp"}}
    assert with_target({"guidance": reward}, one.target, one.labels)["guidance"] == reward
