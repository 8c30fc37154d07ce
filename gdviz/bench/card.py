"""One entry as a card: a line a scene and budget, and what may be said of it."""

from __future__ import annotations

from gdviz.bench.definition import Definition
from gdviz.bench.entry import BenchEntry
from gdviz.comparison.answer import MEASURES
from gdviz.comparison.table import Line, line, spread
from gdviz.comparison.words import JUDGED, at_floor

HEADINGS = (
    "scene", "evaluations", "steps", "sliced W2", "floor", "energy distance", "E R gap", "distinct", "lost", "seconds",
)  # fmt: skip


def card_lines(definition: Definition, entry: BenchEntry) -> list[Line]:
    """Every scene and budget, the smallest first; a scene that the method does not fit has one line of dashes."""
    lines = []
    for scene in definition.scenes:
        answer = entry.scenes.get(scene.name)
        if answer is None:
            lines.append({**dict.fromkeys(HEADINGS, "-"), "scene": scene.name})
            continue
        for run in sorted(answer.entries, key=lambda run: run.evaluations):
            lines.append({**line(run), "scene": scene.name, "floor": spread(answer.floors[JUDGED])})
    return lines


def sentence(entry: BenchEntry) -> str:
    """Where the method reaches the floor at its largest budget, by name and not as a count."""
    reached, missed = list[str](), list[str]()
    for name, answer in entry.scenes.items():
        last = max(answer.entries, key=lambda run: run.evaluations)
        (reached if at_floor(last, answer) else missed).append(name)
    most = max(run.evaluations for answer in entry.scenes.values() for run in answer.entries)
    told = f"With {most:,} network evaluations a sample ({MEASURES[JUDGED]}): "
    parts = [f"not told from the goal on {', '.join(reached)}"] if reached else []
    parts += [f"told from it on {', '.join(missed)}"] if missed else []
    return told + "; ".join(parts) + "."
