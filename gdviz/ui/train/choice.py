"""What the Train page trains: a scene, what of it is learned, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st
from pydantic import ValidationError

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment, explain
from gdviz.networks import Recipe
from gdviz.scores.exact import Exact
from gdviz.scores.network import Network
from gdviz.training import Task, check_memory
from gdviz.training.problem import FEW
from gdviz.ui.parts.field_errors import FieldErrors
from gdviz.ui.parts.forms import edit_fields
from gdviz.ui.parts.page_memory import Memory, page_memory
from gdviz.ui.parts.required_networks import tasks_of
from gdviz.ui.parts.subject import asked_for, pick, write_address
from gdviz.ui.train.data import effective_share

ALL = "all"
WORDS = {
    ALL: "All that this scene needs",
    "score": "Score of p(x)",
    "conditional": "Scores of p(x) and p(x | label), one network",
    "tilted": "Reward-tilted score",
    "classifier": "Classifier of noised points, log p(label | x)",
}


@dataclass(frozen=True)
class TrainChoice:
    """The trainings that the Train button starts, each after the one that it starts from.

    Attributes
    ----------
    tasks : tuple of Task
    problem : str
        Why nothing can be trained as it is chosen, in one sentence that begins with the field; empty where it can.
    """

    tasks: tuple[Task, ...]
    problem: str = ""


def choose() -> TrainChoice:
    """The widgets, and what they ask for; what is refused of the recipe is said below its field too."""
    memory = page_memory("train", _from_address)
    one, two, three, four = st.columns([4, 4, 2, 2])
    picked, base = pick(memory, one, "train.subject")
    options = possible(base)
    start = options.index(memory["what"]) if memory["what"] in options else 0
    what = two.selectbox("Train", options, index=start, format_func=WORDS.__getitem__, key=f"train.what.{picked}")
    memory["what"] = what
    subject = f"{picked}.{base.id[:8]}"
    how = memory["how"].get(subject) or _own(base) or memory["last"]
    steps = three.number_input("Steps", 1, 1_000_000, how["steps"], step=500, key=f"train.steps.{subject}")
    seed = four.number_input("Seed", 0, None, how["seed"], step=1, key=f"train.seed.{subject}")
    write_address(picked, base)
    with st.expander("Recipe: network and training", icon=":material/tune:"):
        errors = FieldErrors(st.empty())
        recipe = edit_fields(Recipe, how["recipe"], f"train.recipe.{subject}", path="recipe", errors=errors)
    memory["how"][subject] = memory["last"] = {"steps": steps, "seed": seed, "recipe": recipe}
    try:
        score = Network.model_validate(memory["last"])
        with st.spinner("Looking what this scene needs", show_time=False):
            tasks = wanted(base, what, score)
            for task in tasks:
                check_memory(task)
    except (GdvizError, ValidationError) as error:
        words = str(error) if isinstance(error, GdvizError) else explain(error)
        if words.startswith("recipe"):
            errors.refuse(words)
        return TrainChoice((), words)
    return TrainChoice(tasks)


def _own(experiment: Experiment) -> dict[str, Any] | None:
    """How the scene itself says that its network is trained."""
    score = experiment.score
    return score.model_dump(mode="json", exclude={"kind"}) if isinstance(score, Network) else None


def possible(experiment: Experiment) -> list[str]:
    """What can be learned of a scene."""
    labels = bool(_labels(experiment.target.model_dump_json(), experiment))
    reward = getattr(experiment.guidance, "reward", None) is not None
    return [ALL, "score", *["conditional"] * labels, *["tilted"] * reward, *["classifier"] * labels]


def wanted(experiment: Experiment, what: str, score: Network) -> tuple[Task, ...]:
    """The trainings behind a choice.

    Raises
    ------
    GdvizError
        If the scene's parts do not fit each other.
    """
    if what == ALL:
        own = not isinstance(experiment.score, (Exact, Network))  # by part, say: its networks have recipes of their own
        return tasks_of((experiment if own else experiment.model_copy(update={"score": score})).canonical())
    plain: dict[str, Any] = {"target": experiment.target, "what": what}
    if what == "tilted":
        cost = getattr(experiment.guidance, "form", "reward") == "cost"
        plain |= {"reward": getattr(experiment.guidance, "reward", None), "cost": cost}
    task = Task(**plain, recipe=score.recipe, steps=score.steps, seed=score.seed)
    return (task,) if task.base is None else (task.base, task)


def say_what_is_used(tasks: tuple[Task, ...]) -> None:
    """Before a training starts: whether the density is used, and how much of the data a reward leaves."""
    if any(task.recipe.objective == "exact" for task in tasks):
        words = "This recipe **uses the known density**: its targets are the exact noise, for comparison."
        st.info(words, icon=":material/info:")
    for task in tasks:
        if task.reward is None:
            continue
        share = effective_share(task.canonical())
        r = "1/r" if task.cost else "r"
        words = (
            f"Effective sample size of the reward, (E {r})² / E {r}²: **{100 * share:.3g} % of the data**, "
            f"about {max(1, round(share * task.recipe.batch))} of the {task.recipe.batch:,} points of a step."
        )
        if share < FEW:
            st.warning(
                f"{words} That is below {100 * FEW:.0f} %: few points decide what is learned, and it will be noisy. "
                "A gentler reward or a larger batch helps.",
                icon=":material/warning:",
            )
        else:
            st.caption(f":material/balance: {words}")


@st.cache_data(max_entries=64, show_spinner=False)
def _labels(text: str, _experiment: Experiment) -> tuple[str, ...]:
    try:
        return _experiment.target.build().labels
    except GdvizError:
        return ()


def _from_address() -> Memory:
    return {"what": ALL, "how": {}, "last": Network().model_dump(mode="json", exclude={"kind"}), **asked_for()}
