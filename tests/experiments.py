"""Small Experiments for tests, and a strategy that makes random ones from the schema."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from gdviz.experiment import FAMILIES
from gdviz.schema import experiment_schema

SMALL: dict[str, Any] = {
    "format": 1,
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"weight": 0.5, "mean": [0, 0], "covariance": [[1, 0], [0, 1]], "label": "a"},
            {"weight": 0.5, "mean": [2, 0], "covariance": [[0.3, 0], [0, 0.3]], "label": "b"},
        ],
    },
    "guidance": {"kind": "cfg", "label": "b"},
    "sampler": {"kind": "ddpm", "steps": 20},
    "w": [0, 1],
    "particles": 100,
    "frames": 5,
}


def changed(path: str, value: Any, of: dict[str, Any] = SMALL) -> dict[str, Any]:
    """The small Experiment with one entry set, as in changed("target.components.0.weight", -1)."""
    whole = copy.deepcopy(of)
    *way, last = path.split(".")
    node: Any = whole
    for part in way:
        node = node[int(part)] if isinstance(node, list) else node[part]
    node[int(last) if isinstance(node, list) else last] = value
    return whole


def with_reward(reward: dict[str, Any]) -> dict[str, Any]:
    return changed("guidance", {"kind": "reward", "reward": reward})


# --- random ones ---------------------------------------------------------------------------------

SCHEMA = experiment_schema()
LABELS = st.sampled_from(["a", "b", "class 1", "Ω", "[/x]", "\N{ZERO WIDTH JOINER}"])
EXPRESSIONS = st.sampled_from(["1", "exp(-x**2)", "0.05 + exp(-((x-2)**2 + (y-1)**2)/8)", "1 if x > 0 else 2"])
BY_NAME = {"label": LABELS, "expression": EXPRESSIONS, "text": st.sampled_from(["a", "gd", "abc"])}


def numbers(node: dict[str, Any]) -> st.SearchStrategy[float]:
    low = node.get("minimum", node.get("exclusiveMinimum"))
    high = node.get("maximum", node.get("exclusiveMaximum"))
    if node["type"] == "integer":
        return st.integers(low, high)
    return st.floats(
        low,
        high,
        allow_nan=False,
        allow_infinity=False,
        exclude_min="exclusiveMinimum" in node,
        exclude_max="exclusiveMaximum" in node,
    )


def values(node: dict[str, Any], depth: int = 2, name: str = "") -> st.SearchStrategy[Any]:
    """Values that a schema node allows; rewards and scores nest at most so deep."""
    if name in BY_NAME and "anyOf" not in node:
        return BY_NAME[name]
    if "anyOf" in node:
        return st.one_of([values(choice, depth, name) for choice in node["anyOf"]])
    if "oneOf" in node:
        names = [choice["$ref"].rpartition("/")[2] for choice in node["oneOf"]]
        flat = [name for name in names if depth > 0 or not nests(name)]
        return st.one_of([values(SCHEMA["$defs"][name], depth - 1) for name in flat])
    if "$ref" in node:
        return st.deferred(lambda: values(SCHEMA["$defs"][node["$ref"].rpartition("/")[2]], depth))
    if "const" in node or "enum" in node:
        return st.sampled_from(node.get("enum", [node.get("const")]))
    if node["type"] == "object":
        required = set(node.get("required", ()))
        fields = {key: values(field, depth, key) for key, field in node["properties"].items()}
        return st.fixed_dictionaries(
            {key: field for key, field in fields.items() if key in required},
            optional={key: field for key, field in fields.items() if key not in required},
        )
    if node["type"] == "array":
        least, most = node.get("minItems", 0), min(node.get("maxItems", 4), 4)
        item = node["items"]
        unique = name == "w"
        return st.lists(values(item, depth, name if name == "labels" else ""), min_size=least, max_size=most, unique=unique)
    if node["type"] == "string":
        return st.from_regex(node["pattern"], fullmatch=True) if "pattern" in node else LABELS
    return st.none() if node["type"] == "null" else numbers(node)


def nests(name: str) -> bool:
    """Whether a kind, as in "reward.exp", holds members of its own family."""
    return f'"#/$defs/{name.partition(".")[0]}"' in json.dumps(SCHEMA["$defs"][name])


@st.composite
def mixtures(draw: Any) -> dict[str, Any]:
    """Gaussian mixtures with random full covariances A A^T + I / 10."""
    d = draw(st.integers(1, 3))
    number = st.floats(-5, 5).map(lambda x: round(x, 3))
    components = []
    for _ in range(draw(st.integers(1, 3))):
        a = [[draw(number) for _ in range(d)] for _ in range(d)]
        covariance = [[sum(a[i][k] * a[j][k] for k in range(d)) + (i == j) / 10 for j in range(d)] for i in range(d)]
        component: dict[str, Any] = {"mean": [draw(number) for _ in range(d)], "covariance": covariance}
        component |= draw(st.fixed_dictionaries({}, optional={"weight": st.floats(1e-3, 1e3), "label": LABELS | st.none()}))
        components.append(component)
    return {"kind": "gaussian_mixture", "components": components}


@st.composite
def points(draw: Any) -> dict[str, Any]:
    d, n = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    made: dict[str, Any] = {
        "kind": "points",
        "points": draw(st.lists(st.lists(st.floats(-9, 9), min_size=d, max_size=d), min_size=n, max_size=n)),
    }
    optional = {"labels": LABELS | st.none(), "weights": st.floats(1e-3, 1e3)}
    for key, item in optional.items():
        if draw(st.booleans()):
            made[key] = draw(st.lists(item, min_size=n, max_size=n))
    return made


@st.composite
def several(draw: Any) -> dict[str, Any]:
    """Two methods at once, of two kinds: with all kinds inside each other nothing small would come out."""
    kinds = st.sampled_from(["cfg", "apg"])
    parts = [{"guidance": draw(values(SCHEMA["$defs"][f"guidance.{draw(kinds)}"]))} for _ in range(2)]
    return {"kind": "both", "parts": [{**part, "weight": draw(st.floats(-9, 9))} for part in parts]}


def is_accepted(family: Any, value: Any) -> bool:
    """Whether the fields fit each other, which the schema cannot say."""
    try:
        family.parse(value)
    except ValueError:
        return False
    return True


@cache
def members(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Random members of a family, of every kind."""
    family = next(family for family in FAMILIES if family.name == name)
    special = {"target": {"gaussian_mixture": mixtures(), "points": points()}, "guidance": {"both": several()}}.get(name, {})
    kinds = [special[kind] if kind in special else values(SCHEMA["$defs"][f"{name}.{kind}"]) for kind in family.kinds]
    return st.one_of(kinds).filter(lambda value: is_accepted(family, value))


@st.composite
def experiments(draw: Any) -> dict[str, Any]:
    """Random descriptions that parse; whether their parts fit each other shows when they are built."""
    made: dict[str, Any] = {"target": draw(members("target")), "guidance": draw(members("guidance"))}
    for key in ("sampler", "score"):
        if draw(st.booleans()):
            made[key] = draw(members(key))
    rest = {key: values(SCHEMA["properties"][key], 2, key) for key in ("particles", "frames", "seed", "format")}
    measure = (
        st.none()
        | st.builds(lambda label: {"label": label}, LABELS)
        | st.builds(lambda reward: {"reward": reward}, members("reward"))
    )
    made |= draw(st.fixed_dictionaries({"w": values(SCHEMA["properties"]["w"], name="w")}, optional={**rest, "measure": measure}))
    return made
