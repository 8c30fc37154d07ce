"""Background work: one worker a lane, asked for twice runs once, retried when its worker dies, gone when cancelled."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import background
import pytest
from waiting import until

from gdviz.errors import GdvizError
from gdviz.jobs import Asker, Pool, Terms
from gdviz.jobs.job import AWAY
from gdviz.jobs.seat import LONG_NICENESS

LONG = 60
posix = pytest.mark.skipif(os.name == "nt", reason="ends processes by signals")


@pytest.fixture
def pool():
    made = Pool({"one": 0, "two": 5})
    yield made
    made.close()


def alive(pid: int) -> bool:
    """Whether a process runs: neither gone nor a zombie."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def started(job) -> bool:
    return until(lambda: job.progress is not None)


# --- answers -------------------------------------------------------------------------------------


def test_a_job_gives_what_its_function_returns(pool):
    job = pool.submit("one", "a", background.double, 21)
    assert job.wait(20)
    assert (job.state, job.result, job.error, job.finished) == ("done", 42, None, True)


def test_jobs_of_a_lane_share_a_worker_and_lanes_do_not(pool):
    jobs = [pool.submit(lane, f"{lane}{k}", background.who) for lane in ("one", "two") for k in range(2)]
    assert all(job.wait(20) for job in jobs)
    first, second, third, fourth = (job.result for job in jobs)
    assert first == second == pool.pids["one"]
    assert third == fourth == pool.pids["two"]
    assert len({first, third, os.getpid()}) == 3


def test_a_long_job_in_one_lane_does_not_delay_the_other(pool, tmp_path):
    long = pool.submit("one", "long", background.count, str(tmp_path / "tries"), LONG)
    behind = pool.submit("one", "behind", background.double, 1)
    assert started(long)
    assert pool.submit("two", "short", background.double, 2).wait(20)
    assert (long.state, behind.state) == ("running", "waiting")


@pytest.mark.slow
def test_progress_partial_results_and_time_left_are_seen(pool, tmp_path):
    job = pool.submit("one", "a", background.count, str(tmp_path / "tries"), 2.0)
    assert until(lambda: job.progress is not None and 0.3 < job.progress < 0.7)
    assert job.partial == b"so far"
    assert 0.1 < job.seconds_left < 6  # of two seconds, on a machine that may be busy
    assert job.wait(20)
    assert (job.result, job.partial) == ("counted", None)


def test_the_same_key_is_one_job(pool, tmp_path):
    tries = tmp_path / "tries"
    jobs = [pool.submit("one", "same", background.count, str(tries), 0.3) for _ in range(5)]
    assert all(job is jobs[0] for job in jobs)
    assert jobs[0].wait(20)
    assert pool.submit("one", "same", background.count, str(tries), 0.3) is jobs[0], "a finished job is joined too"
    assert len(tries.read_text().split()) == 1


def test_warming_starts_the_workers_of_scenes_and_no_other(tmp_path):
    """With a job that imports what the first question needs; who asks then finds it done or waits behind it."""
    pool = Pool({"preview": 0, "scene": 0, "curves": 5})
    try:
        pool.warm(background.who)
        jobs = [pool.find(f"warm-{queue}") for queue in ("preview", "scene")]
        assert all(job.wait(20) and job.state == "done" for job in jobs)
        assert [job.result for job in jobs] == [pool.pids["preview"], pool.pids["scene"]]
        assert pool.pids["curves"] is None and pool.find("warm-curves") is None
    finally:
        pool.close()


def test_warming_leaves_out_workers_that_there_are_not(pool):
    pool.warm(background.who)
    assert pool.find("warm-preview") is None and pool.pids == {"one": None, "two": None}


def test_what_a_job_prints_does_not_disturb_its_answers(pool, capfd):
    assert pool.submit("one", "a", background.speak, "hello " * 1000).wait(20)
    job = pool.submit("one", "b", background.double, 4)
    assert job.wait(20) and job.result == 8
    assert "hello" in capfd.readouterr().err


@pytest.mark.slow
def test_workers_compute_on_one_thread_and_give_way_as_their_lane_says(pool):
    for lane, gives_way in (("one", 0), ("two", 5)):
        job = pool.submit(lane, f"threads-{lane}", background.threads)
        assert job.wait(60)
        count, nice = job.result
        assert count == 1
        assert os.name == "nt" or nice == min(19, os.nice(0) + gives_way)


