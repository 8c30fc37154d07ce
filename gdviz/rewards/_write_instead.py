"""What a formula written for another language should look like here: `^`, `np.sin`, `|x|`, `x²`, `sin x`, a decimal comma.

Only a text that was refused comes here, so nothing that can be read is ever changed; nor is a repaired text
ever used: the reader is told what to write, and writes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from gdviz.errors import GdvizError

LONGEST = 160
"""A longer repaired formula is not written out."""

_SIGNS = {
    "−": "-", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "≥": ">=", "≤": "<=", "≠": "!=",
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "÷": "/", "∕": "/", "π": "pi", "θ": "theta", "∧": "and", "∨": "or",
    "¬": "not",
    "½": "0.5", "¼": "0.25", "¾": "0.75",
}  # fmt: skip
_WORDS = ("pi", "theta", "and", "or", "not")
_ALIASES = {"ln": "log", "fabs": "abs", "absolute": "abs", "maximum": "max", "minimum": "min", "tg": "sin(x)/cos(x)"}
_MODULES = "np|numpy|math|torch|jnp|cmath"
_SEVERAL = ("where", "min", "max")
_OPERAND = r"(?:[0-9]+(?:\.[0-9]*)?|[A-Za-z_][A-Za-z0-9_]*)(?!\s*\()(?: *\*\* *[0-9]+)?"


@dataclass(frozen=True)
class Repair:
    """What stands at `start` to `end` of the text, how it is named, and what to write in its place.

    `sure` is False where the same letters may be meant otherwise: told only if the whole formula can then be read.
    """

    start: int
    end: int
    found: str
    write: str
    text: str
    sure: bool = True


class ExpressionRefused(GdvizError):
    """A formula that cannot be read; `formula` is what was meant, where all of that can be read."""

    def __init__(self, sentence: str = "", formula: str | None = None) -> None:
        super().__init__(sentence)
        self.formula = formula


def write_instead(text: str, functions: Collection[str], reads: Callable[[str], bool]) -> ExpressionRefused | None:
    """The refusal that says what to write, or None where nothing of another language is found.

    Parameters
    ----------
    text : str
        The refused formula.
    functions : collection of str
        Names of the functions that a formula may use.
    reads : callable
        Whether a text is a formula.
    """
    repairs: list[Repair] = []
    for repair in sorted(_repairs(text, functions), key=lambda repair: (repair.start, -repair.end)):
        if not repairs or repair.start >= repairs[-1].end:
            repairs.append(repair)
    for kept in (repairs, [repair for repair in repairs if repair.sure]):
        whole = text
        for repair in reversed(kept):
            whole = whole[: repair.start] + repair.text + whole[repair.end :]
        whole = _balanced(whole)
        if kept and reads(whole):
            return _sentence(kept[0], whole)
    if repairs and repairs[0].sure:
        return _sentence(repairs[0], None)
    return _unclosed(text, reads)


def _sentence(repair: Repair, whole: str | None) -> ExpressionRefused:
    formula, as_in = _whole(whole)
    found = f"found {repair.found}; write {repair.write} instead{as_in}."
    return ExpressionRefused(f"expression column {repair.start + 1}: {found}", formula)


def _whole(formula: str | None) -> tuple[str | None, str]:
    """The formula on one line, and how a sentence ends with it; neither where it is long."""
    if formula is None or len(formula) > LONGEST:
        return None, ""
    line = " ".join(formula.split())
    return line, f", as in {line}"


def _repairs(text: str, functions: Collection[str]) -> Iterator[Repair]:
    yield from _characters(text)
    yield from _bars(text)
    names = "|".join(sorted(functions, key=len, reverse=True))
    for match in re.finditer(rf"\b({_MODULES})\s*\.\s*([A-Za-z]\w*)", text):
        name = _ALIASES.get(match[2], match[2])
        if name in functions or name in ("pi", "e"):
            yield Repair(*match.span(), f"{match[1]}.{match[2]}", name, name)
    for match in re.finditer(rf"\b({'|'.join(_ALIASES)})\b(?=\s*\()(?<!\.)", text):
        name = _ALIASES[match[1]]
        if name in functions:
            yield Repair(*match.span(), f"the function '{match[1]}'", name, name)
    for match in re.finditer(rf"\b({names})[ \t]+({_OPERAND})(?=\s*([*/^(\w,]?))", text):
        whole = not match[3] and match[1] not in _SEVERAL
        write = f"{match[1]}({match[2]})" if whole else f"{match[1]}(...)"
        yield Repair(*match.span(), f"'{match[1]}' without its parentheses", write, write if whole else match[0])
    for match in re.finditer(r"\^", text):
        yield Repair(*match.span(), "the operator '^'", "**", "**")
    for match in re.finditer(r"&&?", text):
        yield Repair(*match.span(), f"the operator '{match[0]}'", "and", " and ")
    for match in re.finditer(r"!(?!=)|~", text):
        yield Repair(*match.span(), f"the operator '{match[0]}'", "not", " not ", sure=False)
    for match in re.finditer(r"(?<![=<>!:])=(?!=)", text):
        if not re.search(r"(?:\w\s*\(|,)\s*\w+\s*$", text[: match.start()]):  # a named argument has a sentence of its own
            yield Repair(*match.span(), "the operator '='", "==", "==", sure=False)
    for match in re.finditer(r"(?<![\w.,])([0-9]+),([0-9]+)(?![\w.,])", text):
        number = f"{match[1]}.{match[2]}"
        yield Repair(*match.span(), f"{match[0][:20]} with a decimal comma", number[:20], number, sure=False)


def _characters(text: str) -> Iterator[Repair]:
    """Signs that are not on a plain keyboard and have one meaning in a formula."""
    superscript = "".join(sorted({c for c in text if unicodedata.decomposition(c).startswith("<super>")}))
    if superscript:
        for match in re.finditer(f"[{re.escape(superscript)}]+", text):
            number = unicodedata.normalize("NFKC", match[0]).translate({ord("−"): "-"})
            if re.fullmatch(r"[+-]?[0-9]{1,2}|[a-z]", number):
                yield Repair(*match.span(), f"the superscript {_named(match[0])}", f"**{number}", f"**{number}")
    for at, character in enumerate(text):
        if " " <= character <= "~" or character in superscript or (character.isspace() and character in "\t\r\n"):
            continue
        write = _SIGNS.get(character) or _plain(character)
        if write == " ":
            yield Repair(at, at + 1, f"the character {_named(character)}", "a blank", " ")
        elif write:
            yield Repair(at, at + 1, f"the sign {_named(character)}", write, f" {write} " if write in _WORDS else write)
        elif character == "√":
            root = re.match(rf"√\s*({_OPERAND}|(?=\())", text[at:])
            inner = root[1] if root else ""
            repaired = f"sqrt({inner})" if inner else "sqrt"
            yield Repair(at, at + (root.end() if root else 1), f"the sign {_named(character)}", "sqrt(...)", repaired)


def _bars(text: str) -> Iterator[Repair]:
    """|x| is abs(x), || is or; a single one between two comparisons is numpy's or."""
    for match in re.finditer(r"(?<=[\w)])\s*\|\|(?!\|)", text):
        yield Repair(match.end() - 2, match.end(), "the operator '||'", "or", " or ")
    bars = [match.start() for match in re.finditer(r"(?<!\|)\|(?!\|)", text)]
    if len(bars) % 2 == 0:
        for left, right in zip(bars[::2], bars[1::2], strict=True):
            yield Repair(left, left + 1, "the bar '|'", _shown(f"abs({text[left + 1 : right].strip()})"), "abs(")
            yield Repair(right, right + 1, "the bar '|'", "abs(...)", ")")
    else:
        for at in bars:
            yield Repair(at, at + 1, "the operator '|'", "or (abs(...) for an absolute value)", " or ")


