"""A file of points becomes a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from gdviz.own_data.makers import MAKERS, MakerKind
from gdviz.record import Answer, Floats
from gdviz.studies._study import Study, StudyContext
from gdviz.targets import TARGETS, BicRow, TargetKind

SHOWN = 500
"""Points of the preview."""


@dataclass(frozen=True)
class OwnTargetAnswer(Answer):
    """A target as it is offered, with what was read.

    Attributes
    ----------
    target : TargetKind
    summary : str
        How many points with which labels.
    remarks : tuple of str
        What was recognised, left out or moved, a sentence each.
    rows : tuple of BicRow
        The numbers of components that were tried for a mixture.
    labels : tuple of str
        The target's.
    preview : array, shape [m, d]
        The first points.
    preview_labels : tuple of (str or None), length m
    """

    target: Annotated[TargetKind, TARGETS]
    summary: str
    remarks: tuple[str, ...]
    rows: tuple[BicRow, ...]
    labels: tuple[str, ...]
    preview: Floats
    preview_labels: tuple[str | None, ...]


@dataclass(frozen=True)
class OwnTargetStudy(Study[OwnTargetAnswer]):
    """A file read and made into a target. What a reader uploaded is not kept.

    Attributes
    ----------
    maker : MakerKind or None
        A data set of scikit-learn in place of a file.
    file : str
        Its name, whose ending says how it is read.
    data : bytes
    label, weight : str or None
        Columns, by name or number.
    coordinates : str
        Columns with commas between; empty for all that are left.
    mixture : bool
    noise : float
    standardise : bool
    at_most : int or None
    """

    name = "own-target"
    answer = OwnTargetAnswer
    stored = False

    maker: Annotated[MakerKind, MAKERS] | None
    file: str
    data: bytes
    label: str | None
    weight: str | None
    coordinates: str
    mixture: bool
    noise: float
    standardise: bool
    at_most: int | None

    def run(self, context: StudyContext) -> OwnTargetAnswer:
        from gdviz.own_data import column_names, parse_points, target_of

        if self.maker is not None:
            points = self.maker.points()
        else:
            points = parse_points(self.file, self.data, self.label, self.weight, column_names(self.coordinates))
        context.progress(0.3)
        made = target_of(points, self.mixture, self.noise, self.standardise, self.at_most)
        context.progress(0.9)
        labels = made.points.labels or (None,) * len(made.points.x)
        return OwnTargetAnswer(
            made.target,
            made.points.summary,
            made.points.remarks,
            made.rows,
            tuple(made.target.build().labels),
            made.points.x[:SHOWN],
            labels[:SHOWN],
        )

