"""The pages that `make docs` writes say what the program says now, and every field says what it is, once."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from gdviz.schema import experiment_schema, field_lines

FOLDER = Path(__file__).resolve().parents[2] / "docs"


def written() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("docs_write", FOLDER / "write.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


@pytest.mark.parametrize("name", ["method-cards.md", "experiment.md"])
def test_a_page_is_up_to_date(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == written()[name], f"docs/{name} is out of date; run: make docs"


def test_these_are_all_the_pages_that_are_written():
    assert set(written()) == {"method-cards.md", "experiment.md"}
    assert "make docs" in written()["method-cards.md"] and "`make docs`" in written()["experiment.md"]


@pytest.mark.parametrize("line", field_lines(experiment_schema()), ids=lambda line: f"{line.of}.{line.field}")
def test_every_field_says_what_it_is(line):
    """In a sentence of its own: Field(description=...), which is the tooltip, the schema's text and the table's."""
    assert line.meaning, f"give {line.of}'s {line.field} a Field(description=...)"
    assert line.meaning.endswith(".")
