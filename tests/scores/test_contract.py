"""What every source of scores owes, whether it is exact, trained, stored or made of others."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
import torch
from tasks import RECIPE, tiny

import gdviz
from gdviz import sweep as sweeping
from gdviz.checkpoints import required_tasks, task_for
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guidance import Guide
from gdviz.networks import Checkpoint
from gdviz.scores import SCORES, ScoresContext, Wanted
from gdviz.training import Task, train

TARGET = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [-1, 0], "covariance": [[0.4, 0.1], [0.1, 0.3]], "label": "a"},
        {"weight": 2, "mean": [1, 0.5], "covariance": [[0.3, 0], [0, 0.4]], "label": "b"},
    ],
}
CFG = {"kind": "cfg", "label": "b"}
REWARD = {"kind": "reward", "reward": {"kind": "expression", "expression": "0.1 + exp(x - x**2/4)"}}
COST = {"kind": "reward", "form": "cost", "reward": {"kind": "expression", "expression": "exp(x - x**2/4)"}}
TABULATED = {**REWARD, "form": "cost"}
"""1 / r has no closed form here: its law is a table, made anew each time; the exact source alone is asked about it."""
STEPS = {"recipe": RECIPE, "steps": 40}


@cache
def trained(text: str) -> Checkpoint:
    """The network of a task (its canonical JSON), trained once."""
    task = Task.from_json(text)
    *_, step = train(task, base=None if task.base is None else trained(task.base.canonical()))
    return step.checkpoint()


def task_of(what: str, target: dict[str, Any] = TARGET, **more: Any) -> Task:
    return Task.parse({"target": target, "what": what, **STEPS, **more})


def context(experiment: Experiment, stored: Task | None = None) -> ScoresContext:
    """Networks from memory; any id of a checkpoint is that of the task `stored`."""

    def find(wanted: Wanted) -> Checkpoint:
        return trained(task_for(experiment, wanted).canonical())

    return ScoresContext(find, lambda id: trained((stored or task_of("conditional")).canonical()))


def experiment(**parts: Any) -> Experiment:
    asked = {"target": TARGET, "guidance": CFG, "sampler": {"kind": "ddpm", "steps": 24}, "w": [0, 1.5], "particles": 300}
    return Experiment.parse({**asked, **parts})


def cases() -> list[Any]:
    """Every kind's examples with each guidance that it can serve."""
    found = []
    for name, kind in SCORES.kinds.items():
        for k, example in enumerate(kind.examples):
            for guidance in (CFG, REWARD, COST) if name != "classifier" else (CFG,):
                title = f"{name}-{k}-{guidance.get('form', guidance['kind'])}"
                found.append(pytest.param({"kind": name, **example}, guidance, id=title))
    found.append(pytest.param({"kind": "exact"}, TABULATED, id="exact-0-tabulated"))
    found.append(pytest.param({"kind": "checkpoint", "id": "0" * 8}, CFG, id="checkpoint-cfg"))
    for tilt in ("weighted", "resampled", "difference"):
        score = {"kind": "network", "steps": 40, "recipe": {**RECIPE, "tilt": tilt}}
        found += [pytest.param(score, g, id=f"network-{tilt}-{g.get('form', 'reward')}") for g in (REWARD, COST)]
    return found


CASES = cases()


def test_every_kind_is_here():
    covered = {case.values[0]["kind"] for case in CASES}
    assert covered == set(SCORES.kinds) - {"own"}  # the reader's own code has tests of its own


@pytest.mark.parametrize(("score", "guidance"), CASES)
def test_a_pair_is_two_single_scores(score, guidance):
    """score(toward), and push = score(toward) - score(away), at several levels, in any shape and in both precisions."""
    made = experiment(score=score, guidance=guidance)
    scores, plan = made.score.build(context(made)), made.build(context(made)).plan
    base = "away" if guidance == REWARD else "toward"
    pair = scores.pair(plan.toward, plan.away, base)
    try:
        singles = [scores.single(law) for law in (plan.toward, plan.away)]
    except GdvizError as error:  # a classifier or a difference stands for no law alone
        assert score["kind"] == "classifier" or score["recipe"]["tilt"] == "difference", error
        singles = []
    generator = torch.Generator().manual_seed(0)
    for t in (0.02, 0.4, 0.97):
        x = torch.randn(3, 5, 2, generator=generator, dtype=torch.float64)
        first, push, _ = pair(x, t)
        assert first.shape == push.shape == x.shape and first.dtype == push.dtype == torch.float64
        narrow, narrow_push, _ = pair(x.float(), t)
        assert narrow.dtype == narrow_push.dtype == torch.float32
        for wide, other in ((first, narrow), (push, narrow_push)):
            assert float((other - wide).abs().max()) < 1e-3 * (1 + float(first.abs().max()))
        # A perturbed error is in the score that is followed, not in the push; and p alone is not learned with p(x | label).
        if singles and score["kind"] != "perturbed" and (score["kind"], guidance["kind"]) != ("network", "cfg"):
            toward, away = (single(x, t) for single in singles)
            size = 1e-4 * (1 + float(toward.abs().max() + away.abs().max()))
            assert float((push - (toward - away)).abs().max()) < size
            assert float((first - toward).abs().max()) < size


