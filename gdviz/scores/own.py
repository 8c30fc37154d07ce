"""Scores of the reader's own network: their Python file, run on their own command line alone."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from math import sqrt
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.laws import Given, Law, Pair, PairScores
from gdviz.own_file import first_line, run_file, tried
from gdviz.scores._learned import rows_of, shaped
from gdviz.scores._own_conventions import Convention as Convention
from gdviz.scores._own_conventions import Meaning as Meaning
from gdviz.scores._own_conventions import given, noise, time
from gdviz.scores._own_weights import check_keys, unwrapped
from gdviz.scores._scores import Base, Score, Scores, ScoresContext, ScoresKind

_ALLOWED: ContextVar[bool] = ContextVar("own_code", default=False)


@contextlib.contextmanager
def own_code_allowed() -> Iterator[None]:
    """Let Experiments run the reader's own file while the block lasts: for a command that was asked to by name."""
    token = _ALLOWED.set(True)
    try:
        yield
    finally:
        _ALLOWED.reset(token)


def own_code_is_allowed() -> bool:
    """Whether this runs under `own_code_allowed`."""
    return _ALLOWED.get()


FROM_PYTHON = "python:"
"""Before the name, in place of a file, of a network that was given to `gdviz.run`."""


class OwnNetwork(ScoresKind):
    """The reader's own net(x, time) or net(x, time, label), a torch module or function."""

    kind: Literal["own"] = "own"
    code: Annotated[
        str,
        Field(
            max_length=4096,
            description="`module.py:Name`: a class that is made without arguments, or a ready module or function; `python:Name` "
            "for one that was given to `gdviz.run`.",
        ),
    ]
    weights: Annotated[
        Annotated[str, Field(max_length=4096)] | None, Field(description="A safetensors file for its `load_state_dict`.")
    ] = None
    prediction: Annotated[
        Meaning,
        Field(
            description="What it returns, with x = sqrt(1-t) x_0 + sqrt(t) z: z, x_0, sqrt(1-t) z - sqrt(t) x_0 (flow: z - x_0), "
            "or the score of what it is given."
        ),
    ] = "noise"
    schedule: Annotated[
        Convention,
        Field(
            description="What it is given: x and the index 0 to 999 of that 1000-step schedule, as a float; vp: x and t; edm: "
            "x / sqrt(1-t) = x_0 + sigma z and sigma; flow: (1-s) x_0 + s z and s, from 0 (data) to 1 (noise)."
        ),
    ] = "linear_beta"
    labels: Annotated[
        tuple[str, ...],
        Field(
            description='Its labels in the order of its indices; one more index means "no label". None of them: the target\'s.'
        ),
    ] = ()

    card = Card(
        title="Your own network",
        idea="A network of yours, from your Python file, in place of the exact score. It runs on your command line only, "
        "with --score.",
        cost="one pass of your network a score",
    )
    examples = ()

    def build(self, context: ScoresContext) -> Scores:
        if self.code.startswith(FROM_PYTHON):
            if context.given is None:
                name = self.code.removeprefix(FROM_PYTHON)
                raise GdvizError(
                    f"score: found {name!r}, which was given from Python; its Experiment runs only with "
                    "gdviz.run(experiment, score=...)."
                )
            return OwnScores(context.given, self)
        if not context.own_code:
            raise GdvizError(
                "score: found 'own', a Python file of the reader's; it runs only on their own command line, "
                "with gdviz run FILE --score module.py:Name."
            )
        return _loaded(self)


def _loaded(how: OwnNetwork) -> OwnScores:
    network, notes = load(how.code, how.weights)
    return OwnScores(network, how, notes)


