"""Scenes as the charts see them: a header with rows, no paths.

The figures of the first scene are those of an independent float64 simulation of the 1-D law with classes
N(0, 1) and half N(1, 1), half N(-1, 1), class b guided (20000 particles); the rest is made up.
"""

from __future__ import annotations

import json
from typing import Any

from gdviz.player.bundle import WEB
from gdviz.player.modules import link

# w, mean and standard error of p(b | x), mean and standard error of 1/p(b | x), proportion improved
STAND_IN = [
    (0, 0.53429, 0.00101, 1.99449, 0.00335, 0.0),
    (0.1, 0.53776, 0.00101, 1.98308, 0.00336, 0.8732),
    (0.5, 0.55199, 0.00105, 1.93701, 0.00339, 0.8761),
    (1, 0.57044, 0.00108, 1.87888, 0.00341, 0.8834),
    (2, 0.60884, 0.00112, 1.76338, 0.00337, 0.8937),
    (5, 0.72181, 0.00107, 1.46473, 0.00276, 0.9350),
    (10, 0.85224, 0.00068, 1.19376, 0.00134, 0.9816),
]


def make_row(w: float, **given: Any) -> dict[str, Any]:
    """One row of a result; fields not given are null, as the result format allows."""
    row: dict[str, Any] = dict.fromkeys(
        ("mean_reward", "se_reward", "mean_reciprocal", "se_reciprocal", "tail", "improved", "se_improved", "ties",
         "improved_independent", "se_improved_independent", "identity", "path_kl", "se_path_kl", "spread",
         "mode_weight_tv", "off_support", "step_change", "step_changes")
    )  # fmt: skip
    return {**row, "w": w, "particles": 20000, "nonfinite": 0, "distances": [], **given}


def stand_in_rows() -> list[dict[str, Any]]:
    rows = []
    for w, reward, se_reward, reciprocal, se_reciprocal, improved in STAND_IN:
        se_improved = (improved * (1 - improved) / 20000) ** 0.5
        distances = [
            {"to": "conditional", "energy_distance": 0.003 + 0.01 * w, "se": 0.001, "floor": 0.0028},
            {"to": "powered", "energy_distance": 0.003 + 0.006 * w, "se": 0.001, "floor": 0.0031},
        ]
        rows.append(make_row(
            w, mean_reward=reward, se_reward=se_reward, mean_reciprocal=reciprocal, se_reciprocal=se_reciprocal,
            tail={"k_hat": 0.31, "top_share": 0.03, "reliable": True},
            improved=improved, se_improved=se_improved, ties=1.0 if w == 0 else 0.0,
            identity={"of": "mean_reciprocal", "value": reciprocal * 1.001, "se": se_reciprocal},
            path_kl=0.08 * w * w, se_path_kl=0.001 * w, spread=1.41 - 0.04 * w, distances=distances,
            step_changes={"mean_reward": 0.002, "mean_reciprocal": 0.006 + 0.004 * w},
        ))  # fmt: skip
    return rows


def make_header(rows: list[dict[str, Any]], **given: Any) -> dict[str, Any]:
    goals = [{"name": "conditional", "law": "p(x | b)"}, {"name": "powered", "law": "p(x | b)^(1+w) p(x)^(-w)"}]
    return {
        "id": "stand-in", "w": [row["w"] for row in rows], "rows": rows, "particles": 20000,
        "laws": {"base": "p(x | b)", "goals": goals},
        "measure": {"reward_name": "p(b | x)", "reciprocal_name": "1 / p(b | x)", "kind": "cfg", "label": "b"},
        "exact": {"mean_reciprocal_w0": 2.0, "slope_mean_reciprocal_w0": -0.114755, "mean_reward_w0": None,
                  "slope_mean_reward_w0": None, "mean_reward_w1": None},
        "experiment": {"sampler": {"kind": "ddpm", "steps": 400}, "guidance": {"kind": "cfg", "label": "b"}, "seed": 0},
        **given,
    }  # fmt: skip


def charts_page(scenes: list[dict[str, Any]], width: int = 420) -> str:
    """A page with the player's chart modules, the scenes and an empty column."""
    style = (WEB / "charts.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html><meta charset="utf-8"><style>{style}</style><div id="column" style="width:{width}px"></div>'
        f"<script>{link(WEB, 'charts.js', 'theme.js')}\nconst scenes = {json.dumps(scenes)};</script>"
    )
