"""Guidance weights: the guided step, the losses, what is learned where the answer is known, and their training."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gdviz.checkpoints import Library, required_tasks, training
from gdviz.diffusion.flow import flow_moment, flow_size, flow_time_at, variance_at
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guidance.schedules.learned import Learned
from gdviz.networks import FrozenWeights, WeightNetwork, WeightRecipe
from gdviz.rewards import REWARDS, RewardContext, build_reward
from gdviz.samplers.churn import Churn
from gdviz.scores.exact import ExactScores
from gdviz.targets import TARGETS
from gdviz.training import Task, TrainingState, train
from gdviz.training.weights import GuidanceWeights, GuidedSteps, StepLaw, consistency, weights_loss

Z = 5.0  # standard errors: two-sided false-alarm rate 6e-7 a comparison, about a hundred of them with fixed seeds
MIXTURE = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [0, 0], "covariance": [[1, 0.3], [0.3, 0.5]], "label": "a"},
        {"weight": 2, "mean": [2, 1], "covariance": [[0.3, 0], [0, 0.4]], "label": "b"},
    ],
}
TINY = {"width": 8, "points": 1024, "particles": 2}  # four steps use up a pool
RECIPE = {"width": 8, "depth": 1, "frequencies": 2, "batch": 16}


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def step_law(target: dict, **recipe: object) -> StepLaw:
    return StepLaw(TARGETS.parse(target).build(), ExactScores(), WeightRecipe.model_validate(recipe))


def task(steps: int = 6, score: dict | None = None, **recipe: object) -> Task:
    parts = {"target": MIXTURE, "what": "weights", "score": score or {"kind": "exact"}, "weights": {**TINY, **recipe}}
    return Task.parse({**parts, "steps": steps})


# ---------------------------------------------------------------------- the kernel
@pytest.mark.parametrize("churn", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("s", "t"), [(0.01, 0.99), (0.3, 0.4), (0.6, 0.95)])
def test_the_step_is_the_papers_kernel_in_flow_time_and_keeps_the_marginals(s, t, churn):
    """MATH section 3: r_ij = (alpha_t / alpha_s)^i (sigma_s / sigma_t)^j."""

    def r(i: int, j: int) -> float:
        return ((1 - t) / (1 - s)) ** i * (s / t) ** j

    e = churn**2
    of_x, of_clean = e * r(1, 2) + (1 - e) * r(0, 1), (1 - s) * (1 - e * r(2, 2) - (1 - e) * r(1, 1))
    variance = s**2 * (1 - (e * r(1, 1) + 1 - e) ** 2)

    moment = flow_moment(s, t)
    keep, drift, noise = Churn(churn=churn).linear_step(moment)
    grow = flow_size(s) / flow_size(t)  # points in flow time are so many times those of unit variance
    # score = (sqrt(alpha_bar) x_0 - x) / variance
    assert grow * (keep - drift / moment.t) == pytest.approx(of_x, rel=1e-9, abs=1e-12)
    assert flow_size(s) * drift * math.sqrt(moment.alpha_bar) / moment.t == pytest.approx(of_clean, rel=1e-9)
    assert (flow_size(s) * noise) ** 2 == pytest.approx(variance, rel=1e-9, abs=1e-12)
    assert of_x * (1 - t) + of_clean == pytest.approx(1 - s, rel=1e-9)
    assert (of_x * t) ** 2 + variance == pytest.approx(s**2, rel=1e-9)


@pytest.mark.parametrize("churn", [0.0, 0.5, 1.0])
def test_simulated_steps_keep_the_marginals(churn):
    """Where the law is one point, the denoiser knows it: x' and the fresh noising are both N((1 - s) x_0, s^2)."""
    law = step_law({"kind": "points", "points": [[0.7, -0.3]], "labels": ["a"]}, churn=churn, particles=2)
    s, t, n = 0.35, 0.8, 20_000
    steps = law.between(s, t, 0, n, generator())
    for cloud in (steps.start[:, 0], steps.data[:, 0]):  # [n, 2]
        assert bool(((cloud.mean(0) - (1 - s) * torch.tensor([0.7, -0.3])).abs() < Z * s / math.sqrt(n)).all())
        assert bool(((cloud.var(0) - s**2).abs() < Z * s**2 * math.sqrt(2 / n)).all())
    assert torch.allclose(steps.clean, steps.truth, atol=1e-5)
    independent = (steps.start[:, 0] - steps.start[:, 0].mean(0)) * (steps.data[:, 0] - steps.data[:, 0].mean(0))
    assert bool((independent.mean(0).abs() < Z * s**2 / math.sqrt(n)).all())


