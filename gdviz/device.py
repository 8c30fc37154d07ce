"""The one module that names a device."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gdviz.errors import GdvizError

if TYPE_CHECKING:
    import torch

CHOICES = ("auto", "cpu", "cuda", "mps")

SETTING = "GDVIZ_DEVICE"
"""Environment variable that says what ``auto`` means: for pages, their workers, and commands without ``--device``."""


def pick_device(choice: str = "auto") -> torch.device:
    """The torch device for ``--device``.

    ``auto`` takes what GDVIZ_DEVICE names; without it CUDA when present and the CPU otherwise (Apple's mps
    lacks float64, so it is only used when asked for).

    Raises
    ------
    GdvizError
        If the name is unknown or the device is not on this machine.
    """
    import torch

    choice, source = _chosen(choice)
    if choice == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not present[choice]:
        here = ", ".join(name for name, is_there in present.items() if is_there)
        raise GdvizError(f"{source}: found {choice!r}, which this machine does not have; here: {here}.")
    return torch.device(choice)


def far_device(choice: str = "auto") -> str:
    """The name of the device for work done on other machines: the one asked for, or the CPU, which each of them has.

    Were ``auto`` decided over there, the same run would mix the numbers of several kinds of device.
    """
    choice, _ = _chosen(choice)
    return "cpu" if choice == "auto" else choice


def training_device(choice: str = "auto") -> torch.device:
    """The torch device that networks are trained on: the one asked for, or the CPU.

    A step of so small a network is a hundred calls of microseconds each, which a GPU can hardly start sooner than the CPU is
    done with them; and on the CPU the same task gives the same network on a machine with a GPU and without.

    Raises
    ------
    GdvizError
        As for `pick_device`.
    """
    return pick_device("cpu" if far_device(choice) == "cpu" else choice)


def has_float64(device: torch.device) -> bool:
    """Whether the device can compute in float64."""
    return device.type != "mps"


def device_name(choice: str = "auto") -> str:
    """The device as it is written on a page."""
    return {"cpu": "CPU", "cuda": "GPU (CUDA)", "mps": "GPU (mps)"}[pick_device(choice).type]


def _chosen(choice: str) -> tuple[str, str]:
    """What was chosen and where."""
    source, setting = "device", os.environ.get(SETTING)
    if choice == "auto" and setting:
        source, choice = SETTING, setting
    if choice not in CHOICES:
        raise GdvizError(f"{source}: found {choice!r}; allowed: {', '.join(CHOICES)}.")
    return choice, source
