"""Words that a reader typed, or that hold what a reader typed, shown as they are by places that read Markdown."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]<>$|~#:&^!])")
_LIST = re.compile(r"^(\d+(?=[.)])|(?=[-+=]))")
_REPLACED = re.compile(r"(?:(?<=\s)|^)(?:<->|->|<-|--|>=|<=|~=)(?=\s|$)|:[\w+-][\w/+-]*:")
"""Streamlit draws these as arrows, signs and icons after Markdown has been read, so that only code keeps them."""


def as_typed(text: str) -> str:
    """Text for `st.error`, `st.warning`, `st.info` and `st.caption` that is shown as `text` itself.

    A sign that Markdown, a formula or a directive could take for markup gets a backslash, which Markdown leaves out; what
    Streamlit itself replaces becomes code; line breaks become blanks.
    """
    text = " ".join(text.split())
    said, last = "", 0
    for match in _REPLACED.finditer(text):
        said += _escaped(text[last : match.start()]) + f"`{match[0]}`"
        last = match.end()
    return _LIST.sub(r"\1\\", said + _escaped(text[last:]))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
