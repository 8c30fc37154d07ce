"""What every study owes: a frozen request that travels, a key that says all it depends on, an answer that reads itself."""

from __future__ import annotations

import pickle
import re
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import Any

import pytest
from every_study import request_of, studies
from records import filled, same

from gdviz import __version__
from gdviz.jobs.pool import QUEUES
from gdviz.presets import load
from gdviz.record import Answer
from gdviz.store import SceneStore
from gdviz.studies import Study
from gdviz.studies.curves import CurvesStudy
from gdviz.studies.scene import SceneStudy

NOT_IN_THE_KEY = {SceneStudy: {"title", "caption", "in_haste"}}
"""Fields that change nothing that is asked for again."""

every_study = pytest.mark.parametrize("kind", studies(), ids=lambda kind: kind.__name__)


def other(value: Any) -> Any:
    """Another value of the same type."""
    if hasattr(value, "canonical"):
        return load("line-reward").experiment
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, bytes):
        return value + b"x"
    if isinstance(value, tuple):
        return (*value, 9.0)
    return 1.0 if value is None else value + 1


def test_studies_are_found() -> None:
    assert len(studies()) >= 10 and CurvesStudy in studies() and Study not in studies()
    names = [kind.name for kind in studies()]
    assert len(set(names)) == len(names), "two studies of one name would share keys"


@every_study
def test_a_study_is_a_frozen_record_that_travels(kind: type[Study[Any]]) -> None:
    study = request_of(kind)
    assert is_dataclass(kind) and fields(study)
    with pytest.raises(FrozenInstanceError):
        setattr(study, fields(study)[0].name, None)
    there = pickle.loads(pickle.dumps(study))
    assert there == study and hash(there) == hash(study) and there.key == study.key
    assert study.queue in QUEUES


@every_study
def test_the_same_request_has_the_same_key_and_another_another(kind: type[Study[Any]]) -> None:
    study = request_of(kind)
    assert replace(study).key == study.key
    assert __version__ in study.key and re.fullmatch(r"[\w.-]+", study.key), "it names a file"
    for field in fields(study):
        changed = replace(study, **{field.name: other(getattr(study, field.name))})
        assert (changed.key == study.key) is (field.name in NOT_IN_THE_KEY.get(kind, ())), field.name


@every_study
def test_its_answer_is_a_record_that_reads_itself(kind: type[Study[Any]]) -> None:
    assert issubclass(kind.answer, Answer) and kind.answer is not Answer and is_dataclass(kind.answer)
    answer = filled(kind.answer)
    assert same(kind.answer.from_bytes(answer.to_bytes()), answer)


@every_study
def test_its_answer_can_be_kept_under_its_key(kind: type[Study[Any]], tmp_path) -> None:
    study, store = request_of(kind), SceneStore(tmp_path)
    store.write(study.key, b"some")
    assert store.read(store.find(study.key)) == b"some"


@every_study
def test_what_does_not_travel_is_stored(kind: type[Study[Any]]) -> None:
    assert kind.travels or kind.stored, "else nobody could read it"
