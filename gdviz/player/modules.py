"""JavaScript modules as one script, without a bundler.

The player's files are ES modules: a test runs them in node and a browser could load them as they are. The page cannot.
A Streamlit component takes one string of JavaScript, which has no address that ``./numbers.js`` could be found from; the
standalone page and the notebook's frame allow inline scripts only, and their policy keeps every request out. An import
map with ``data:`` or ``blob:`` addresses would need a wider policy and a copy of each module for each of its readers. So
each module becomes a function of its own, called once, after those it imports: the scopes are those of the modules.

That is mechanical because two statements are accepted, each at the start of a line, and everything else is refused::

    import { formatNumber, isNumber } from "./numbers.js";     // or "../numbers.js", "./live/engine.js"
    export function sentenceFor(header, row) {          // or async function, function*, class, const
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from gdviz.errors import GdvizError

_IMPORT = re.compile(r"^import \{\s*(\w+(?:,\s+\w+)*),?\s*\} from \"(\.{1,2}/(?:\.\./|\w+/)*\w+\.js)\";$", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function\*?|class|const) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^\s*(?:import|export)\b.*$|\bimport\s*\(.*$|\bimport\.meta\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class Module:
    """One file: what it takes from which others, what it gives, and its text without the two words.

    Attributes
    ----------
    name : str
        The file's path below the folder of all modules, such as ``"numbers.js"`` or ``"live/engine.js"``.
    imports : dict
        Names imported, by the path of their file.
    exports : tuple of str
    body : str
    """

    name: str
    imports: dict[str, tuple[str, ...]]
    exports: tuple[str, ...]
    body: str


def read_module(folder: Traversable, name: str) -> Module:
    """Read one file.

    Raises
    ------
    GdvizError
        If there is no such file, or it holds an import or export of another form than the two above.
    """
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except OSError as error:
        raise GdvizError(f"found no JavaScript module {name}.") from error
    imports = {}
    for match in _IMPORT.finditer(text):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), match[2]))
        if path.startswith("../"):
            raise GdvizError(f"{name}: found {match[0]!r}; a module imports from the player's own folder.")
        imports[path] = tuple(re.split(r",\s+", match[1]))
    exports = tuple(match[1] for match in _EXPORT.finditer(text))
    body = _EXPORT.sub("", _IMPORT.sub("", text))
    if (other := _OTHER.search(body)) is not None:
        allowed = 'import { name } from "./file.js"; and export function, class or const'
        raise GdvizError(f"{name}: found {other[0].strip()!r}; a module holds {allowed}.")
    return Module(name, imports, exports, body.strip("\n"))


def modules_of(folder: Traversable, *entries: str) -> list[Module]:
    """All modules that the entries need, each after those it imports.

    Raises
    ------
    GdvizError
        As `read_module` does, if modules import each other in a circle, or a name is imported that its file does not export.
    """
    done: dict[str, Module] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise GdvizError(f"found modules that import each other in a circle: {' -> '.join([*path, name])}.")
        if name in done:
            return
        module = read_module(folder, name)
        for other, names in module.imports.items():
            visit(other, (*path, name))
            if missing := set(names) - set(done[other].exports):
                raise GdvizError(f"{name} imports {', '.join(sorted(missing))}, which {other} does not export.")
        done[name] = module

    for entry in entries:
        visit(entry, ())
    return list(done.values())


def link(folder: Traversable, *entries: str) -> str:
    """The modules as one script: `$numbers` then holds the exports of ``numbers.js``, `$live$engine` of ``live/engine.js``."""
    return "\n".join(['"use strict";', *(part for module in modules_of(folder, *entries) for part in _function(module))])


def component_js(folder: Traversable, entry: str, name: str) -> str:
    """A Streamlit component's script: a module whose default export is the function `name` of `entry`."""
    return f"{link(folder, entry)}\nexport default {_constant(entry)}.{name};\n"


def _function(module: Module) -> Iterator[str]:
    yield f"const {_constant(module.name)} = (() => {{"
    for other, names in module.imports.items():
        yield f"const {{ {', '.join(names)} }} = {_constant(other)};"
    yield module.body
    yield f"return {{ {', '.join(module.exports)} }};"
    yield "})();"


def _constant(name: str) -> str:
    return "$" + name.removesuffix(".js").replace("/", "$")
