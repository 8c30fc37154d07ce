"""A network as one file, for another machine: everything in it is looked at before it is taken in."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path

from gdviz.checkpoints.history import KEPT, History, HistoryRow
from gdviz.checkpoints.library import CHECKPOINT, HISTORY, REPORT, TASK, Library
from gdviz.checkpoints.report import TrainingReport
from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint
from gdviz.store import read_at_most, write_file
from gdviz.training import Task, assess

MOST = {CHECKPOINT: 256 << 20, TASK: 64 << 20, REPORT: 4 << 20, HISTORY: 4 << 20}
"""The files of a network, and the bytes that each may have."""

_TOLD = ("loss", "ema_loss", "seconds", "cpu_seconds")
_KINDS = "a network is a .zip, or a .safetensors with the weights alone"


def write_network(library: Library, beginning: str, path: Path) -> str:
    """Write the network whose id begins so into a file; returns its id.

    Raises
    ------
    GdvizError
        If there is no such network, the file's name ends otherwise than in .zip or .safetensors, or the disk refuses.
    """
    if path.suffix not in (".zip", ".safetensors"):
        raise GdvizError(f"{path}: found a name that ends in {path.suffix!r}; {_KINDS}.")
    id = library.full_id(beginning)
    files = library.networks.read(id)
    if files is None:
        why = "its training has not ended; gdviz train goes on with it" if library.trainings.names() else "it is damaged"
        raise GdvizError(f"checkpoint: found no network {id[:12]} ({why}).")
    try:
        write_file(path, files[CHECKPOINT] if path.suffix == ".safetensors" else _zipped(files))
        path.chmod(0o644)  # made to be passed on
    except OSError as error:
        raise GdvizError(f"{path}: found that it cannot be written ({error.strerror}); name another place.") from None
    return id


def read_network(library: Library, path: Path) -> str:
    """Take a network from a file into the library; returns its id.

    Weights are data, never code: nothing of the file is run, and no name in it becomes a path. The id is worked out
    from the task that the weights say they learned. Whether they did learn it, their score error shows.

    Raises
    ------
    GdvizError
        If the file is not a network, is damaged or too large, or the disk refuses.
    """
    if path.suffix not in (".zip", ".safetensors"):
        raise GdvizError(f"{path}: found a name that ends in {path.suffix!r}; {_KINDS}.")
    try:
        files = _unzipped(path) if path.suffix == ".zip" else {CHECKPOINT: _bounded(path)}
    except OSError as error:
        raise GdvizError(f"{path}: found that it cannot be read ({error.strerror}).") from None
    try:
        checkpoint = Checkpoint.from_bytes(files[CHECKPOINT])
        task = Task.parse(checkpoint.about["task"])
        step = checkpoint.about["steps"]
        if isinstance(step, bool) or not isinstance(step, int) or not 1 <= step <= task.steps:
            raise GdvizError("checkpoint: found a number of steps that its task does not have.")
        id = task.id if step == task.steps else f"{task.id}-{step}"
        report = _report(files, task, checkpoint, id)
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        said = str(error) if isinstance(error, GdvizError) else f"found no network in it ({type(error).__name__})."
        raise GdvizError(f"{path}: {said}") from None
    library.write(id, task, checkpoint, report)
    return id


def _report(files: Mapping[str, bytes], task: Task, checkpoint: Checkpoint, id: str) -> TrainingReport:
    """Losses and times as the file tells them; the score error is looked at here where the network stands by itself."""
    told = json.loads(files.get(REPORT, b"{}"))
    loss, ema_loss, seconds, cpu_seconds = (_number(told.get(name)) for name in _TOLD)
    step = checkpoint.about["steps"]
    report = TrainingReport(
        task.title,
        step,
        task.steps,
        loss,
        ema_loss,
        _known(seconds) or 0.0,
        _known(cpu_seconds) or 0.0,
        saved=step,
        id=id,
        history=_history(files),
    )
    if task.base is not None:
        return report
    assessment = assess(task, checkpoint)
    return report.with_(assessment, step)


def _history(files: Mapping[str, bytes]) -> History:
    history = History.from_dict(json.loads(files.get(HISTORY, b"{}")))
    rows = []
    for step, *numbers in history.rows[:KEPT]:
        loss, ema_loss, error, seconds, cpu_seconds = (_number(value) for value in numbers)
        spent = (_known(seconds) or 0.0, _known(cpu_seconds) or 0.0)
        rows.append(HistoryRow(int(step), _known(loss), _known(ema_loss), _known(error), *spent))
    return History(tuple(rows))


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else math.nan


def _zipped(files: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in MOST:
            if name in files:
                archive.writestr(zipfile.ZipInfo(name), files[name])  # no date: the same network is the same file
    return held.getvalue()


def _unzipped(path: Path) -> dict[str, bytes]:
    """The files of an archive, known names only, no more bytes of each than it may have, whatever the archive says."""
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for item in archive.infolist():
                if item.filename not in MOST or item.filename in files:
                    raise GdvizError(f"{path}: found the file {item.filename[:80]!r} in it; allowed, once: {', '.join(MOST)}.")
                with archive.open(item) as file:
                    files[item.filename] = file.read(MOST[item.filename] + 1)
                if len(files[item.filename]) > MOST[item.filename]:
                    raise GdvizError(f"{path}: found more than {MOST[item.filename]:,} bytes of {item.filename} in it.")
    except (GdvizError, OSError):
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        raise GdvizError(f"{path}: found a damaged archive ({str(error)[:80]}).") from None
    except Exception as error:  # zlib's own
        raise GdvizError(f"{path}: found a damaged archive ({type(error).__name__}).") from None
    if CHECKPOINT not in files:
        raise GdvizError(f"{path}: found no {CHECKPOINT} in it.")
    return files


def _bounded(path: Path) -> bytes:
    data = read_at_most(path, MOST[CHECKPOINT])
    if len(data) > MOST[CHECKPOINT]:
        raise GdvizError(f"{path}: found more than {MOST[CHECKPOINT]:,} bytes.")
    return data
