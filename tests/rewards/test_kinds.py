"""Each kind against its formula written out by hand, and the parameters each refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gdviz.errors import GdvizError
from gdviz.rewards import REWARDS, Potential, Reward, RewardContext
from gdviz.rewards._fields import MAX_NESTING, MAX_PARTS

X = torch.randn(30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
x, y = X.numpy().T


def build(description: dict, d: int = 2, **scene) -> Reward | Potential:
    return REWARDS.parse(description).build(RewardContext(d, **scene))


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def expression(text: str) -> dict:
    return {"kind": "expression", "expression": text}


BY_HAND = [
    (
        {"kind": "bumps", "floor": 0.05, "bumps": [{"center": [2, 1], "width": 2}, {"center": [0, -1], "height": 3}]},
        0.05 + np.exp(-((x - 2) ** 2 + (y - 1) ** 2) / 8) + 3 * np.exp(-(x**2 + (y + 1) ** 2) / 2),
    ),
    (expression("1 + x**2"), 1 + x**2),
    ({"kind": "linear", "direction": [1, -2]}, x - 2 * y),
    ({"kind": "quadratic", "center": [1, 0]}, -((x - 1) ** 2 + y**2) / 2),
    ({"kind": "quadratic", "center": [0, 0], "curvature": 3}, -3 * (x**2 + y**2) / 2),
    ({"kind": "quadratic", "center": [0, 0], "curvature": [0.02, 2]}, -(x**2) / 100 - y**2),
    (
        {"kind": "quadratic", "center": [0, 1], "curvature": [[1, 0.5], [0.5, -1]]},
        -(x**2 + x * (y - 1) - (y - 1) ** 2) / 2,
    ),
    ({"kind": "half_plane", "normal": [3, 4], "offset": 0.5, "sharpness": 2}, sigmoid(2 * (0.6 * x + 0.8 * y - 0.5))),
    ({"kind": "ring_distance", "center": [1, 0], "radius": 2, "width": 0.5}, -((np.hypot(x - 1, y) - 2) ** 2) / 0.5),
    ({"kind": "mirror", "width": 2}, -((x - y) ** 2)),
    ({"kind": "exp", "strength": -2, "of": {"kind": "linear", "direction": [1, 1]}}, np.exp(-2 * (x + y))),
    ({"kind": "exp", "strength": 0.5, "of": expression("x")}, np.exp(x / 2)),
    ({"kind": "exp", "strength": 0.5, "of": {"kind": "exp", "of": expression("-x**2")}}, np.exp(np.exp(-(x**2)) / 2)),
    ({"kind": "shift", "constant": 10, "of": {"kind": "linear", "direction": [1, 0]}}, x + 10),
    ({"kind": "shift", "constant": -0.5, "of": expression("1 + x**2")}, 0.5 + x**2),
    ({"kind": "sum", "of": [expression("1 + x**2"), expression("exp(y)"), expression("0")]}, 1 + x**2 + np.exp(y)),
    ({"kind": "product", "of": [expression("1 + x**2"), expression("exp(y)")]}, (1 + x**2) * np.exp(y)),
]


@pytest.mark.parametrize("description, expected", BY_HAND, ids=lambda v: v.get("kind") if isinstance(v, dict) else "")
def test_formula(description, expected):
    np.testing.assert_allclose(build(description)(X).numpy(), expected, rtol=1e-12, atol=1e-14)


def test_class_probability_is_the_scenes_own_posterior():
    def posterior(points):
        return -points[..., 0].square()

    reward = build({"kind": "class_probability", "label": "b"}, log_posterior=lambda label: {"b": posterior}[label])
    assert reward.label == "b"
    assert reward.posterior is posterior
    assert torch.equal(reward.log(X), posterior(X))


def test_class_probability_needs_labels():
    with pytest.raises(GdvizError, match="'b', but this target has no labels"):
        build({"kind": "class_probability", "label": "b"})


def test_bumps_and_exp_do_not_underflow():
    far = torch.tensor([[40.0, 0.0]])
    ring = {"kind": "bumps", "bumps": [{"center": [4, 0], "width": 0.3, "height": 36315.0}, {"center": [-4, 0], "width": 0.3}]}
    assert float(build(ring)(far)) == 0
    torch.testing.assert_close(build(ring).log(far), torch.tensor([math.log(36315) - 36**2 / 0.18]))
    steep = {"kind": "product", "of": [ring, {"kind": "exp", "strength": -1000, "of": {"kind": "linear", "direction": [1, 0]}}]}
    torch.testing.assert_close(build(steep).log(far), torch.tensor([math.log(36315) - 36**2 / 0.18 - 40000]))


def test_half_plane_with_a_huge_normal():
    built = build({"kind": "half_plane", "normal": [1e200, 1e200]})
    torch.testing.assert_close(built.normal, torch.full((2,), math.sqrt(0.5), dtype=torch.float64))


def test_any_dimension():
    points = torch.randn(5, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    built = build({"kind": "quadratic", "center": [0] * 7}, d=7)
    torch.testing.assert_close(built(points), -points.square().sum(-1) / 2)


def test_an_image_is_mirrored_row_by_row():
    (symmetric, tilted) = torch.tensor([[1.0, 2, 1, 3, 4, 3], [1, 2, 4, 3, 4, 3]], dtype=torch.float64)  # 2 rows of 3 pixels
    built = build({"kind": "mirror", "width": 3}, d=6)
    assert float(built(symmetric)) == 0 and float(built(tilted)) == pytest.approx(-(9 + 9) / 6)


BAD_PARAMETERS = [
    ({"kind": "bumps"}, "bumps"),
    ({"kind": "bumps", "bumps": []}, "bumps"),
    ({"kind": "bumps", "bumps": [{"center": [0, 0]}] * 1000}, "999"),
    ({"kind": "bumps", "bumps": [{"center": [0, 0], "width": 0}]}, "width"),
    ({"kind": "bumps", "bumps": [{"center": [0, 0], "height": -1}]}, "height"),
    ({"kind": "bumps", "bumps": [{"center": [0, 0], "size": 1}]}, "size"),
    ({"kind": "bumps", "bumps": [{"center": [math.nan, 0]}]}, "finite"),
    ({"kind": "bumps", "bumps": [{"center": [0, 0]}], "floor": -0.1}, "floor"),
    ({"kind": "linear", "direction": []}, "direction"),
    ({"kind": "linear", "direction": [math.inf, 0]}, "finite"),
    ({"kind": "linear", "direction": [0] * 65}, "64"),
    ({"kind": "quadratic", "center": [0, 0], "curvature": math.nan}, "curvature"),
    ({"kind": "half_plane", "normal": [0, 0]}, "must point somewhere"),
    ({"kind": "half_plane", "normal": [1, 0], "sharpness": 0}, "sharpness"),
    ({"kind": "ring_distance", "center": [0, 0], "width": 0}, "width"),
    ({"kind": "ring_distance", "center": [0, 0], "radius": -1}, "radius"),
    ({"kind": "expression", "expression": "__import__('os')"}, "column 12: found a string"),
    ({"kind": "expression", "expression": 3}, "expression"),
    ({"kind": "exp", "strength": math.inf, "of": expression("x")}, "strength"),
    ({"kind": "exp", "of": {"kind": "liner"}}, "found reward kind 'liner'"),
    ({"kind": "exp", "of": 3}, "one of: bumps"),
    ({"kind": "sum", "of": []}, "of"),
    ({"kind": "sum", "of": [expression("1")] * (MAX_PARTS + 1)}, f"at most {MAX_PARTS}"),
    ({"kind": "class_probability"}, "label"),
]


@pytest.mark.parametrize("description, word", BAD_PARAMETERS)
def test_bad_parameters(description, word):
    with pytest.raises(ValueError, match=word):
        REWARDS.parse(description)


MISFITS = [
    ({"kind": "bumps", "bumps": [{"center": [0, 0]}, {"center": [0]}]}, "bumps[1].center: found 1 numbers, but points have 2"),
    ({"kind": "linear", "direction": [1]}, "direction: found 1 numbers, but points have 2"),
    ({"kind": "quadratic", "center": [0, 0, 0]}, "center: found 3"),
    ({"kind": "quadratic", "center": [0, 0], "curvature": [1, 2, 3]}, "curvature: found 3"),
    ({"kind": "quadratic", "center": [0, 0], "curvature": [[1, 0]]}, "curvature: found 1 rows"),
    ({"kind": "quadratic", "center": [0, 0], "curvature": [[1, 0], [1]]}, "curvature[1]: found 1"),
    ({"kind": "quadratic", "center": [0, 0], "curvature": [[1, 0.5], [0.4, 1]]}, "not symmetric"),
    ({"kind": "half_plane", "normal": [1]}, "normal: found 1"),
    ({"kind": "ring_distance", "center": [1]}, "center: found 1"),
    ({"kind": "painted", "box": [0, 1], "rows": ["0z"]}, "box: found 2 numbers, but points have 2 coordinates"),
    ({"kind": "mirror"}, "width: found 8, but points have 2"),
    (expression("x2"), "column 1: found 'x2'"),
    ({"kind": "exp", "of": {"kind": "linear", "direction": [1]}}, "direction: found 1"),
    ({"kind": "sum", "of": [{"kind": "linear", "direction": [1, 0]}]}, "'linear' gives R = log r; wrap it"),
    ({"kind": "product", "of": [{"kind": "ring_distance", "center": [1, 0]}]}, "'ring_distance' gives R = log r; wrap it"),
]


@pytest.mark.parametrize("description, message", MISFITS)
def test_parameters_that_do_not_fit_the_scene(description, message):
    kind = REWARDS.parse(description)
    with pytest.raises(GdvizError) as refusal:
        kind.build(RewardContext(2))
    assert message in str(refusal.value)


def nested(depth: int) -> dict:
    description = expression("x")
    for _ in range(depth - 1):
        description = {"kind": "exp", "strength": 0.1, "of": description}
    return description


def test_nesting_is_bounded():
    assert isinstance(build(nested(MAX_NESTING)), Reward)
    for depth in (MAX_NESTING + 1, 100_000):
        with pytest.raises(ValueError, match=f"nested deeper than {MAX_NESTING}"):
            REWARDS.parse(nested(depth))
    deep_instance = REWARDS.parse(nested(MAX_NESTING))
    with pytest.raises(ValueError, match="nested deeper"):
        REWARDS.parse({"kind": "exp", "of": deep_instance})


def test_the_number_of_rewards_is_bounded():
    wide = {"kind": "sum", "of": [{"kind": "sum", "of": [expression("1")] * 14}] * 4}  # 1 + 4 * 15 = 61
    assert isinstance(build(wide), Reward)
    tree = expression("1")
    for _ in range(3):
        tree = {"kind": "sum", "of": [tree] * MAX_PARTS}  # 16^3 rewards
    for too_wide in (tree, {"kind": "sum", "of": [{"kind": "sum", "of": [expression("1")] * 15}] * 4}):
        with pytest.raises(ValueError, match="more than 64 rewards"):
            REWARDS.parse(too_wide)


def test_nested_kinds_survive_json():
    shifted = {"kind": "shift", "constant": 2, "of": expression("sin(x)")}
    description = {
        "kind": "product",
        "of": [
            {"kind": "sum", "of": [{"kind": "bumps", "bumps": [{"center": [0, 1]}]}, shifted]},
            {"kind": "exp", "strength": 0.5, "of": {"kind": "quadratic", "center": [0, 0], "curvature": [[1, 0], [0, 2]]}},
        ],
    }
    kind = REWARDS.parse(description)
    dumped = kind.model_dump(mode="json")
    assert dumped["of"][0]["of"][0]["floor"] == 0  # defaults are filled at every depth
    assert dumped["of"][1]["of"]["curvature"] == [[1, 0], [0, 2]]
    assert REWARDS.parse(dumped) == kind
    assert torch.equal(REWARDS.parse(dumped).build(RewardContext(2))(X), kind.build(RewardContext(2))(X))
