"""Points of one's own on Explore: a file or rows typed in, what was understood, and a button that makes them the target."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.figures.points import points_figure
from gdviz.own_data.makers import MAKERS, checked_maker
from gdviz.studies.own_target import OwnTargetAnswer, OwnTargetStudy
from gdviz.targets import TargetKind
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import PLAIN, palette, show_figure
from gdviz.ui.parts.forms import edit_kind
from gdviz.ui.parts.run_controls import RunWords, Watched
from gdviz.ui.parts.runs import find_run, submit
from gdviz.ui.parts.table_form import Draft

MEGABYTES = 4
MOST_FITTED, MOST_DRAWN = 5000, 1000
"""Points that a mixture is fitted to, and that are a target themselves, at random where a file has more: the page's address holds
the target, and a browser, a server and a proxy take only so long a one."""

FILE, TYPED, MADE = "a file", "rows typed or pasted", "scikit-learn"
AS_THEY_ARE, NOISY, MIXTURE = "the points themselves", "the points with noise", "a Gaussian mixture fitted to them"

_USES = (
    "A fitted mixture has overlapping classes, so that guidance has something to do. Points as they are never overlap: "
    "p(label | x) is 0 or 1 at each."
)
_READING = RunWords("", lambda run: "Reading the points")


def edit_own_data(draft: Draft, key: str, use: Callable[[Draft], None]) -> Watched | None:
    """Upload or paste, and the target that comes of it; while a worker is at it, what to wait for.

    Parameters
    ----------
    draft : dict
        The present Experiment.
    key : str
        Prefix of the widgets' keys.
    use : callable
        Called with the Experiment that has the points as its target.
    """
    st.caption(
        "A point a row, with its label if it has one: text with commas, semicolons, tabs or blanks, JSON, .npy or .npz. "
        "They are read as numbers and words and nothing else, and stay in this scene."
    )
    source = st.segmented_control("From", [FILE, TYPED, MADE], default=FILE, key=f"{key}.from", required=True)
    maker, name, data = None, "rows.csv", b""
    if source == FILE:
        types = ["csv", "tsv", "txt", "json", "npy", "npz"]
        file = st.file_uploader("A file of points", type=types, max_upload_size=MEGABYTES, key=f"{key}.file")
        name, data = (file.name, file.getvalue()) if file is not None else (name, data)
    elif source == TYPED:
        data = st.text_area("Rows", key=f"{key}.typed", placeholder="x, y, label\n0.5, 1.2, a").strip().encode()
    else:
        maker = edit_kind(MAKERS, {"kind": "make_moons"}, f"{key}.maker", title="Data set")
    made = st.selectbox("Use them as", [MIXTURE, AS_THEY_ARE, NOISY], key=f"{key}.as", help=_USES)
    noise = st.number_input("noise (variance)", 1e-6, 1e3, 0.01, format="%g", key=f"{key}.noise") if made == NOISY else 0.0
    one, two = st.columns(2, vertical_alignment="bottom")
    label = one.text_input("column of labels", key=f"{key}.label", placeholder="as recognised")
    columns = two.text_input("columns of coordinates", key=f"{key}.columns", placeholder="all others")
    standardise = st.checkbox("Move them to mean 0 and standard deviation 1 along each axis", key=f"{key}.standardise")
    below = st.empty()  # drawn anew at once: what is no longer offered does not stand there while a scene is computed
    if maker is None and not data:
        return None
    at_most = MOST_FITTED if made == MIXTURE else MOST_DRAWN
    try:
        drawn = None if maker is None else checked_maker(maker)
    except GdvizError as error:
        below.error(as_typed(str(error)), icon=":material/error:")
        return None
    study = OwnTargetStudy(
        drawn, name, data, label.strip() or None, None, columns, made == MIXTURE, float(noise), standardise, at_most
    )
    run = find_run(study)
    if run.job is None and not run.complete:
        submit(study)
        run = find_run(study)
    with below.container():
        if run.answer is None:
            watched = Watched([run], _READING, st.empty(), time.monotonic())
            if run.problem:
                st.error(as_typed(run.problem), icon=":material/error:")
            return watched
        _show(run.answer)
        if st.button("Make them the target", type="primary", icon=":material/check:", key=f"{key}.use"):
            use(with_target(draft, run.answer.target, run.answer.labels))
            st.rerun()
    return None


def _show(answer: OwnTargetAnswer) -> None:
    """What was understood, before it is used."""
    st.info(as_typed(" ".join([answer.summary, *answer.remarks])), icon=":material/info:")
    names = [f"x{k}" for k in range(1, 1 + answer.preview.shape[1])] if answer.preview.shape[1] > 2 else ["x", "y"]
    table: dict[str, list[float] | list[str]] = {
        name: [float(f"{value:.6g}") for value in column] for name, column in zip(names, answer.preview.T, strict=False)
    }
    if answer.labels:
        table["label"] = [label or "" for label in answer.preview_labels]
    picture, rows = st.columns(2)
    with picture:
        drawn = points_figure(answer.preview, answer.preview_labels, palette())
        if drawn is not None:
            show_figure(drawn, f"{len(answer.preview)} of the points as they were read.", PLAIN)
    rows.dataframe(table, height=220)
    chosen = [row for row in answer.rows if row.chosen]
    if chosen:
        said = "; ".join(f"{row.components}{'' if row.label is None else f' for {row.label}'}" for row in chosen)
        st.caption(as_typed(f"Components, by the least BIC of those tried: {said}."))


def with_target(draft: Draft, target: TargetKind, labels: Sequence[str]) -> Draft:
    """The Experiment with another target: toward the first label where there are two, else toward a reward.

    Guidance stays as it is where it fits the new target; a network trained for another target goes.
    """
    edited = {**draft, "target": target.model_dump(mode="json"), "score": {"kind": "exact"}}
    guidance = draft.get("guidance") or {}
    if len(labels) > 1:
        if guidance.get("label") not in labels:
            edited["guidance"] = {"kind": "cfg", "label": labels[0]}
    elif guidance.get("label") is not None:
        edited["guidance"] = {"kind": "reward", "reward": {"kind": "expression", "expression": "1 + x**2"}}
    if (draft.get("measure") or {}).get("label") not in (None, *labels):
        edited["measure"] = None
    return edited
