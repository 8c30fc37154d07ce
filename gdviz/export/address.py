"""A scene as the fields of an address, and back: a preset by name, a preset with changes, or the whole Experiment compressed.

    preset=two-moons
    preset=two-moons&sampler.steps=100&w=0:10:0.5
    scene=eNq9...
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from gdviz.errors import GdvizError, did_you_mean
from gdviz.export.changes import changes, with_changes
from gdviz.export.link import from_link, to_link
from gdviz.family import shown
from gdviz.presets import load, names

READABLE = 300
"""Characters up to which changes are written out."""

LONGEST = 4096
"""Characters of an address that every browser, proxy and mail program carries. A larger scene is a file."""

WHOLE = ("target", "guidance", "sampler", "measure", "w", "particles", "frames", "seed")
"""Places that may be given whole. The field `score` is the page's: which scores are on stage."""


@dataclass(frozen=True)
class LinkedScene:
    """What an address holds.

    Attributes
    ----------
    preset : str or None
        The preset it starts from; None for a scene that holds everything.
    draft : dict or None
        The Experiment's dictionary where it is not the preset as it comes; not yet looked at by `Experiment.parse`.
    remarks : tuple of str
        What could not be used of it, a sentence each.
    """

    preset: str | None
    draft: dict[str, Any] | None
    remarks: tuple[str, ...] = ()


def address_of(draft: Mapping[str, Any] | None, preset: str | None) -> dict[str, str] | None:
    """The fields that hold a scene; None where it is too long for an address.

    Parameters
    ----------
    draft : mapping or None
        The Experiment with its defaults filled (`model_dump`), None for the preset as it comes.
    preset : str or None
        The preset that it was made from.
    """
    if preset is not None:
        changed = {} if draft is None else changes(load(preset).experiment.model_dump(mode="json"), draft)
        fields = {"preset": preset, **changed}
        if len(urlencode(fields)) <= READABLE and all(_is_change(path) for path in changed):
            return fields
    fields = {"scene": to_link(draft or {})}
    return fields if len(fields["scene"]) <= LONGEST else None


def read_address(fields: Mapping[str, str]) -> LinkedScene:
    """What the fields of an address hold. Fields that are no place in an Experiment belong to the page.

    Raises
    ------
    GdvizError
        If a compressed scene is cut or damaged, or there is no preset of that name.
    """
    if link := fields.get("scene"):
        return LinkedScene(None, from_link(link))
    preset = fields.get("preset")
    if preset is None:
        return LinkedScene(None, None)
    if preset not in names():
        raise GdvizError(f"preset: found {shown(preset)}{did_you_mean(preset, names())}; allowed: {', '.join(names())}.")
    changed = {key: text for key, text in fields.items() if _is_change(key)}
    if not changed:
        return LinkedScene(preset, None)  # without the mathematics, whose import takes a second
    base = load(preset).experiment.model_dump(mode="json")
    draft, unused = with_changes(base, changed)
    remarks = (f"link: found {', '.join(map(shown, unused[:5]))}, which this scene does not have; the rest is used.",)
    return LinkedScene(preset, None if draft == base else draft, remarks if unused else ())


def from_text(text: str) -> LinkedScene:
    """What ``preset:NAME``, ``preset:NAME?sampler.steps=100`` or a whole address of Explore holds. Nothing is asked for.

    Raises
    ------
    GdvizError
        As `read_address` does.
    """
    if text.startswith("preset:"):
        name, _, rest = text.removeprefix("preset:").partition("?")
        return read_address({"preset": name, **_fields(rest)})
    linked = read_address(_fields(urlsplit(text).query))
    if linked.preset is None and linked.draft is None:
        raise GdvizError("link: found an address without a scene; copy it from Share on the Explore page.")
    return linked


def _is_change(field: str) -> bool:
    return "." in field or field in WHOLE


def _fields(query: str) -> dict[str, str]:
    return dict(parse_qsl(query[: 4 * LONGEST], keep_blank_values=True))
