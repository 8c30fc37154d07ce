"""Names that look like markup stand on the pages as they were typed: in sentences, headings, widgets and figures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from as_read import as_read
from listening import run
from streamlit.testing.v1 import AppTest

from gdviz.experiment import Experiment
from gdviz.studies.curves import CurvesStudy

A, B = "*a* $x$ <b>y</b>", "_b_ `c` [d](e) :red[f]"
EXPERIMENT = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"mean": [-1], "covariance": [[0.3]], "label": A},
            {"mean": [1], "covariance": [[0.3]], "label": B},
        ],
    },
    "guidance": {"kind": "cfg", "label": A},
    "sampler": {"kind": "ddpm", "steps": 20},
    "w": [0, 1],
    "particles": 100,
}


def curves(raw: bytes) -> None:
    from gdviz.figures.axes import Scale
    from gdviz.studies.curves import CurvesAnswer
    from gdviz.ui.curves.choice import View
    from gdviz.ui.curves.results import draw

    draw([("exact score", CurvesAnswer.from_bytes(raw))], "own", View(Scale(), False), running=False)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> AppTest:
    root: Path = tmp_path_factory.mktemp("store")
    answer = run(CurvesStudy(Experiment.parse(EXPERIMENT)), root)
    page = AppTest.from_function(curves, args=(answer.to_bytes(),), default_timeout=60).run()
    assert not page.exception
    return page


def test_sentences_and_headings_say_the_label_as_typed(drawn: AppTest) -> None:
    said = [as_read(part.value) for part in [*drawn.caption, *drawn.header, *drawn.warning]]
    assert any(f"toward p(x | {A})" in text for text in said)
    assert f"Mean of p({A} | x)" in said
    for part in [*drawn.caption, *drawn.header, *drawn.warning]:
        bare = re.sub(r"\\.", "", part.value)
        assert not re.search(r"\*a|\$x|_b|<b>|\]\(e|:red", bare), "a sign that Markdown would read"


def test_figures_and_tables_say_it_too(drawn: AppTest) -> None:
    charts = [json.loads(chart.proto.spec) for chart in drawn.get("plotly_chart")]
    titles = [axis["title"]["text"] for chart in charts for name, axis in chart["layout"].items() if name.startswith("yaxis")]
    assert any("*a* $x$ &lt;b>y&lt;/b>" in title for title in titles)
    assert not any("<" in title for title in titles)
    (table,) = drawn.dataframe
    assert f"mean p({A} | x)" in table.value.columns


@pytest.mark.parametrize("label", [A, B])
def test_a_select_box_offers_it(label: str) -> None:
    def editor(experiment: dict[str, object]) -> None:
        import streamlit as st

        from gdviz.ui.explore.editor import edit_experiment

        st.session_state.setdefault("explore.tab", "Guidance")
        edit_experiment(experiment, "edit", open_file=lambda value: None, mend=lambda value: None)

    page = AppTest.from_function(editor, args=(EXPERIMENT,), default_timeout=60).run()
    assert not page.exception
    (box,) = (box for box in page.selectbox if str(box.key).endswith("cfg.label"))
    assert label in box.options