def test_a_worker_does_not_import_the_main_module(pool, tmp_path):
    """While a page runs, Streamlit puts the page's script there."""
    page = tmp_path / "page.py"
    page.write_text(
        "import sys, time, os\n"
        "open(sys.argv[1], 'a').write('ran\\n')\n"
        "MARK = 'page'\n"
        "import background\n"
        "from gdviz.jobs import Pool\n"
        "pool = Pool({'one': 0})\n"  # without an `if __name__ == '__main__'`, as pages are
        "job = pool.submit('one', 'a', background.main_module)\n"
        "assert job.wait(20)\n"
        "print(job.result)\n"
        "pool.close()\n"
    )
    ran = tmp_path / "ran"
    found = subprocess.run([sys.executable, page, ran], env=environment(), capture_output=True, text=True, timeout=60)
    assert found.stdout.strip() == "(None, False, None)", found.stderr
    assert ran.read_text() == "ran\n"


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(place for place in sys.path if place)}


# --- refusals and accidents ----------------------------------------------------------------------


def test_a_refusal_is_passed_on_as_it_is_and_asking_again_runs_again(pool):
    job = pool.submit("one", "a", background.refuse)
    assert job.wait(20)
    assert (job.state, job.error) == ("failed", "apples: found 3; at most 2 are allowed.")
    again = pool.submit("one", "a", background.refuse)
    assert again is not job
    assert again.wait(20)


@pytest.mark.parametrize(("function", "said"), [(background.divide, "ZeroDivisionError"), (background.give_a_lambda, "lambda")])
def test_an_accident_is_one_sentence_and_the_worker_lives_on(pool, capfd, function, said):
    before = pool.submit("one", "who", background.who)
    job = pool.submit("one", "a", function)
    assert job.wait(20)
    assert job.state == "failed"
    assert job.error.startswith("The worker failed unexpectedly (") and said in job.error
    after = pool.submit("one", "still", background.who)
    assert after.wait(20) and after.result == before.result


@posix
def test_a_killed_worker_is_replaced_and_its_job_tried_once_more_unseen(pool, tmp_path):
    tries = tmp_path / "tries"
    job = pool.submit("one", "a", background.count, str(tries), 0.5)
    queued = [pool.submit("one", f"q{k}", background.double, k) for k in range(3)]
    assert until(lambda: tries.exists() and tries.read_text())
    first = pool.pids["one"]
    seen = set()
    os.kill(first, signal.SIGKILL)
    while not job.finished:
        seen.add(job.state)
    assert seen - {"done"} == {"running"}, "the page must not see the accident"
    assert job.state == "done" and job.result == "counted"
    assert tries.read_text().split() == [str(first), str(pool.pids["one"])], "one process at a time, two tries"
    assert all(other.wait(20) for other in queued)
    assert [(other.state, other.result, other.tries) for other in queued] == [("done", 2 * k, 1) for k in range(3)]


@posix
@pytest.mark.parametrize(("deaths", "state"), [(1, "done"), (2, "failed")])
def test_a_job_that_ends_its_worker_twice_has_failed(pool, tmp_path, deaths, state):
    job = pool.submit("one", "a", background.die, str(tmp_path / "tries"), deaths)
    assert job.wait(30)
    assert job.state == state
    assert job.error == (None if state == "done" else "The worker process was ended from outside twice; ask again.")
    assert (tmp_path / "tries").read_text() == "xx"
    after = pool.submit("one", "b", background.double, 5)
    assert after.wait(20) and after.result == 10


@posix
def test_a_worker_killed_while_idle_is_replaced(pool):
    job = pool.submit("one", "a", background.who)
    assert job.wait(20)
    os.kill(job.result, signal.SIGKILL)
    assert until(lambda: not alive(job.result))
    after = pool.submit("one", "b", background.who)
    assert after.wait(20)
    assert after.state == "done" and after.result != job.result


# --- cancelling ----------------------------------------------------------------------------------


def test_a_cancelled_job_stops_at_its_next_report_and_its_worker_stays(pool, tmp_path):
    job = pool.submit("one", "a", background.count, str(tmp_path / "tries"), LONG)
    assert until(lambda: job.partial is not None)
    worker = pool.pids["one"]
    job.cancel()
    assert job.state == "cancelled" and job.finished
    after = pool.submit("one", "b", background.who)
    assert after.wait(20)
    assert after.result == worker, "it stopped by itself, before the grace after which it would be ended"
    assert job.state == "cancelled" and job.partial == b"so far"


