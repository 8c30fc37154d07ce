"""What is read off the samples, when it is not what guides."""

from __future__ import annotations

from gdviz.experiment import Built, Experiment
from gdviz.guidance.reward import where_mass_is
from gdviz.misfit import placed
from gdviz.rewards import Reward, RewardContext, build_reward, check_positive
from gdviz.rewards.class_probability import ClassProbability


def measured_reward(experiment: Experiment, built: Built) -> Reward | None:
    """What is read off in place of the plan's reward; a typed one is checked to be positive where the target has mass."""
    measure, law = experiment.measure, built.law
    if measure is None:
        return None
    context = RewardContext(law.dimension, law.log_posterior, law.labels)
    with placed("measure", measure):
        if measure.label is not None:
            return ClassProbability(label=measure.label).build(context)
        assert measure.reward is not None
        reward = build_reward(measure.reward, context)
        check_positive(reward, where_mass_is(law), measure.reward)
        return reward
