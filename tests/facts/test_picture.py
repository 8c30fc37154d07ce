"""What the Check page draws."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gdviz.facts.judge import judge
from gdviz.facts.picture import picture
from gdviz.figures.sample_picture import sample_figure
from gdviz.palette import LIGHT
from gdviz.presets import load


def drawn(preset, w=None, n=600):
    built = load(preset).experiment.build()
    x = built.plan.unguided.sample(n, torch.Generator().manual_seed(1)).x.numpy()
    return x, picture(x, built, judge(x, load(preset).experiment, w), w)


def test_densities_on_a_line_are_the_laws():
    _, found = drawn("figure-1", 2.0)
    axis = np.array(found.axes[0])
    assert [law.name for law in found.laws] == ["plain", "conditional", "powered"]
    given = (np.exp(-((axis - 1) ** 2) / 2) + np.exp(-((axis + 1) ** 2) / 2)) / 2 / np.sqrt(2 * np.pi)
    plain = given / 2 + np.exp(-(axis**2) / 2) / 2 / np.sqrt(2 * np.pi)
    powered = given**3 * plain**-2
    cell = axis[1] - axis[0]
    for law, truth in zip(found.laws, (plain, given, powered), strict=True):
        truth = truth / (truth.sum() * cell)
        np.testing.assert_allclose(law.density, truth, rtol=3e-4, atol=1e-6)  # numbers travel with six digits


SHOWN = [("surrounded-class", 1, False), ("swiss-roll-reward", 0, True), ("figure-1", 2, False)]


@pytest.mark.parametrize(("preset", "laws", "atoms"), SHOWN)
def test_figures_show_samples_and_laws(preset, laws, atoms):
    x, found = drawn(preset)
    figure = sample_figure(found, LIGHT)
    names = [trace.name for trace in figure.data]
    assert "samples" in names and len(names) == 1 + laws + atoms
    assert ("points of the target" in names) == atoms
    shown = next(trace for trace in figure.data if trace.name == "samples")
    if x.shape[1] == 2:
        assert len(shown.x) == len(x)
    else:
        width = shown.x[1] - shown.x[0]
        assert float(np.sum(shown.y) * width) == pytest.approx(1, abs=0.02)
