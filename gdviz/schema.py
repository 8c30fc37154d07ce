"""The public JSON schema of an Experiment, families resolved; and the same as one table of fields."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NamedTuple

from gdviz.experiment import FAMILIES, Experiment
from gdviz.family import Family

Schema = dict[str, Any]


def experiment_schema() -> Schema:
    """JSON schema (draft 2020-12) of format 1: every kind of every family under ``$defs``."""
    schema = Experiment.model_json_schema()
    definitions: Schema = schema.setdefault("$defs", {})
    for family in FAMILIES:
        definitions[family.name] = _one_of(family, definitions)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_link(schema)}


def _one_of(family: Family, definitions: Schema) -> Schema:
    members = []
    for name, kind in family.kinds.items():
        member = kind.model_json_schema()
        definitions.update(member.pop("$defs", {}))
        member["required"] = sorted({*member.get("required", ()), "kind"})
        member["title"], member["description"] = kind.card.title, kind.card.idea
        definitions[f"{family.name}.{name}"] = member
        members.append({"$ref": f"#/$defs/{family.name}.{name}"})
    return {"oneOf": members}


def _link(node: Any) -> Any:
    """Replace the family marks that pydantic leaves by references."""
    if isinstance(node, dict):
        family = node.get("x-family")
        rest = {key: _link(value) for key, value in node.items() if key != "x-family"}
        return {**rest, "$ref": f"#/$defs/{family}"} if isinstance(family, str) else rest
    return [_link(item) for item in node] if isinstance(node, list) else node


# --- the table -----------------------------------------------------------------------------------


class FieldLine(NamedTuple):
    """One field: what it belongs to, its name, its default and its bounds in words, and what it is."""

    of: str
    field: str
    default: str
    allowed: str
    meaning: str


def field_lines(schema: Schema) -> list[FieldLine]:
    """Every field of the Experiment and of every kind; what all kinds of a family share is one line.

    The `kind` that picks a kind is no line of its own.
    """
    lines = []
    for of, node in [("Experiment", schema), *schema["$defs"].items()]:
        required = node.get("required", ())
        for name, field in node.get("properties", {}).items():
            if name != "kind":
                default = "required" if name in required else _default(field)
                lines.append(FieldLine(of, name, default, allowed(field), field.get("description", "")))
    for family in FAMILIES:
        own = [line for line in lines if line.of.startswith(f"{family.name}.")]
        same = Counter(line[1:] for line in own)
        shared = [line for line in own if same[line[1:]] == len(family.kinds) > 1]
        if shared:
            first = lines.index(shared[0])
            lines[first:first] = [FieldLine(f"every {family.name}", *rest) for rest in dict.fromkeys(line[1:] for line in shared)]
            lines = [line for line in lines if line not in shared]
    return lines


def allowed(node: Schema) -> str:
    """What a schema node allows, in words.

    >>> allowed({"type": "integer", "minimum": 2, "maximum": 20000})
    'integer, 2 to 20,000'
    >>> allowed({"type": "array", "minItems": 1, "maxItems": 64, "items": {"type": "number", "exclusiveMinimum": 0}})
    '1 to 64 of (number, above 0)'
    >>> allowed({"anyOf": [{"$ref": "#/$defs/reward"}, {"type": "null"}]})
    'reward; or null'
    """
    if "anyOf" in node:
        return "; or ".join(allowed(choice) for choice in node["anyOf"])
    if "$ref" in node:
        return str(node["$ref"].rpartition("/")[2])
    if "const" in node or "enum" in node:
        return " or ".join(f"`{json.dumps(value)}`" for value in node.get("enum", [node.get("const")]))
    if node["type"] == "array":
        count = _span(node.get("minItems"), node.get("maxItems")) or "list"
        return f"{count} of ({allowed(node['items'])})"
    if node["type"] == "string":
        length = _span(node.get("minLength"), node.get("maxLength"))
        return f"text, {length} characters" if length else "text"
    strict = [f"{word} {_number(node[key])}" for word, key in _STRICT.items() if key in node]
    span = _span(node.get("minimum"), node.get("maximum"))
    return ", ".join(part for part in (node["type"], *strict, span) if part)


_STRICT = {"above": "exclusiveMinimum", "below": "exclusiveMaximum"}


def _default(field: Schema) -> str:
    """A field's default; of an object no more than its kind, since its own fields have lines of their own."""
    value = field.get("default")
    if isinstance(value, dict):
        value = {key: value[key] for key in value if key == "kind"}
    return f"`{json.dumps(value)}`"


def _span(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else f"at most {_number(high)}"
    if high is None:
        return f"at least {_number(low)}"
    return f"{_number(low)}" if low == high else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    """Whole numbers with commas, large powers of ten and fractions as short as they are exact."""
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    short = f"{value:g}".replace("e+", "e")
    return short if float(short) == value else str(value)


def markdown_table(schema: Schema) -> str:
    """The fields as the table in docs/experiment.md."""
    head = "| of | field | default | allowed | what it is |\n|---|---|---|---|---|\n"
    return head + "".join(f"| {of} | `{field}` | {_cells(rest)} |\n" for of, field, *rest in field_lines(schema))


def _cells(texts: list[str]) -> str:
    return " | ".join(text.replace("|", "\\|") for text in texts)
