"""The arrow test: imports run down the list of floors only, and each room keeps to its own tools."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from imports import Import, imports
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")

# Top to bottom. An import may go to a lower floor or stay in its own room; two rooms on one floor do not know each other.
# "gdviz" is the package's own door (__init__.py and __main__.py): gdviz.run and the like.
FLOORS: list[set[str]] = [
    {"app.py", "pages"},
    {"build_assets"},  # asks what the pages ask when they are opened
    {"ui"},
    {"cli", "gdviz"},
    {"doctor", "notebook"},
    {"server"},
    {"figures", "export"},
    {"jobs"},
    {"studies"},
    {"player"},
    {"bench", "plugin"},
    {"comparison"},
    {"papers", "facts"},
    {"exact_curves"},
    {"presets", "schema", "cards", "tables"},  # an Experiment chosen, described; a Result printed
    {"result"},
    {"sweep_request"},
    {"checkpoints", "own_data"},
    {"store"},
    # ---- the program above, the mathematics below; the Experiment is the stair between them ----
    {"experiment"},
    {"theory"},
    {"sweep"},
    {"metrics"},
    {"guided_law"},
    {"training"},
    {"samplers"},
    {"guidance"},
    {"scores"},
    {"targets"},
    {"laws"},
    {"networks"},
    {"rewards"},
    {"diffusion"},
    {"device"},
    {"family"},
    {"progress"},
    {"cores"},
    {"resources"},
    {"own_file"},
    {"record"},
    {"palette"},
    {"misfit"},
    {"number_text"},
    {"errors"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
DOOR = "gdviz"
SAME_DOOR = {("cli", DOOR), (DOOR, "cli")}  # `python -m gdviz` is the command line
OPEN_TO_ALL = {"__version__"}  # a string any room may take from the door


def python_files() -> list[Path]:
    return [*sorted((ROOT / "gdviz").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py")), *sorted(ROOT.glob("app.py"))]


def room_of_file(path: Path) -> str:
    """gdviz/targets/ring.py -> targets; gdviz/cli/run.py -> cli; gdviz/__init__.py -> gdviz; pages/explore.py -> pages."""
    parts = path.relative_to(ROOT).parts
    if parts[0] != "gdviz":
        return parts[0]
    name = parts[1].removesuffix(".py")
    return DOOR if name in {"__init__", "__main__"} else name


def room_of_import(item: Import) -> str | None:
    """The room an import leads to; None for the outside world and for what is open to all."""
    first, _, rest = item.module.partition(".")
    if first in {"pages", "app"}:
        return "app.py" if first == "app" else "pages"
    if first != "gdviz":
        return None
    if rest:
        room = rest.partition(".")[0]
        return DOOR if room == "__main__" else room
    if item.name in OPEN_TO_ALL:
        return None
    return item.name if item.name in FLOOR else DOOR


def imports_of(path: Path) -> list[Import]:
    relative = path.relative_to(ROOT).with_suffix("")
    is_package = path.name == "__init__.py"
    module = ".".join(relative.parts[:-1] if is_package else relative.parts)
    return list(imports(path.read_text(encoding="utf-8"), module, is_package))


def runs_back_up(room: str, item: Import) -> bool:
    """Whether an import leads to a higher floor, to a neighbour, or to or from an unknown room."""
    target = room_of_import(item)
    if target is None or target == room or (room, target) in SAME_DOOR:
        return False
    return room not in FLOOR or target not in FLOOR or FLOOR[target] <= FLOOR[room]


def taken(item: Import) -> Path | None:
    """The file of ours that an import names: the module, or the submodule taken from it. Packages on the way do not count."""
    if item.top != "gdviz":
        return None
    module = ROOT.joinpath(*item.module.split("."))
    ways = [module / item.name, module] if item.name else [module]
    candidates = [path for way in ways for path in (way.with_suffix(".py"), way / "__init__.py")]
    return next((path for path in candidates if path.is_file()), None)


def neighbours(path: Path) -> set[Path]:
    """The files of its own room that a file imports."""
    found = {to for item in imports_of(path) if (to := taken(item)) is not None and to != path}
    return {to for to in found if room_of_file(to) == room_of_file(path)}


def circles(arrows: Mapping[T, Iterable[T]]) -> list[T]:
    """Everything from which the arrows lead back to itself."""

    def reached(start: T) -> set[T]:
        seen: set[T] = set()
        waiting = list(arrows.get(start, ()))
        while waiting:
            if (here := waiting.pop()) not in seen:
                seen.add(here)
                waiting.extend(arrows.get(here, ()))
        return seen

    return [start for start in arrows if start in reached(start)]


def runs(item: Import) -> bool:
    return not item.typing


def outside(item: Import) -> bool:
    return item.top not in sys.stdlib_module_names and item.top not in {"gdviz", "pages", "app"}


def where(path: Path, item: Import) -> str:
    taken = f"{item.module}.{item.name}" if item.name else item.module
    return f"{path.relative_to(ROOT)}:{item.line} imports {taken}"


def offenders(rule) -> list[str]:
    """Every import for which rule(room, item) says that it may not be."""
    return [where(path, item) for path in python_files() for item in imports_of(path) if rule(room_of_file(path), item)]


# --- the rules -----------------------------------------------------------------------------------


def test_every_file_belongs_to_a_known_room():
    strangers = [str(path.relative_to(ROOT)) for path in python_files() if room_of_file(path) not in FLOOR]
    assert not strangers, "give these files a room of FLOORS, or FLOORS a room"


def test_arrows_run_down_only():
    assert offenders(runs_back_up) == []


def test_no_files_import_each_other_in_a_circle():
    """Inside a room; between rooms arrows run down. Every import counts: at the top, inside a function, for types alone."""
    arrows = {str(path): {str(to) for to in neighbours(path)} for path in python_files()}
    assert circles(arrows) == []


def test_samplers_are_run_by_the_one_loop():
    """And by facts/, which puts impulses in the place of noise, and holds the reader's own sampler against ours."""
    found = {room_of_file(path) for path in python_files() if "sampler.run(" in path.read_text(encoding="utf-8")}
    assert found == {"sweep", "facts"}


