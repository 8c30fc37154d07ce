"""Every kind that lies in the house can be named in an Experiment."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gdviz.experiment import FAMILIES, Experiment
from gdviz.family import Family, Kind
from gdviz.own_data.makers import MAKERS

PACKAGE = Path(__file__).resolve().parent.parent / "gdviz"


def families_in_the_source() -> set[tuple[str, str]]:
    """(name, package) of every Family("name", "package") written anywhere in gdviz."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Family":
                found.add(tuple(ast.literal_eval(argument) for argument in node.args))
    return found


def families_named(schema: Any) -> Iterator[str]:
    """Every x-family in a JSON schema."""
    if isinstance(schema, dict):
        if "x-family" in schema:
            yield schema["x-family"]
        for value in schema.values():
            yield from families_named(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from families_named(value)


def subclasses(cls: type[Kind]) -> Iterator[type[Kind]]:
    for child in cls.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.mark.slow
def test_an_experiment_reaches_every_family():
    known = {family.name: family for family in FAMILIES}
    reached: set[str] = set()
    waiting = list(families_named(Experiment.model_json_schema()))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            for kind in known[name].kinds.values():
                waiting += families_named(kind.model_json_schema())
    makers = (MAKERS.name, MAKERS.package)  # they make points, which a target then holds
    assert {*((family.name, family.package) for family in FAMILIES), makers} == families_in_the_source()
    assert reached == set(known)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name.replace(" ", "_"))
def test_every_kind_in_the_folder_is_in_the_family(family: Family):
    """A kind in a module named _*.py, in a subfolder or in another family's folder could never be chosen."""
    folder = importlib.import_module(family.package)
    for module in pkgutil.walk_packages(folder.__path__, f"{family.package}."):
        importlib.import_module(module.name)
    written = {cls for cls in subclasses(Kind) if cls.__module__.startswith(f"{family.package}.") and cls.kind_name()}
    in_families = {kind for each in FAMILIES for kind in each.kinds.values()}
    assert written - in_families == set()
    assert family.kinds
