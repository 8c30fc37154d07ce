"""Pages say what the program does: every Python block of README.md and docs/*.md is run, a page at a time.

Blocks of one page share a namespace and a temporary folder. A block that starts with ``>>>`` is a session whose output is
compared. A ``sh`` block is run where the line before it is ``<!-- run -->``: its ``gdviz`` commands, one a line. Files of
docs/extending.md (first line ``# gdviz/...`` or ``# pages/...``) are run by `test_extending`.
"""

from __future__ import annotations

import doctest
import re
import shlex
import sys
import types
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if path.exists()]
FENCE = re.compile(r"^(?P<mark><!-- run -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(?:#[^)]*)?\)")


class Block(NamedTuple):
    language: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    """What is to be run, in the order of the page."""
    found = []
    for fence in FENCE.finditer(page):
        language, text = fence["language"], fence["text"]
        if (language == "python" and not text.startswith(("# gdviz/", "# pages/"))) or (language == "sh" and fence["mark"]):
            found.append(Block(language, text, page[: fence.start("text")].count("\n")))
    return found


RUN = [path for path in PAGES if blocks(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.name)
def test_blocks_run(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "200")
    module = types.ModuleType("page")  # classes defined on a page look their annotations up here
    monkeypatch.setitem(sys.modules, "page", module)
    for block in blocks(path.read_text(encoding="utf-8")):
        if block.language == "sh":
            run_commands(block.text)
        elif block.text.startswith(">>>"):
            run_session(block, path, module.__dict__)
        else:
            padding = "\n" * block.line  # so that a traceback names the page's own line
            exec(compile(padding + block.text, str(path), "exec"), module.__dict__)
    capsys.readouterr()


def run_session(block: Block, path: Path, names: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, names, path.name, str(path), block.line)
    report: list[str] = []
    results = doctest.DocTestRunner().run(test, out=report.append, clear_globs=False)
    names.update(test.globs)
    assert results.failed == 0, "".join(report)


def run_commands(text: str) -> None:
    """Every line is a `gdviz` command and succeeds."""
    from gdviz.cli import main

    for line in filter(None, (line.split("#")[0].strip() for line in text.splitlines())):
        program, *arguments = shlex.split(line)
        assert program == "gdviz", f"a block marked to be run holds {line!r}; only gdviz commands are"
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0, line


@pytest.mark.parametrize("path", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_links_within_the_house_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    missing = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
    assert missing == []


def test_the_index_lists_every_page():
    listed = set(LINK.findall((ROOT / "docs" / "README.md").read_text(encoding="utf-8")))
    written = {"verification.md"}  # by make verify
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"} - written <= listed


def test_the_reader_of_pages_takes_the_right_blocks():
    page = "a\n```python\nx = 1\n```\n```sh\nmake app\n```\n<!-- run -->\n```sh\ngdviz presets\n```\n"
    page += "```python\n# gdviz/a.py\n```\n"
    assert blocks(page) == [Block("python", "x = 1\n", 2), Block("sh", "gdviz presets\n", 9)]
