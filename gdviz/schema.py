"""The public JSON schema of an Experiment, families resolved."""

from __future__ import annotations

from typing import Any

from gdviz.experiment import FAMILIES, Experiment
from gdviz.family import Family


def experiment_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of format 1: every kind of every family under ``$defs``."""
    schema = Experiment.model_json_schema()
    definitions: dict[str, Any] = schema.setdefault("$defs", {})
    for family in FAMILIES:
        definitions[family.name] = _one_of(family, definitions)
    return _link(schema)


def _one_of(family: Family, definitions: dict[str, Any]) -> dict[str, Any]:
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
        if isinstance(family, str):
            rest = {key: _link(value) for key, value in node.items() if key not in ("x-family", "default")}
            return {**rest, "$ref": f"#/$defs/{family}"}
        return {key: _link(value) for key, value in node.items()}
    return [_link(item) for item in node] if isinstance(node, list) else node
