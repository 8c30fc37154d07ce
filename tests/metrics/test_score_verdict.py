"""Networks that are exact but for one convention: the verdict names it, and does not name one where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdviz.experiment import Experiment
from gdviz.metrics.score_verdict import verdict
from gdviz.scores import ScoresContext
from gdviz.scores.own import OwnNetwork, OwnScores

CASES = Path(__file__).parents[1] / "data" / "cases" / "own"
ONE = {"kind": "gaussian_mixture", "components": [{"mean": [2], "covariance": [[0.25]]}]}
TWO = {
    "kind": "gaussian_mixture",
    "components": [
        {"mean": [-1.5], "covariance": [[0.25]], "label": "a"},
        {"mean": [1.5], "covariance": [[0.25]], "label": "b"},
    ],
}


def said(name: str, schedule: str, prediction: str = "noise", text: str | None = None, folder: Path = CASES) -> str:
    file, function = name.split(":")
    target = TWO if "label" in file else ONE
    law = Experiment.parse({"target": target, "guidance": {"kind": "none"}, "w": [0]}).build().law
    if text is not None:
        (folder / f"{file}.py").write_text(text)
    kind = OwnNetwork(code=f"{folder / file}.py:{function}", schedule=schedule, prediction=prediction, labels=law.labels)  # type: ignore[arg-type]
    own = kind.build(ScoresContext(own_code=True))
    assert isinstance(own, OwnScores)
    found = verdict(own, [law.given("b"), law] if law.labels else [law])
    assert len(found) < 500
    return found


AGREES = "Verdict: it agrees with the exact score to "


@pytest.mark.parametrize(
    ("name", "schedule", "prediction", "words"),
    [
        ("time:told_index", "linear_beta", "noise", AGREES),
        ("time:told_tau", "linear_beta", "noise", "another time, tau in (0, 1] of the linear-beta schedule"),
        ("time:told_tau", "vp", "noise", "another time, tau in (0, 1] of the linear-beta schedule"),
        ("time:told_index_other_beta", "linear_beta", "noise", "another schedule: it wants index"),
        ("time:told_sigma", "edm", "noise", "another time, sigma = sqrt(1 - alpha_bar) = sqrt(t)"),
        ("label:right", "vp", "noise", AGREES),
        ("label:null_first", "vp", "noise", "its index for no label is 0, its labels start at 1"),
        ("label:null_never_learned", "vp", "noise", "off for p(x) (median error 2.2)"),
        ("label:null_never_learned", "vp", "noise", 'told 2, "no label", it gives p(x | b): no label was never learned'),
        ("label:label_ignored", "vp", "noise", "each label gives p(x), so the label is ignored"),
        ("flow:as_it_is", "flow", "velocity", AGREES),
        ("flow:as_it_is", "vp", "velocity", "the flow time s, 0 for data and 1 for noise (--schedule flow)"),
        ("flow:time_turned", "flow", "velocity", "a flow time turned, 1 for data and 0 for noise"),
        ("flow:clean", "edm", "clean", AGREES),
        ("flow:clean", "edm", "noise", "returns x_0 (--prediction clean)"),  # siblings from here on
        ("flow:as_it_is", "flow", "noise", "returns a velocity (--prediction velocity)"),
    ],
)
def test_what_is_wrong_is_named(name: str, schedule: str, prediction: str, words: str) -> None:
    assert words in said(name, schedule, prediction)


def test_another_beta_is_found_from_the_indices() -> None:
    found = said("time:told_index_other_beta", "linear_beta")
    low, high = found.split("about beta from ")[1].split(" over")[0].split(" to ")
    assert float(low) == pytest.approx(0.01, abs=0.05) and float(high) == pytest.approx(10, rel=0.02)


LABELS = (CASES / "label.py").read_text()


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (
            "return _pick(x, time, torch.where(label < 2, 1 - label, label))",
            "its labels are in another order: it gives p(x | b) at 0",
        ),
        ("return 0.5 * _pick(x, time, label)", "it may not be trained enough"),
        ("return _pick(x, time, label) * 1.02", "agrees with the exact score to 0.02"),
        ("return -_pick(x, time, label)", "returns minus the noise z"),
    ],
)
def test_siblings(function: str, words: str, tmp_path: Path) -> None:
    found = said("label_own:net", "vp", text=f"{LABELS}\n\ndef net(x, time, label):\n    {function}\n", folder=tmp_path)
    assert words in found
