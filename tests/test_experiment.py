"""An Experiment survives every way out and in, and its id is its content."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from experiments import SMALL, changed, experiments, with_reward
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gdviz.errors import GdvizError
from gdviz.experiment import FAMILIES, Experiment, explain

few = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


# --- round trips ---------------------------------------------------------------------------------


@pytest.mark.slow
@few
@given(experiments())
def test_an_experiment_survives_every_way_out_and_in(value):
    first = Experiment.parse(value)
    ways = [
        Experiment.parse(first.model_dump(mode="json")),
        Experiment.from_json(first.canonical()),
        Experiment.from_json(first.canonical().encode()),
        Experiment.from_json(json.dumps(value)),
        Experiment.from_json(json.dumps(first.model_dump(mode="json"), indent=3, ensure_ascii=False)),
    ]
    for again in ways:
        assert again == first
        assert again.canonical() == first.canonical()
        assert again.id == first.id


@pytest.mark.slow
@few
@given(experiments(), st.integers())
def test_the_order_of_keys_is_nothing(value, seed):
    shuffled = shuffle(value, random.Random(seed))
    assert shuffled == value
    assert Experiment.parse(shuffled).id == Experiment.parse(value).id


def shuffle(value: Any, order: random.Random) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: shuffle(value[key], order) for key in keys}
    return [shuffle(item, order) for item in value] if isinstance(value, list) else value


@few
@given(experiments(), st.data())
def test_any_change_changes_the_id(value, data):
    """Any leaf of the filled-in description, changed to something that is also allowed and not the same."""
    first = Experiment.parse(value)
    whole = first.model_dump(mode="json")
    path = data.draw(st.sampled_from([way for way in leaves(whole) if way[-1] not in ("format", "kind")]))
    other = copy.deepcopy(whole)
    node = other
    for part in path[:-1]:
        node = node[part]
    old = node[path[-1]]
    node[path[-1]] = data.draw(st.sampled_from(alternatives(old)))
    try:
        second = Experiment.parse(other)
    except GdvizError:
        return
    assert (second.id == first.id) == (second == first)
    if second.model_dump(mode="json") != whole:
        assert second.id != first.id, path


def leaves(node: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [leaf for key, value in inner for leaf in leaves(value, (*way, key))] or [way]


def alternatives(old: Any) -> list[Any]:
    if isinstance(old, bool) or old is None:
        return ["a", 1, 0.5]
    if isinstance(old, str):
        return [old + "x", "b", "falling", "cost"]
    return [old + 1, old / 2, -old, old * (1 + 1e-15), 0.0, -0.0]


def test_defaults_are_filled_in_before_hashing():
    short, long = Experiment.parse(SMALL), Experiment.parse(Experiment.parse(SMALL).model_dump(mode="json"))
    assert short.id == long.id
    assert '"seed":0' in short.canonical() and '"score":{"kind":"exact"}' in short.canonical()
    assert short.canonical().isascii() and "NaN" not in short.canonical()


def test_zero_has_no_sign():
    one, other = (Experiment.parse(changed("target.components.0.mean", [zero, 1])) for zero in (0.0, -0.0))
    assert one == other and one.id == other.id
    assert Experiment.parse(changed("w", [-0.0, 1])).id == Experiment.parse(changed("w", [0, 1])).id


def test_the_id_is_pinned():
    """Links and stored scenes live by it: it may only change when the format's meaning does."""
    fixed = Experiment.parse({**SMALL, "measure": None})
    assert fixed.canonical() == (
        '{"format":1,"frames":5,"guidance":{"kind":"cfg","label":"b","schedule":{"kind":"constant"}},"measure":null,"particles":100,'
        '"sampler":{"kind":"ddpm","levels":{"c0":2.0,"c1":4.0,"kind":"logit","start":null,"stop":null},"steps":20},'
        '"score":{"kind":"exact"},"seed":0,"target":{"components":[{"covariance":[[1.0,0.0],[0.0,1.0]],"label":"a","mean":[0.0,0.0],'
        '"weight":0.5},{"covariance":[[0.3,0.0],[0.0,0.3]],"label":"b","mean":[2.0,0.0],"weight":0.5}],"kind":"gaussian_mixture"},'
        '"w":[0.0,1.0]}'
    )
    assert fixed.id == "ec02f664cf50c9507998e2bf1911dfee6ac2e8920bf1234043901472d51f1e8d"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_example_of_every_kind_survives(family):
    for name, kind in family.kinds.items():
        for example in (*kind.examples, *getattr(kind, "line_examples", ())):
            first = family.parse({"kind": name, **example})
            assert family.parse(json.loads(json.dumps(first.model_dump(mode="json")))) == first


def test_an_experiment_is_frozen():
    experiment = Experiment.parse(SMALL)
    with pytest.raises(ValidationError, match="frozen"):
        experiment.seed = 3
    with pytest.raises(ValidationError, match="frozen"):
        experiment.target.components[0].weight = 3
    assert Experiment.parse(experiment) is experiment


def test_every_listed_w_is_run_and_zero_too():
    assert Experiment.parse(changed("w", [2, -1])).all_w == (0, 2, -1)
    assert Experiment.parse(changed("w", [2, 0, -1])).all_w == (2, 0, -1)


# --- sentences -----------------------------------------------------------------------------------


def refusal(value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Experiment.model_validate(value)
    return explain(caught.value)


def test_a_mistake_is_one_sentence_that_names_the_key():
    assert refusal(changed("target.components.1.weight", "heavy")) == (
        "target.components.1.weight: found 'heavy'; it should be a valid number, unable to parse string as a number."
    )


def test_several_mistakes_are_all_told_in_the_order_of_the_file():
    value = changed("particles", 0)
    value["frames"], value["seed"] = "x", -1
    sentences = refusal(value).split(". ")
    assert [sentence.partition(":")[0] for sentence in sentences] == ["particles", "frames", "seed"]


def test_more_than_five_mistakes_are_counted():
    text = refusal(changed("w", [float("nan")] * 12))
    assert text.count("w.") == 5
    assert text.endswith(" And 7 more.")


def test_a_mistake_in_a_part_is_not_told_of_the_whole_again():
    assert refusal(with_reward({"kind": "exp", "of": {"kind": "linear", "direction": ["x"]}})).count(":") == 1


@pytest.mark.parametrize(
    "value",
    [changed("seed", "x" * 10_000), changed("sampler", ["y" * 100] * 5000), changed("target", {"kind": {"a": [1] * 10**6}})],
)
def test_what_was_found_is_shown_in_part(value):
    assert len(refusal(value)) < 400


def test_parts_that_do_not_fit_are_refused_when_built():
    for value, said in [
        (changed("guidance.label", "c"), "guidance.label: found 'c'; allowed: a, b."),
        (
            {**changed("particles", 10**6), "w": list(range(60))},
            "particles: found 60 w x 1000000 particles x 2 dimensions; their product may be at most 50,000,000.",
        ),
    ]:
        with pytest.raises(GdvizError) as caught:
            Experiment.parse(value).build()
        assert str(caught.value) == said