class OwnScores(Scores):
    """-eps / sqrt(t), with eps worked out from whatever the network returns."""

    def __init__(self, network: Callable[..., Tensor], how: OwnNetwork, notes: tuple[str, ...] = ()) -> None:
        self.network, self.how, self.notes = network, how, notes
        self.takes_label = _takes(network)

    def single(self, law: Law, labelled: bool = False) -> Score:
        label = self.label(law)

        def score(x: Tensor, t: float) -> Tensor:
            return shaped(self._noise(rows_of(x), t, label), x) * (-1 / sqrt(t))

        return score

    def pair(self, toward: Law, away: Law, base: Base = "toward") -> Pair:
        first, second = self.single(toward), self.single(away)

        def pair(x: Tensor, t: float) -> PairScores:
            score = first(x, t)
            return PairScores(score, score - second(x, t), None)

        return pair

    def label(self, law: Law) -> int:
        """The index of a law's label; one past the last for none."""
        if law.origin is None:
            return len(self.how.labels)
        if not isinstance(law.origin, Given):
            raise GdvizError(f"score: found your own network, which stands for p(x) and p(x | label), not for {law.name}.")
        if not self.takes_label or law.origin.label not in self.how.labels:
            known = ", ".join(self.how.labels) if self.takes_label else "none, as it takes (x, time)"
            raise GdvizError(f"score: found your own network with the labels: {known}; {law.name} needs {law.origin.label!r}.")
        return self.how.labels.index(law.origin.label)

    def _noise(self, x: Tensor, t: float, label: int) -> Tensor:
        """Noise prediction at rows [M, d]."""
        y = given(self.how.schedule, x, t)
        output = self.told(y, time(self.how.schedule, t), label)
        return noise(self.how.schedule, self.how.prediction, output, y, t)

    def told(self, y: Tensor, time: float, label: int) -> Tensor:
        """What the network returns, [M, d], for y [M, d], a time and a label's index."""
        arguments = [y, torch.full((len(y),), time, device=y.device)]
        if self.takes_label:
            arguments.append(torch.full((len(y),), label, device=y.device))
        try:
            with torch.set_grad_enabled(torch.is_grad_enabled() and y.requires_grad):
                output = self.network(*arguments)
        except Exception as error:
            raise GdvizError(f"{self.how.code}: found {type(error).__name__} in your network ({first_line(error)}).") from error
        if not isinstance(output, Tensor) or output.shape != y.shape:
            shape = list(output.shape) if isinstance(output, Tensor) else type(output).__name__
            raise GdvizError(f"{self.how.code}: found {shape} from your network; it must return {list(y.shape)}, as x is.")
        return output.float()


def load(code: str, weights: str | None) -> tuple[Callable[..., Tensor], tuple[str, ...]]:
    """Run a file and take a name from it, with weights where they are given; and notes on those.

    Raises
    ------
    GdvizError
        If the file, the name or the weights are not there or do not fit.
    """
    place, _, name = code.rpartition(":")
    if not place or not name.isidentifier():
        raise GdvizError(f"--score: found {code!r}; give module.py:Name, a Python file and a class or function in it.")
    made = _named(Path(place), name)
    notes: tuple[str, ...] = ()
    if isinstance(made, type):
        made = tried(f"{code}: found a class that is not made without arguments", made)
    if not callable(made):
        raise GdvizError(f"{code}: found {type(made).__name__}; a torch module or a function of (x, time) is required.")
    if weights is not None:
        if not isinstance(made, nn.Module):
            raise GdvizError(f"{code}: found {type(made).__name__}, which takes no --weights; only a torch module does.")
        from safetensors.torch import load_file

        state = tried(f"{weights}: found no safetensors file that can be read", load_file, weights)
        state, notes = unwrapped(state, made.state_dict(), weights)
        check_keys(state, made, weights, name)
        tried(f"{weights}: found weights that do not fit {name}", made.load_state_dict, state)
    if isinstance(made, nn.Module):
        made.requires_grad_(False).eval()
    return made, notes


def _named(path: Path, name: str) -> Any:
    module = run_file(path, "give module.py:Name, a Python file and a class or function in it")
    if not hasattr(module, name):
        raise GdvizError(f"{path}: found nothing named {name} in it.")
    return getattr(module, name)


def _takes(network: Callable[..., Any]) -> bool:
    """Whether it wants a label after x and the time."""
    function = network.forward if isinstance(network, nn.Module) else network
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(places) > 2
