"""Trainings as background work: listed, queued, cancelled, killed, and found again after a restart."""

from __future__ import annotations

import os
import signal
import time

import pytest
import torch
from tasks import EAGER, tiny
from waiting import until

from gdviz.checkpoints import Library, Pace
from gdviz.errors import GdvizError
from gdviz.jobs import Asker, Pool
from gdviz.jobs.training import SHARED_SERVER, Trainings, follow, run_training, training_key
from gdviz.training import Task, train

pytestmark = pytest.mark.slow

posix = pytest.mark.skipif(os.name == "nt", reason="ends processes by signals")
LONG = 100_000


@pytest.fixture(scope="module")
def workers():
    made = Pool({"training": 0})
    yield made
    made.close()


@pytest.fixture
def pool(workers):
    """One pool for all tests, because its worker takes seconds to start; every test leaves it idle."""
    yield workers
    for job in list(workers._jobs.values()):
        job.cancel()


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path / "store", shipped=tmp_path / "none")


@pytest.fixture
def trainings(pool, library):
    return Trainings(pool, library, EAGER)


def undisturbed(task: Task) -> bytes:
    *_, last = train(task)
    return last.checkpoint().to_bytes()


def state(trainings: Trainings, id: str) -> str | None:
    found = trainings.find(id)
    return None if found is None else found.state


def running(trainings: Trainings, id: str, step: int = 1) -> bool:
    """Whether a training has come to a step."""

    def there() -> bool:
        found = trainings.find(id)
        return found is not None and found.state == "running" and found.report is not None and found.report.step >= step

    return until(there)


def test_a_training_is_seen_from_its_start_to_its_end(trainings, library):
    task = tiny(300)
    id = trainings.start(task)
    assert id == task.id and state(trainings, id) in ("waiting", "running")
    assert until(lambda: trainings.find(id).report is not None and trainings.find(id).report.history.rows)
    seen = trainings.find(id).report
    assert seen.title == task.title and 0 < seen.step <= 300 and seen.history.rows[-1].step <= seen.step
    assert until(lambda: state(trainings, id) == "done")
    (done,) = trainings.list()
    assert (done.id, done.task, done.report.id, done.report.step, done.error) == (id, task, id, 300, None)
    assert len(done.report.history.rows) > 2 and done.report.cloud.shape[1] == 1
    assert library.find(task).to_bytes() == undisturbed(task)


def test_the_same_request_twice_runs_once(trainings, pool, library):
    task = tiny(200)
    jobs = [pool.find(training_key(trainings.start(task))) for _ in range(3)]
    assert jobs[0] is jobs[1] is jobs[2]
    assert jobs[0].wait(240) and jobs[0].result == task.id
    written = library.networks.written(task.id)
    trainings.start(task)
    assert state(trainings, task.id) == "done" and library.networks.written(task.id) == pytest.approx(written, abs=1)
    library.networks.remove(task.id)
    trainings.start(task)
    assert until(lambda: state(trainings, task.id) == "done"), "lost since, and made again"


def test_a_queue_says_who_comes_first_and_when_it_starts(trainings):
    first, second, third = (trainings.start(tiny(LONG, seed=seed)) for seed in range(3))
    assert running(trainings, first)

    def estimates_agree() -> bool:
        """At first the speed changes while one looks from one training to the next."""
        each = trainings.list()
        left, (second, third) = each[0].report.seconds_left, (one.seconds_to_start for one in each[1:])
        if second is None or third is None:
            return False
        return 0.5 * left < second < 1.5 * left and third > 1.5 * second  # when the first one ends, and as long again

    assert until(estimates_agree)
    assert [(each.id, each.state, each.position) for each in trainings.list()] == [
        (first, "running", None),
        (second, "waiting", 1),
        (third, "waiting", 2),
    ]
    trainings.cancel(second)
    assert state(trainings, second) == "paused" and trainings.find(third).position == 1
    trainings.cancel(first)
    assert running(trainings, third)
    trainings.cancel(third)


def test_a_cancelled_training_is_paused_and_goes_on(trainings, library):
    task = tiny(1000)
    trainings.start(task)
    assert running(trainings, task.id)
    trainings.cancel(task.id)
    assert until(lambda: state(trainings, task.id) == "paused")
    at = trainings.find(task.id).report
    assert at.saved == at.step > 0 and at.id is None
    trainings.resume(task.id)
    assert until(lambda: state(trainings, task.id) == "done")
    assert library.find(task).to_bytes() == undisturbed(task)


