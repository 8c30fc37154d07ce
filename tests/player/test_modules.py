"""The JavaScript modules: what imports what, and what the loader makes of them."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from gdviz.errors import GdvizError
from gdviz.player.bundle import WEB
from gdviz.player.modules import component_js, link, modules_of, read_module

UI = Path(str(files("gdviz.ui")))
ROOT = Path(str(WEB))
FILES = [*ROOT.rglob("*.js"), *UI.rglob("*.js")]
ENTRIES = {"streamlit.js": "showComponent", "standalone.js": "playStandalone", "live/worker.js": "startWorker"}
UNIT_TESTS = Path(__file__).parent / "js"
SVG = "http://www.w3.org/2000/svg"  # a name, not an address


def test_every_module_is_reached_from_a_door() -> None:
    reached = {module.name for module in modules_of(WEB, *ENTRIES)}  # fails on circles and on names that nobody exports
    assert reached == {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.js")}


def test_no_export_is_unused() -> None:
    modules = modules_of(WEB, *ENTRIES)
    used = {(file, name) for module in modules for file, names in module.imports.items() for name in names}
    used |= set(ENTRIES.items())
    for test in UNIT_TESTS.glob("*.js"):
        text = test.read_text(encoding="utf-8")
        for names, file in re.findall(r'^import \{([^}]*)\} from ".*/web/((?:\w+/)*\w+\.js)";', text, re.M):
            used |= {(file, name.strip()) for name in names.split(",")}
    assert [(module.name, name) for module in modules for name in module.exports if (module.name, name) not in used] == []


def test_every_import_is_used() -> None:
    for module in modules_of(WEB, *ENTRIES):
        for names in module.imports.values():
            assert [name for name in names if not re.search(rf"(?<![\w.]){name}\b", module.body)] == [], module.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_short_and_asks_nobody(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    assert set(re.findall(r"https?://[^\s\"'`)]+", text)) <= {SVG}
    assert "</script" not in text.lower()


@pytest.mark.parametrize("path", [path for path in FILES if ROOT not in path.parents], ids=lambda path: path.name)
def test_the_small_components_are_modules_too(path: Path) -> None:
    module = read_module(path.parent, path.name)
    (name,) = module.exports
    assert component_js(path.parent, path.name, name).endswith(f"\nexport default ${path.stem}.{name};\n")


def written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def test_modules_come_after_those_they_import_and_keep_their_names_to_themselves(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        a=(
            'import { one } from "./c.js";\nimport {\n  two,\n  three,\n} from "./b.js";\n'
            "const own = 1;\nexport const sum = one + two + three + own;\n"
        ),
        b='import { one } from "./c.js";\nconst own = one;\nexport const two = 2 * own;\nexport const three = 3 * own;\n',
        c="export const one = 1;\n",
    )
    assert [module.name for module in modules_of(folder, "a.js")] == ["c.js", "b.js", "a.js"]
    script = link(folder, "a.js")
    assert not re.search(r"^(import|export)\b", script, re.M)
    assert script.count("const own =") == 2  # each in a function of its own
    assert script.splitlines()[1] == "const $c = (() => {"
    assert "const { two, three } = $b;" in script


def test_modules_of_a_folder_within(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    written(tmp_path, a='import { two } from "./live/b.js";\nexport const a = two;\n', c="export const one = 1;\n")
    written(tmp_path / "live", b='import { one } from "../c.js";\nexport const two = 2 * one;\n')
    assert [module.name for module in modules_of(tmp_path, "a.js")] == ["c.js", "live/b.js", "a.js"]
    assert "const { two } = $live$b;" in link(tmp_path, "a.js")
    written(tmp_path, a='import { one } from "../b.js";\nexport const a = one;\n')
    with pytest.raises(GdvizError, match=r"from the player's own folder"):
        link(tmp_path, "a.js")


@pytest.mark.parametrize(
    "line",
    [
        'import x from "./b.js";',
        'import * as b from "./b.js";',
        'import { one as two } from "./b.js";',
        'import "./b.js";',
        'import { one } from "https://example.org/b.js";',
        'import { one } from "./../../etc/b";',
        'const b = await import("./b.js");',
        "export default 3;",
        "export let n = 3;",
        "export { one };",
        'export * from "./b.js";',
        "export const { one } = b;",
    ],
)
def test_other_statements_are_refused(tmp_path: Path, line: str) -> None:
    folder = written(tmp_path, a=f"// a comment\n{line}\n", b="export const one = 1;\n")
    with pytest.raises(GdvizError, match=r"^a\.js: found '.+'; a module holds import"):
        link(folder, "a.js")


def test_circles_and_missing_names_are_refused(tmp_path: Path) -> None:
    a, b = 'import { b } from "./b.js";\nexport const a = 1;\n', 'import { a } from "./a.js";\nexport const b = 1;\n'
    with pytest.raises(GdvizError, match=r"in a circle: a\.js -> b\.js -> a\.js\."):
        link(written(tmp_path, a=a, b=b), "a.js")
    with pytest.raises(GdvizError, match=r"^a\.js imports b, which b\.js does not export\."):
        link(written(tmp_path, b="export const c = 1;\n"), "a.js")
    with pytest.raises(GdvizError, match=r"^found no JavaScript module none\.js\."):
        link(tmp_path, "none.js")