@pytest.mark.slow
@pytest.mark.parametrize("deaf", [background.sleep_deaf, background.hold_the_interpreter])
def test_a_job_that_does_not_listen_is_ended_within_two_seconds(pool, deaf):
    if os.name == "nt" and deaf is background.hold_the_interpreter:
        pytest.skip("usleep is not in Windows' library")
    job = pool.submit("one", "a", deaf, LONG)
    assert started(job)
    worker = pool.pids["one"]
    job.cancel()
    assert until(lambda: not alive(worker), 2.0)
    after = pool.submit("one", "b", background.double, 3)
    assert after.wait(20) and after.result == 6


def test_a_job_cannot_swallow_its_cancellation(pool):
    job = pool.submit("one", "a", background.swallow)
    assert started(job)
    worker = pool.pids["one"]
    job.cancel()
    after = pool.submit("one", "b", background.who)
    assert after.wait(20) and after.result == worker, "it stopped by itself"


@pytest.mark.slow
def test_a_waiting_job_can_be_cancelled_without_disturbing_the_running_one(pool, tmp_path):
    running = pool.submit("one", "a", background.count, str(tmp_path / "tries"), 1.5)
    waiting = pool.submit("one", "b", background.count, str(tmp_path / "never"), 1.5)
    assert started(running)
    waiting.cancel()
    assert waiting.state == "cancelled"
    assert running.wait(20) and running.state == "done"
    assert not (tmp_path / "never").exists()


def test_cancelling_is_final_and_a_finished_job_stays_done(pool, tmp_path):
    done = pool.submit("one", "a", background.double, 1)
    assert done.wait(20)
    done.cancel()
    assert (done.state, done.result) == ("done", 2)
    job = pool.submit("one", "b", background.count, str(tmp_path / "tries"), LONG)
    job.cancel()
    again = pool.submit("one", "b", background.count, str(tmp_path / "tries"), 0.05)
    assert again is not job and again.wait(20)
    assert (job.state, again.state) == ("cancelled", "done")


# --- the end -------------------------------------------------------------------------------------


def test_a_closed_pool_leaves_no_process_and_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    pool = Pool({"one": 0, "two": 0, "idle": 0})
    jobs = [pool.submit("one", "a", background.count, str(tmp_path / "tries"), LONG)]
    jobs += [pool.submit("two", "b", background.sleep_deaf, LONG), pool.submit("two", "c", background.double, 1)]
    assert started(jobs[0]) and started(jobs[1])
    workers = [pid for pid in pool.pids.values() if pid]
    assert len(workers) == 2
    began = time.monotonic()
    pool.close()
    assert time.monotonic() - began < LONG / 2
    assert [job.state for job in jobs] == ["cancelled"] * 3
    assert not any(alive(pid) for pid in workers)
    assert list((tmp_path / "temporary").iterdir()) == []
    pool.close()  # closing twice is no error
    with pytest.raises(GdvizError, match="workers closed"):
        pool.submit("one", "d", background.double, 1)


@posix
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_a_server_that_is_killed(tmp_path, how):
    """Even in the middle of a job that does not listen."""
    code = (
        "import background, time\n"
        "from gdviz.jobs import Pool\n"
        "pool = Pool({'one': 0, 'two': 0})\n"
        "jobs = [pool.submit('one', 'a', background.sleep_deaf, 60), pool.submit('two', 'b', background.who)]\n"
        "while jobs[0].progress is None or not jobs[1].finished: time.sleep(0.01)\n"
        "print(*pool.pids.values(), flush=True)\n"
        "time.sleep(60)\n"
    )
    server = subprocess.Popen([sys.executable, "-c", code], env=environment(), stdout=subprocess.PIPE, text=True)
    with server:
        workers = [int(pid) for pid in server.stdout.readline().split()]
        assert len(workers) == 2 and all(alive(pid) for pid in workers)
        server.send_signal(how)
        server.wait(10)
        assert until(lambda: not any(alive(pid) for pid in workers), 5)


