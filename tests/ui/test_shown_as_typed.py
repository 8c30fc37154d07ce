"""Every place of a page that reads Markdown gets the program's own words, numbers, or `as_typed`: read off the sources.

What a reader typed (a label, a formula, a file's name, an address) can reach every sentence; a place that shows one
without `as_typed` turns `*a*` into italics and `$x$` into a formula. This test knows no names of places that do right: it
looks at how each of their arguments is made.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "gdviz" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"])

PLACES = {
    *("markdown", "caption", "error", "warning", "info", "success", "title", "header", "subheader", "toast", "metric", "spinner"),
    *("button", "download_button", "link_button", "popover", "expander", "tabs", "progress", "toggle", "checkbox"),
    *("selectbox", "multiselect", "radio", "pills", "segmented_control", "slider", "select_slider", "number_input", "text_input"),
    *("text_area", "file_uploader", "page_link", "say"),
}
"""Methods of streamlit whose first argument is Markdown, and names that stand for one of them."""

NUMBERS = {"interval", "duration", "len", "int", "float", "round", "max", "min", "sum"}
"""What comes out of these is a number, in words too."""

OWN_MARKUP = {"about_classifier"}
"""Functions without arguments that read the program's own files and write bold words themselves."""


class Reader(ast.NodeVisitor):
    """The arguments of a file that Markdown reads and that are not made as they should be."""

    def __init__(self, module: ast.Module) -> None:
        self.found: list[str] = []
        self._functions = {part.name: part for part in module.body if isinstance(part, ast.FunctionDef)}
        self._names: list[dict[str, list[ast.expr | None]]] = [{}]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._names.append(_names(node))
        self.generic_visit(node)
        self._names.pop()

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in PLACES:
            first = node.args[:1] if name != "progress" else []
            shown = [*first, *(word.value for word in node.keywords if word.arg in ("label", "body", "text", "help"))]
            if name == "metric":
                shown += node.args[1:2]
            self.found += [f"{node.lineno}: {ast.unparse(each)[:90]}" for each in shown if not self._is_ours(each)]
        self.generic_visit(node)

    def _gives_ours(self, node: ast.FunctionDef, deep: int) -> bool:
        """Whether all that a function of the same file returns is."""
        self._names.append(_names(node))
        given = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)]
        found = bool(given) and all(self._is_ours(value, deep) for value in given)
        self._names.pop()
        return found

    def _is_ours(self, node: ast.expr | None, deep: int = 0) -> bool:
        """Whether an expression can hold nothing that a reader typed, but through `as_typed`."""
        if node is None or deep > 8:
            return False
        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr():
                return all(self._is_ours(part, deep + 1) for part in node.values)
            case ast.FormattedValue():
                return node.format_spec is not None or self._is_ours(node.value, deep + 1)
            case ast.IfExp():
                return self._is_ours(node.body, deep + 1) and self._is_ours(node.orelse, deep + 1)
            case ast.BoolOp():
                return all(self._is_ours(part, deep + 1) for part in node.values)
            case ast.BinOp(op=ast.Add()):
                return self._is_ours(node.left, deep + 1) and self._is_ours(node.right, deep + 1)
            case ast.BinOp() | ast.Compare() | ast.UnaryOp():
                return True  # arithmetic
            case ast.List() | ast.Tuple():
                return all(self._is_ours(part, deep + 1) for part in node.elts)
            case ast.Subscript():
                return _is_constant(node.value) or isinstance(node.value, ast.Constant)
            case ast.GeneratorExp() | ast.ListComp():
                return self._is_ours(node.elt, deep + 1)
            case ast.Attribute():
                return _is_constant(node)
            case ast.Call():
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name == "as_typed" or name in NUMBERS or (name in OWN_MARKUP and not node.args):
                    return True
                if name in ("join", "partition", "removeprefix", "strip", "upper"):
                    return all(self._is_ours(part, deep + 1) for part in [*node.args, node.func.value])
                if isinstance(node.func, ast.Name) and name in self._functions:
                    return self._gives_ours(self._functions[name], deep + 1)
                return name == "get" and _is_constant(node.func.value)
            case ast.Name():
                if _is_constant(node):
                    return True
                for names in reversed(self._names):
                    if node.id in names:
                        return all(self._is_ours(value, deep + 1) for value in names[node.id])
        return False


def _is_constant(node: ast.expr) -> bool:
    """ALL_CAPS, of this module or of another one."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name.isupper()


def _names(node: ast.FunctionDef) -> dict[str, list[ast.expr | None]]:
    """What the names of a function are given; None where that is not one expression."""
    told = node.args
    names: dict[str, list[ast.expr | None]] = {each.arg: [None] for each in [*told.posonlyargs, *told.args, *told.kwonlyargs]}
    for part in ast.walk(node):
        for name, value in _assigned(part):
            names.setdefault(name, []).append(value)
    return names


def _assigned(part: ast.AST) -> list[tuple[str, ast.expr | None]]:
    """Names that a statement gives a value, with the value where it is one expression."""
    match part:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AugAssign(target=ast.Name(id=name), value=value):
            return [(name, value)]
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return [(name, value)]
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            return [(name, value)]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
            return [(one.id, value) for one, value in zip(names, values, strict=True) if isinstance(one, ast.Name)]
        case ast.For(target=target) | ast.comprehension(target=target) | ast.Assign(targets=[target]):
            return [(name.id, None) for name in ast.walk(target) if isinstance(name, ast.Name)]
    return []


def complaints(text: str) -> list[str]:
    module = ast.parse(text)
    reader = Reader(module)
    reader.visit(module)
    return reader.found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_markdown_reads_is_ours_or_as_typed(path: Path) -> None:
    assert complaints(path.read_text()) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("st.error(str(error))", True),
        ("st.error(as_typed(str(error)))", False),
        ("st.caption(f'w = {w:g}, {label}')", True),
        ("st.caption(f'w = {w:g}, {as_typed(label)}')", False),
        ("def f(label):\n    words = f'of {label}'\n    st.info(words)", True),
        ("def f(label):\n    words = as_typed(f'of {label}')\n    st.info(words)", False),
        ("def f(label):\n    words = 'a'\n    words += label\n    slot.warning(words)", True),
        ("st.selectbox('Label', labels, help=info.description)", True),
        ("st.selectbox('Label', labels, help=_HELP['label'])", False),
        ("def f(x):\n    st.info(_of(x))\n\ndef _of(x):\n    return f'of {x}'", True),
        ("def f(x):\n    st.info(_of(x))\n\ndef _of(x):\n    return f'**of** {x:g}'", False),
        ("for title in titles:\n    place.subheader(title)", True),
    ],
)
def test_the_test_sees_what_is_forgotten(text: str, wrong: bool) -> None:
    assert bool(complaints(text)) == wrong


def test_one_place_hands_figures_to_streamlit() -> None:
    """`show_figure`, which lets plotly read no label as markup."""
    drawing = [path.name for path in SOURCES if "plotly_chart(" in path.read_text()]
    assert drawing == ["charts.py"]
