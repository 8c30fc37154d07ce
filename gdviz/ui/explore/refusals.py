"""A refused draft: the sentence below its field, a mark at the character, and buttons that mend the draft."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial

from gdviz.errors import GdvizError
from gdviz.rewards import ExpressionRefused, RewardRefused, compile_expression
from gdviz.ui.explore.draft_places import value_at, with_value
from gdviz.ui.explore.opened import parsed
from gdviz.ui.explore.reward_panel import RefusedReward, refused_reward
from gdviz.ui.parts.field_errors import FieldErrors, Repair
from gdviz.ui.parts.table_form import Draft

_COLUMN = re.compile(r"expression column (\d+)")
_FORMULA = re.compile(r"([\w.]+\.expression)\b")

WINDOW = 44
"""Characters of a formula around a mark."""

Mend = Callable[[Draft], None]
"""Called with the mended draft, before the page is drawn again."""


def problem_of(draft: Draft, present: Draft | None) -> str | RefusedReward | None:
    """Why an edited draft does not go on stage; whether its other parts fit each other is found by the worker.

    Parameters
    ----------
    draft : dict
        As edited.
    present : dict or None
        What is on stage, whose rewards are not looked at again; None to look at them.
    """
    try:
        known = parsed(json.dumps(draft)).model_dump(mode="json")
    except GdvizError as error:
        return str(error)
    return None if known == present else refused_reward(known)


def refuse(places: FieldErrors, refused: str | RefusedReward, draft: Draft, mend: Mend) -> None:
    """Say what is refused of a draft, below its field, and offer what would mend it.

    Parameters
    ----------
    places : FieldErrors
    refused : str or RefusedReward
        A sentence that begins with the place, ``guidance.reward.expression: expression column 2: ...``, or a reward's refusal.
    draft : dict
        The Experiment as edited.
    mend : callable
    """
    sentence = refused if isinstance(refused, str) else refused.sentence
    mended = []
    if isinstance(refused, RefusedReward) and isinstance(refused.error, RewardRefused):
        for repair in refused.error.repairs:
            mended.append((repair.words, with_value(draft, refused.path, repair.reward.model_dump(mode="json"))))
    marked, formula = "", _FORMULA.match(sentence)
    text = value_at(draft, formula[1]) if formula else None
    if formula and isinstance(text, str):
        column = _COLUMN.search(sentence)
        marked = mark(text, int(column[1])) if column else ""
        if (meant := _meant(text)) is not None:
            mended.append((f"Use {meant}", with_value(draft, formula[1], meant)))
    places.refuse(sentence, marked, [Repair(words, partial(mend, value)) for words, value in mended])


def _meant(text: str) -> str | None:
    """A formula of another language in this one."""
    try:
        compile_expression(text)
    except ExpressionRefused as refused:
        return refused.formula
    return None


def mark(text: str, column: int) -> str:
    """The formula around a column (from 1), and below it an arrow.

    >>> print(mark("x^2 + 1", 2))
    x^2 + 1
     ↑
    """
    start = max(0, min(column - 1 - WINDOW // 2, len(text) - WINDOW))
    piece = "".join(character if character.isprintable() else " " for character in text[start : start + WINDOW])
    before, after = "… " if start else "", " …" if start + WINDOW < len(text) else ""
    return f"{before}{piece}{after}\n{' ' * (len(before) + column - 1 - start)}↑"
