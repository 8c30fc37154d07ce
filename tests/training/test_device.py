"""Training on a device: the same draws as on the CPU, and a state that goes on anywhere."""

from __future__ import annotations

import pytest
import torch
from tasks import tiny

from gdviz.checkpoints import Library, training
from gdviz.device import training_device
from gdviz.errors import GdvizError
from gdviz.scores import ScoresContext
from gdviz.training import Task, TrainingState, TrainingStep, assess, train, untrained
from gdviz.training.loop import _fitted
from gdviz.training.problem import TrainingProblem

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)]
WEIGHTS = {"score": {"kind": "exact"}, "weights": {"width": 8, "points": 64}}
TASKS = {
    "score": {},
    "conditional": {"what": "conditional"},
    "classifier": {"what": "classifier"},
    "tilted": {"what": "tilted", "reward": {"kind": "expression", "expression": "exp(x)"}},
    "difference": {
        "what": "tilted",
        "reward": {"kind": "expression", "expression": "exp(x)"},
        "recipe": {"width": 16, "depth": 2, "frequencies": 4, "batch": 32, "tilt": "difference"},
    },
    "weights": {"what": "weights", **WEIGHTS},
}


def task_of(name: str, steps: int = 30) -> Task:
    return tiny(steps, **TASKS[name])


def steps_of(task: Task, device: str, resume: TrainingState | None = None) -> list[TrainingStep]:
    base = None if task.base is None else untrained(task.base)
    return list(train(task, resume, base, device=device))


@pytest.mark.parametrize("name", TASKS)
def test_nothing_stays_on_the_cpu(name):
    """torch's ``meta`` device stands in for another one: tensors of two devices cannot be mixed."""
    task = task_of(name)
    base = None if task.base is None else untrained(task.base)
    fitted = _fitted(TrainingProblem.of(task), task, base, ScoresContext(), "meta")
    loss = fitted.loss(0, torch.Generator().manual_seed(0))
    weights = tuple(fitted.network.parameters())
    gradients = torch.autograd.grad(loss, weights)
    assert {part.device.type for part in (loss, *weights, *gradients)} == {"meta"}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", TASKS)
def test_every_device_meets_the_same_points_and_noise(device, name):
    """Losses of the first steps, before rounding has parted them, agree; the checkpoint is for the CPU."""
    here, there = (steps_of(task_of(name), each) for each in ("cpu", device))
    assert [step.loss for step in there[:5]] == pytest.approx([step.loss for step in here[:5]], rel=1e-3)
    checkpoint = there[-1].checkpoint()
    assert {part.device.type for part in checkpoint.tensors.values()} == {"cpu"}
    assert checkpoint.network.state_dict().keys() == here[-1].checkpoint().tensors.keys()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("turned", [False, True], ids=["there and back", "back and there"])
def test_a_state_of_one_device_goes_on_on_another(device, turned):
    task, places = tiny(60), (("cpu", device) if turned else (device, "cpu"))
    states = [step.state() for step in train(task, device=places[0]) if step.step == 25]
    rest = steps_of(task, places[1], TrainingState.from_bytes(states[0].to_bytes()))
    whole = steps_of(task, "cpu")
    assert [step.step for step in rest] == list(range(26, 61))
    assert [step.loss for step in rest[:5]] == pytest.approx([step.loss for step in whole[25:30]], rel=1e-2)
    if device == "cpu":
        assert rest[-1].checkpoint().to_bytes() == whole[-1].checkpoint().to_bytes()


@pytest.mark.parametrize("device", DEVICES)
def test_it_learns_there(device, tmp_path):
    task = tiny(400, recipe={"width": 16, "depth": 2, "frequencies": 4, "batch": 64, "averaging": 0.95})
    *_, report = training(task, Library(tmp_path), device=device)
    assert report.id == task.id
    assert report.score_error < 0.6 * assess(task, untrained(task)).score_error


def test_unasked_it_trains_on_the_cpu_even_beside_a_gpu(monkeypatch):
    monkeypatch.delenv("GDVIZ_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [training_device(choice).type for choice in ("auto", "cpu", "cuda")] == ["cpu", "cpu", "cuda"]
    monkeypatch.setenv("GDVIZ_DEVICE", "cuda")
    assert [training_device(choice).type for choice in ("auto", "cpu")] == ["cuda", "cpu"]


def test_a_device_that_is_not_there_is_refused_before_anything_is_kept(monkeypatch, tmp_path):
    monkeypatch.delenv("GDVIZ_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(GdvizError, match=r"^device: found 'cuda', which this machine does not have; here:"):
        list(training(tiny(), Library(tmp_path), device="cuda"))
    monkeypatch.setenv("GDVIZ_DEVICE", "cuda")
    with pytest.raises(GdvizError, match=r"^GDVIZ_DEVICE: found 'cuda', which this machine does not have"):
        list(training(tiny(), Library(tmp_path)))
    assert Library(tmp_path).records(shipped=False) == []