@pytest.mark.parametrize("churn", [0.0, 1.0])
def test_a_path_keeps_the_marginals_and_its_steps_end_like_fresh_noisings(churn):
    """Where the law is one point there is nothing to push: start and data are N((1 - s) x_0, s^2) at every level of the path."""
    law = step_law({"kind": "points", "points": [[0.7, -0.3]], "labels": ["a"]}, churn=churn, path=6, points=500, particles=8)
    steps = law.along(WeightNetwork(1, law.recipe), generator())
    n, ends = 500 * 8, steps.log_snr_next.unique()
    assert len(ends) >= 5 and steps.start.shape == (500 * len(ends), 8, 2)
    assert bool((steps.log_snr_next > steps.log_snr).all()) and float(steps.push.abs().max()) < 1e-4
    for log_snr in ends:
        s = 1 / (1 + math.exp(float(log_snr) / 2))
        for cloud in (steps.start, steps.data):
            x = cloud[steps.log_snr_next == log_snr].flatten(0, 1)  # [n, 2]
            assert bool(((x.mean(0) - (1 - s) * torch.tensor([0.7, -0.3])).abs() < Z * s / math.sqrt(n)).all())
            assert bool(((x.var(0) - s**2).abs() < Z * s**2 * math.sqrt(2 / n)).all())


def test_a_path_goes_where_the_present_weights_push_it():
    """Two points a label each: weights that are larger leave the path farther on the side of its label."""
    law = step_law({"kind": "points", "points": [[-1], [1]], "labels": ["a", "b"]}, path=8, points=64, particles=8)
    reached = []
    for weight in (0.0, 5.0):
        network = WeightNetwork(2, law.recipe)
        torch.nn.init.constant_(network.last.bias, weight)
        steps = law.along(network, generator())
        last = steps.log_snr == steps.log_snr.max()
        reached.append(float((steps.push[last] * (2 * int(steps.label[0]) - 1)).mean()))
    assert 0 <= reached[1] < reached[0]  # what is surely of its label is pushed less


def test_a_path_is_compared_with_the_law_alone():
    for wrong in ({"loss": "score_matching"}, {"marginal": True}):
        with pytest.raises(ValueError, match="path"):
            WeightRecipe.model_validate({"path": 4, **wrong})
    assert "path" not in WeightRecipe().model_dump() and WeightRecipe(path=4).model_dump()["path"] == 4


@pytest.mark.parametrize("tau", [1e-3, 0.2, 0.5, 0.9, 1 - 1e-6])
def test_flow_time_and_variance_have_one_log_snr(tau):
    t = variance_at(tau)
    assert math.log((1 - t) / t) == pytest.approx(2 * math.log((1 - tau) / tau), rel=1e-6)
    assert flow_time_at(t) == pytest.approx(tau, rel=1e-6)


