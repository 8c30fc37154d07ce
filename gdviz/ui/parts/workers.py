"""What all sessions of a server share: the workers and the store."""

from __future__ import annotations

import atexit
import gc
import threading
import time
from typing import TYPE_CHECKING

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.jobs import Pool
from gdviz.jobs.cluster_pool import make_pool, scheduler_setting
from gdviz.jobs.study_job import warm_up
from gdviz.jobs.training import Trainings

if TYPE_CHECKING:
    from gdviz.checkpoints import Library


COLLECT_EVERY = 30.0
"""Seconds between two collections of all garbage; one takes about two tenths of a second."""


@st.cache_resource
def pool() -> Pool:
    """The workers of this server, started at first use and ended with it: processes of this machine, or a cluster's."""
    threading.Thread(target=_collect_now_and_then, daemon=True, name="garbage").start()
    workers = make_pool()
    atexit.register(workers.close)
    workers.warm(warm_up)
    return workers


def _collect_now_and_then() -> None:
    """Collect what `gc.freeze` keeps out of the collection after each run of a page (app.py)."""
    while True:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        time.sleep(COLLECT_EVERY)


def library() -> Library:
    """Trained networks and unfinished trainings."""
    from gdviz.checkpoints import networks

    return networks().library


@st.cache_resource
def trainings() -> Trainings:
    """The trainings of this server's store."""
    return Trainings(pool(), library())


def where_computed(training: bool = False) -> str:
    """Where the numbers on a page come from, in a few words; trainings stay on the CPU unless a device is named."""
    from gdviz.device import device_name, far_device

    address = scheduler_setting()
    if address:
        return f"Computed on the cluster at {address} ({far_device()} unless its workers have another setting)."
    try:
        name = device_name("cpu" if training and far_device() == "cpu" else "auto")
        return f"Computed on this machine's {name}."
    except GdvizError as error:  # a setting that names no device
        return str(error)
