"""Whose turn it is among visitors: told by a clock that the test moves, without a worker."""

from __future__ import annotations

import pytest

from gdviz.jobs.job import AWAY, PROGRAM, USUAL, Asker, Job, Terms
from gdviz.jobs.turns import TURN, Turns

A, B, C, D = (Asker(name, f"{name}-tab") for name in "abcd")
LONG = Terms(patience=0)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Queue:
    """A queue as its workers would move it: what begins runs until the test ends it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.turns = Turns(clock=self.clock)
        self.put_back: list[str] = []

    def add(self, key: str, asker: Asker, terms: Terms = USUAL) -> Job:
        job = Job(key, b"", lambda job: None, asker, terms, self.clock)
        self.turns.waiting.append(job)
        self.step()
        return job

    def step(self) -> None:
        step = self.turns.step()
        for job in step.put_back:
            job.put_back()
            self.put_back.append(job.key)
        for job in step.begin:
            job.begin()
            job.hear("progress", 0.0)
        for job in self.turns.running:
            job.rest(self.turns.should_rest(job))

    def wait(self, seconds: float, *looking: Asker) -> None:
        """Time passes, a quarter of a second at a time; whoever is named keeps looking at what they asked for."""
        for _ in range(round(seconds * 4)):
            self.clock.now += 0.25
            for job in [*self.turns.waiting, *self.turns.running]:
                for asker in job.askers & set(looking):
                    job.look(asker)
            self.step()

    def end(self, job: Job) -> None:
        job.end("done")
        self.turns.running.remove(job)
        self.step()

    @property
    def going(self) -> set[str]:
        return {job.key for job in self.turns.running if not job.resting}

    @property
    def order(self) -> list[str]:
        return [job.key for job in self.turns.order()]


@pytest.fixture
def queue() -> Queue:
    return Queue()


def test_one_visitor_has_the_old_queue_one_after_another(queue):
    jobs = [queue.add(f"a{k}", A, terms) for k, terms in enumerate((Terms(), LONG, Terms()))]
    for k, job in enumerate(jobs):
        queue.wait(30, A)
        assert queue.going == {f"a{k}"} and [other.key for other in queue.turns.ahead(jobs[-1]) or ()] == [
            f"a{j}" for j in range(k, 2)
        ]
        queue.end(job)


def test_nobodys_second_job_comes_before_anothers_first(queue):
    first = queue.add("a0", A)
    for key, asker in (("a1", A), ("a2", A), ("a3", A), ("b0", B), ("b1", B), ("c0", C)):
        queue.add(key, asker)
    assert queue.order == ["b0", "c0", "a1", "b1", "a2", "a3"]
    queue.wait(2, A, B, C)
    queue.end(first)
    assert queue.going == {"b0"}, "who has used least, and of those the first to come"


def test_who_has_used_less_comes_first_and_it_is_forgotten_in_time(queue):
    for asker, seconds in ((A, 8), (B, 1)):
        job = queue.add(f"{asker.visitor}0", asker)
        queue.wait(seconds, asker)
        queue.end(job)
    assert queue.turns.crowded
    queue.add("c", C)
    queue.add("a1", A), queue.add("b1", B)
    assert queue.order == ["b1", "a1"]
    queue.clock.now += 3600
    queue.turns.waiting.clear()
    queue.step()
    assert queue.turns._used.keys() == {"c"}


def test_a_short_job_begins_beside_a_long_one_at_once(queue):
    queue.add("hog", A, LONG)
    queue.wait(100, A)
    queue.add("b", B)
    queue.add("c", C)
    assert queue.going == {"hog", "b"} and [job.key for job in queue.turns.ahead(queue.turns.waiting[0]) or ()] == ["b"]


def test_a_job_that_was_thought_short_gives_way_when_it_is_not(queue):
    queue.add("a", A)
    queue.add("b", B)
    queue.wait(9.5, A, B)
    assert queue.going == {"a"}
    queue.wait(1, A, B)
    assert queue.going == {"a", "b"}


def test_long_jobs_take_turns_and_none_waits_longer_than_a_turn(queue):
    queue.add("a", A, LONG)
    queue.wait(600, A)
    queue.add("b", B, LONG)
    queue.wait(TURN, A, B)
    assert queue.going == {"b"}, "at most a turn after it came"
    ran = {key: 0.0 for key in "ab"}
    for _ in range(4 * 300):
        queue.wait(0.25, A, B)
        assert len(queue.going) == 1
        ran[next(iter(queue.going))] += 0.25
    assert ran["a"] > 100 and ran["b"] > 100


def test_the_last_seat_is_no_long_jobs_for_good(queue):
    """Two long ones, and a third that was thought short: when a short one waits it begins anew, later."""
    queue.add("a", A, LONG)
    queue.add("b", B, LONG)
    wrong = queue.add("c", C)
    assert queue.going == {"a", "c"} or queue.going == {"b", "c"}
    queue.wait(11, A, B, C)
    assert wrong.long and queue.put_back == []
    queue.add("d", D)
    assert queue.put_back == ["c"] and "d" in queue.going
    assert (wrong.state, wrong.tries, wrong.ran) == ("waiting", 0, 0.0)
    queue.wait(5, A, B, C, D)
    assert "c" not in {job.key for job in queue.turns.running}, "long seats are taken, and it is known to be long now"
    queue.end(next(job for job in queue.turns.running if job.key == "a"))
    assert "c" in {job.key for job in queue.turns.running}


def test_a_visitors_long_jobs_take_one_seat(queue):
    for k in range(5):
        queue.add(f"a{k}", A, LONG)
    queue.add("b", B, LONG)
    assert {job.key for job in queue.turns.running} == {"a0", "b"}


def test_what_nobody_looks_at_lets_those_go_first_who_wait(queue):
    queue.add("a", A, LONG)
    queue.add("b", B, LONG)
    queue.wait(AWAY + TURN + 1, B)
    for _ in range(200):
        queue.wait(0.25, B)
        assert queue.going == {"b"}
    queue.end(next(job for job in queue.turns.running if job.key == "b"))
    assert queue.going == {"a"}, "a job that outlives its tab goes on when nobody waits"


def test_what_is_asked_for_twice_is_as_good_as_the_better_of_the_two(queue):
    queue.add("a0", A), queue.add("a1", A)
    shared = queue.add("shared", A)
    queue.add("c", C)
    shared.look(B)
    assert queue.order == ["c", "a1", "shared"], "looking is not asking"
    shared.join(B)
    assert queue.order == ["shared", "c", "a1"]
    shared.leave(B)
    assert queue.order == ["c", "a1", "shared"] and not shared.finished
    shared.join(Asker("a", "another tab"))
    shared.leave(A)
    shared.leave(B)
    assert not shared.finished
    shared.withdraw("b")
    assert not shared.finished, "a stranger has nothing to withdraw"
    shared.withdraw("a")
    assert shared.state == "cancelled"


def test_the_program_itself_never_goes_away(queue):
    job = queue.add("train", PROGRAM)
    queue.wait(100)
    assert not job.away


def test_the_time_of_a_rest_counts_for_nobody(queue):
    a, b = queue.add("a", A, LONG), queue.add("b", B, LONG)
    queue.wait(60, A, B)
    assert a.ran + b.ran == pytest.approx(60)
    a.hear("progress", 0.5)
    assert a.seconds_left == pytest.approx(a.ran)


# --- many visitors at one address ----------------------------------------------------------------


def crowd(count: int, address: str = "10.0.0.9") -> list[Asker]:
    """Who comes with a new cookie each time."""
    return [Asker(f"{address}-{k}", "", address) for k in range(count)]


HERE = Asker("here", "", "10.0.0.1")


def test_new_cookies_do_not_make_one_address_many(queue):
    """A hundred short jobs of as many visitors at one address: one at another who uses no more waits for one of them."""
    for k, asker in enumerate(crowd(100)):
        queue.add(f"crowd-{k}", asker)
    for k in range(5):
        mine = queue.add(f"mine-{k}", HERE)
        assert queue.order[0] == mine.key
        queue.wait(2)
        queue.end(next(iter(queue.turns.running)))
        assert queue.going == {mine.key}
        queue.wait(1)
        queue.end(mine)
        assert len(queue.turns.running) == 1


def test_behind_one_address_visitors_have_turns_among_themselves(queue):
    one, two, three = crowd(3)
    hog = queue.add("one-0", one)
    queue.add("one-1", one), queue.add("two-0", two)
    assert queue.order == ["two-0", "one-1"]
    queue.wait(8)
    queue.end(hog)
    queue.add("three-0", three)
    assert queue.going == {"two-0"} and queue.order == ["three-0", "one-1"], "who has used least"


def test_an_address_has_one_of_the_long_seats_while_others_are_there(queue):
    one, two, three = crowd(3)
    queue.add("one", one, LONG)
    queue.add("two", two, LONG)
    assert {job.key for job in queue.turns.running} == {"one", "two"}, "alone, it has both"
    for job in list(queue.turns.running):
        queue.end(job)
    queue.add("short", HERE)
    queue.wait(1)
    for asker in (one, two, three):
        queue.add(f"again-{asker.visitor}", asker, LONG)
    queue.end(next(job for job in queue.turns.running if job.key == "short"))
    mine = queue.add("mine", HERE, LONG)
    assert mine in queue.turns.running and len(queue.turns.running) == 2


# --- on a cluster --------------------------------------------------------------------------------


def test_so_many_at_a_time_as_there_are_threads(queue):
    queue.turns.width = 3
    jobs = [queue.add(f"a{k}", A) for k in range(5)]
    assert queue.going == {"a0", "a1", "a2"}, "all of one visitor, who is alone"
    queue.add("b0", B)
    assert queue.order[0] == "b0"
    queue.wait(1, A, B)
    queue.end(jobs[0])
    assert queue.going == {"a1", "a2", "b0"}


def test_short_jobs_begin_beside_as_many_long_ones_and_those_take_turns(queue):
    queue.turns.width = 2
    for k in range(4):
        queue.add(f"{'ab'[k // 2]}{k}", (A, B)[k // 2], LONG)
    assert len(queue.turns.running) == 4 and len(queue.going) == 2
    queue.add("c", C), queue.add("d", D)
    assert {"c", "d"} < queue.going and len(queue.going) == 4
    for job in [job for job in queue.turns.running if not job.long]:
        queue.end(job)
    ran = {job: 0 for job in queue.turns.running}
    for _ in range(4 * 60):
        queue.wait(0.25, A, B)
        for job in ran:
            ran[job] += not job.resting
        assert len(queue.going) == 2
    assert len(ran) == 4 and min(ran.values()) > 100


def test_the_last_seats_are_no_long_jobs_for_good_with_more_threads(queue):
    queue.turns.width = 2
    for k in range(4):
        queue.add(f"{'ab'[k // 2]}{k}", (A, B)[k // 2], LONG)
    wrong = [queue.add(f"c{k}", C) for k in range(2)]
    queue.wait(11, A, B, C)
    assert all(job.long for job in wrong)
    queue.add("d", D)
    assert "d" in queue.going and len(queue.put_back) == 1 and queue.put_back[0] in ("c0", "c1")
