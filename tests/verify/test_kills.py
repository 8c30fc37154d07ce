"""Trainings that are killed at random moments end bit for bit as those that nobody disturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tasks import tiny

from gdviz.checkpoints import Library
from gdviz.training import Task, train

pytestmark = [pytest.mark.verify, pytest.mark.skipif(os.name == "nt", reason="ends processes by signals")]

KILLS, TRAININGS, STEPS = 50, 5, 6000
LIFE = """
import sys
from pathlib import Path
import torch
from tasks import EAGER
from gdviz.checkpoints import Library, training
from gdviz.training import Task
torch.set_num_threads(1)
for report in training(Task.from_json(sys.argv[1]), Library(Path(sys.argv[2]), shipped=Path(sys.argv[2]) / "none"), pace=EAGER):
    print(report.saved, flush=True)
"""


def live(task: Task, root: Path, rng: random.Random) -> bool:
    """Train in a process of its own that is killed somewhere behind a saved step; whether it ended before it was."""
    folders = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", LIFE, task.canonical(), str(root)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first, reports = None, rng.randrange(1, 12)
        for line in process.stdout:
            first = int(line) if first is None else first
            reports -= int(line) > first  # it has saved something: it gets further
            if reports <= 0:
                time.sleep(rng.random() * 0.05)  # anywhere: in a step, in a look at the error, in a write
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode == 0


def test_fifty_kills_and_the_same_bytes_at_the_end(tmp_path, verify_result) -> None:
    rng, kills, same = random.Random(20_251_201), 0, 0
    for seed in range(TRAININGS):
        task, root = tiny(STEPS, seed=seed), tmp_path / str(seed)
        mine = 0
        while not live(task, root, rng) if mine < KILLS // TRAININGS else not _to_the_end(task, root):
            mine += 1
        kills += mine
        *_, last = train(task)
        library = Library(root, shipped=root / "none")
        found = library.find(task)
        same += found is not None and found.to_bytes() == last.checkpoint().to_bytes() and library.notices == []
    verify_result("trainings killed by SIGKILL at a random moment: kills", kills, KILLS)
    verify_result(f"trainings killed so, of {TRAININGS}: ended with the bytes of an undisturbed one", same, TRAININGS)
    assert kills == KILLS and same == TRAININGS


def _to_the_end(task: Task, root: Path) -> bool:
    from gdviz.checkpoints import training

    *_, last = training(task, Library(root, shipped=root / "none"))
    return last.id == task.id
