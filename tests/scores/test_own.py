"""The reader's own network: three ways to be told x and the time, four things to return, and nowhere but on request."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from gdviz.checkpoints import required_tasks
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.metrics.score_error import score_error
from gdviz.scores import ScoresContext
from gdviz.scores.own import OwnNetwork, own_code_allowed

TARGET = {
    "kind": "gaussian_mixture",
    "components": [{"mean": [-1], "covariance": [[0.3]], "label": "a"}, {"mean": [1.5], "covariance": [[0.2]], "label": "b"}],
}
ALLOWED = ScoresContext(own_code=True)
CASES = Path(__file__).parents[1] / "data" / "cases" / "own"

# Each net knows N(1, 1/4) exactly, in its own convention; alpha_bar is worked out by hand from what it is told.
NET = """
import math, torch

def variance(time):
    {variance}

def net(x, time):
    ab = (1 - variance(time.double()))[:, None]
    assert x.dtype == torch.float32 and time.shape == (len(x),)
    x = x.double() * {unscale}
    a, b = ab.sqrt(), (1 - ab).sqrt()
    eps = b * (x - a) / (ab / 4 + 1 - ab)
    clean = (x - b * eps) / a
    return ({returned}).float()
"""
VARIANCE = {
    "linear_beta": "tau = (time + 1) / 1000; return 1 - torch.exp(-(0.1 * tau + 19.9 * tau**2 / 2))",
    "cosine": "f = lambda u: torch.cos((u + 0.008) / 1.008 * math.pi / 2)**2; return 1 - f((time + 1) / 1000) / f(time * 0)",
    "vp": "return time",
    "edm": "return time**2 / (1 + time**2)",
    "flow": "return time**2 / ((1 - time)**2 + time**2)",
}
UNSCALED = {"edm": "ab.sqrt()", "flow": "ab.sqrt() / (1 - time[:, None])"}  # from what is given to x
OF_OWN = {("edm", "score"): "-eps * a / b", ("flow", "score"): "-eps / time[:, None]", ("flow", "velocity"): "eps - clean"}
RETURNED = {"noise": "eps", "clean": "clean", "velocity": "a * eps - b * clean", "score": "-eps / b"}


def written(folder: Path, schedule: str, prediction: str) -> str:
    unscale = UNSCALED.get(schedule, "1")
    returned = OF_OWN.get((schedule, prediction), RETURNED[prediction])
    text = NET.format(variance=VARIANCE[schedule], unscale=unscale, returned=returned)
    (folder / "mine.py").write_text(text)
    return f"{folder / 'mine.py'}:net"


@pytest.mark.parametrize("prediction", RETURNED)
@pytest.mark.parametrize("schedule", VARIANCE)
def test_every_convention_is_the_same_score(schedule, prediction, tmp_path):
    target = {"kind": "gaussian_mixture", "components": [{"mean": [1], "covariance": [[0.25]]}]}
    law = Experiment.parse({"target": target, "guidance": {"kind": "none"}, "w": [0]}).build().law
    kind = OwnNetwork(code=written(tmp_path, schedule, prediction), schedule=schedule, prediction=prediction)
    score = kind.build(ALLOWED).single(law)
    errors = score_error(score, law)
    assert len(errors) == 12 and all(level.error < 1e-3 for level in errors)
    x = torch.randn(2, 7, 1)
    assert score(x, 0.4).shape == x.shape and score(x.double(), 0.4).dtype == torch.float64
    other = OwnNetwork(code=kind.code, schedule=schedule, prediction="clean" if prediction != "clean" else "noise")
    assert max(level.error for level in score_error(other.build(ALLOWED).single(law), law)) > 0.1, "what it returns matters"


CONDITIONAL = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.level = nn.Parameter(torch.zeros(3, 1))

    def forward(self, x, time, label):
        return self.level[label]

class Needs(nn.Module):
    def __init__(self, width):
        super().__init__()

def fails(x, time):
    raise RuntimeError("no such layer")

def wide(x, time):
    return torch.cat([x, x], 1)

def plain(x, time):
    return x

number = 3
"""


@pytest.fixture
def mine(tmp_path) -> Path:
    (tmp_path / "nets.py").write_text(CONDITIONAL)
    return tmp_path / "nets.py"


def experiment(code: str, guidance: dict[str, Any] | None = None, **score: Any) -> Experiment:
    return Experiment.parse(
        {
            "target": TARGET,
            "guidance": guidance or {"kind": "cfg", "label": "b"},
            "score": {"kind": "own", "code": code, "labels": ["a", "b"], **score},
            "sampler": {"kind": "ddpm", "steps": 5},
            "w": [0, 1],
            "particles": 100,
        }
    )


def test_weights_and_labels(mine, tmp_path):
    """The network is told 0, 1 for labels and 2 for none; its weights come from the file."""
    from safetensors.torch import save_file

    save_file({"level": torch.tensor([[1.0], [10.0], [100.0]])}, tmp_path / "w.safetensors")
    made = experiment(f"{mine}:Net", weights=str(tmp_path / "w.safetensors"))
    built = made.build(ALLOWED)
    scores, t = made.score.build(ALLOWED), 0.25
    for law, level in ((built.law, 100), (built.law.given("a"), 1), (built.law.given("b"), 10)):
        assert torch.equal(scores.single(law)(torch.zeros(4, 1), t), torch.full((4, 1), -level / math.sqrt(t)))
    score, push, ratio = scores.pair(built.law.given("b"), built.law)(torch.zeros(4, 1), t)
    assert torch.equal(push, torch.full((4, 1), 90 / math.sqrt(t))) and ratio is None
    assert torch.equal(score, torch.full((4, 1), -10 / math.sqrt(t)))