@posix
def test_a_training_whose_worker_is_killed_twice_ends_all_the_same(trainings, pool, library):
    task, at, killed = tiny(1000), 0, set()
    trainings.start(task)
    for pause in (0.11, 0.02):
        assert running(trainings, task.id, at + 1)
        time.sleep(pause)
        at = trainings.find(task.id).report.step
        killed.add(pool.pids["training"])
        os.kill(pool.pids["training"], signal.SIGKILL)
    assert until(lambda: state(trainings, task.id) == "done")
    assert len(killed) == 2 and pool.find(training_key(task.id)).error is None
    assert library.find(task).to_bytes() == undisturbed(task)
    assert library.notices == []


@posix
def test_a_training_that_never_gets_further_is_given_up(tmp_path):
    """Five deaths in a row, none of which left more than the one before."""
    import background

    pool = Pool({"training": 0})
    try:
        job = pool.submit("training", "a", background.keep_and_die, str(tmp_path / "tries"), [0.1, 0.2, 0.3])
        assert job.wait(240)
        tries = (tmp_path / "tries").read_text()
    finally:
        pool.close()
    assert job.state == "failed"
    assert job.error == "The worker process was ended from outside 5 times without getting any further; ask again."
    assert len(tries) == 3 + 4, "three that got further, the last of them counted, and four that did not"


def test_a_restarted_server_finds_what_was_not_done(tmp_path, library):
    """A running and a waiting training are listed as paused by the next server, and go on when they are resumed."""
    short, long = tiny(400), tiny(LONG)
    before = Pool({"training": 0})
    trainings = Trainings(before, library, EAGER)
    trainings.start(long)
    trainings.start(short)
    assert running(trainings, long.id)
    before.close()
    after = Pool({"training": 0})
    try:
        again = Trainings(after, Library(library.root), EAGER)
        listed = {each.id: each for each in again.list()}
        assert {id: each.state for id, each in listed.items()} == {long.id: "paused", short.id: "paused"}
        assert listed[long.id].report.saved > 0 and listed[short.id].report is None
        again.resume(short.id)
        assert until(lambda: state(again, short.id) == "done")
        assert state(again, long.id) == "paused", "nothing goes on by itself"
        with pytest.raises(GdvizError, match="found none called 'none'"):
            again.resume("none")
    finally:
        after.close()


def test_what_another_program_trains_is_seen_running_and_cannot_be_removed(trainings, library, monkeypatch):
    task = tiny(LONG)
    library.request(task)
    monkeypatch.setattr("gdviz.jobs.training.PATIENCE", 0.1)
    with library.lock(task.id):
        assert state(trainings, task.id) == "running"
        with pytest.raises(GdvizError, match="running in another program"):
            trainings.remove(task.id)
    assert state(trainings, task.id) == "paused"


def test_what_is_removed_is_gone(trainings, library):
    done, long = tiny(30), tiny(LONG)
    trainings.start(done)
    assert until(lambda: state(trainings, done.id) == "done")
    trainings.start(long)
    assert running(trainings, long.id)
    for id in (done.id, long.id):
        trainings.remove(id)
        assert trainings.find(id) is None
    assert trainings.list() == () and library.trainings.names() == library.networks.names() == []
    trainings.remove(done.id)  # twice is no error


def test_a_task_that_cannot_be_trained_has_failed_with_the_reason(trainings):
    unlabelled = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]]}]}
    id = trainings.start(tiny(what="conditional", target=unlabelled))
    assert until(lambda: state(trainings, id) == "failed")
    assert "this target has no labels" in trainings.find(id).error


def test_whoever_waits_for_a_training_reads_its_reports_and_can_stop_it(pool, library):
    task, asked = tiny(LONG), time.monotonic()
    reports = list(follow(task, pool, library, stop=lambda: library.state(task) is not None or time.monotonic() - asked > 240))
    assert reports and reports[-1].id is None and library.state(task) is not None
    *_, last = follow(tiny(50), pool, library, stop=lambda: False)
    assert last.id == tiny(50).id and last.step == 50 and library.find(tiny(50)).to_bytes() == undisturbed(tiny(50))
    plain = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]]}]}
    unlabelled = tiny(50, target=plain, what="classifier")
    with pytest.raises(GdvizError, match="no labels"):
        list(follow(unlabelled, pool, library, stop=lambda: False))
    absent = "mps" if torch.cuda.is_available() else "cuda"
    with pytest.raises(GdvizError, match=f"^device: found '{absent}', which this machine does not have"):
        list(follow(tiny(50, seed=1), pool, library, stop=lambda: False, device=absent))  # what the worker says


