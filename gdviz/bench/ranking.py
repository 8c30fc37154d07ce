"""Entries against each other, scene by scene: who is nearer than whom, as far as the seeds can tell. Never one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gdviz.bench.definition import Definition, Scene
from gdviz.bench.entry import BenchEntry
from gdviz.comparison.answer import Entry
from gdviz.comparison.table import spread
from gdviz.comparison.words import JUDGED, apart


@dataclass(frozen=True)
class Place:
    """An entry on one scene at one budget.

    Attributes
    ----------
    entry : BenchEntry
    run : Entry
        Its numbers there.
    rank : int or None
        One more than the number of entries that the seeds tell to be nearer; None where it ran away or died.
    """

    entry: BenchEntry
    run: Entry
    rank: int | None


def places(entries: Sequence[BenchEntry], scene: str, budget: int) -> list[Place]:
    """Every entry that ran there, the nearest first.

    Two entries are told apart by a paired t test of their distances to the same samples of the goal, a seed each, at 5 %
    shared out among the others that an entry is held against.
    """
    there = [(entry, run) for entry in entries if scene in entry.scenes for run in entry.scenes[scene].entries]
    ran = [(entry, run) for entry, run in there if run.evaluations == budget]
    known = [(entry, run) for entry, run in ran if run.mean(JUDGED).value is not None]

    def rank(run: Entry) -> int:
        return 1 + sum(apart(other, run, len(known) - 1) for _, other in known if other is not run)

    placed = [Place(entry, run, rank(run)) for entry, run in known]
    placed.sort(key=lambda place: (place.rank, place.run.mean(JUDGED).value))
    return placed + [Place(entry, run, None) for entry, run in ran if run.mean(JUDGED).value is None]


def results_page(definition: Definition, entries: Sequence[BenchEntry]) -> str:
    """Markdown: a table a scene, ranks at every budget."""
    quick = any(entry.quick for entry in entries)
    told = [f"# {definition.name}: results{' of quick runs, which are no entries' if quick else ''}", "", _WORDS, ""]
    told += [f"Definition {definition.digest[:16]}. Ranks are by scene and budget; there is no total."]
    for scene in definition.scenes:
        told += ["", *_scene_table(scene, entries)]
    told += ["", "## Entries", ""]
    told += [f"- **{_cell(entry.title)}** ({_cell(entry.method)}): {_about(entry)}" for entry in entries]
    return "\n".join(told) + "\n"


_WORDS = (
    "Sliced W2 to exact samples of the goal, mean over seeds ± half of its 95 % interval (Student's t). A **rank** is one "
    "more than the number of entries that a paired t test over the seeds tells to be nearer, at 5 % shared out among all that it "
    "is held against: entries of one rank are not told apart. The floor is what two samples of the goal itself show."
)


def _scene_table(scene: Scene, entries: Sequence[BenchEntry]) -> list[str]:
    answers = [entry.scenes[scene.name] for entry in entries if scene.name in entry.scenes]
    if not answers:
        return [f"## {scene.name}: {scene.title}", "", "No entry ran here."]
    budgets = sorted({run.evaluations for answer in answers for run in answer.entries})
    by_budget = {budget: places(entries, scene.name, budget) for budget in budgets}
    last = budgets[-1]
    heads = ["method", *(f"{budget} evaluations" for budget in budgets), f"E R gap at {last}", "distinct", "lost"]
    lines = [_row(heads), _row(["---"] * len(heads))]
    floor = answers[0].floors
    lines.append(_row(["floor", *([spread(floor[JUDGED])] * len(budgets)), spread(floor["reward_gap"]), "", ""]))
    for place in by_budget[last]:
        cells = [_rank_cell(place.entry, by_budget[budget]) for budget in budgets]
        values, aims = place.run.values, f" (aims at {place.run.aims})" if place.run.aims else ""
        told = [spread(values["reward_gap"]), spread(values["distinct"]), f"{place.run.lost:,}" if place.run.lost else ""]
        lines.append(_row([_cell(place.entry.title + aims), *cells, *told]))
    goal = f"Goal: {answers[0].goal}, w = {scene.w:g}."
    return [f"## {scene.name}: {scene.title}", "", goal, "", *lines]


def _rank_cell(entry: BenchEntry, there: list[Place]) -> str:
    found = next((place for place in there if place.entry is entry), None)
    if found is None:
        return "-"
    return "ran away" if found.rank is None else f"**{found.rank}** · {spread(found.run.values[JUDGED])}"


def _about(entry: BenchEntry) -> str:
    code = f"sha256 {entry.code[:12]}" if entry.code else "comes with gdviz"
    return f"{_cell(entry.about)} {code}; {entry.made_with}".strip()


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """Text of an entry's author, which shall not break the table."""
    return "".join(c for c in text if c.isprintable()).translate({ord(c): f"\\{c}" for c in "|`*_<>[]\\#"})
