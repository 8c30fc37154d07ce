"""A scene as lines to paste: the command, Python, and a frame for a page."""

from __future__ import annotations

import html
import pprint
import shlex
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gdviz.export.address import address_of

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

FILE = "experiment.json"
"""What the saved Experiment is called."""


def command_line(experiment: Experiment, preset: str | None) -> str:
    """``gdviz run`` of the scene: a preset with its changes where those are short, else the saved file."""
    fields = address_of(experiment.model_dump(mode="json"), preset)
    if fields is None or "preset" not in fields:
        return f"gdviz run {FILE}"
    changed = {key: value for key, value in fields.items() if key != "preset"}
    source = f"preset:{preset}" + (f"?{urlencode(changed, safe=',:')}" if changed else "")
    return f"gdviz run {shlex.quote(source)}"


def python_lines(experiment: Experiment) -> str:
    """A script that runs the scene, with nothing beside it."""
    short = experiment.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    value = pprint.pformat(short, width=110, compact=True, sort_dicts=False)
    lines = ["import gdviz", "", f"experiment = {value}", "result = gdviz.run(experiment)", "for row in result.rows:"]
    return "\n".join([*lines, "    print(row.w, row.mean_reward, row.se_reward)", ""])


def frame_lines(address: str, title: str) -> str:
    """An iframe of an address; `gdviz app --embed-in` says which sites may show it."""
    place, name = html.escape(address, quote=True), html.escape(title, quote=True)
    return f'<iframe src="{place}" title="{name}" width="100%" height="800" style="border: 0" loading="lazy"></iframe>'