def test_weights_that_do_not_fit_are_named_and_prefixes_are_taken_off(mine, tmp_path):
    from safetensors.torch import save_file

    level = torch.tensor([[1.0], [10.0], [100.0]])
    for prefix in ("module.", "_orig_mod.", "_orig_mod.module."):
        save_file({f"{prefix}level": level}, tmp_path / "w.safetensors")
        own = OwnNetwork(code=f"{mine}:Net", weights=str(tmp_path / "w.safetensors")).build(ALLOWED)
        assert torch.equal(own.network.level, level)
        assert own.notes == (f"w.safetensors: the prefix {prefix} of every key was taken off.",)
    for case in ("compiled", "parallel"):
        weights = str(CASES / f"{case}.safetensors")
        with pytest.raises(GdvizError, match=r"do not fit Net; missing: level; unexpected: factor\."):
            OwnNetwork(code=f"{mine}:Net", weights=weights).build(ALLOWED)
    wrong = {"level": torch.zeros(2, 1), **{f"{'long' * 200}.{k}": torch.zeros(1) for k in range(500)}}
    save_file(wrong, tmp_path / "w.safetensors")
    with pytest.raises(
        GdvizError, match=r"unexpected: .* and 497 more; .*shape: level \[2, 1\] for \[3, 1\]"
    ) as refused:
        OwnNetwork(code=f"{mine}:Net", weights=str(tmp_path / "w.safetensors")).build(ALLOWED)
    assert len(str(refused.value)) < 500


def test_it_runs_where_it_was_asked_for_and_nowhere_else(mine):
    import gdviz

    made = experiment(f"{mine}:Net")
    with pytest.raises(GdvizError, match=r"^score: found 'own'.*gdviz run FILE --score module.py:Name\.$"):
        gdviz.run(made)
    with own_code_allowed():
        assert gdviz.run(made, step_change=False).rows[0].nonfinite == 0
    with pytest.raises(GdvizError, match="found 'own'"):
        made.build()
    nested = Experiment.parse(
        {**made.model_dump(mode="json"), "score": {"kind": "by_part", **dict.fromkeys(("base", "toward", "away"), made.score)}}
    )
    with pytest.raises(GdvizError, match="found 'own'"):
        required_tasks(nested)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Net", "found weights that do not fit"),
        ("Nothing", "found nothing named Nothing"),
        ("Needs", "made without arguments"),
        ("number", "found int"),
        ("plain", "which takes no --weights"),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence(name, words, mine, tmp_path):
    from safetensors.torch import save_file

    save_file({"other": torch.zeros(1)}, tmp_path / "w.safetensors")
    with pytest.raises(GdvizError, match=words) as caught:
        experiment(f"{mine}:{name}", weights=str(tmp_path / "w.safetensors")).build(ALLOWED)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize("code", ["nets.py", "nets.py:", "gone.py:Net", "nets.py:Net()", "nets:Net"])
def test_a_place_that_is_none_is_refused(code, mine, monkeypatch):
    monkeypatch.chdir(mine.parent)
    with pytest.raises(GdvizError, match=r"give module.py:Name"):
        experiment(code).build(ALLOWED)


def test_a_file_that_does_not_run_or_weights_that_are_none(mine, tmp_path):
    (tmp_path / "broken.py").write_text("1 / 0\n")
    with pytest.raises(GdvizError, match=r"does not run .ZeroDivisionError: division by zero"):
        experiment(f"{tmp_path / 'broken.py'}:net").build(ALLOWED)
    for weights in (tmp_path / "gone.safetensors", mine):
        with pytest.raises(GdvizError, match="no safetensors file that can be read"):
            experiment(f"{mine}:Net", weights=str(weights)).build(ALLOWED)


def test_what_fails_while_it_runs_is_one_sentence(mine):
    guidance = {"kind": "none"}
    for name, words in (
        ("fails", "found RuntimeError in your network .no such layer"),
        ("wide", r"found \[4, 2\].*must return \[4, 1\]"),
    ):
        made = experiment(f"{mine}:{name}", guidance)
        with pytest.raises(GdvizError, match=words):
            made.score.build(ALLOWED).single(made.build(ALLOWED).law)(torch.zeros(4, 1), 0.5)


def test_laws_it_cannot_stand_for(mine):
    with pytest.raises(GdvizError, match=r"none, as it takes .x, time.; .* needs 'b'"):
        experiment(f"{mine}:plain").build(ALLOWED)
    with pytest.raises(GdvizError, match=r"labels: x; .* needs 'b'"):
        experiment(f"{mine}:Net", labels=["x"]).build(ALLOWED)
    with pytest.raises(GdvizError, match=r"stands for p.x. and p.x . label., not for"):
        experiment(f"{mine}:Net", {"kind": "reward", "reward": {"kind": "expression", "expression": "exp(x)"}}).build(ALLOWED)
