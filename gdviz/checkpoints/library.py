"""Networks by the id of their task, and beside them the trainings that have not ended."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from gdviz.checkpoints.history import History
from gdviz.checkpoints.report import TrainingReport
from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint
from gdviz.resources import resource
from gdviz.store import FolderStore, default_root
from gdviz.store.owners import Owners
from gdviz.training import Task, TrainingState

CHECKPOINT, STATE, TASK, REPORT, HISTORY = (
    "checkpoint.safetensors",
    "state.safetensors",
    "task.json",
    "report.json",
    "history.json",
)
_SMALL = (TASK, REPORT, HISTORY)


@dataclass(frozen=True)
class TrainingRecord:
    """What the library knows of a network or of an unfinished training without reading its weights.

    Attributes
    ----------
    id : str
    task : Task
    done : bool
        Whether it is a network; otherwise a training that goes on when it is asked for again.
    report : TrainingReport or None
        The newest; None for a training that has not saved anything yet.
    written : float
        Or last used, in seconds since the epoch.
    """

    id: str
    task: Task
    done: bool
    report: TrainingReport | None
    written: float


class Library:
    """The store's sections ``networks`` and ``trainings``.

    Parameters
    ----------
    root : Path, optional
        The store's folder.
    shipped : Path, optional
        A read-only folder of networks that is looked into first; the program's own if not given.

    Attributes
    ----------
    owners : Owners
        Whose the trainings are.
    notices : list of str
        What was found damaged, and counts as missing, one sentence each; whoever tells the reader empties it.
    """

    def __init__(self, root: Path | None = None, shipped: Path | None = None) -> None:
        self.root = root or default_root()
        self.notices: list[str] = []
        self.networks = FolderStore("networks", self.root, shipped or resource("assets") / "networks", self.notices.append)
        self.trainings = FolderStore("trainings", self.root, notice=self.notices.append)
        self.owners = Owners(self.root)

    # ------------------------------------------------------------------ networks
    def find(self, task: Task) -> Checkpoint | None:
        """The network that this task gives; None where it has to be trained."""
        return self.read(task.id)

    def read(self, id: str) -> Checkpoint | None:
        """The network stored under an id; None where there is none that is whole."""
        files = self.networks.read(id, (CHECKPOINT,))
        if files is None:
            return None
        try:
            return Checkpoint.from_bytes(files[CHECKPOINT])
        except (GdvizError, KeyError) as error:
            self.networks.put_aside(id, str(error).rstrip("."))
            return None

    def network_id(self, id: str) -> str:
        """The id of the network whose id begins so.

        Raises
        ------
        GdvizError
            If there is none, or several begin so.
        """
        names = self.networks.names()
        fitting = [id] if id in names else [name for name in names if name.startswith(id)]
        if len(fitting) != 1:
            count = "no network" if not fitting else f"{len(fitting)} networks"
            raise GdvizError(f"score.id: found {count} with the id {id}... in the store; see gdviz store list.")
        return fitting[0]

    def stored(self, id: str) -> Checkpoint:
        """The network whose id begins so.

        Raises
        ------
        GdvizError
            If there is none that is whole, or several begin so.
        """
        if (checkpoint := self.read(self.network_id(id))) is None:
            raise GdvizError(f"score: found the network {id[:12]} damaged or gone; train it again.")
        return checkpoint

    def write(self, id: str, task: Task, checkpoint: Checkpoint, report: TrainingReport) -> None:
        """Store a network.

        Raises
        ------
        GdvizError
            If the disk refuses.
        """
        self.networks.write(id, {CHECKPOINT: checkpoint.to_bytes(), **_small(task, report)})

    # ------------------------------------------------------------------ unfinished trainings
    def request(self, task: Task) -> None:
        """Note that a training is wanted, so that it is known after a restart.

        Raises
        ------
        GdvizError
            If the disk refuses.
        """
        if self.trainings.written(task.id) is None:
            self.trainings.write(task.id, {TASK: task.canonical().encode()})

    def state(self, task: Task) -> TrainingState | None:
        """Where the training of a task was when it was last saved; None where it begins anew."""
        files = self.trainings.read(task.id)
        if files is None or STATE not in files:
            return None
        try:
            return TrainingState.from_bytes(files[STATE])
        except GdvizError as error:
            self.trainings.put_aside(task.id, str(error).rstrip("."))
            return None

    def save(self, task: Task, state: TrainingState, report: TrainingReport) -> None:
        """Store where a training is; the state before is replaced at one moment.

        Raises
        ------
        GdvizError
            If the disk refuses; the state before is still whole.
        """
        self.trainings.write(task.id, {STATE: state.to_bytes(), **_small(task, report)})

    def lock(self, id: str) -> FileLock:
        """Whoever holds it trains; the others follow what it saves."""
        return self.trainings.lock(id)

    def is_training(self, id: str) -> bool:
        """Whether some process trains this now."""
        lock = self.lock(id)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        return False

    # ------------------------------------------------------------------ both
    def full_id(self, beginning: str) -> str:
        """The id of the network or the unfinished training whose id begins so; a whole one comes first.

        Raises
        ------
        GdvizError
            If there is none, or there are several.
        """
        for section in (self.networks, self.trainings):
            names = [name for name in section.names() if name.startswith(beginning)] if beginning else []
            if beginning in names or len(names) == 1:
                return beginning if beginning in names else names[0]
            if names:
                raise GdvizError(f"checkpoint: found {len(names)} whose id begins with {beginning[:80]!r}; more of it is needed.")
        raise GdvizError(f"checkpoint: found none whose id begins with {beginning[:80]!r}; `gdviz store list` shows all.")

    def record(self, id: str) -> TrainingRecord | None:
        """What is known of an id; None where there is nothing."""
        for done, section in ((True, self.networks), (False, self.trainings)):
            files = section.read(id, _SMALL, use=False)
            if files is None:
                continue
            try:
                task = Task.from_json(files[TASK])
                report = TrainingReport.from_dict(json.loads(files[REPORT])) if REPORT in files else None
                history = History.from_dict(json.loads(files[HISTORY])) if HISTORY in files else History()
                report = None if report is None else replace(report, history=history)
            except (GdvizError, ValueError, KeyError, TypeError) as error:
                section.put_aside(id, f"its description cannot be read: {error}".rstrip("."))
                continue
            return TrainingRecord(id, task, done, report, section.written(id) or 0.0)
        return None

    def records(self, shipped: bool = True) -> list[TrainingRecord]:
        """Every network, the shipped ones included if so asked, and every unfinished training, the newest first."""
        names = {*self.networks.names(shipped), *self.trainings.names()}
        records = [record for name in names if (record := self.record(name)) is not None]
        return sorted(records, key=lambda record: (-record.written, record.id))

    def remove(self, id: str) -> None:
        """Remove a network and what is left of its training; a shipped network stays."""
        self.networks.remove(id)
        self.trainings.remove(id)
        self.owners.forget(id)


def _small(task: Task, report: TrainingReport) -> dict[str, bytes]:
    texts = {TASK: task.canonical(), REPORT: report.to_json(), HISTORY: json.dumps(report.history.to_dict())}
    return {name: text.encode() for name, text in texts.items()}