def test_the_ends_of_steps_follow_the_papers_law():
    """s uniform, t - s uniform on [delta, 1 - zeta - s] given s; both ends inside."""
    law, n = step_law(MIXTURE, gap=0.1, nearest_data=0.02, nearest_noise=0.03), 40_000
    s, t = law.flow_times(n, generator())
    assert float(s.min()) >= 0.02 and float(t.max()) <= 0.97 and float((t - s).min()) >= 0.1
    share_s, share_step = (s - 0.02) / (0.87 - 0.02), (t - s - 0.1) / (0.97 - s - 0.1)
    for share in (share_s, share_step):
        assert abs(float(share.mean()) - 0.5) < Z / math.sqrt(12 * n)
        assert abs(float(share.square().mean()) - 1 / 3) < Z * math.sqrt(4 / 45 / n)
    assert abs(float(((share_s - 0.5) * (share_step - 0.5)).mean())) < Z / 12 / math.sqrt(n)


def test_labels_come_in_their_shares_and_particles_of_the_marginal_form_from_points_of_their_own():
    law = step_law(MIXTURE, particles=3)
    steps = law.draw(300, 4, generator())
    assert abs(float((steps.label == 1).float().mean()) - 2 / 3) < 1 / 300
    assert bool((steps.truth == steps.truth[:, :1]).all())
    apart = step_law(MIXTURE, particles=3, marginal=True).draw(20, 4, generator())
    assert not bool((apart.truth[:, 0] == apart.truth[:, 1]).any())


# ---------------------------------------------------------------------- the losses
@pytest.mark.parametrize(("beta", "repulsion"), [(2.0, 0.0), (1.0, 1.0), (1.75, 0.5)])
def test_the_loss_is_that_of_a_slow_loop(beta, repulsion):
    guided, data = torch.randn(2, 5, 4, 2, generator=generator(), dtype=torch.float64)
    wanted = []
    for b in range(5):
        across = [float((x - y).norm()) ** beta for x in guided[b] for y in data[b]]
        among = [float((guided[b, j] - guided[b, k]).norm()) ** beta for j in range(4) for k in range(4) if j != k]
        wanted.append(sum(across) / len(across) - repulsion / 2 * sum(among) / len(among))
    assert consistency(guided, data, beta, repulsion).tolist() == pytest.approx(wanted, rel=1e-9)


def test_the_reward_term_and_score_matching_are_those_of_a_slow_loop():
    steps = step_law(MIXTURE, particles=3).draw(4, 2, generator())
    omega = torch.linspace(0, 2, len(steps.label))
    reward = build_reward(
        REWARDS.parse({"kind": "exp", "strength": 1, "of": {"kind": "linear", "direction": [1, 2]}}), RewardContext(2)
    )
    plain, rewarded, matched = 0.0, 0.0, 0.0
    for b in range(len(omega)):
        particles = steps.start[b] + omega[b] * steps.push[b]
        plain += float(consistency(particles[None], steps.data[b][None], 1.0, 1.0)) / len(omega)
        for j in range(3):
            guess = steps.clean[b, j] + omega[b] * steps.clean_push[b, j]
            rewarded += float(reward.log(guess)) / (3 * len(omega))
            matched += float((guess - steps.truth[b, j]).square().sum()) / (3 * len(omega))
    recipe = WeightRecipe(particles=3, reward_strength=0.7)
    assert float(weights_loss(steps, omega, recipe, reward)) == pytest.approx(plain - 0.7 * rewarded, rel=1e-4)
    assert float(weights_loss(steps, omega, recipe.model_copy(update={"loss": "score_matching"}))) == pytest.approx(
        matched, rel=1e-4
    )


def best_weight(loss: Callable[[GuidedSteps, Tensor], Tensor], parts: list[tuple[float, GuidedSteps]]) -> tuple[float, float]:
    """Minimiser of a loss quadratic in one weight for all classes, and its standard error from 50 blocks.

    `parts` holds each class's share and steps.
    """
    a, b = torch.zeros(50, dtype=torch.float64), torch.zeros(50, dtype=torch.float64)
    for share, steps in parts:
        for k, rows in enumerate(torch.arange(len(steps.label)).chunk(50)):
            low, at, high = (float(loss(steps[rows], torch.full((len(rows),), w))) for w in (-1.0, 0.0, 1.0))
            a[k] += share * ((low + high) / 2 - at)
            b[k] += share * (high - low) / 2
    best = float(-b.mean() / (2 * a.mean()))
    return best, float((b + 2 * best * a).std() / math.sqrt(50) / (2 * a.mean()))


