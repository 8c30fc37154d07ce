"""Formulas from somebody who means harm, or whose cat walked over the keyboard: seeded, as many as are wanted."""

from __future__ import annotations

import random
from collections.abc import Iterator

NAMES = ("x", "y", "x0", "x1", "x9", "radius", "theta", "pi", "e")
NUMBERS = ("0", "1", "2", "0.5", "1e3", "1e-30", "1e30", "7", "64", ".5", "3.", "0x1f", "1_000", "1j", "00", "1e999", "١")
FUNCTIONS = ("abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "where", "min", "max")
OPERATORS = (
    "+",
    "-",
    "*",
    "/",
    "**",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    " and ",
    " or ",
    "//",
    "%",
    "@",
    "^",
    "&",
    "|",
    "<<",
    ":=",
)
PIECES = (
    *NAMES,
    *NUMBERS,
    *FUNCTIONS,
    *OPERATORS,
    "(",
    ")",
    "((",
    "))",
    "[",
    "]",
    "{",
    "}",
    ",",
    " ",
    "\n",
    "\t",
    "\r",
    "\f",
    ".",
    "..",
    "...",
    "=",
    ":",
    ";",
    "not ",
    "if ",
    " else ",
    "else",
    "is ",
    "in ",
    "lambda ",
    "for ",
    "yield",
    "await ",
    "None",
    "True",
    "async ",
    "import ",
    "print(",
    "open(",
    "eval(",
    "exec(",
    "__class__",
    "__import__",
    "_",
    "'",
    '"',
    "'''",
    "f'",
    "b'",
    'r"',
    "\\",
    "#",
    "`",
    "$",
    "?",
    "!",
    "~",
    "*args",
    "**kw",
    "\x00",
    "\x1b[2J",
    "\x7f",
    "\ud800",
    "\ufeff",
    "\u200b",
    "\u202e",
    "−",
    "×",
    "²",
    "⁻¹",
    "√",
    "π",
    "≥",
    "½",
    "ｘ",
    "|",
    "||",
    "&&",
    "np.",
    "numpy.",
    "math.",
    "torch.",
    "e1",
    "E",
    "j",
    "L",
    "0b",
    "0o",
    "1if",
    "2else",
    "1or",
    "0xfor",
)
ATTACKS = (
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "(lambda: (yield))()",
    "[x for x in range(10**9)]",
    "9**9**9**9",
    "x**(9**9)",
    "'a'*10**10",
    "open('/etc/passwd').read()",
    "exec('1')",
    "x.__class__.__mro__",
    "f'{x!r:>{10**9}}'",
    "max(x, key=print)",
    "min(*[1]*10**8)",
    "x if (q := 1) else y",
    "print(x) or 1",
    "{**x}",
    "x @ x",
    "lambda x: x",
    "where.__globals__",
    "sum(range(10**9))",
    "exp(exp(exp(exp(x))))",
    "1/0",
    "0/0",
    "log(0)",
    "sqrt(-1)",
    "0**-1",
    "1e30*1e30",
    "-1e30**64",
    "theta/0*x",
)
REPEATED = (
    "(",
    ")",
    "-",
    "+",
    "not ",
    "~",
    "9",
    "x",
    "x+",
    "x**",
    "x*",
    "x<",
    "1 if x else ",
    "abs(",
    "sin(",
    "where(x,1,",
    "min(x,",
    "[",
    "{",
    "lambda:",
    "f'{",
    "'",
    '"',
    "\\",
    "\n",
    " ",
    "#",
    ".",
    "0.",
    "x.",
    "x[",
    "x,",
    "e",
    "_",
    "1e",
    "é",
    "²",
    "|",
    "√",
    "^",
    "np.",
    "x y ",
    "max(x,max(",
    "x if ",
    "(x)",
    "()",
    "exp exp ",
    "1,5 ",
    "&&",
    "!",
    "=",
)


def expressions(count: int, seed: int) -> Iterator[str]:
    """Piles of tokens, trees with a few characters changed, attacks, endless repetition, letters of any alphabet."""
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.choices((_pile, _mutated, _attack, _repeated, _letters), (30, 45, 10, 5, 10))[0](chance)


def tree(chance: random.Random, depth: int) -> str:
    """A formula of the language."""
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(NAMES[:4] + NAMES[5:] + NUMBERS[:8])
    parts = [tree(chance, depth - 1) for _ in range(3)]
    form = chance.randrange(7)
    if form == 0:
        return f"{chance.choice(FUNCTIONS[:8])}({parts[0]})"
    if form == 1:
        return f"where({', '.join(parts)})"
    if form == 2:
        return f"{chance.choice(('min', 'max'))}({parts[0]}, {parts[1]})"
    if form == 3:
        return f"({parts[0]} if {parts[1]} else {parts[2]})"
    return f"({parts[0]} {chance.choice(OPERATORS[:13])} {parts[1]})"


def spoiled(text: str, chance: random.Random) -> str:
    """A text with one to four places changed."""
    for _ in range(chance.randint(1, 4)):
        at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        to = min(to, at + 8)
        form = chance.randrange(5)
        if form == 0:
            text = text[:at] + text[to:]
        elif form == 1:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif form == 2:
            text = text[:to] + text[at:to] * chance.randint(1, 5) + text[to:]
        elif form == 3:
            text = text[:at] + chr(chance.choice((chance.randrange(128), chance.randrange(0x3000)))) + text[at + 1 :]
        else:
            text = text[:at] + text[at:to][::-1] + text[to:]
    return text


def _pile(chance: random.Random) -> str:
    return "".join(chance.choices(PIECES, k=chance.randint(0, 25)))


def _mutated(chance: random.Random) -> str:
    return spoiled(tree(chance, chance.randint(0, 5)), chance)


def _attack(chance: random.Random) -> str:
    text = chance.choice(ATTACKS)
    for _ in range(chance.randint(0, 2)):
        text = chance.choice(("{} + x", "sin({})", "where(x, {}, y)", "({})", "1 if {} else 2", "{}", "exp(-({})**2)")).replace(
            "{}", text
        )
    return spoiled(text, chance) if chance.random() < 0.5 else text


def _repeated(chance: random.Random) -> str:
    many = chance.choice((5, 39, 40, 41, 99, 101, 300, 499, 501, 1000, 1999, 2001, 30_000))
    middle = chance.choice(("x", "", "1", tree(chance, 2)))
    return (
        chance.choice(REPEATED) * many
        + middle
        + chance.choice(("", ")", "]", "}", "'", "x", " else 1")) * chance.choice((0, many))
    )


def _letters(chance: random.Random) -> str:
    ranges = (
        (32, 127),
        (0, 32),
        (0xA0, 0x250),
        (0x370, 0x600),
        (0x2000, 0x2300),
        (0xD7F0, 0xE010),
        (0xFE00, 0x10000),
        (0x1F300, 0x1F700),
    )
    return "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(chance.randint(1, 60)))
