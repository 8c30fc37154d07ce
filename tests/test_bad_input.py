"""What a reader can get wrong in an Experiment, and the sentence that says so; one test each."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from experiments import SMALL, changed, with_reward

from gdviz import GdvizError, run
from gdviz.experiment import Experiment

NAN, INF = float("nan"), float("inf")
FIRST = "target.components.0"
KEYS = "format, target, guidance, score, sampler, measure, w, particles, frames, seed"
TARGETS = "checkerboard, circles, digits, gaussian_mixture, grid, letters, moons, pinwheel, points, ring, spiral, swiss_roll"
SAMPLERS = "ancestral, best_of_n, cfgig, churn, ddim, ddpm, dpmpp_2m, heun, pcg, smc, svdd"


def points(**fields: Any) -> dict[str, Any]:
    return {**changed("target", {"kind": "points", **fields}), "guidance": {"kind": "none"}}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in SMALL.items() if name != key}


def formula(text: str) -> dict[str, Any]:
    return with_reward({"kind": "expression", "expression": text})


def nested(depth: int) -> dict[str, Any]:
    reward: dict[str, Any] = {"kind": "expression", "expression": "1"}
    for _ in range(depth):
        reward = {"kind": "shift", "constant": 1, "of": reward}
    return with_reward(reward)


REFUSED = {
    # --- mixtures
    "NaN in a covariance": (
        changed(f"{FIRST}.covariance", [[NAN, 0], [0, 1]]),
        f"{FIRST}.covariance.0.0: found nan; it should be a finite number.",
    ),
    "infinite covariance": (
        changed(f"{FIRST}.covariance", [[1, 0], [0, INF]]),
        f"{FIRST}.covariance.1.1: found inf; it should be a finite number.",
    ),
    "asymmetric covariance": (
        changed(f"{FIRST}.covariance", [[1, 0.5], [0, 1]]),
        f"{FIRST}: found an asymmetric covariance; it must equal its transpose.",
    ),
    "covariance that is not positive definite": (
        changed(f"{FIRST}.covariance", [[1, 2], [2, 1]]),
        f"{FIRST}: found a covariance with eigenvalue -1; every eigenvalue must be positive.",
    ),
    "singular covariance": (
        changed(f"{FIRST}.covariance", [[1, 0], [0, 0]]),
        f"{FIRST}: found a covariance with eigenvalue 0; every eigenvalue must be positive.",
    ),
    "ragged covariance": (
        changed(f"{FIRST}.covariance", [[1, 0], [0]]),
        f"{FIRST}: found a mean of 2 numbers; the covariance must then have 2 rows of 2 numbers.",
    ),
    "zero weight": (changed(f"{FIRST}.weight", 0), f"{FIRST}.weight: found 0; it should be greater than 0."),
    "negative weight": (changed(f"{FIRST}.weight", -1), f"{FIRST}.weight: found -1; it should be greater than 0."),
    "a label that is a number": (changed(f"{FIRST}.label", 3), f"{FIRST}.label: found 3; it should be a valid string."),
    "components of two dimensions": (
        changed(FIRST, {"mean": [0], "covariance": [[1]]}),
        "target: found components of dimensions [1, 2]; all must have the same.",
    ),
    "no component": (changed("target.components", []), "target.components: found 0 of them; at least 1 must be listed."),
    "10^6 components": (
        changed("target.components", [{"mean": [0], "covariance": [[1]]}] * 10**6),
        "target.components: found 1000000 of them; at most 1,000 must be listed.",
    ),
    # --- points and shapes
    "10^6 atoms": (points(points=[[0, 0]] * 10**6), "target.points: found 1,000,000 entries; at most 20,000 points are allowed."),
    "10^6 atoms of a shape": (
        changed("target", {"kind": "swiss_roll", "n": 10**6}),
        "target.n: found 1000000; it should be less than or equal to 20000.",
    ),
    "no atom": (points(points=[]), "target.points: found 0 of them; at least 1 must be listed."),
    "an atom without coordinates": (points(points=[[]]), "target.points.0: found 0 of them; at least 1 must be listed."),
    "atoms of two dimensions": (
        points(points=[[0, 0], [1]]),
        "target: found points of 1 and of 2 numbers; all must have the same.",
    ),
    "fewer labels than atoms": (
        points(points=[[0], [1]], labels=["a"]),
        "target: found 2 points and 1 labels; give one for each point, or none.",
    ),
    "zero weight of an atom": (
        points(points=[[0], [1]], weights=[1, 0]),
        "target.weights.1: found 0; it should be greater than 0.",
    ),
    # --- w
    "empty w": (changed("w", []), "w: found 0 of them; at least 1 must be listed."),
    "duplicate w": (changed("w", [1, 2, 1.0]), "w: found 1 more than once; every w is listed once."),
    "duplicate zero": (changed("w", [0, -0.0]), "w: found 0 more than once; every w is listed once."),
    "infinite w": (changed("w", [0, INF]), "w.1: found inf; it should be a finite number."),
    "NaN w": (changed("w", [NAN]), "w.0: found nan; it should be a finite number."),
    "w beyond its bound": (changed("w", [1e7]), "w.0: found 10000000.0; it should be less than or equal to 1000000."),
    "a w that is no list": (changed("w", 1), "w: found 1; it should be a valid list."),
    "too many w": (changed("w", list(range(201))), "w: found 201 of them; at most 200 must be listed."),
    # --- counts
    "no steps": (changed("sampler.steps", 0), "sampler.steps: found 0; it should be greater than or equal to 2."),
    "10^9 steps": (changed("sampler.steps", 10**9), "sampler.steps: found 1000000000; it should be less than or equal to 20000."),
    "half a step": (
        changed("sampler.steps", 2.5),
        "sampler.steps: found 2.5; it should be a valid integer, got a number with a fractional part.",
    ),
    "10^12 particles": (
        changed("particles", 10**12),
        "particles: found 1000000000000; it should be less than or equal to 1000000.",
    ),
    "no particles": (changed("particles", 0), "particles: found 0; it should be greater than or equal to 2."),
    "negative seed": (changed("seed", -1), "seed: found -1; it should be greater than or equal to 0."),
    "another format": (changed("format", 2), "format: found 2; it should be 1."),
    "levels in the wrong order": (
        changed("sampler.levels", {"kind": "logit", "start": 0.1, "stop": 0.9}),
        "sampler.levels: found start 0.1 and stop 0.9; start must be the larger noise variance.",
    ),
    # --- keys and kinds
    "unknown key": (changed("steps", 3), f"steps: unknown key; allowed: {KEYS}."),
    "misspelt key": (changed("particels", 3), f"particels: unknown key (did you mean 'particles'?); allowed: {KEYS}."),
    "misspelt key inside": (
        changed("sampler.setps", 3),
        "sampler.setps: unknown key (did you mean 'steps'?); allowed: steps, levels, kind.",
    ),
    "unknown key deep inside": (
        changed(f"{FIRST}.colour", "red"),
        f"{FIRST}.colour: unknown key; allowed: weight, mean, covariance, label.",
    ),
    "key with control characters": (changed("\x1b[2J", 1), f"'\\x1b[2J': unknown key; allowed: {KEYS}."),
    "missing keys": (
        {},
        "target: missing; it is required. guidance: missing; it is required. w: missing; it is required.",
    ),
    "missing label": (changed("guidance", {"kind": "cfg"}), "guidance.label: missing; it is required."),
    "misspelt kind": (
        changed("sampler.kind", "ddpn"),
        f"sampler: found sampler kind 'ddpn' (did you mean 'ddpm'?); allowed: {SAMPLERS}.",
    ),
    "no kind": (changed("sampler", {"steps": 20}), f"sampler: found sampler kind None; allowed: {SAMPLERS}."),
    "a name in place of a target": (
        changed("target", "swiss_roll"),
        f"target: found 'swiss_roll'; a target is an object with a 'kind', one of: {TARGETS}.",
    ),
    "a list in place of an Experiment": ([1], "experiment: found [1]; an object is required."),
    "nothing": (None, "experiment: found None; an object is required."),
    "two things to measure": (
        changed("measure", {"label": "a", "reward": {"kind": "linear", "direction": [1, 0]}}),
        "measure: name exactly one of 'reward' and 'label'.",
    ),
    # --- expressions
    "an expression of 1 MB": (
        formula("x+" * 500_000 + "1"),
        "guidance.reward.expression: expression: found 1000001 characters; allowed are at most 2000.",
    ),
    "3000 parentheses": (
        formula("(" * 3000 + "x" + ")" * 3000),
        "guidance.reward.expression: expression: found 6001 characters; allowed are at most 2000.",
    ),
    "rewards in rewards": (nested(2000), "guidance.reward: found rewards nested deeper than 8; allowed are 8 levels."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_key_what_was_found_and_what_is_allowed(name):
    value, said = REFUSED[name]
    began = time.process_time()
    with pytest.raises(GdvizError) as caught:
        Experiment.parse(value)
    assert str(caught.value) == said
    assert time.process_time() - began < 5
    assert caught.value.__cause__ is None and caught.value.__suppress_context__, "no library's words behind ours"


NOT_IN_A_FILE = {"NaN in a covariance", "infinite covariance", "infinite w", "NaN w", "rewards in rewards"}
JSON_CAN_SAY = [name for name in REFUSED if name not in NOT_IN_A_FILE and name != "10^6 components"]  # a file of 50 MB


@pytest.mark.parametrize("name", JSON_CAN_SAY)
def test_a_file_is_refused_in_the_same_words(name):
    value, said = REFUSED[name]
    with pytest.raises(GdvizError) as caught:
        Experiment.from_json(json.dumps(value))
    assert str(caught.value) == said


@pytest.mark.parametrize("parentheses", [900, 41])
def test_many_parentheses_in_a_short_expression(parentheses):
    with pytest.raises(GdvizError, match=r"^guidance\.reward\.expression: expression.*parenthes"):
        Experiment.parse(formula("(" * parentheses + "x" + ")" * parentheses))


@pytest.mark.parametrize(
    "text",
    ["__import__", "__import__('os').system('touch gotcha')", "x.__class__", "open('a')", "lambda: 1", "[x for x in y]", "x[0]"],
)
def test_an_expression_is_no_python(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GdvizError, match=r"^guidance\.reward\.expression: expression column \d+: found .*; allowed are .*\.$"):
        Experiment.parse(formula(text))
    assert list(tmp_path.iterdir()) == []


# --- files that are no Experiment ----------------------------------------------------------------

TEXT = json.dumps(SMALL)
NOT_TEXT = "not JSON: found bytes or escapes that are not text; an Experiment is JSON in UTF-8."
TOO_DEEP = "not an Experiment: found JSON nested too deeply."

FILES: dict[str, tuple[str | bytes, str]] = {
    "cut off": (TEXT[:40], "not JSON: Unterminated string starting at line 1, column 34."),
    "empty": ("", "not JSON: Expecting value at line 1, column 1."),
    "a comma too many": ('{"w": [1,]}', "not JSON: Expecting value at line 1, column 10."),
    "Python's quotes": ("{'w': 1}", "not JSON: Expecting property name enclosed in double quotes at line 1, column 2."),
    "something behind": (TEXT + "\n]", "not JSON: Extra data at line 2, column 1."),
    "a key twice": (TEXT[:-1] + ', "seed": 1, "seed": 2}', "not strict JSON: found the key 'seed' twice in one object."),
    "a key twice inside": (
        TEXT.replace('"steps": 20', '"steps": 20, "steps": 30'),
        "not strict JSON: found the key 'steps' twice in one object.",
    ),
    "a key twice among 200,000": (
        "{" + ",".join(f'"k{i}":1' for i in range(200_000)) + ',"k5":2}',
        "not strict JSON: found the key 'k5' twice in one object.",
    ),
    "NaN": (TEXT.replace("0.3", "NaN", 1), "not strict JSON: found NaN; numbers must be finite."),
    "Infinity": (TEXT.replace("[0, 1], ", "[-Infinity], ", 1), "not strict JSON: found -Infinity; numbers must be finite."),
    "1e400": (TEXT.replace('"w": [0, 1]', '"w": [1e400]'), "w.0: found inf; it should be a finite number."),
    "5000 digits": (
        TEXT.replace('"w": [0, 1]', '"w": [' + "9" * 5000 + "]"),
        "not JSON that can be read: found a whole number of thousands of digits.",
    ),
    "100,000 brackets": ("[" * 100_000, TOO_DEEP),
    "5,000 objects": ('{"target":' * 5000 + "1" + "}" * 5000, TOO_DEEP),
    "half a character": (TEXT.replace('"a"', '"\\ud800"'), NOT_TEXT),
    "binary": (bytes(range(256)) * 100, NOT_TEXT),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", NOT_TEXT),
    "Latin-1": (TEXT.replace('"a"', '"\xe9"').encode("latin-1"), NOT_TEXT),
    "zeros": (b"\0" * 1000, "not JSON: Expecting value at line 1, column 1."),
    "a number": ("3", "experiment: found 3; an object is required."),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_experiment(name):
    text, said = FILES[name]
    began = time.process_time()
    with pytest.raises(GdvizError) as caught:
        Experiment.from_json(text)
    assert str(caught.value) == said
    assert time.process_time() - began < 5


def test_objects_nested_as_deep_as_json_allows():
    with pytest.raises(GdvizError, match=r"^target: found target kind None"):
        Experiment.from_json('{"target":' * 900 + "1" + "}" * 900)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_in_any_unicode_encoding_is_read(encoding):
    assert Experiment.from_json(TEXT.encode(encoding)) == Experiment.parse(SMALL)
    assert Experiment.from_json("\ufeff" + TEXT) == Experiment.parse(SMALL)


# --- parts that do not fit each other ------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (changed("guidance.label", "c"), "guidance.label: found 'c'; allowed: a, b."),
        (changed("measure", {"label": "c"}), "measure.label: found 'c'; allowed: a, b."),
        (
            {**changed("particles", 10**6), "w": list(range(200))},
            "particles: found 200 w x 1000000 particles x 2 dimensions; their product may be at most 50,000,000.",
        ),
        (
            formula("exp(x5)"),
            "guidance.reward.expression column 5: found 'x5', which needs points with at least 6 coordinates; allowed are in 2 "
            "dimensions the names x, y, x0, x1, radius, theta.",
        ),
        (
            with_reward({"kind": "exp", "of": {"kind": "linear", "direction": [1, 0, 0]}}),
            "guidance.reward.of.direction: found 3 numbers, but points have 2; give 2.",
        ),
        (
            with_reward({"kind": "linear", "direction": [1, 0]}),
            'reward kind \'linear\' gives R = log r; wrap it as {"kind": "exp", "strength": 1, "of": {...}}.',
        ),
        (
            with_reward({"kind": "exp", "strength": 1e300, "of": {"kind": "linear", "direction": [1, 0]}}),
            "guidance.reward: found E r beyond what numbers can hold; give it a smaller strength or direction.",
        ),
    ],
    ids=["unknown label", "unknown label to measure", "too much to hold", "coordinate", "length", "bare potential", "overflow"],
)
def test_parts_that_do_not_fit_are_refused_before_anything_runs(value, said):
    with pytest.raises(GdvizError) as caught:
        run(value)
    assert str(caught.value) == said
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_reward_that_is_not_positive_is_refused_with_the_place_and_two_repairs():
    with pytest.raises(GdvizError) as caught:
        run(formula("x"))
    text = str(caught.value)
    assert text.startswith("guidance.reward: found r = -") and " at (-" in text
    repairs = [
        json.loads(part)
        for part in (text[text.index('{"kind": "exp"') :].split(", or add")[0], text[text.index('{"kind": "shift"') : -1])
    ]
    for repair in repairs:
        assert run(with_reward(repair)).complete, "a repair can be pasted"


def test_paths_too_large_to_keep_are_refused_before_anything_runs():
    value = {**changed("particles", 200_000), "w": list(range(20)), "frames": 400}
    value["sampler"]["steps"] = 1000
    began = time.process_time()
    with pytest.raises(GdvizError) as caught:
        run(value, frame_particles=200_000)
    assert str(caught.value) == (
        "frames: found 20 w x 200000 particles x 400 frames x 2 dimensions to keep; their product may be at most 250,000,000."
    )
    assert time.process_time() - began < 10


@pytest.mark.parametrize("device", ["tpu", "", "cuda:0", "CPU"])
def test_an_unknown_device(device):
    with pytest.raises(GdvizError) as caught:
        run(SMALL, device=device)
    assert str(caught.value) == f"device: found {device!r}; allowed: auto, cpu, cuda, mps."


# --- extreme but allowed -------------------------------------------------------------------------


def test_one_atom_runs():
    result = run(points(points=[[1, -2]]))
    assert all(row.nonfinite == 0 for row in result.rows)
    assert abs(result.samples - [1, -2]).max() < 0.5, "twenty steps end near the atom"


def test_one_atom_with_its_label_is_certain():
    value = {**points(points=[[1, -2]], labels=["b"]), "guidance": {"kind": "cfg", "label": "b"}}
    assert [(row.mean_reward, row.mean_reciprocal) for row in run(value).rows] == [(1, 1), (1, 1)]


@pytest.mark.slow
def test_a_w_of_a_million_is_reported_as_particles_that_overflow():
    result = run(changed("w", [0, 1e6, -1e6, 1]))
    assert [row.nonfinite for row in result.rows] == [0, 100, 100, 0]
    assert [row.mean_reward is None for row in result.rows] == [False, True, True, False]
    assert "NaN" not in result.to_json()


@pytest.mark.parametrize("text", ["exp(1e4*x)", "exp(1e12*x)", "exp(1e30*x)", "exp(-1e30*x**2)", "1e-30"])
def test_a_reward_near_the_end_of_numbers_still_gives_strict_json(text):
    assert json.loads(run(formula(text)).to_json(), parse_constant=pytest.fail)["rows"]


@pytest.mark.parametrize(
    ("path", "value"), [("sampler.steps", 2), ("particles", 2), ("frames", 2), ("frames", 400), ("w", [-1e6])]
)
def test_the_bounds_themselves_run(path, value):
    assert json.loads(run(changed(path, value)).to_json(), parse_constant=pytest.fail)["complete"]
