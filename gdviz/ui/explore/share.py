"""Share: the scene and the view as a link, a page of its own, a notebook, a poster, lines to paste."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.export.address import LONGEST
from gdviz.player.modules import component_js
from gdviz.server import store
from gdviz.ui.explore.teaching import HIDEABLE, LONGEST_NOTE, Teaching
from gdviz.ui.parts.as_typed import as_typed

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.export.shared import Shared

_VIEW, _LONGEST_VIEW = "explore.view", 1000

_FILES = (
    (".html", "Page", "text/html", "Plays anywhere, without a server."),
    (".ipynb", "Notebook", "application/x-ipynb+json", "Runs the scene in Jupyter."),
    (".png", "Poster", "image/png", "The moment that is shown, as a picture, at the computed w next to yours."),
    (".json", "Experiment", "application/json", "Opens here (File) and on the command line."),
)

_TOO_LONG = f"The scene does not fit into an address of {LONGEST:,} characters. Save the Experiment, send it, open it."


def share(experiment: Experiment, preset: str | None, title: str, address: Mapping[str, str] | None, digest: str | None) -> None:
    """What stands below the button; drawn once it is opened.

    Parameters
    ----------
    experiment : Experiment
    preset : str or None
        The preset it was made from.
    title : str
    address : mapping or None
        The fields that hold the scene; None where it is too long.
    digest : str or None
        Of the scene on stage, for the page and the poster.
    """
    from gdviz.export.lines import command_line, frame_lines, python_lines
    from gdviz.export.qr import qr_svg

    view = _view()
    place = st.container()
    _files(_shared(experiment, title, view, digest), digest is not None)
    with st.expander("For teaching", icon=":material/school:"):
        asked = _teaching()
    link = None if address is None else _link({**address, **asked.fields}, view)
    with place:
        if link is None:
            st.info(as_typed(_TOO_LONG), icon=":material/info:")
        else:
            st.caption("The scene and the view, as a link")
            st.code(link, language=None, wrap_lines=True)
    with st.expander("QR code", icon=":material/qr_code:"):
        try:
            if link is not None:
                st.image(qr_svg(link), caption="The link as a QR code", width=240)
        except GdvizError as error:
            st.caption(as_typed(str(error)))
    with st.expander("Command, Python, frame", icon=":material/code:"):
        st.code(command_line(experiment, preset), language="bash", wrap_lines=True)
        st.code(python_lines(experiment), height=220)
        if link is not None:
            st.code(frame_lines(link, title or "gdviz"), language="html", wrap_lines=True)
            st.caption("A page elsewhere may show it where `gdviz app --embed-in` names that page's site.")


@st.cache_resource
def _teller() -> Any:
    return st.components.v2.component("gdviz_view", js=component_js(files("gdviz.ui.explore"), "address_view.js", "tellView"))


def _view() -> str:
    """The player's view, as the address of the reader's browser holds it; read once Share is opened."""
    told = st.session_state.get(_VIEW)
    view = str(getattr(told, "view", "") or "")[:_LONGEST_VIEW]
    _teller()(data={"view": view}, key=_VIEW, on_view_change=lambda: None)
    return view


def _teaching() -> Teaching:
    """What the link asks for beyond the scene."""
    note = st.text_input("Note beside the stage", max_chars=LONGEST_NOTE, key="explore.share.note")
    locked = st.checkbox("Only time and w can be moved", key="explore.share.lock")
    hidden = st.multiselect("Leave out", HIDEABLE, key="explore.share.hide")
    return Teaching(note.strip(), locked, frozenset(hidden))


def _link(address: Mapping[str, str], view: str) -> str:
    here = urlsplit(st.context.url or "http://localhost:8501/")
    fields = {**address, **({"view": view} if view else {})}
    return urlunsplit((here.scheme, here.netloc, here.path or "/", urlencode(fields, safe=",:*"), ""))


def _shared(experiment: Experiment, title: str, view: str, digest: str | None) -> Shared:
    from gdviz.export.shared import Shared

    w, frame = (re.search(rf"(?:^|\*){pattern}(?=\*|$)", view) for pattern in (r"w(-?\d+(?:\.\d+)?)", r"f(\d{1,4})"))
    kept = store()

    def scene() -> bytes:
        data = None if digest is None else kept.read(digest)
        if data is None:
            raise GdvizError("found no scene on stage; wait until it is computed.")
        return data

    return Shared(experiment, title, scene, None if w is None else float(w[1]), None if frame is None else int(frame[1]), view)


def _files(shared: Shared, drawn: bool) -> None:
    """Files are made when they are asked for, and not on the page's thread."""
    for place, (ending, name, mime, words) in zip(st.columns(2) * 2, _FILES, strict=False):
        place.download_button(
            as_typed(name),
            partial(shared.form, ending),
            f"scene{ending}",
            mime,
            help=as_typed(words),
            disabled=ending in (".html", ".png") and not drawn,
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
            key=f"explore.share{ending}",
        )
