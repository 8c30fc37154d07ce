"""Samples from anywhere, judged against the exact laws of an Experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdviz.facts.picture import SamplePicture
from gdviz.record import Answer
from gdviz.studies import Study, StudyContext

if TYPE_CHECKING:
    from gdviz.experiment import Experiment


@dataclass(frozen=True)
class TextTable:
    """A table as it is shown."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class JudgementAnswer(Answer):
    """A judgement as it is shown.

    Attributes
    ----------
    sentence : str
    within : bool
        Whether the nearest law is within its floor.
    remarks : tuple of str
        How the file was read, and what copies among the samples mean.
    line : str
        How many samples, what is known of them, and what a classifier says.
    laws : TextTable
    modes : TextTable or None
    picture : SamplePicture or None
        None above two dimensions.
    """

    sentence: str
    within: bool
    remarks: tuple[str, ...]
    line: str
    laws: TextTable
    modes: TextTable | None
    picture: SamplePicture | None


@dataclass(frozen=True)
class SampleJudgement(Study[JudgementAnswer]):
    """A file of samples held against each goal law. What a reader uploaded is not kept.

    Attributes
    ----------
    experiment : Experiment
    file : str
        Its name, whose ending says how it is read.
    data : bytes
    w : float or None
        For the powered law, and to pick from a file that holds several.
    """

    name = "judgement"
    answer = JudgementAnswer
    stored = False

    experiment: Experiment
    file: str
    data: bytes
    w: float | None

    def run(self, context: StudyContext) -> JudgementAnswer:
        from gdviz.checkpoints import build_trained
        from gdviz.facts.judge import judge
        from gdviz.facts.judgement_table import classifier_line, facts_line, headings, law_rows, mode_rows
        from gdviz.facts.picture import picture
        from gdviz.own_data.files import parse_samples

        samples = parse_samples(self.file, self.data, self.w)
        context.progress(0.1)
        judgement = judge(samples, self.experiment, self.w)
        context.progress(0.8)
        nearest, modes = judgement.nearest, mode_rows(judgement) if judgement.modes else None
        return JudgementAnswer(
            judgement.sentence,
            nearest is not None and nearest.within_floor,
            judgement.remarks,
            " ".join(filter(None, (facts_line(judgement), classifier_line(judgement)))),
            TextTable(headings(judgement), tuple(law_rows(judgement))),
            None if modes is None else TextTable(tuple(modes[0]), tuple(modes[1])),
            picture(samples.x, build_trained(self.experiment), judgement, self.w),
        )
