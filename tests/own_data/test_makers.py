"""scikit-learn's data sets: the same points as from scikit-learn itself."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.datasets
from typer.testing import CliRunner

from gdviz.cli._terminal import app
from gdviz.errors import GdvizError
from gdviz.own_data import target_of
from gdviz.own_data.makers import MAKERS, maker_of


@pytest.mark.parametrize("name", MAKERS.kinds)
def test_the_points_are_those_of_scikit_learn(name) -> None:
    points = maker_of(f"{name}?n_samples=50&random_state=3").points()
    theirs = getattr(sklearn.datasets, name)
    given = {field: value for field, value in MAKERS.kinds[name]() if field not in ("kind", "box")}
    box = {"center_box": (-4.0, 4.0)} if name == "make_blobs" else {}
    x, y = theirs(**{**given, **box, "n_samples": 50, "random_state": 3})
    assert np.array_equal(points.x, x[:, [0, 2]] if x.shape[1] == 3 else x)
    if name == "make_swiss_roll":
        assert points.labels is None
    else:
        assert points.labels is not None
        assert len({(k, label) for k, label in zip(y.tolist(), points.labels, strict=True)}) == len(set(y.tolist()))
    assert points.remarks[0].startswith(f"Made by sklearn.datasets.{name}(n_samples=50, random_state=3")
    law = target_of(points, noise=0.01).target.build()
    assert np.allclose(law.log_density(np_to(points.x[:3]), 0.5).isfinite().all(), True)


def np_to(x):
    import torch

    return torch.from_numpy(x)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("make_moons?nois=1", r"^make_moons: nois: .*did you mean"),
        ("make_moons?noise=-1", "^make_moons: noise: found '-1'"),
        ("make_blobs?n_samples=1000000000", "^make_blobs: n_samples: found '1000000000'"),
        ("make_moons?noise=nan", "^make_moons: noise: "),
        ("make_rain", "^found no data set 'make_rain'; allowed: make_blobs, make_circles, make_moons, make_swiss_roll"),
    ],
)
def test_what_is_refused(text, says) -> None:
    with pytest.raises(GdvizError, match=says):
        maker_of(text)


def test_the_command(tmp_path) -> None:
    out = tmp_path / "target.json"
    answer = CliRunner().invoke(app, ["import", "make_circles?n_samples=60&factor=0.3", "--out", str(out), "--noise", "0.01"])
    assert answer.exit_code == 0 and "factor=0.3" in answer.output.replace("\n", "")
    assert '"kind": "points"' in out.read_text()
    refused = CliRunner().invoke(app, ["import", "make_circles", "--out", str(out), "--label", "2"])
    assert isinstance(refused.exception, GdvizError)