def _balanced(text: str) -> str:
    """With the closing parentheses that are missing at its end."""
    return text + ")" * max(0, text.count("(") - text.count(")"))


def _unclosed(text: str, reads: Callable[[str], bool]) -> ExpressionRefused | None:
    """A parenthesis that is never closed, or never opened."""
    opened: list[int] = []
    for at, character in enumerate(text):
        if character == "(":
            opened.append(at)
        elif character == ")":
            if not opened:
                found = "found ) without its parenthesis (; write the ( before it, or leave it out."
                return ExpressionRefused(f"expression column {at + 1}: {found}")
            opened.pop()
    if not opened:
        return None
    whole = _balanced(text.rstrip())
    formula, as_in = _whole(whole if reads(whole) else None)
    found = f"found a parenthesis ( that is never closed; write the missing ){as_in}."
    return ExpressionRefused(f"expression column {opened[-1] + 1}: {found}", formula)


def _plain(character: str) -> str | None:
    """The plain character that looks the same: of full width, say, or a blank that does not break."""
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 and " " <= plain <= "~" and plain not in "'\"\\`#" else None


def _named(characters: str) -> str:
    """In ASCII, which every terminal and log can show."""
    codes = " ".join(f"U+{ord(character):04X}" for character in characters[:3])
    name = unicodedata.name(characters, "").lower() if len(characters) == 1 else ""
    return f"{codes} ({name})" if name else codes


def _shown(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit and text.isascii() and text.isprintable() else "abs(...)"
