"""What a training will hold is known before it starts, and bounded."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tasks import TARGET, tiny

from gdviz.checkpoints import required_tasks
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.laws import components
from gdviz.laws.components import FullComponents
from gdviz.training import Task, check_memory, train
from gdviz.training.memory import MOST, step_bytes
from gdviz.training.problem import TrainingProblem

PLAIN = {"target": TARGET, "guidance": {"kind": "cfg", "label": "b"}, "w": [0, 1]}
WEIGHTS = {"what": "weights", "score": {"kind": "exact"}}
LARGEST = {
    "batch": {"recipe": {"batch": 65_536, "width": 1024, "depth": 8, "frequencies": 512}},
    "pairs": {**WEIGHTS, "weights": {"points": 4096, "particles": 64, "path": 256}},
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_recipes_are_refused_before_anything_is_made(name: str) -> None:
    task = Task.parse({"target": TARGET, **LARGEST[name]})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for refuse in (check_memory, lambda task: next(train(task))):
        with pytest.raises(GdvizError, match=r"^recipe: found .*, about [0-9.]+ GiB at every step; at most 2 GiB are") as said:
            refuse(task)
        assert len(str(said.value)) < 500
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB; the steps would take 6 and 220 GB


def test_usual_recipes_are_far_below_the_bound() -> None:
    for task in (tiny(), *required_tasks(Experiment.parse({**PLAIN, "score": {"kind": "network"}}))):
        assert step_bytes(task, TrainingProblem.of(task)) < MOST / 100
    learned = Task.parse({"target": TARGET, **WEIGHTS, "weights": {}})
    assert step_bytes(learned, TrainingProblem.of(learned)) < MOST / 100


MEASURE = """
import json, sys
from pathlib import Path
import torch
from gdviz.training import Task, train
from gdviz.training.memory import step_bytes
from gdviz.training.problem import TrainingProblem
torch.set_num_threads(1)
def held(what):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) * 1024
for told in json.loads(sys.argv[1]):
    task = Task.parse(told)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from what is held now
    before = held("VmRSS")
    next(train(task)).state()
    print(step_bytes(task, TrainingProblem.of(task)), held("VmHWM") - before)
"""


@pytest.mark.verify
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="sets back the peak of a process as Linux has it")
def test_the_estimate_holds() -> None:
    """In a process of its own, by the system's count; the first training pays for what is loaded once."""
    batch = {"what": "conditional", "recipe": {"batch": 16_384, "width": 256, "depth": 4}}
    pairs = {**WEIGHTS, "weights": {"points": 4096, "particles": 48}}
    asked = json.dumps([{"target": TARGET, **told} for told in ({"what": "score"}, batch, pairs)])
    apart = {"MALLOC_MMAP_THRESHOLD_": "65536"}  # what is freed goes back to the system at once
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1", **apart}
    command = [sys.executable, "-c", MEASURE, asked]
    out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    for line in out.splitlines()[1:]:
        estimated, measured = map(int, line.split())
        assert 0.4 * estimated < measured < estimated, out


def test_points_of_many_dimensions_are_drawn_in_parts_and_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    d, n = 16, 20_000
    roots = np.random.default_rng(0).standard_normal((3, d, d))
    law = FullComponents(torch.zeros(3, d), torch.from_numpy(roots @ roots.swapaxes(1, 2)))
    index = torch.randint(3, (n,), generator=torch.Generator().manual_seed(1))
    whole = law.draw(index, torch.Generator().manual_seed(2))
    monkeypatch.setattr(components, "ROOTS_AT_ONCE", 1000 * d * d)
    assert torch.equal(law.draw(index, torch.Generator().manual_seed(2)), whole)
    assert law.draw(index[:0], torch.Generator()).shape == (0, d)