@pytest.mark.parametrize(("score", "guidance"), CASES)
def test_the_same_numbers_whatever_the_chunks(score, guidance, monkeypatch):
    made = experiment(score=score, guidance=guidance, particles=2500, sampler={"kind": "ddpm", "steps": 5})
    built = made.build(context(made))

    def ends() -> torch.Tensor:
        run = sweeping.sweep(built.plan, built.sampler, built.levels, sweeping.SweepOptions((0.0, 1.5), 2500, seed=1))
        return torch.cat([news.x for news in run if isinstance(news, sweeping.Chunk)], 1)

    whole = ends()
    monkeypatch.setattr("gdviz.sweep.options.CHUNK_VALUES", 1)
    assert float((ends() - whole).abs().max()) < 1e-4 * (1 + float(whole.abs().max()))


@pytest.mark.parametrize(("score", "guidance"), CASES)
def test_without_guidance_its_own_score_is_followed(score, guidance):
    """w = 0 leaves the base alone, and the base is what the source says of the unguided law."""
    made = experiment(score=score, guidance=guidance)
    plan = made.build(context(made)).plan
    moments = list(made.build(context(made)).levels.moments())
    x = torch.randn(7, 2, generator=torch.Generator().manual_seed(3))
    for moment in moments[::6]:
        guided = Guide(plan.rule, 0.0)(x, moment)
        assert torch.equal(guided.total, guided.base)
    if score["kind"] in ("network", "checkpoint", "exact"):
        scores = made.score.build(context(made))
        if guidance == CFG:
            single = scores.single(plan.unguided)
            assert torch.allclose(guided.base, single(x, moment.t), rtol=1e-4, atol=1e-4)
        else:  # guidance none finds the same network of p
            alone = experiment(score=score, guidance={"kind": "none"})
            base = alone.build(context(alone)).plan.rule(x, moment, None)[0].base
            assert torch.allclose(guided.base, base, rtol=1e-4, atol=1e-4)


# ---------------------------------------------------------------------- through the front door
@pytest.mark.slow
@pytest.mark.parametrize(
    "score", [{"kind": "network", **STEPS}, {"kind": "classifier", **STEPS}], ids=lambda score: score["kind"]
)
def test_an_experiment_trains_what_it_lacks(score, tmp_path, monkeypatch):
    """Trained once, found again, and w = 0 is its own pair."""
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path))
    first, second = (gdviz.run(experiment(score=score), device="cpu", step_change=False) for _ in range(2))
    assert (first.samples == second.samples).all()
    assert first.rows[0].nonfinite == 0 and (first.rows[0].improved, first.rows[0].ties) == (0.0, 1.0)
    (manifest,) = tmp_path.glob("networks/*/manifest.json")
    named = experiment(score={"kind": "checkpoint", "id": manifest.parent.name[:12]}) if score["kind"] == "network" else None
    if named is not None:
        assert (gdviz.run(named, device="cpu", step_change=False).samples == first.samples).all()
    assert first.rows[0].identity is None or first.rows[0].identity.value is None, "an unknown base has no identity"


@pytest.mark.slow
def test_what_an_experiment_will_train():
    made = experiment(guidance=REWARD, score={"kind": "network", "recipe": {**RECIPE, "tilt": "difference"}})
    assert [task.what for task in required_tasks(made)] == ["score", "tilted"]
    assert required_tasks(made)[1].base == required_tasks(made)[0]
    assert [task.what for task in required_tasks(experiment(score={"kind": "network"}))] == ["conditional"]
    assert [task.what for task in required_tasks(experiment())] == ["conditional"], "the usual network, where scores are exact"
    costly = required_tasks(experiment(guidance=COST, score={"kind": "network"}))
    assert sorted((task.what, task.cost) for task in costly) == [("score", False), ("tilted", True)]