def test_only_pages_import_streamlit():
    def forbidden(room: str, item: Import) -> bool:
        at_home = room in {"ui", "pages", "app.py"} or (room == "server" and (item.lazy or item.typing))
        return item.top == "streamlit" and not at_home

    assert offenders(forbidden) == []


def test_figures_are_plotly_and_numpy_only():
    assert offenders(lambda room, item: room == "figures" and outside(item) and item.top not in {"plotly", "numpy"}) == []


def test_the_stair_opens_no_store_and_trains_nothing():
    """An Experiment describes and builds; whoever needs networks brings them."""
    foreign = {"checkpoints", "store", "training"}
    assert offenders(lambda room, item: room == "experiment" and room_of_import(item) in foreign) == []


def test_scikit_learn_is_imported_where_it_is_used():
    """It takes a second, which no start of a page, a worker or a command shall wait for."""
    assert offenders(lambda room, item: item.top == "sklearn" and not item.lazy) == []


MACHINERY = {
    "jobs", "studies", "sweep_request", "sweep", "experiment", "store", "checkpoints", "device", "errors", "record", "progress",
    "family", "plugin",
}  # fmt: skip
"""What gdviz/jobs may know: how work is sent, cut, kept and reported. What the work is about is the studies'."""


def test_jobs_are_machinery_and_know_no_science():
    def forbidden(path: Path, item: Import) -> bool:
        room = room_of_import(item)
        if room is None or room in MACHINERY:
            return False
        return (path.name, room) != ("training.py", "training")  # a training's task is read in its worker

    files = [path for path in python_files() if room_of_file(path) == "jobs"]
    assert [where(path, item) for path in files for item in imports_of(path) if forbidden(path, item)] == []


def test_pages_do_no_torch():
    assert offenders(lambda room, item: room in {"pages", "app.py"} and runs(item) and item.top == "torch") == []


