"""The painted reward against scipy's B-splines, and what its smoothness is for: the tables of its tilted law."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.interpolate import BSpline

from gdviz.experiment import Experiment
from gdviz.laws.grid_tilt import GridTilt
from gdviz.rewards import REWARDS, RewardContext
from gdviz.rewards.painted import DIGITS, MOST_CELLS

random = np.random.default_rng(7)
BUMP = BSpline.basis_element(np.arange(-2.0, 3.0), extrapolate=False)


def picture(rows: int, columns: int) -> list[str]:
    return ["".join(DIGITS[k] for k in random.integers(0, 36, columns)) for _ in range(rows)]


def by_scipy(box: list[float], rows: list[str], x: np.ndarray) -> np.ndarray:
    """sum_ij R_ij B(u - j) B(v - i) with the edge repeated far beyond the box."""
    cells = np.array([[DIGITS.index(c) / 35 for c in row] for row in rows[::-1]])  # [m, n]
    far = 60
    wide = np.pad(cells, ((far, far) if len(rows) > 1 else (0, 0), (far, far)), mode="edge")

    def weights(values: np.ndarray, low: float, high: float, count: int) -> np.ndarray:
        u = (values - low) / (high - low) * count - 0.5
        return np.nan_to_num(BUMP(u[:, None] - np.arange(-far, count + far)))  # [N, n']

    across = weights(x[:, 0], box[0], box[1], cells.shape[1])
    up = weights(x[:, 1], box[2], box[3], cells.shape[0]) if len(rows) > 1 else np.ones((len(x), 1))
    return np.einsum("ni,ij,nj->n", up, wide, across)


@pytest.mark.parametrize("box, rows", [([-2, 3], picture(1, 9)), ([-1, 2, -3, 1], picture(5, 8)), ([0, 1, 0, 1], picture(2, 2))])
def test_it_is_the_b_spline_of_its_cells(box, rows):
    d = len(box) // 2
    x = 3 * random.standard_normal((400, d))
    painted = REWARDS.parse({"kind": "painted", "box": box, "rows": rows}).build(RewardContext(d))
    np.testing.assert_allclose(painted(torch.tensor(x)).numpy(), by_scipy(box, rows, x), rtol=0, atol=1e-13)


def test_it_never_leaves_the_range_of_its_cells_and_is_constant_outside():
    painted = REWARDS.parse({"kind": "painted", "box": [-1, 1, -1, 1], "rows": ["zz", "zz", "zz"]}).build(RewardContext(2))
    x = torch.randn(500, 2, dtype=torch.float64) * 3
    torch.testing.assert_close(painted(x), torch.ones(500, dtype=torch.float64), rtol=0, atol=1e-15)
    edge = REWARDS.parse({"kind": "painted", "box": [-1, 1], "rows": ["0000000z"]}).build(RewardContext(1))
    far = torch.tensor([[-1e300], [-9.0], [9.0], [1e300]], dtype=torch.float64)
    assert edge(far).tolist() == pytest.approx([0, 0, 1, 1], abs=1e-15)
    assert edge(torch.tensor([[float("nan")]])).isnan().all()


def test_the_rows_stand_as_they_are_seen():
    painted = REWARDS.parse({"kind": "painted", "box": [0, 8, 0, 8], "rows": ["z0", "00"]}).build(RewardContext(2))
    assert painted(torch.tensor([[-9.0, 19.0], [19.0, 19.0], [-9.0, -9.0], [19.0, -9.0]])).tolist() == [1, 0, 0, 0]


def test_the_tables_of_its_tilted_law_are_good():
    components = [{"mean": [0], "covariance": [[1]]}, {"mean": [2], "covariance": [[0.1]]}]
    target = {"kind": "gaussian_mixture", "components": components}
    reward = {"kind": "exp", "strength": 4, "of": {"kind": "painted", "box": [-4, 4], "rows": picture(1, 16)}}
    law = Experiment.parse({"target": target, "guidance": {"kind": "reward", "reward": reward}, "w": [0]}).build().plan.toward
    assert isinstance(law, GridTilt) and law.error < 0.02  # as tests/laws/test_grid_tilt.py asks of smooth rewards


def test_a_file_with_a_picture_stays_short():
    reward = {"kind": "exp", "of": {"kind": "painted", "box": [-4, 4, -4, 4], "rows": picture(40, 40)}}
    target = {"kind": "gaussian_mixture", "components": [{"mean": [0, 0], "covariance": [[1, 0], [0, 1]]}]}
    experiment = Experiment.parse({"target": target, "guidance": {"kind": "reward", "reward": reward}, "w": [0]})
    assert len(experiment.canonical()) < 4096


@pytest.mark.parametrize(
    "box, rows, sentence",
    [
        ([0, 1, 0, 1], ["00", "0"], "rows of 1 and of 2 cells"),
        ([0, 1], ["0"], "found rows of 1 cells; 2 to 64"),
        ([0, 1], ["0" * 10**6], "found rows of 1,000,000 cells; 2 to 64"),
        ([0, 1, 0, 1], ["00"] * (MOST_CELLS + 1), "64"),
        ([0, 1], ["0Z"], "found the cell 'Z'"),
        ([0, 1], ["0\u0663"], "a cell is one character, 0 to 9 or a to z"),
        ([0, 1], [[0, 1]], "string"),
        ([0, 1, 2], ["00", "00"], "found 3 numbers"),
        ([1, 0], ["00"], "a side from 1 to 0"),
        ([0, 1e-9], ["00"], "a side from 0 to 1e-09"),
        ([-1e300, 1e300], ["00"], "within"),
        ([0, float("nan")], ["00"], "finite"),
        ([0, 1], ["00", "00"], "found 2 rows over a box of 2 numbers; one row on a line is allowed"),
        ([0, 1, 0, 1], ["00"], "2 to 64 rows in the plane"),
    ],
)
def test_what_is_no_picture_is_refused(box, rows, sentence):
    with pytest.raises(ValueError, match=sentence):
        REWARDS.parse({"kind": "painted", "box": box, "rows": rows})
