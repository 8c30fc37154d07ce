"""Families find their own files, say what they know, and fail loudly."""

from __future__ import annotations

import importlib
import sys
from itertools import count
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from gdviz.errors import GdvizError
from gdviz.family import Card, Family, Kind

HEAD = "from typing import Literal\nfrom gdviz.family import Card, Kind\n"
CIRCLE = f"""{HEAD}
class Circle(Kind):
    card = Card(title="Circle", idea="round")
    kind: Literal["circle"] = "circle"
    radius: float = 1.0
"""
SQUARE = f"""{HEAD}
class Square(Kind):
    card = Card(title="Square", idea="not round")
    kind: Literal["square"] = "square"
    side: int = 2
"""
SHARED = HEAD + "class Base(Kind):\n    colour: str = 'blue'\n"
SMALL = {"kind": "square", "side": 0.5}
numbers = count()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A function that writes modules into a fresh package and returns the family over it."""
    made: list[str] = []

    def write(**modules: str) -> Family:
        name = f"shapes_{next(numbers)}"
        made.append(name)
        folder = tmp_path / name
        folder.mkdir()
        for module, source in {"__init__": "", **modules}.items():
            (folder / f"{module}.py").write_text(source.replace("PACKAGE", name))
        importlib.invalidate_caches()
        return Family("shape", name)

    monkeypatch.syspath_prepend(str(tmp_path))
    yield write
    for module in [m for m in sys.modules if m.partition(".")[0] in made]:
        del sys.modules[module]


def test_every_kind_in_the_folder_is_found(package):
    family = package(b_circle=CIRCLE, a_square=SQUARE)
    assert list(family.kinds) == ["circle", "square"]
    circle = family.parse({"kind": "circle", "radius": 3})
    assert circle.model_dump() == {"kind": "circle", "radius": 3.0}
    assert family.parse(circle) is circle


def test_one_file_may_hold_two_kinds_and_import_others(package):
    square = SQUARE.removeprefix(HEAD)
    family = package(_base=SHARED, both=CIRCLE + square)
    assert list(family.kinds) == ["circle", "square"]


def test_shared_code_is_skipped(package):
    assert list(package(_base=SHARED, circle=CIRCLE).kinds) == ["circle"]


def test_a_kind_imported_from_elsewhere_is_not_counted_again(package):
    family = package(circle=CIRCLE, oval="from PACKAGE.circle import Circle\n" + SQUARE)
    assert list(family.kinds) == ["circle", "square"]


def test_a_module_without_a_kind_fails_loudly(package):
    family = package(circle=CIRCLE, helpers="x = 1\n")
    with pytest.raises(GdvizError, match=r"helpers defines no shape kind; shared code belongs in a module named _\*\.py"):
        family.parse({"kind": "circle"})


def test_a_module_with_only_a_nameless_base_class_fails_loudly(package):
    with pytest.raises(GdvizError, match="base defines no shape kind"):
        _ = package(base=SHARED).kinds


def test_a_broken_module_is_not_passed_over(package):
    with pytest.raises(ZeroDivisionError):
        _ = package(circle=CIRCLE, broken="1 / 0\n").kinds


def test_the_same_kind_twice_is_an_error_that_names_both(package):
    with pytest.raises(GdvizError, match=r"shape kind 'circle' is defined twice: \w+\.one, \w+\.two"):
        _ = package(one=CIRCLE, two=CIRCLE).kinds


# --- inside a description, as an Experiment uses it ----------------------------------------------


def drawing(family: Family) -> type[BaseModel]:
    class Drawing(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)
        shape: Annotated[Kind, family]
        more: tuple[Annotated[Kind, family], ...] = ()

    return Drawing


def only_error(model: type[BaseModel], value: object) -> tuple[tuple[int | str, ...], str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    (error,) = caught.value.errors()
    return error["loc"], error["msg"]


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"kind": "cirlce"}, "found shape kind 'cirlce'; allowed: circle, square"),
        ({"kind": "hyperboloid"}, "found shape kind 'hyperboloid'; allowed: circle, square"),
        ({"kind": 3}, "found shape kind 3; allowed: circle, square"),
        ({"radius": 1}, "found shape kind None; allowed: circle, square"),
        ("circle", "found 'circle'; a shape is an object with a 'kind', one of: circle, square"),
        (None, "found None; a shape is an object with a 'kind', one of: circle, square"),
    ],
)
def test_an_unknown_kind_lists_the_known_ones(package, shape, message):
    model = drawing(package(circle=CIRCLE, square=SQUARE))
    assert only_error(model, {"shape": shape}) == (("shape",), message)


def test_a_long_wrong_value_is_shown_in_part(package):
    _, message = only_error(drawing(package(circle=CIRCLE)), {"shape": {"kind": "x" * 10_000}})
    assert len(message) < 200
    assert message.startswith("found shape kind 'xxx")
    assert "..." in message


@pytest.mark.parametrize(
    ("value", "place", "words"),
    [
        ({"shape": {"kind": "circle", "radius": "wide"}}, ("shape", "radius"), "valid number"),
        ({"shape": {"kind": "circle", "radius": float("nan")}}, ("shape", "radius"), "finite"),
        ({"shape": {"kind": "circle", "side": 1}}, ("shape", "side"), "unknown key; allowed: kind, radius"),
        ({"shape": {"kind": "circle"}, "more": [{"kind": "circle"}, SMALL]}, ("more", 1, "side"), "integer"),
    ],
)
def test_an_error_inside_a_kind_says_where(package, value, place, words):
    found, message = only_error(drawing(package(circle=CIRCLE, square=SQUARE)), value)
    assert found == place
    assert words in message


def test_a_description_survives_json_with_its_kinds_own_fields(package):
    model = drawing(package(circle=CIRCLE, square=SQUARE))
    first = model.model_validate({"shape": {"kind": "circle", "radius": 2}, "more": [{"kind": "square", "side": 5}]})
    text = first.model_dump_json()
    assert '"radius":2.0' in text
    assert model.model_validate_json(text) == first


def test_a_kind_of_another_family_is_refused(package):
    shapes = drawing(package(circle=CIRCLE))
    (square,) = package(square=SQUARE).kinds.values()
    place, message = only_error(shapes, {"shape": square()})
    assert place == ("shape",)
    assert "allowed" in message or "one of: circle" in message


def test_a_kind_is_frozen_and_its_name_is_fixed(package):
    (circle,) = package(circle=CIRCLE).kinds.values()
    assert circle.kind_name() == "circle"
    assert Kind.kind_name() is None
    with pytest.raises(ValidationError, match="frozen"):
        circle().radius = 3
    with pytest.raises(ValidationError, match="'circle'"):
        circle(kind="square")


def test_a_card_takes_no_unknown_key():
    with pytest.raises(ValidationError, match="not permitted"):
        Card(title="t", idea="i", autor="x")
