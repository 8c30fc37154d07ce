"""A figure of the papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gdviz.papers.paper_figure import PaperFigure
from gdviz.studies import Study, StudyContext


@dataclass(frozen=True)
class PaperFigures(Study[PaperFigure]):
    """Figure `number`, at the paper's size or quick.

    Raises
    ------
    GdvizError
        When its key is asked for and there is no such figure.
    """

    name = "figure"
    version = 2
    answer = PaperFigure

    number: int
    quick: bool

    def request(self) -> dict[str, Any]:
        from gdviz.papers.make import figure_id

        return {"number": self.number, "runs": figure_id(self.number, self.quick)}

    def run(self, context: StudyContext) -> PaperFigure:
        from gdviz.papers.make import make

        return make(self.number, self.quick, progress=context.progress, executor=context.executor)
