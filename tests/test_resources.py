"""One function finds the program's files in a checkout and in a wheel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gdviz.errors import GdvizError
from gdviz.resources import resource

ROOT = Path(__file__).resolve().parent.parent


def test_a_checkout_holds_them_beside_the_package():
    assert resource() == ROOT
    assert resource("app.py") == ROOT / "app.py"
    assert resource("pages").is_dir()
    assert resource("assets").is_dir()
    assert resource(".streamlit", "config.toml").is_file()


def test_a_wheel_holds_them_inside_the_package_whatever_lies_beside_it(tmp_path):
    inside = tmp_path / "gdviz" / "_app"
    (inside / "assets" / "presets").mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "assets" / "presets").mkdir(parents=True)
    assert resource(package=tmp_path / "gdviz") == inside
    assert resource("assets", "presets", package=tmp_path / "gdviz") == inside / "assets" / "presets"


@pytest.mark.parametrize("parts", [(), ("pages",), ("assets", "nothing.json")])
def test_what_is_missing_is_named(tmp_path, parts):
    missing = (tmp_path / "gdviz" / "_app").joinpath(*parts)
    with pytest.raises(GdvizError, match=f"^found no {re.escape(str(missing))}; "):
        resource(*parts, package=tmp_path / "gdviz")


def test_a_missing_name_in_a_whole_checkout_is_named():
    with pytest.raises(GdvizError, match=r"^found no .*assets/presets/no such\.json; "):
        resource("assets", "presets", "no such.json")
