"""What a Python file imports, read from its syntax tree without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Import:
    """One imported name.

    Attributes
    ----------
    module : str
        The absolute module named by the statement (``gdviz.targets`` in ``from gdviz.targets import ring``).
    name : str
        What is taken from it, or "" for a plain ``import module``.
    line : int
    lazy : bool
        Inside a function, so not run when the module is imported.
    typing : bool
        Under ``if TYPE_CHECKING:``, so never run.
    """

    module: str
    name: str
    line: int
    lazy: bool
    typing: bool

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


def imports(source: str, module: str = "", is_package: bool = False) -> Iterator[Import]:
    """Every import in a source text, those with a literal name in import_module() or __import__() too.

    Parameters
    ----------
    source : str
    module : str
        Dotted name of the module, to resolve relative imports.
    is_package : bool
        Whether the source is an ``__init__.py``.
    """
    package = module if is_package else module.rpartition(".")[0]
    yield from _walk(ast.parse(source), package, lazy=False, typing=False)


def _walk(node: ast.AST, package: str, lazy: bool, typing: bool) -> Iterator[Import]:
    yield from _imports_of(node, package, lazy, typing)
    lazy = lazy or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    for field, value in ast.iter_fields(node):
        guarded = isinstance(node, ast.If) and field == "body" and _is_type_checking(node.test)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child, package, lazy, typing or guarded)


def _imports_of(node: ast.AST, package: str, lazy: bool, typing: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, "", node.lineno, lazy, typing)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(node.module or "", node.level, package)
        for alias in node.names:
            yield Import(base, alias.name, node.lineno, lazy, typing)
    elif isinstance(node, ast.Call) and _name(node.func) in {"import_module", "__import__"} and node.args:
        target = node.args[0]
        if isinstance(target, ast.Constant) and isinstance(target.value, str):
            dots = len(target.value) - len(target.value.lstrip("."))
            yield Import(_absolute(target.value[dots:], dots, package), "", node.lineno, lazy, typing)


def _absolute(module: str, level: int, package: str) -> str:
    if not level:
        return module
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - level + 1])
    return f"{base}.{module}" if module else base


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_type_checking(test: ast.expr) -> bool:
    return _name(test) == "TYPE_CHECKING"
