"""One command for all assets: which kinds there are, what it says, and what it makes."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

import gdviz.build_assets
from gdviz.build_assets import manifest
from gdviz.build_assets.__main__ import main
from gdviz.errors import GdvizError

MACHINERY = {"__init__", "__main__", "_kind", "manifest"}


@pytest.mark.parametrize("name", manifest.KINDS)
def test_every_kind_is_a_module_with_its_names(name: str) -> None:
    module = manifest.kind(name)
    assert name == module.KIND
    names = list(module.names())
    assert names and len(set(names)) == len(names) and all(isinstance(each, str) for each in names)
    assert all(callable(getattr(module, function)) for function in ("missing", "build", "prune"))


def test_every_module_is_a_kind() -> None:
    (folder,) = gdviz.build_assets.__path__
    modules = {path.stem for path in Path(folder).glob("*.py")} - MACHINERY
    assert modules == {name.replace("-", "_") for name in manifest.KINDS}


@pytest.fixture
def made(monkeypatch):
    """One kind of toys, of which one is missing; `calls` says what was done."""
    toys = SimpleNamespace(KIND="toys", FOLDER="toys", calls=[], names=lambda: ["ball", "doll"], missing=lambda: ["doll"])
    toys.build = lambda name: toys.calls.append(name) or f"made of {len(name)} parts"
    toys.prune = lambda: toys.calls.append("prune")
    monkeypatch.setitem(sys.modules, "gdviz.build_assets.toys", toys)
    monkeypatch.setattr(manifest, "KINDS", ("toys",))
    monkeypatch.setattr("gdviz.build_assets.__main__.KINDS", ("toys",))
    return toys


def asked(*words: str):
    app = typer.Typer()
    app.command()(main)
    return CliRunner().invoke(app, list(words))


def test_what_is_missing_is_made_and_what_is_unused_removed(made) -> None:
    found = asked()
    assert (found.exit_code, made.calls) == (0, ["prune", "doll"])
    assert found.output == "toys, doll: made of 4 parts\n"


def test_the_named_ones_are_made_again(made) -> None:
    assert asked("toys", "ball").exit_code == 0
    assert made.calls == ["ball"]


def test_the_list_says_what_there_is_and_what_is_missing_and_makes_nothing(made) -> None:
    found = asked("--list")
    assert [line.split() for line in found.output.splitlines()] == [["toys", "ball"], ["toys", "doll", "(missing)"]]
    assert made.calls == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["games"], "assets: found the kind 'games'; allowed: toys."),
        (["toys", "ball", "bear"], "assets: found 'bear' among toys; allowed: ball, doll."),
        (["games", "--list"], "assets: found the kind 'games'; allowed: toys."),
    ],
)
def test_what_there_is_not_is_one_sentence(made, words: list[str], says: str) -> None:
    found = asked(*words)
    assert (found.exit_code, found.output.strip(), made.calls) == (2, says, [])


def test_a_kind_there_is_not_is_a_refusal_of_the_program() -> None:
    with pytest.raises(GdvizError, match=r"^assets: found the kind 'toys'; allowed: guided-laws, networks, .*\.$"):
        manifest.kind("toys")