@pytest.mark.parametrize(("s", "t"), [(0.4, 0.6), (0.2, 0.7)])
def test_l2_with_exact_denoisers_is_least_at_its_closed_form_on_average_over_the_classes(s, t):
    """omega = (1 - t) s / (t - s), not 0, for one weight of all classes (MATH section 3); each class has its own."""
    recipe = {"beta": 2, "repulsion": 0, "churn": 0, "particles": 2}
    law = step_law(MIXTURE, **recipe)
    parts = [(share, law.between(s, t, k, 40_000, generator(k))) for k, share in enumerate((1 / 3, 2 / 3))]

    def loss(steps: GuidedSteps, omega: Tensor) -> Tensor:
        return weights_loss(steps, omega, law.recipe)

    found, error = best_weight(loss, parts)
    assert error < 0.1
    assert abs(found - (1 - t) * s / (t - s)) < Z * error
    (one, one_error), (other, other_error) = (best_weight(loss, [(1.0, steps)]) for _, steps in parts)
    assert abs(one - other) > Z * math.hypot(one_error, other_error)


def test_score_matching_with_exact_denoisers_is_least_at_no_guidance():
    law = step_law(MIXTURE, loss="score_matching", particles=2)
    for label in (0, 1):
        steps = law.between(0.3, 0.6, label, 40_000, generator(label))
        found, error = best_weight(lambda part, omega: weights_loss(part, omega, law.recipe), [(1.0, steps)])
        assert error < 0.1
        assert abs(found) < Z * error


# ---------------------------------------------------------------------- what is learned
def learned(**recipe: object) -> FrozenWeights:
    parts = {"target": MIXTURE, "what": "weights", "score": {"kind": "exact"}, "steps": 128}
    *_, last = train(Task.parse({**parts, "weights": {"width": 16, "points": 64, "particles": 4, "rate": 0.02, **recipe}}))
    return last.checkpoint().weights


@pytest.mark.slow
def test_exact_denoisers_learn_no_guidance_and_a_reward_asks_for_some():
    """lambda = 1 has its minimum at or below 0, which the ReLU turns into 0. A reward along the push moves it up."""
    flow_times = [0.3, 0.5, 0.7]
    plain = learned()
    assert [plain.curve(k, flow_times, 0.15) for k in (0, 1)] == [[0.0] * 3] * 2
    toward_b = {"kind": "exp", "strength": 1, "of": {"kind": "linear", "direction": [2, 1]}}
    rewarded = learned(reward=toward_b, reward_strength=1)
    assert min(rewarded.curve(1, flow_times, 0.15)) > 0
    assert rewarded.curve(0, flow_times, 0.15) == [0.0] * 3  # to a is away from the reward


# ---------------------------------------------------------------------- training
def test_the_gradient_reaches_the_weights_alone():
    class Watched(ExactScores):
        def pair(self, toward, away, base="toward"):
            exact = super().pair(toward, away, base)

            def pair(x, t):
                assert not torch.is_grad_enabled()
                return exact(x, t)

            return pair

    law = StepLaw(TARGETS.parse(MIXTURE).build(), Watched(), WeightRecipe())
    steps = law.draw(8, 2, generator())
    network = WeightNetwork(2, WeightRecipe())
    torch.nn.init.normal_(network.last.weight, std=0.01, generator=generator())
    weights_loss(steps, network(steps.label, steps.log_snr, steps.log_snr_next), law.recipe).backward()
    assert all(weight.grad is not None and bool((weight.grad != 0).any()) for weight in network.parameters())
    assert not any(value.requires_grad for value in vars(steps).values())


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [{}, {"path": 3, "points": 4}])
def test_training_is_reproducible_and_goes_on_where_it_was_left(recipe):
    *_, whole = train(task(**recipe))
    begun = next(step for step in train(task(**recipe)) if step.step == 3)
    *_, resumed = train(task(**recipe), TrainingState.from_bytes(begun.state().to_bytes()))
    assert whole.checkpoint().to_bytes() == resumed.checkpoint().to_bytes()
    *_, other = train(task(**recipe).model_copy(update={"seed": 1}))
    assert other.checkpoint().to_bytes() != whole.checkpoint().to_bytes()