# ---------------------------------------------------------------------- what does not fit
def unlike(**changes: Any) -> dict[str, Any]:
    other = copy.deepcopy(TARGET)
    for component in other["components"]:
        component.update({key: value(component[key]) for key, value in changes.items()})
    return other


MISFITS = {
    "another dimension": (tiny(3, what="conditional"), CFG, "points of 1 numbers; those of the target have 2"),
    "other labels": (
        task_of("conditional", unlike(label=lambda name: name + "x")),
        CFG,
        "knows the labels: ax, bx; .* needs 'b'",
    ),
    "no labels": (task_of("score"), CFG, "knows the labels: none"),
    "a tilted law's": (task_of("tilted", reward=REWARD["reward"]), CFG, "learned 'tilted', which cannot stand for"),
    "no tilted law's": (task_of("score"), REWARD, "learned 'score', which cannot stand for"),
    "a classifier": (task_of("classifier"), CFG, "one that predicts noise is needed"),
}


@pytest.mark.parametrize("misfit", MISFITS)
def test_a_network_that_does_not_fit_is_refused_in_a_sentence(misfit):
    task, guidance, words = MISFITS[misfit]
    made = experiment(score={"kind": "checkpoint", "id": "0" * 8}, guidance=guidance)
    with pytest.raises(GdvizError, match=words) as caught:
        made.build(context(made, task))
    assert str(caught.value).count(". ") == 0 and str(caught.value).endswith(".")


def test_a_classifier_serves_labels_alone():
    made = experiment(score={"kind": "classifier", **STEPS}, guidance=REWARD)
    with pytest.raises(GdvizError, match="knows the difference of"):
        made.build(context(made))


def test_a_library_without_a_store_says_so():
    for score in ({"kind": "network"}, {"kind": "checkpoint", "id": "0" * 8}):
        with pytest.raises(GdvizError, match=r"use gdviz\.run"):
            experiment(score=score).build(ScoresContext())


# ---------------------------------------------------------------------- by part
@pytest.mark.parametrize("guidance", [CFG, REWARD, COST], ids=["cfg", "reward", "cost"])
def test_three_exact_parts_are_exact(guidance):
    parts = {"kind": "by_part", **{part: {"kind": "exact"} for part in ("base", "toward", "away")}}
    exact, apart = (experiment(guidance=guidance, score=score).build().plan.rule for score in ({"kind": "exact"}, parts))
    x = torch.randn(50, 2, dtype=torch.float64)
    for moment in experiment().build().levels.moments():
        (one, _), (other, _) = exact(x, moment, None), apart(x, moment, None)
        assert torch.allclose(one.base, other.base, rtol=1e-9, atol=1e-9)
        assert torch.allclose(one.push, other.push, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("guidance", [CFG, REWARD, COST], ids=["cfg", "reward", "cost"])
@pytest.mark.parametrize("part", ["base", "toward", "away"])
def test_each_part_is_where_it_says(guidance, part):
    """One perturbed part among exact ones moves the base alone, or the push alone by the error's sign."""
    wrong = {"kind": "perturbed", "of": {"kind": "exact"}, "error": {"kind": "constant", "size": 0.5}}
    score = {"kind": "by_part", **{name: wrong if name == part else {"kind": "exact"} for name in ("base", "toward", "away")}}
    exact, moved = (experiment(guidance=guidance, score=s).build() for s in ({"kind": "exact"}, score))
    x, moment = torch.randn(50, 2, dtype=torch.float64), list(exact.levels.moments())[12]
    (one, _), (other, _) = (built.plan.rule(x, moment, None) for built in (exact, moved))
    base, push = other.base - one.base, other.push - one.push
    assert (float(base.abs().max()) > 1e-3) == (part == "base")
    assert (float(push.abs().max()) > 1e-3) == (part != "base")
    assert torch.allclose(base + push, (base + push)[0].expand(50, 2), atol=1e-8), "a constant error"


def test_parts_of_label_guidance_share_one_network_that_knows_the_labels():
    network = {"kind": "network", "steps": 3, "recipe": RECIPE}
    parts = {"kind": "by_part", **dict.fromkeys(("base", "toward", "away"), network)}
    (task,) = required_tasks(experiment(guidance=CFG, score=parts))
    assert task.what == "conditional"
