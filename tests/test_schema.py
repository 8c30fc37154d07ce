"""The public schema says what the program accepts: no more, no less, and every bound of it."""

from __future__ import annotations

import doctest
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from experiments import SMALL, changed, experiments
from hypothesis import HealthCheck, given, settings

from gdviz import presets, schema
from gdviz.errors import GdvizError
from gdviz.experiment import FAMILIES, Experiment
from gdviz.family import Described

SCHEMA = schema.experiment_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
DATA = Path(__file__).parent / "data"


def agrees(value: Any) -> bool:
    return VALIDATOR.is_valid(value)


def test_it_is_a_schema_and_its_references_lead_somewhere():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA, allow_nan=False)) == SCHEMA
    text = json.dumps(SCHEMA)
    assert "x-family" not in text
    references = {part.split('"')[0] for part in text.split('"$ref": "#/$defs/')[1:]}
    assert references <= set(SCHEMA["$defs"])


def test_every_kind_of_every_family_is_in_it_with_its_card():
    for family in FAMILIES:
        listed = {choice["$ref"] for choice in SCHEMA["$defs"][family.name]["oneOf"]}
        assert listed == {f"#/$defs/{family.name}.{name}" for name in family.kinds}
        for name, kind in family.kinds.items():
            entry = SCHEMA["$defs"][f"{family.name}.{name}"]
            assert (entry["title"], entry["description"]) == (kind.card.title, kind.card.idea)
            assert entry["additionalProperties"] is False and "kind" in entry["required"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(experiments())
def test_what_is_accepted_and_what_is_written_agree_with_it(value):
    VALIDATOR.validate(value)
    VALIDATOR.validate(Experiment.parse(value).model_dump(mode="json"))


def test_the_presets_and_the_reference_cases_agree_with_it():
    for name in presets.names():
        VALIDATOR.validate(presets.load(name).experiment.model_dump(mode="json"))
    for path in DATA.glob("*.json"):
        if not path.name.endswith(".expected.json"):
            VALIDATOR.validate(json.loads(path.read_text()))


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {**SMALL, "wieght": 1},
        changed("sampler", {"steps": 20}),
        changed("sampler.kind", "ddmp"),
        changed("sampler.setps", 3),
        changed("target.components.0.weight", 0),
        changed("w", []),
        changed("w", [0] * 201),
        changed("measure", {"colour": 1}),
        changed("format", 2),
    ],
)
def test_what_it_refuses_the_program_refuses(value):
    assert not agrees(value)
    with pytest.raises(GdvizError):
        Experiment.parse(value)


# --- every bound ---------------------------------------------------------------------------------


def bounds() -> Iterator[tuple[str, str, dict[str, Any], float, str]]:
    """Each (owner, field, its schema, a value just outside or at a bound, "inside" or "outside")."""
    for owner, node in [("Experiment", SCHEMA), *SCHEMA["$defs"].items()]:
        for name, field in node.get("properties", {}).items():
            for choice in field.get("anyOf", [field]):
                step = 1 if choice.get("type") == "integer" else 1e-9
                for key, sign in (("minimum", -1), ("maximum", 1), ("exclusiveMinimum", -1), ("exclusiveMaximum", 1)):
                    if key in choice:
                        bound = choice[key]
                        yield owner, name, node, bound + sign * step * max(1, abs(bound)), "outside"
                        yield owner, name, node, bound, "outside" if key.startswith("exclusive") else "inside"


CASES = list(bounds())


def parts(base: type[Described]) -> dict[str, type[Described]]:
    """Everything that is described in an Experiment, by the name of its class."""
    found = {child.__name__: child for child in base.__subclasses__()}
    return {**found, **{name: part for child in found.values() for name, part in parts(child).items()}}


def field_errors(owner: str, name: str, value: Any) -> list[Any]:
    """What the program says about one field of a description of that owner, all else left out."""
    from pydantic import ValidationError

    family, _, kind = owner.partition(".")
    model = parts(Described)[owner] if not kind else next(f for f in FAMILIES if f.name == family).kinds[kind]
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        return [item for item in error.errors() if item["loc"][:1] == (name,)]
    return []


@pytest.mark.parametrize(
    ("owner", "name", "node", "value", "side"), CASES, ids=lambda v: str(v) if isinstance(v, str | float | int) else ""
)
def test_a_bound_of_the_schema_is_the_one_enforced(owner, name, node, value, side):
    refused = bool(field_errors(owner, name, value))
    assert refused == (side == "outside")
    entry = jsonschema.Draft202012Validator({**node["properties"][name], "$defs": SCHEMA["$defs"]})
    assert entry.is_valid(value) == (side == "inside")


def test_there_are_bounds_to_check():
    owners = {owner for owner, *_ in CASES}
    assert {"Experiment", "Component", "sampler.ddpm", "levels.logit", "target.ring"} <= owners
    assert len(CASES) > 100


def test_every_default_is_the_one_used():
    """A description that names its defaults is the one that leaves them out."""
    for family in FAMILIES:
        for name, kind in family.kinds.items():
            entry = SCHEMA["$defs"][f"{family.name}.{name}"]["properties"]
            defaults = {key: field["default"] for key, field in entry.items() if "default" in field and key != "kind"}
            for example in ({"kind": name, **fields} for fields in kind.examples[:1]):
                assert family.parse({**defaults, **example}) == family.parse(example)
                assert set(entry) - set(defaults) - {"kind"} <= set(example), "what has no default is required"


# --- the table -----------------------------------------------------------------------------------


def test_every_field_has_its_line():
    lines = schema.field_lines(SCHEMA)
    assert len(lines) == len(set(lines))
    shared = {(line.of.removeprefix("every "), line.field) for line in lines if line.of.startswith("every ")}
    single = {(line.of, line.field) for line in lines}
    for owner, node in [("Experiment", SCHEMA), *SCHEMA["$defs"].items()]:
        for name in set(node.get("properties", {})) - {"kind"}:
            assert ((owner, name) in single) != ((owner.partition(".")[0], name) in shared), (owner, name)


def test_the_words_for_bounds():
    assert doctest.testmod(schema).failed == 0
    lines = {(line.of, line.field): (line.default, line.allowed) for line in schema.field_lines(SCHEMA)}
    assert lines["Experiment", "particles"] == ("`4000`", "integer, 2 to 1,000,000")
    assert lines["every sampler", "steps"] == ("`400`", "integer, 2 to 20,000")
    assert lines["Component", "weight"] == ("`1.0`", "number, above 0, at most 1e12")
    assert lines["Experiment", "measure"] == ("`null`", "Measure; or null")
