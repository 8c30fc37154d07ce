"""Every target that the contract is tested on: each kind's examples, and the presets' targets."""

from __future__ import annotations

import json

from gdviz import presets
from gdviz.targets import TARGETS, TargetKind

EXAMPLES: dict[str, TargetKind] = {
    f"{name}-{k}": TARGETS.parse({"kind": name, **example})
    for name, kind in TARGETS.kinds.items()
    for k, example in enumerate(kind.examples)
}


def _of_presets() -> dict[str, TargetKind]:
    targets = {name: presets.load(name).experiment.target for name in presets.names()}
    distinct = {json.dumps(target.model_dump(mode="json")): f"preset-{name}" for name, target in targets.items()}
    return {name: TARGETS.parse(json.loads(text)) for text, name in distinct.items()}


CASES: dict[str, TargetKind] = {**EXAMPLES, **_of_presets()}

KNOWN = {name: target for name, target in CASES.items() if not target.build().by_samples}
"""Those with a density; the others are known by samples alone."""