@pytest.mark.parametrize("start", ["app.py", "gdviz/__init__.py", "gdviz/figures"])
def test_torch_is_not_needed_to_start(start):
    """What runs when the router, the package or a figure is imported must not wait for torch, itself or through others."""
    files = sorted((ROOT / start).rglob("*.py")) if (ROOT / start).is_dir() else [ROOT / start]
    assert files, f"{start} is missing"
    assert [path for file in files for path in paths_to("torch", file)] == []


def paths_to(package: str, start: Path) -> list[str]:
    """How importing `start` reaches a package, through imports that run at once; one way is enough to fail."""
    seen, waiting = {start}, [(start, "")]
    while waiting:
        file, trail = waiting.pop()
        for item in imports_of(file):
            if item.lazy or item.typing:
                continue
            step = f"{trail}{where(file, item)}"
            if item.top == package:
                return [step]
            for found in files_of(item):
                if found not in seen:
                    seen.add(found)
                    waiting.append((found, f"{step} -> "))
    return []


def files_of(item: Import) -> list[Path]:
    """The files that an import of ours runs: the packages on the way, the module, and a submodule taken from it."""
    if item.top not in {"gdviz", "pages"}:
        return []
    parts = item.module.split(".")
    ways = [ROOT.joinpath(*parts[:n]) for n in range(1, len(parts) + 1)]
    if item.name:
        ways.append(ways[-1] / item.name)
    candidates = [candidate for way in ways for candidate in (way / "__init__.py", way.with_suffix(".py"))]
    return [candidate for candidate in candidates if candidate.is_file()]


# --- the router ----------------------------------------------------------------------------------


def test_the_router_finds_its_pages():
    """Streamlit would make pages of the folder pages/ by itself; st.navigation must come first and have each of them."""
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    calls = [node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    assert calls.count("navigation") == 1
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    found = page.run().session_state  # the start page shows
    assert not page.exception, found
    places = []
    for file in sorted((ROOT / "pages").glob("*.py")):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        first = next(node for node in body if isinstance(node, ast.Assign))
        assert [item.id for item in first.targets[0].elts] == ["ICON", "SECTION", "PLACE"], f"{file.name}: the router reads these"
        places.append(ast.literal_eval(first.value)[1:])
    assert len(set(places)) == len(places), "two pages at one place"


# --- the test of the test ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "source", "caught"),
    [
        ("targets", "from gdviz.rewards import linear", False),
        ("rewards", "from gdviz.targets import ring", True),
        ("rewards", "def f():\n    import gdviz.experiment", True),
        ("rewards", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from gdviz.targets import ring", True),
        ("rewards", "from gdviz import targets", True),
        ("rewards", "from gdviz import __version__", False),
        ("rewards", "from gdviz import run", True),
        ("rewards", "from ..targets import ring", True),
        ("rewards", "from . import linear", False),
        ("rewards", "import importlib\nimportlib.import_module('gdviz.targets.ring')", True),
        ("rewards", "from gdviz.attic import old", True),
        ("papers", "from gdviz.facts import check", True),
        ("cli", "from gdviz.ui import widgets", True),
        ("experiment", "from pages import explore", True),
        ("ui", "from gdviz.cli import main", False),
        ("rewards", "import torch", False),
    ],
)
def test_an_arrow_that_runs_up_is_seen(room, source, caught):
    assert any(runs_back_up(room, item) for item in imports(source, f"gdviz.{room}.module")) is caught


def test_a_circle_is_seen_and_what_leads_into_it_is_not_blamed():
    assert circles({"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": []}) == ["b", "c"]
    assert circles({"a": ["b", "c"], "b": ["c"], "c": []}) == []


def test_the_reader_of_imports_tells_when_an_import_runs():
    source = (
        "import torch\n"
        "if TYPE_CHECKING:\n    import numpy\nelse:\n    import scipy\n"
        "class A:\n    import ot\n    def f(self):\n        import plotly.graph_objects\n"
    )
    assert [(item.module, item.lazy, item.typing) for item in imports(source)] == [
        ("torch", False, False),
        ("numpy", False, True),
        ("scipy", False, False),
        ("ot", False, False),
        ("plotly.graph_objects", True, False),
    ]
