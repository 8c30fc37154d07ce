"""What an installation consists of and whether it can run."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import tempfile
from dataclasses import dataclass

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.resources import resource
from gdviz.server import free_port
from gdviz.store import default_root

_PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "streamlit", "plotly", "pydantic")


@dataclass(frozen=True)
class DoctorFinding:
    """One line of the report: what was looked at, what was found, and what to do when it is not right."""

    subject: str
    found: str
    ok: bool = True
    advice: str = ""


def findings() -> list[DoctorFinding]:
    """Versions, device, files, store and port."""
    python = DoctorFinding("Python", f"{platform.python_version()} on {platform.platform()}")
    lines = [DoctorFinding("gdviz", __version__), python]
    lines += [_package(name) for name in _PACKAGES]
    return [*lines, _device(), _files(), _store(), _port()]


def _package(name: str) -> DoctorFinding:
    try:
        return DoctorFinding(name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return DoctorFinding(name, "missing", False, f"pip install {name}")


def _device() -> DoctorFinding:
    from gdviz.device import pick_device

    try:
        return DoctorFinding("device", f"{pick_device()} ({os.cpu_count()} cores)")
    except GdvizError as error:
        return DoctorFinding("device", "none", False, str(error))


def _files() -> DoctorFinding:
    try:
        for part in ("app.py", "pages", "assets"):
            resource(part)
    except GdvizError as error:
        return DoctorFinding("pages and presets", "missing", False, str(error))
    return DoctorFinding("pages and presets", str(resource()))


def _store() -> DoctorFinding:
    try:
        root = default_root()
    except GdvizError as error:
        return DoctorFinding("store", "none", False, str(error))
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        return DoctorFinding("store", f"{root}: {error.strerror}", False, "set GDVIZ_STORE to a folder that can be written")
    return DoctorFinding("store", str(root))


def _port() -> DoctorFinding:
    try:
        port = free_port("127.0.0.1", 8501)
    except GdvizError as error:
        return DoctorFinding("port", "none free", False, str(error))
    return DoctorFinding("port", f"{port}" if port == 8501 else f"{port} (8501 is in use)")
