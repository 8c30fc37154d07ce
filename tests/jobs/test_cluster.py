"""Jobs and sweeps on a Dask cluster of two worker processes: same numbers, news, cancelling, and a worker that is killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import background
import pytest
from experiments import changed
from listening import JobReport
from tasks import EAGER, tiny
from waiting import until

from gdviz.checkpoints import Library, Pace
from gdviz.cli import main
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.jobs.study_job import run_study
from gdviz.jobs.training import Trainings
from gdviz.progress import Progress
from gdviz.result import run, stream
from gdviz.store import SceneStore
from gdviz.studies.curves import CurvesAnswer, CurvesStudy
from gdviz.studies.scene import SceneStudy
from gdviz.sweep_request import RunExperiment
from gdviz.theory.martingale import MartingaleStudy
from gdviz.theory.subject import Subject
from gdviz.training import train

pytest.importorskip("distributed", reason="needs the package distributed: pip install 'gdviz[cluster]'")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="ends processes by signals")]

from gdviz.jobs.cluster import Cluster  # noqa: E402
from gdviz.jobs.cluster_pool import ClusterPool  # noqa: E402
from gdviz.jobs.job import Asker, Terms  # noqa: E402

LONG = 60
GIVES_WAY = Terms(patience=0.0)
CUT = {**changed("sampler.steps", 40), "particles": 9000}


class Processes:
    """`dask scheduler` and `dask worker`, as one would start them on several machines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
        port = self.address.rpartition(":")[2]
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        self.workers: list[subprocess.Popen[bytes]] = []

    def with_workers(self, count: int = 2) -> Processes:
        """Workers that have imported what they need; a killed one is replaced."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < count:
            options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--preload", "gdviz.result")
            self.workers.append(self._start("worker", self.address, *options))
        return self

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        places = os.pathsep.join(place for place in sys.path if place)
        environment = {**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1", "GDVIZ_STORE": str(self.folder / "store")}
        with (self.folder / "log").open("ab") as log:
            words = (sys.executable, "-W", "ignore", "-m", "dask", *words)
            return subprocess.Popen(words, env=environment, cwd=self.folder, stdout=log, stderr=log)

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    made = Processes(tmp_path_factory.mktemp("cluster"))
    yield made.with_workers()
    made.end()


@pytest.fixture(scope="module")
def here():
    """What `CUT` gives in this process."""
    return run(CUT, device="cpu", frame_particles=3000)


@pytest.fixture
def cluster(processes):
    made = connected(lambda: Cluster(processes.with_workers().address))
    assert until(lambda: len(made.client.nthreads()) == 2)
    yield made
    made.close()


@pytest.fixture
def pool(processes, monkeypatch):
    monkeypatch.setenv("GDVIZ_STORE", str(processes.folder / "store"))
    made = connected(lambda: ClusterPool(processes.with_workers().address, {"one": 0, "two": 5, "training": 10}))
    yield made
    made.close()


def connected(connect):
    """A cluster that is only now being started needs a moment."""
    end = time.monotonic() + 60
    while True:
        try:
            return connect()
        except GdvizError:
            if time.monotonic() > end:
                raise


def same(a, b) -> bool:
    frames = (a.frames is None and b.frames is None) or (a.frames == b.frames).all()
    return a.rows == b.rows and (a.samples == b.samples).all() and bool(frames)


# --- sweeps --------------------------------------------------------------------------------------


def test_a_sweep_on_the_cluster_has_the_same_numbers_and_tells_how_far_it_is(cluster, here):
    told: list[float] = []
    there = run(CUT, executor=cluster.executor, progress=told.append, frame_particles=3000)
    assert same(here, there)
    assert told == sorted(told) and len(told) > 3 and told[-1] == 1


def test_a_study_on_the_cluster_has_the_same_numbers(cluster):
    """What its observer reads on the workers comes back with the particles."""
    experiment = Experiment.parse(CUT)
    built = experiment.build()
    study = MartingaleStudy(Subject.of_plan(built.plan, built.sampler, built.levels), (0.0, 2.0), 3, 4500)
    here, there = (study.paths(0, 4500, executor=e) for e in (None, RunExperiment(experiment, built, cluster.executor)))
    assert (here.value == there.value).all() and (here.integral == there.integral).all()


def busy(cluster) -> int:
    """How many workers have a task just now."""
    return sum(bool(tasks) for tasks in cluster.client.processing().values())


def test_the_command_line_sends_its_sweeps_there(processes, tmp_path, monkeypatch, capsys):
    (tmp_path / "asked.json").write_text(json.dumps({**CUT, "particles": 3000}))
    found = {}
    for name, options in {"here": ["--device", "cpu"], "there": ["--scheduler", processes.address], "set": []}.items():
        if name == "set":
            monkeypatch.setenv("GDVIZ_SCHEDULER", processes.address)
        with pytest.raises(SystemExit) as left:
            main(["run", str(tmp_path / "asked.json"), "--out", str(tmp_path / name), *options])
        assert not left.value.code, capsys.readouterr().err
        found[name] = json.loads((tmp_path / name).read_text())["rows"]
    assert found["here"] == found["there"] == found["set"]


def test_leaving_a_sweep_frees_the_workers(cluster, here):
    endless = {**CUT, "sampler": {"kind": "ddpm", "steps": 3000}}
    sweep = stream(endless, executor=cluster.executor)
    assert until(lambda: next(sweep).done > 0)
    assert busy(cluster) == 2
    sweep.close()
    assert until(lambda: busy(cluster) == 0, 2)
    assert same(here, run(CUT, executor=cluster.executor, frame_particles=3000)), "the workers stopped, and work on"


def test_a_refusal_over_there_is_passed_on_as_it_is(cluster):
    with pytest.raises(GdvizError, match="which this machine does not have; here: cpu"):
        run(CUT, device="mps", executor=cluster.executor)


# --- jobs ----------------------------------------------------------------------------------------


def test_jobs_run_over_there_with_progress_partial_results_and_answers(pool, processes, tmp_path):
    jobs = [pool.submit("one", f"count-{k}", background.count, str(tmp_path / f"{k}"), 1.5) for k in range(2)]
    assert until(lambda: all(job.progress is not None and 0.2 < job.progress < 0.9 for job in jobs))
    assert all(job.partial == b"so far" for job in jobs), "both at once"
    assert all(job.wait(60) for job in jobs)
    assert [(job.state, job.result, job.partial) for job in jobs] == [("done", "counted", None)] * 2
    ran_in = {int((tmp_path / f"{k}").read_text()) for k in range(2)}
    assert ran_in == {worker.pid for worker in processes.workers}


def test_a_cancelled_job_stops_by_itself_and_its_worker_is_free(pool, tmp_path):
    jobs = [pool.submit("one", f"long-{k}", background.count, str(tmp_path / f"{k}"), LONG) for k in range(2)]
    assert until(lambda: all(job.partial for job in jobs))
    behind = pool.submit("two", "behind", background.double, 4)
    assert not behind.wait(0.3) and behind.state == "waiting"
    jobs[0].cancel()
    assert behind.wait(LONG / 2) and behind.result == 8
    assert (jobs[0].state, jobs[1].state) == ("cancelled", "running")
    jobs[1].cancel()


def test_a_cancelled_training_over_there_is_paused_with_all_that_was_done_and_its_worker_is_free(pool, cluster, processes):
    task, library = tiny(100_000, seed=3), Library(processes.folder / "store")
    trainings = Trainings(pool, library, Pace(report=0.02, save=1e9))  # nothing is saved unasked
    trainings.start(task)
    assert until(lambda: (found := trainings.find(task.id)) and found.report and found.report.step > 10)
    trainings.cancel(task.id)
    assert until(lambda: busy(cluster) == 0 and not library.is_training(task.id))
    found = trainings.find(task.id)
    assert found.state == "paused" and found.report.saved == found.report.step > 10
    assert library.state(task).numbers["step"] == found.report.saved
    trainings.resume(task.id)
    assert until(lambda: trainings.find(task.id).report.step > found.report.saved)
    trainings.remove(task.id)
    assert trainings.find(task.id) is None and until(lambda: busy(cluster) == 0, 10)


def test_a_short_job_of_another_begins_beside_long_ones_which_take_turns(pool, cluster, tmp_path):
    """Two threads, and two visitors whose long jobs would take both for a minute."""
    a, b, c = (Asker(name, "tab") for name in "abc")
    asked = [(f"{who.visitor}-{k}", who) for who in (a, b) for k in range(2)]
    long = [
        pool.submit("one", key, background.count, str(tmp_path / key), LONG, asker=who, terms=GIVES_WAY) for key, who in asked
    ]
    assert until(lambda: sum(job.state == "running" for job in long) == 4 and any(job.resting for job in long))
    began = time.monotonic()
    short = [pool.submit("one", f"c-{k}", background.double, k, asker=c) for k in range(2)]
    assert all(job.wait(LONG / 2) for job in short) and time.monotonic() - began < LONG / 2
    resting = {job for job in long if job.resting}
    assert len(resting) == 2
    for job in resting:
        assert until(lambda job=job: not job.resting, 20), "each has its turn"
    rests = next(job for job in long if job.resting)
    until(lambda: False, 1)  # the order is on its way
    rested = rests.progress
    until(lambda: False, 1)
    assert not rests.resting or rests.progress == rested
    for job in long:
        job.cancel()
    assert until(lambda: busy(cluster) == 0, 10)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (background.refuse, "apples: found 3; at most 2 are allowed."),
        (background.divide, "The worker failed unexpectedly (ZeroDivisionError: division by zero)."),
        (background.give_a_lambda, "The worker failed unexpectedly ("),
    ],
)
def test_what_goes_wrong_over_there_is_one_sentence(pool, function, said):
    job = pool.submit("one", "a", function)
    assert job.wait(60)
    assert job.state == "failed" and job.error.startswith(said)


def test_the_curves_of_a_page_are_shared_among_the_workers(pool, cluster, processes, here):
    """A job that sweeps sends parts of it to the others; its answer lies in the store that all share."""
    study, store = CurvesStudy(Experiment.parse(CUT)), SceneStore(processes.folder / "store")
    job = pool.submit("one", study.key, run_study, study, str(store.root))
    assert until(lambda: busy(cluster) == 2), "one job, two workers"
    assert until(lambda: job.partial is not None)
    assert job.wait(60) and job.state == "done", job.error
    assert store.read(store.find(study.key)) == job.result
    assert CurvesAnswer.from_bytes(job.result).result.rows == here.rows


def test_a_scene_made_over_there_is_the_one_made_here(pool, processes, tmp_path):
    study = SceneStudy(Experiment.parse({**CUT, "particles": 3000}), "title")
    roots = [processes.folder / "store", tmp_path]
    job = pool.submit("one", study.key, run_study, study, str(roots[0]))
    run_study(study, str(roots[1]), JobReport())
    assert job.wait(60) and job.state == "done", job.error
    there, here = (SceneStore(root).find(study.key) for root in roots)
    assert there == here is not None, "a digest of all its bytes"


def test_a_server_that_is_killed_leaves_no_work_behind(processes, tmp_path):
    code = (
        "import background, sys, time\n"
        "from gdviz.jobs.cluster_pool import ClusterPool\n"
        "pool = ClusterPool(sys.argv[1], {'one': 0})\n"
        "job = pool.submit('one', 'a', background.count, sys.argv[2], 60)\n"
        "while job.partial is None: time.sleep(0.01)\n"
        "print('runs', flush=True)\n"
        "time.sleep(60)\n"
    )
    places = os.pathsep.join(place for place in sys.path if place)
    environment = {**os.environ, "PYTHONPATH": places, "GDVIZ_STORE": str(processes.folder / "store")}
    address = processes.with_workers().address
    command = [sys.executable, "-c", code, address, str(tmp_path / "tries")]
    watcher = connected(lambda: Cluster(address))
    with contextlib.closing(watcher), subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == b"runs\n"
        assert busy(watcher) == 1
        server.kill()
        assert until(lambda: busy(watcher) == 0, 5)


# --- what the reader got wrong -------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "here", "tcp://", "http://127.0.0.1:1", "127.0.0.1:8786", "tcp://host"])
def test_an_address_that_is_none_is_refused_at_once(address):
    with pytest.raises(GdvizError, match="allowed: an address such as tcp://HOST:8786"):
        Cluster(address)


def test_nobody_there_is_one_sentence_within_seconds():
    address = "tcp://127.0.0.1:9"
    began = time.monotonic()
    with pytest.raises(GdvizError, match=f"found no Dask scheduler at {address} within 4 seconds"):
        Cluster(address)
    assert time.monotonic() - began < 25, "not the 30 seconds that the package waits by itself"


def test_another_store_and_another_version_are_refused(processes, monkeypatch, tmp_path):
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "mine"))
    with contextlib.closing(connected(lambda: ClusterPool(processes.with_workers().address, {"one": 0}))) as pool:
        job = pool.submit("one", "a", background.double, 1)
        assert job.wait(60)
        assert job.error.startswith("store: found another folder on worker") and str(processes.folder) in job.error
    assert list((tmp_path / "mine").iterdir()) == []
    monkeypatch.setattr("gdviz.jobs.cluster_worker.__version__", "0.0.0")
    with (
        contextlib.closing(Cluster(processes.address)) as cluster,
        pytest.raises(GdvizError, match=r"found gdviz .* on worker .*; 0.0.0 is needed there"),
    ):
        run(CUT, executor=cluster.executor)


# --- accidents: last, for they cost a worker ------------------------------------------------------


def kill_a_busy_one(cluster, processes) -> bool:
    """Whether a worker had a task just now; it is killed."""
    pids = cluster.client.run(os.getpid)
    for address, tasks in cluster.client.processing().items():
        if tasks:
            victim = next(worker for worker in processes.workers if worker.pid == pids[address])
            victim.kill()
            victim.wait()
            return True
    return False


def test_a_job_whose_worker_is_killed_runs_on_another(pool, processes, tmp_path):
    tries = tmp_path / "tries"
    job = pool.submit("one", "a", background.count, str(tries), 2.0)
    assert until(lambda: job.partial is not None), "its news arrives"
    pid = int(tries.read_text())
    os.kill(pid, signal.SIGKILL)
    next(worker for worker in processes.workers if worker.pid == pid).wait()
    assert job.wait(60)
    assert (job.state, job.result, job.tries) == ("done", "counted", 2)
    assert len(tries.read_text().split()) == 2


def test_a_training_whose_worker_is_killed_goes_on_elsewhere_bit_for_bit(pool, cluster, processes):
    task, library = tiny(250), Library(processes.folder / "store")
    trainings = Trainings(pool, library, EAGER)
    trainings.start(task)
    assert until(lambda: (found := trainings.find(task.id)) and found.report and found.report.saved > 0)
    seen = trainings.find(task.id)
    assert (seen.state, 0 < seen.report.saved < 250) == ("running", True)
    assert kill_a_busy_one(cluster, processes)
    assert until(lambda: trainings.find(task.id).state == "done", 240)
    *_, undisturbed = train(task)
    assert library.find(task).to_bytes() == undisturbed.checkpoint().to_bytes()


def test_a_worker_killed_in_the_middle_of_a_sweep_changes_nothing(cluster, processes):
    long = {**CUT, "sampler": {"kind": "ddpm", "steps": 250}}
    here = run(long, device="cpu", step_change=False, frame_particles=0)
    killed = False
    for item in stream(long, step_change=False, executor=cluster.executor):
        if isinstance(item, Progress) and item.done > 0.1 and not killed:
            killed = kill_a_busy_one(cluster, processes)
    assert killed
    assert same(here, item)


def test_a_scheduler_that_goes_away_ends_runs_with_one_sentence(pool, cluster, processes, tmp_path):
    """The very last: nothing is left to work with."""
    job = pool.submit("one", "a", background.count, str(tmp_path / "tries"), LONG)
    assert until(lambda: job.partial is not None)
    sweep = stream({**CUT, "sampler": {"kind": "ddpm", "steps": 3000}}, executor=cluster.executor)
    next(sweep)
    processes.scheduler.kill()
    said = f"The cluster at {processes.address} went away while this ran; ask again."
    assert job.wait(5) and (job.state, job.error) == ("failed", said)
    with pytest.raises(GdvizError, match=f"^{said}$"):
        list(sweep)