def test_the_default_pool_has_a_queue_that_gives_way():
    from gdviz.jobs.pool import QUEUES

    assert QUEUES["training"] == max(QUEUES.values()) == 10


def test_the_workers_function_says_what_it_keeps(library):
    """Without a worker: shares kept rise to what is done, and a cancelled run saves and raises."""
    from gdviz.jobs.worker import Cancelled, JobReport

    task, said = tiny(300), []

    def send(what: str, value: object) -> None:
        said.append((what, value))

    assert run_training(task.canonical(), str(library.root), EAGER, "auto", JobReport(send, lambda: False)) == task.id
    kept = [value for what, value in said if what == "kept"]
    assert kept == sorted(kept) and kept[0] == 0 and kept[-1] == 1 and len(set(kept)) > 2
    assert [value for what, value in said if what == "left"][-1] == 0
    other = tiny(300, seed=1)
    with pytest.raises(Cancelled):
        run_training(other.canonical(), str(library.root), Pace(), "auto", JobReport(send, lambda: len(said) > 10))
    assert library.record(other.id).report.saved == 1


# --- owners --------------------------------------------------------------------------------------

A, B = Asker("a" * 32, "tab"), Asker("b" * 32, "tab")


def test_a_training_is_its_owners_and_another_may_only_watch(trainings, library):
    task = tiny(steps=LONG)
    id = trainings.start(task, A)
    assert until(lambda: trainings.find(id).report is not None)
    assert trainings.find(id).owners == {A.visitor}
    for act in (trainings.cancel, trainings.remove):
        with pytest.raises(GdvizError, match="another visitor's; you may watch it"):
            act(id, B)
    trainings.start(task, A)  # pressed twice
    assert trainings.find(id).state == "running"
    again = Trainings(trainings._pool, Library(library.root, shipped=library.root / "none"), EAGER)
    assert again.may_change(id, Asker(A.visitor, "after a restart")) and not again.may_change(id, B)
    again.cancel(id, A)
    assert until(lambda: trainings.find(id).state == "paused")
    with pytest.raises(GdvizError, match="another visitor's"):
        trainings.remove(id, B)
    trainings.remove(id, A)
    assert trainings.find(id) is None and trainings.start(task, B) == id
    assert trainings.find(id).owners == {B.visitor}


def test_who_lets_a_training_go_on_owns_it_too_and_one_owner_does_not_stop_the_others(trainings, library):
    id = trainings.start(tiny(steps=LONG), A)
    assert until(lambda: trainings.find(id).report is not None)
    trainings.cancel(id, A)
    assert until(lambda: trainings.find(id).state == "paused")
    trainings.resume(id, B)
    assert trainings.find(id).owners == {A.visitor, B.visitor}
    trainings.resume(id, A)
    trainings.cancel(id, A)
    time.sleep(0.1)
    assert trainings.find(id).state == "running", "for the other"
    trainings.remove(id, A)
    assert trainings.find(id).owners == {B.visitor}
    trainings.cancel(id, B)
    assert until(lambda: trainings.find(id).state == "paused")


def test_what_nobody_owns_is_everybodys_on_a_machine_of_ones_own(trainings, library, monkeypatch):
    """Trained from a command line, or before owners were noted."""
    id = trainings.start(tiny(steps=LONG))
    assert trainings.find(id).owners == frozenset() and trainings.may_change(id, A)
    monkeypatch.setenv(SHARED_SERVER, "1")
    with pytest.raises(GdvizError, match="which is this machine's; you may watch it"):
        trainings.cancel(id, A)
    monkeypatch.delenv(SHARED_SERVER)
    trainings.remove(id, A)
    assert trainings.find(id) is None


def test_a_visitor_keeps_so_many_unfinished_trainings_and_no_other_visitor_notices(trainings, library, monkeypatch):
    monkeypatch.setattr("gdviz.jobs.training.MOST_UNFINISHED", 2)
    mine = [trainings.start(tiny(steps=LONG, seed=seed), A) for seed in range(2)]
    said = "^training: found 2 of yours that have not ended; at most 2 are kept: remove one, or let one end.$"
    with pytest.raises(GdvizError, match=said):
        trainings.start(tiny(steps=LONG, seed=2), A)
    trainings.cancel(mine[1], A)
    with pytest.raises(GdvizError, match=said):
        trainings.start(tiny(steps=LONG, seed=2), A)
    trainings.resume(mine[1], A)
    trainings.start(tiny(steps=LONG, seed=2), B)
    trainings.remove(mine[0], A)
    trainings.start(tiny(steps=LONG, seed=3), A)
    assert len(library.trainings.names()) == 3
