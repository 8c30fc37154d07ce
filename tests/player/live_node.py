"""The live engine in node, on the noise that the server sends, beside Python's own paths."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.experiment import Experiment
from gdviz.player.live_model import live_model
from gdviz.server.noise_route import drawn
from gdviz.sweep import Chunk, Frames, SweepOptions, sweep

SCRIPT = Path(__file__).parent / "js" / "live_paths.js"
Floats = NDArray[np.float32]


def live_paths(node: str, experiments: Sequence[Experiment], particles: int, folder: Path, own: bool = True) -> list[Floats]:
    """Paths [W, F, n, d] of each in the browser's engine; without `own` the mixture and the levels are built there too."""
    jobs = []
    for k, experiment in enumerate(experiments):
        built = experiment.build()
        frames = built.levels.uniform_frames(experiment.frames)
        given = live_model(experiment, built, frames)
        assert "absent" not in given, given
        noise = folder / f"noise-{k}"
        noise.write_bytes(drawn(experiment.seed, built.law.dimension, particles, built.levels.steps))
        plain = experiment.model_dump(mode="json")
        given |= {"experiment": plain} if own else {"exponentials": None}
        jobs.append(
            {"experiment": plain, "given": given, "noise": str(noise), "particles": particles, "w": list(experiment.all_w),
             "out": str(folder / f"paths-{k}"), "shape": (len(experiment.all_w), len(frames), particles, built.law.dimension)}
        )  # fmt: skip
    job = folder / "jobs.json"
    job.write_text(json.dumps(jobs))
    ran = subprocess.run([node, str(SCRIPT), str(job)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return [np.fromfile(one["out"], "<f4").reshape(one["shape"]) for one in jobs]


def python_paths(experiment: Experiment, particles: int, dtype: torch.dtype) -> Floats:
    """The paths that a run of the Experiment takes, in an arithmetic of choice (a run's own is float32)."""
    built = experiment.build()
    frames = Frames(tuple(built.levels.uniform_frames(experiment.frames).tolist()), particles)
    options = SweepOptions(experiment.all_w, particles, experiment.seed, dtype=dtype, observers=(frames,))
    chunks = [item for item in sweep(built.plan, built.sampler, built.levels, options) if isinstance(item, Chunk)]
    return np.concatenate([chunk.readings["frames"].numpy() for chunk in chunks], 1).transpose(0, 2, 1, 3)
