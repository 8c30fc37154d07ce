"""The one module that names a device."""

from __future__ import annotations

import torch

from gdviz.errors import GdvizError

CHOICES = ("auto", "cpu", "cuda", "mps")


def pick_device(choice: str = "auto") -> torch.device:
    """The torch device for ``--device``.

    ``auto`` takes CUDA when present and the CPU otherwise (Apple's mps lacks float64, so it is only
    used when asked for).

    Raises
    ------
    GdvizError
        If the name is unknown or the device is not on this machine.
    """
    if choice not in CHOICES:
        raise GdvizError(f"device: found {choice!r}; allowed: {', '.join(CHOICES)}.")
    if choice == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not present[choice]:
        here = ", ".join(name for name, is_there in present.items() if is_there)
        raise GdvizError(f"device: found {choice!r}, which this machine does not have; here: {here}.")
    return torch.device(choice)