def test_a_program_that_forgets_to_close_still_ends():
    code = (
        "import background\n"
        "from gdviz.jobs import Pool\n"
        "pool = Pool({'one': 0})\n"
        "pool.submit('one', 'a', background.sleep_deaf, 60)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=20)
    assert (found.returncode, found.stderr) == (0, "")


def test_only_so_many_finished_jobs_are_remembered(pool, monkeypatch):
    monkeypatch.setattr("gdviz.jobs.pool.KEPT", 5)
    jobs = [pool.submit("one", f"k{k}", background.double, k) for k in range(20)]
    assert jobs[-1].wait(20)
    last = pool.submit("one", "last", background.double, 0)
    assert last.wait(20)
    assert pool.find("k0") is None and pool.find("last") is last and pool.find("k19") is jobs[-1]


# --- several visitors ----------------------------------------------------------------------------


def asking(pool, visitor: str, key: str, function, *arguments, **terms):
    return pool.submit("one", key, function, *arguments, asker=Asker(visitor, visitor), terms=Terms(**terms))


def test_a_long_job_of_one_visitor_lets_anothers_pass_and_goes_on(pool, tmp_path, monkeypatch):
    monkeypatch.setattr("gdviz.jobs.turns.TURN", 0.5)
    hog = asking(pool, "a", "hog", background.count, str(tmp_path / "tries"), LONG, patience=0)
    assert started(hog)
    other = asking(pool, "b", "short", background.double, 1)
    assert other.wait(20) and other.result == 2
    rival = asking(pool, "c", "rival", background.count, str(tmp_path / "rival"), LONG, patience=0)
    assert until(lambda: hog.resting and started(rival)), "long ones take turns"
    told = hog.progress
    time.sleep(0.2)  # a rest that did not rest would show within one of its reports, every few milliseconds
    assert hog.progress == told
    rival.cancel()
    assert until(lambda: hog.progress > told) and (tmp_path / "tries").read_text().count("\n") == 1, "with all it had done"
    hog.cancel()


@posix
def test_a_worker_that_gave_way_is_replaced_by_a_warm_one(pool, tmp_path):
    pool._queues["one"].warm_call = pickle.dumps((background.double, (1,)))
    hog = asking(pool, "a", "hog", background.count, str(tmp_path / "tries"), LONG, patience=0)
    assert started(hog)
    first = pool.pids["one"]
    short = asking(pool, "b", "short", background.who)
    assert short.wait(20)
    assert until(lambda: os.getpriority(os.PRIO_PROCESS, first) == min(19, os.nice(0) + LONG_NICENESS))
    hog.cancel()
    last = asking(pool, "c", "last", background.who)
    assert last.wait(20) and last.result != first and alive(first), "kept for long ones, and when there is no other"


def test_what_does_not_outlive_its_tab_is_dropped_and_what_does_is_not(tmp_path):
    now = [0.0]
    pool = Pool({"one": 0, "two": 0}, clock=lambda: now[0])
    try:
        scene = asking(pool, "a", "scene", background.count, str(tmp_path / "s"), LONG, outlives=False)
        study = pool.submit("two", "study", background.count, str(tmp_path / "t"), LONG, asker=Asker("a", "a"))
        for seconds in (AWAY, 2 * AWAY):
            now[0] = seconds
            scene.look(Asker("a", "a")), scene.look(Asker("b", "b"))
            pool.tick()
            assert not scene.finished
        now[0] += AWAY + 1
        pool.tick()
        assert (scene.state, study.finished) == ("cancelled", False)
    finally:
        pool.close()


def test_a_job_with_a_limit_is_given_up_in_a_sentence(tmp_path):
    now = [0.0]
    pool = Pool({"one": 0}, clock=lambda: now[0])
    try:
        job = asking(pool, "a", "preview", background.count, str(tmp_path / "s"), LONG, limit=20.0)
        behind = asking(pool, "a", "behind", background.double, 2)
        assert started(job)
        now[0] = 21.0
        pool.tick()
        assert (job.state, job.error) == ("failed", "It had not ended after 20 seconds and was stopped.")
        assert behind.wait(20)
    finally:
        pool.close()


def test_a_visitor_has_so_many_jobs_of_a_queue_and_no_other_visitor_notices(monkeypatch):
    class Waiting:
        """A queue in which nothing begins."""

        def add(self, job):
            pass

        stop = tick = close = ahead = add

    monkeypatch.setattr("gdviz.jobs.pool.MOST", 2)
    pool, a, b = Pool({"one": 0, "two": 0}, lambda niceness: Waiting()), Asker("a", "tab"), Asker("b", "tab")
    jobs = [pool.submit("one", f"a{k}", background.double, k, asker=a) for k in range(3)]
    assert [job.state for job in jobs] == ["waiting", "waiting", "failed"]
    assert jobs[2].error == "runs: found 2 of yours that have not ended; at most 2 wait: stop one."
    assert pool.submit("one", "b", background.double, 1, asker=b).state == "waiting"
    assert pool.submit("two", "c", background.double, 1, asker=a).state == "waiting", "each queue by itself"
    assert all(pool.submit("one", f"p{k}", background.double, k).state == "waiting" for k in range(5)), "the program itself"
    jobs[0].end("done")
    assert pool.submit("one", "a2", background.double, 2, asker=a).state == "waiting"
    pool._ended.set()
