"""Each figure is where and as large as its docstring says."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from gdviz.targets import TARGETS

DATA = Path(__file__).resolve().parent.parent / "data"


def build(kind, **settings):
    return TARGETS.parse({"kind": kind, **settings}).build()


def atoms_of(law, label=None) -> np.ndarray:
    """Where the components of a label are, [n, 2]."""
    keep = law.support if label is None else law.given(label).support
    return law.components.means[keep].numpy()


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("moons", 1.50), ("circles", 1.55), ("spiral", 1.57), ("pinwheel", 1.57),
        ("checkerboard", 1.63), ("letters", 1.50), ("swiss_roll", 1.31), ("ring", 4.0), ("grid", math.sqrt(64 / 3)),
    ],
)  # fmt: skip
def test_the_root_mean_square_is_as_stated(kind, size):
    law = build(kind)
    square = law.components.means.square().sum(-1)  # [n]
    assert math.sqrt(float((law.weights * square).sum())) == pytest.approx(size, rel=0.01)


@pytest.mark.parametrize("kind", ["moons", "circles", "spiral", "pinwheel", "checkerboard", "letters"])
@pytest.mark.parametrize("extra", [0, 1, 5])
def test_every_class_has_its_mass_however_the_atoms_are_dealt(kind, extra):
    law = build(kind, n=60 + extra)
    assert law.components.count == 60 + extra
    for label in law.labels:
        assert law.class_probability(label) == pytest.approx(1 / len(law.labels))


def test_the_roll_is_the_reference_roll():
    """The reference case lists 100 points of the same roll, rounded to four digits."""
    listed = json.loads((DATA / "swiss_roll_reward.json").read_text())["target"]["points"]
    np.testing.assert_allclose(atoms_of(build("swiss_roll", n=100, turns=1.5)), listed, atol=0.5001e-4)


def test_the_roll_is_even_in_the_angle_and_halved():
    law = build("swiss_roll", n=101, turns=3)
    x = atoms_of(law)
    radius = np.hypot(*x.T)
    np.testing.assert_allclose(np.diff(radius), np.diff(radius)[0])
    assert len(atoms_of(law, "inner")) == 51 and len(atoms_of(law, "outer")) == 50
    assert np.hypot(*atoms_of(law, "inner").T).max() < np.hypot(*atoms_of(law, "outer").T).min()
    np.testing.assert_allclose(law.weights, 1 / 101)


def test_moons_are_each_other_turned_by_half_a_turn():
    law = build("moons", n=50)
    upper, lower = atoms_of(law, "upper"), atoms_of(law, "lower")
    np.testing.assert_allclose(upper, -lower)
    np.testing.assert_allclose(np.hypot(*(upper - [-0.75, -0.375]).T), 1.5)


def test_circles_have_their_radii():
    law = build("circles", n=41)
    np.testing.assert_allclose(np.hypot(*atoms_of(law, "inner").T), 0.9)
    np.testing.assert_allclose(np.hypot(*atoms_of(law, "outer").T), 2.0)


def test_arms_are_copies_turned_on():
    law = build("spiral", n=60, arms=3)
    first, second = (atoms_of(law, arm) @ [1, 1j] for arm in "ab")
    np.testing.assert_allclose(first * np.exp(2j * np.pi / 3), second)
    assert 0.3 < abs(first).min() < 0.5 and 2.1 < abs(first).max() < 2.2


def test_blades_straighten_into_gaussians():
    """Undoing the shear, a blade has mean (1.5, 0) and standard deviations 0.45 and 0.15."""
    law = build("pinwheel", n=5 * 2000, twist=0.8)
    x, y = atoms_of(law, "a").T
    # The shear turns (along, across) by twist * along, where along solves one equation on each atom.
    along = np.hypot(x, y)
    for _ in range(200):
        turned = (x + 1j * y) * np.exp(-0.8j * along)
        along = 0.5 * along + 0.5 * turned.real
    across = turned.imag
    assert along.mean() == pytest.approx(1.5, abs=0.005) and across.mean() == pytest.approx(0, abs=0.002)
    assert along.std() == pytest.approx(0.45, rel=0.01) and across.std() == pytest.approx(0.15, rel=0.01)
    assert abs(np.corrcoef(along, across)[0, 1]) < 0.01


@pytest.mark.parametrize("squares", [2, 3, 4, 8])
def test_colours_lie_on_their_squares(squares):
    law = build("checkerboard", squares=squares, n=1000)
    for label, parity in (("dark", 0), ("light", 1)):
        cell = np.floor((atoms_of(law, label) + 2) * squares / 4).astype(int)
        assert cell.min() == 0 and cell.max() == squares - 1
        assert set((cell.sum(1) % 2).tolist()) == {parity}
    dark = build("checkerboard", squares=squares, n=500, colours=1)
    assert dark.labels == ()
    assert set((np.floor((atoms_of(dark) + 2) * squares / 4).astype(int).sum(1) % 2).tolist()) == {0}


def test_an_o_has_a_hole_and_an_i_is_a_bar():
    o = atoms_of(build("letters", text="O", n=800))
    middle = (o.max(0) + o.min(0)) / 2
    # A full letter of 800 atoms would have one within 0.05 of its width from the middle.
    assert np.hypot(*(o - middle).T).min() > 0.2 * (o.max(0) - o.min(0)).min()
    width, height = np.ptp(atoms_of(build("letters", text="I", n=800)), axis=0)
    assert height > 3.5 * width


def test_letters_read_from_left_to_right_and_stand_upright():
    law = build("letters", text="LTv")
    left, middle, right = (atoms_of(law, label)[:, 0] for label in "LTv")
    assert left.max() < middle.min() and middle.max() < right.min()
    for label, upward in (("L", -1), ("T", 1)):  # the beam of an L is below, that of a T above
        y = atoms_of(law, label)[:, 1]
        assert upward * (y.mean() - (y.max() + y.min()) / 2) > 0


def test_a_letter_that_comes_twice_has_twice_the_mass():
    law = build("letters", text="A!A")
    assert law.labels == ("A", "!")
    assert law.class_probability("A") == pytest.approx(2 / 3)


def test_the_ring_and_the_grid_are_those_of_the_comparison():
    ring = build("ring")
    np.testing.assert_allclose(atoms_of(ring) @ [1, 1j], 4 * np.exp(2j * np.pi * np.arange(8) / 8), atol=1e-15)
    assert ring.components.variance == pytest.approx(0.09)
    grid = build("grid")
    assert {tuple(place) for place in atoms_of(grid).tolist()} == {(x, y) for x in (-4.0, 0.0, 4.0) for y in (-4.0, 0.0, 4.0)}
    assert grid.components.variance == 0.3
    assert atoms_of(grid, "0").tolist() == [[-4.0, -4.0]] and atoms_of(grid, "2").tolist() == [[4.0, -4.0]]


def test_noise_is_a_variance():
    law = build("points", points=[[0.0, 0.0]], noise=0.25)
    x = law.sample(40_000, torch.Generator().manual_seed(0)).x
    # The variance of 80,000 squares is 2 noise^2: six standard errors are a false alarm of 2e-9.
    assert float(x.square().mean()) == pytest.approx(0.25, abs=6 * 0.25 * math.sqrt(2 / 80_000))
    assert not law.atomic and build("points", points=[[0.0, 0.0]]).atomic