def test_one_network_is_evaluated_once_for_both_scores(monkeypatch):
    """However often the store reads it."""
    from gdviz.networks.frozen import Frozen

    parts = {"kind": "network", "steps": 2, "recipe": RECIPE}
    asked = task(score=parts, path=3, points=4)
    *_, last = train(Task.parse({"target": MIXTURE, "what": "conditional", "steps": 2, "recipe": RECIPE}))
    data, asked_of = last.checkpoint().to_bytes(), []
    plain = Frozen.noises
    monkeypatch.setattr(Frozen, "noises", lambda self, x, t, labels: asked_of.append(len(labels)) or plain(self, x, t, labels))
    from gdviz.networks import Checkpoint
    from gdviz.scores import ScoresContext

    next(train(asked, networks=ScoresContext(trained=lambda wanted: Checkpoint.from_bytes(data))))
    assert asked_of and set(asked_of) == {2}


def test_every_clean_point_of_a_pool_is_used_once():
    from gdviz.scores import ScoresContext
    from gdviz.training.problem import TrainingProblem

    fitted = GuidanceWeights(TrainingProblem.of(task()), task(), WeightNetwork(2, task().weights), ScoresContext())
    seen = torch.cat([fitted._batch(step).truth[:, 0] for step in range(4)])
    assert len(seen.unique(dim=0)) == len(seen) == 4096
    assert not bool((fitted._batch(4).truth[:, 0][:, None] == seen[None]).all(-1).any())


def test_a_library_trains_the_scores_first_and_then_the_weights(tmp_path):
    score = {"kind": "network", "steps": 4, "recipe": RECIPE}
    schedule = {"kind": "learned", "steps": 2, "recipe": {**TINY, "points": 64}}
    asked = Experiment.parse(
        {"target": MIXTURE, "guidance": {"kind": "cfg", "label": "b", "schedule": schedule}, "score": score, "w": [1]}
    )
    network, weights = required_tasks(asked)
    assert (network.what, weights.what) == ("conditional", "weights")
    library = Library(tmp_path)
    *_, report = training(weights, library)
    assert report.id == weights.id and report.score_error is None
    assert library.find(network) is not None
    checkpoint = library.find(weights)
    assert checkpoint.labels == ("a", "b") and checkpoint.weights.curve(0, [0.5])[0] > 0
    assert Task.from_json(weights.canonical()).id == weights.id
    other = asked.model_copy(update={"guidance": asked.guidance.model_copy(update={"label": "a"})})
    assert required_tasks(other)[-1].id == weights.id  # one network serves all labels
    with pytest.raises(GdvizError, match="guidance weights are needed"):
        _ = library.find(network).weights
    with pytest.raises(GdvizError, match="predicts noise is needed"):
        _ = checkpoint.denoiser


def test_tasks_of_other_networks_say_nothing_of_weights():
    """Their ids are those of the networks that are there."""
    plain = json.loads(Task.parse({"target": MIXTURE}).canonical())
    assert set(plain) == {"format", "target", "what", "reward", "cost", "recipe", "steps", "seed"}
    with pytest.raises(GdvizError):
        Task.parse({"target": MIXTURE, "what": "weights"})
    with pytest.raises(GdvizError):
        Task.parse({"target": MIXTURE, "weights": {}})


def test_a_target_without_labels_is_refused():
    lone = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]]}]}
    with pytest.raises(GdvizError, match="no labels"):
        next(train(task().model_copy(update={"target": TARGETS.parse(lone)})))


