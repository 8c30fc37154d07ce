"""Weights for the reader's own module: what does not fit is named, wrappers' prefixes are taken off."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from torch import Tensor, nn

from gdviz.errors import GdvizError

PREFIXES = ("module.", "_orig_mod.")
"""Of torch.nn.parallel and of torch.compile."""

NAMED, LONGEST = 3, 40
"""Keys that a sentence names, and letters of each."""


def unwrapped(state: dict[str, Tensor], wanted: Iterable[str], place: str) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """The weights without the prefixes that every key has and the module's keys do not, and a note of what was taken off."""
    taken = ""
    wanted = list(wanted)
    while state:
        prefix = next((p for p in PREFIXES if all(key.startswith(p) for key in state)), None)
        if prefix is None or any(key.startswith(prefix) for key in wanted):
            break
        state, taken = {key.removeprefix(prefix): value for key, value in state.items()}, taken + prefix
    return state, (f"{Path(place).name}: the prefix {taken} of every key was taken off.",) if taken else ()


def check_keys(state: dict[str, Tensor], module: nn.Module, place: str, name: str) -> None:
    """Refuse weights whose keys or shapes are not the module's.

    Raises
    ------
    GdvizError
        That names the first of them.
    """
    own = module.state_dict()
    missing, unexpected = [key for key in own if key not in state], [key for key in state if key not in own]
    shapes = [
        f"{_short(key)} {list(value.shape)} for {list(own[key].shape)}"
        for key, value in state.items()
        if key in own and value.shape != own[key].shape
    ]
    kinds = (("missing", _keys(missing)), ("unexpected", _keys(unexpected)), ("of another shape", _some(shapes)))
    if misfits := "; ".join(f"{kind}: {keys}" for kind, keys in kinds if keys):
        raise GdvizError(f"{Path(place).name[-LONGEST:]}: found weights that do not fit {name[:LONGEST]}; {misfits}.")


def _keys(keys: list[str]) -> str:
    return _some([_short(key) for key in keys])


def _some(words: list[str]) -> str:
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return ", ".join(words[:NAMED]) + more


def _short(key: str) -> str:
    return key if len(key) <= LONGEST else f"{key[: LONGEST // 2]}...{key[-LONGEST // 2 :]}"
