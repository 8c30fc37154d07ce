"""The page on the command line says what the program does: every command on it is given, every refusal seen."""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from gdviz import cli
from gdviz.store import cap

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


class Terminal:
    """A shell with `gdviz`, < and >, in a folder that holds the page's Experiment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def type(self, line: str) -> tuple[int, str]:
        """Exit code and what stderr says."""
        words = shlex.split(line.removeprefix("$ "))
        assert words.pop(0) == "gdviz"
        out, err = io.StringIO(), io.StringIO()
        files = {sign: words.pop(words.index(sign) + 1) for sign in "<>" if sign in words}
        words = [word for word in words if word not in files]
        with contextlib.ExitStack() as stack, self._patch.context() as patch:
            if "<" in files:
                patch.setattr(sys, "stdin", stack.enter_context(open(files["<"], encoding="utf-8")))
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            with pytest.raises(SystemExit) as left:
                cli.main(words)
        if ">" in files:
            Path(files[">"]).write_text(out.getvalue(), encoding="utf-8")
        return int(left.value.code or 0), err.getvalue()


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two_classes.json").write_text(blocks("json")[0])
    return Terminal(monkeypatch)


def test_every_block_is_of_a_kind_that_is_run():
    assert set(re.findall(r"^```(\w+)$", PAGE, flags=re.MULTILINE)) == {"json", "console", "pycon", "refused"}
    assert len(blocks("json")) == 1


@pytest.mark.slow
def test_the_commands_run_and_leave_what_is_shown(terminal):
    commands = [line for block in blocks("console") for line in block.splitlines()]
    assert len(commands) == 20
    for command in commands:
        code, said = terminal.type(command)
        assert code == 0, said
    assert json.loads(Path("printed.json").read_text())["rows"] == json.loads(Path("result.json").read_text())["rows"]
    session = doctest.DocTestParser().get_doctest("\n".join(blocks("pycon")), {}, "docs/command-line.md", None, 0)
    report: list[str] = []
    assert doctest.DocTestRunner().run(session, out=report.append).failed == 0, "".join(report)


@pytest.mark.parametrize("line", [line for block in blocks("refused") for line in block.splitlines()])
def test_refusals_read_as_shown(terminal, line):
    command, said = (part.strip() for part in line.split("|"))
    code, found = terminal.type(command)
    assert code == 2
    assert found.startswith(f"gdviz: {said}")


def test_every_command_and_option_is_told():
    from typer.main import get_command

    for name, command in get_command(cli.app).commands.items():
        assert f"`gdviz {name}" in PAGE
        for option in command.params:
            if option.param_type_name == "option":
                assert any(flag in PAGE for flag in option.opts), (name, option.opts)


def test_the_stores_bound_is_the_programs():
    assert f"at most {cap.CAP >> 20} MB" in PAGE
