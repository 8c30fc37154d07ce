"""Functions that the tests of background work send to workers; importable there, because tests/ is on the path."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import time
from pathlib import Path

from gdviz.errors import GdvizError


def double(x, report):
    return 2 * x


def who(report):
    return os.getpid()


def main_module(report):
    main = sys.modules["__main__"]
    return getattr(main, "__file__", None), "streamlit" in sys.modules, vars(main).get("MARK")


def threads(report):
    import torch

    return torch.get_num_threads(), os.nice(0)


def speak(text, report):
    print(text, flush=True)
    return text


def count(path, seconds, report):
    """Note every try, then report for so long."""
    with Path(path).open("a") as file:
        file.write(f"{os.getpid()}\n")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        report.progress(1 - (until - time.monotonic()) / seconds)
        report.partial(b"so far")
        time.sleep(0.01)
    return "counted"


def sleep_deaf(seconds, report):
    """Never look whether anybody still wants this; without the interpreter's lock."""
    time.sleep(seconds)


def hold_the_interpreter(seconds, report):
    """Neither look nor let another thread of the worker look."""
    ctypes.PyDLL(None).usleep(int(seconds * 1e6))


def die(path, deaths, report):
    """End the worker as the system does when memory runs out, the first so many times."""
    tries = Path(path)
    tried = len(tries.read_text()) if tries.exists() else 0
    tries.write_text("x" * (tried + 1))
    if tried < deaths:
        os.kill(os.getpid(), 9)
    return tried + 1


def refuse(report):
    raise GdvizError("apples: found 3; at most 2 are allowed.")


def divide(report):
    return 1 / 0


def give_a_lambda(report):
    return lambda: None


def swallow(report):
    """A job that catches everything it can."""
    while True:
        with contextlib.suppress(Exception):
            report.progress(0.5)
        time.sleep(0.01)


def keep_and_die(path, shares, report):
    """End the worker at every try; each try keeps the next share, as long as there are some."""
    tries = Path(path)
    tried = len(tries.read_text()) if tries.exists() else 0
    tries.write_text("x" * (tried + 1))
    report.kept(0.0)
    report.kept(shares[min(tried, len(shares) - 1)])
    os.kill(os.getpid(), 9)
