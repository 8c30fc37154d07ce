"""`gdviz app` in a process of its own, for tests of what it answers."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60.0
TRIES = 3  # another worker may take the port between our look and the server's


@dataclass(frozen=True)
class Program:
    """A running program: where it answers, the file with what it said, and its process."""

    url: str
    port: int
    log: Path
    pid: int = 0


@contextlib.contextmanager
def running_program(
    folder: Path,
    options: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    path: Sequence[Path] = (),
    base: str = "",
) -> Iterator[Program]:
    """Start it with an empty store of its own, wait until it answers, end it.

    Parameters
    ----------
    folder : Path
        Where its store and its log go.
    options : sequence of str
        Of `gdviz app`.
    settings : mapping, optional
        Environment variables.
    path : sequence of Path
        Folders from which its Python imports first.
    base : str
        The path below which it serves, such as ``/lab``.
    """
    for k in range(TRIES):
        port, log = free_port(), folder / f"server-{k}.log"
        process = _start(port, folder / "store", log, options, settings or {}, path)
        found = Program(f"http://127.0.0.1:{port}{base}", port, log, process.pid)
        try:
            if _answers(process, f"{found.url}/_stcore/health"):
                yield found
                return
        finally:
            _end(process)
    raise AssertionError(f"the program did not start; it said:\n{log.read_text()[-4000:]}")


def _start(
    port: int, store: Path, log: Path, options: Sequence[str], settings: Mapping[str, str], path: Sequence[Path]
) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(filter(None, [*map(str, path), str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "GDVIZ_STORE": str(store), "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", **settings}
    command = [sys.executable, "-m", "gdviz", "app", "--no-browser", "--port", str(port), *options]
    with log.open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    """Wait for the health page; False when the program ended or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask, then insist; its workers leave with it."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def peak(pid: int) -> int:
    """Bytes that a process has held at most."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