# ---------------------------------------------------------------------- the network and the schedule
@pytest.mark.parametrize(("output", "cap"), [("relu", None), ("softplus", None), ("softplus", 0.4)])
def test_weights_are_never_negative_nor_above_the_cap(output, cap):
    network = WeightNetwork(3, WeightRecipe(output=output, cap=cap))
    start = 0.5 if output == "relu" else math.log1p(math.exp(0.5))
    label, log_snr = torch.arange(3), torch.tensor([-9.0, 0.0, 8.0])
    assert network(label, log_snr, log_snr + 1).tolist() == pytest.approx([min(start, cap or 9.0)] * 3)
    torch.nn.init.normal_(network.last.weight, std=20.0, generator=generator())
    omega = network.requires_grad_(False)(label.repeat(50), torch.linspace(-9, 8, 150), torch.linspace(-8, 9, 150))
    assert float(omega.min()) >= 0 and (cap is None or float(omega.max()) <= cap * (1 + 1e-6))


def test_a_level_is_worked_out_once_and_beyond_training_it_is_the_last():
    network = WeightNetwork(2, WeightRecipe()).requires_grad_(False)
    torch.nn.init.normal_(network.last.weight, std=0.3, generator=generator())
    calls = []
    network.register_forward_hook(lambda *_: calls.append(1))
    weights = FrozenWeights(network)
    moment = flow_moment(0.4, 0.5)
    first = [weights.omega(1, moment) for _ in range(100)]
    assert len(calls) == 1 and len(set(first)) == 1
    at, to = torch.tensor([0.0]), torch.tensor([2 * math.log(0.6 / 0.4)])
    assert first[0] == pytest.approx(float(network(torch.tensor([1]), at, to)), rel=1e-5)
    assert weights.omega(0, flow_moment(1e-5, 1e-4)) == weights.omega(0, flow_moment(1e-3, 5e-3))
    assert weights.omega(0, flow_moment(0.5, 0.9999)) == weights.omega(0, flow_moment(0.5, 0.995))


def test_a_schedule_gives_the_weights_of_its_label():
    cfg = {"kind": "cfg", "label": "b", "schedule": Learned.examples[0] | {"kind": "learned"}}
    asked = Experiment.parse({"target": MIXTURE, "guidance": cfg, "w": [1]})
    from gdviz.scores import ScoresContext

    network = WeightNetwork(2, asked.guidance.schedule.recipe)
    torch.nn.init.normal_(network.last.weight, std=0.3, generator=generator())
    tensors, about = network.state_dict(), {"what": "weights", "dimension": 2, "labels": ["a", "b"]}
    from gdviz.networks import Checkpoint

    checkpoint = Checkpoint(tensors, {**about, "recipe": asked.guidance.schedule.recipe.model_dump(mode="json")})
    read = Checkpoint.from_bytes(checkpoint.to_bytes())
    built = asked.build(ScoresContext(trained=lambda wanted: read))
    moment = flow_moment(0.4, 0.5)
    guided = built.plan.rule(torch.zeros(3, 2), moment, None)[0]
    assert guided.omega == checkpoint.weights.omega(1, moment) != checkpoint.weights.omega(0, moment)
    lost = replace(read, about={**read.about, "labels": ["a", "c"]})
    with pytest.raises(GdvizError, match="the labels: a, c"):
        asked.build(ScoresContext(trained=lambda wanted: lost))


def test_other_guidance_and_no_networks_are_refused_in_one_sentence():
    reward = {"kind": "reward", "reward": {"kind": "linear", "direction": [1, 0]}, "schedule": {"kind": "learned"}}
    with pytest.raises(GdvizError, match="allowed: cfg"):
        required_tasks(Experiment.parse({"target": MIXTURE, "guidance": reward, "w": [1]}))
    with pytest.raises(GdvizError, match="use an Experiment"):
        Learned().omega(flow_moment(0.4, 0.5))
