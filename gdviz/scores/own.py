"""Scores of the reader's own network: their Python file, run on their own command line alone."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from math import acos, cos, log, log1p, pi, sqrt
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from gdviz.diffusion.spacings.linear_beta import LinearBeta
from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.laws import Given, Law, Pair, PairScores
from gdviz.scores._learned import rows_of, shaped
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

Convention = Literal["linear_beta", "cosine", "vp", "edm"]
Meaning = Literal["noise", "clean", "velocity", "score"]


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
            description="What it returns, with x = sqrt(1-t) x_0 + sqrt(t) z: z, x_0, sqrt(1-t) z - sqrt(t) x_0, or the score "
            "of what it is given."
        ),
    ] = "noise"
    schedule: Annotated[
        Convention,
        Field(
            description="What it is given: x and the index 0 to 999 of that 1000-step schedule, as a float; vp: x and t; edm: "
            "x / sqrt(1-t) = x_0 + sigma z and sigma."
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
        return OwnScores(load(self.code, self.weights), self)


class OwnScores(Scores):
    """-eps / sqrt(t), with eps worked out from whatever the network returns."""

    def __init__(self, network: Callable[..., Tensor], how: OwnNetwork) -> None:
        self.network, self.how = network, how
        self.told = _takes(network)

    def single(self, law: Law, labelled: bool = False) -> Score:
        label = self._label(law)

        def score(x: Tensor, t: float) -> Tensor:
            return shaped(self._noise(rows_of(x), t, label), x) * (-1 / sqrt(t))

        return score

    def pair(self, toward: Law, away: Law, base: Base = "toward") -> Pair:
        first, second = self.single(toward), self.single(away)

        def pair(x: Tensor, t: float) -> PairScores:
            score = first(x, t)
            return PairScores(score, score - second(x, t), None)

        return pair

    def _label(self, law: Law) -> int:
        """The index of a law's label; one past the last for none."""
        if law.origin is None:
            return len(self.how.labels)
        if not isinstance(law.origin, Given):
            raise GdvizError(f"score: found your own network, which stands for p(x) and p(x | label), not for {law.name}.")
        if not self.told or law.origin.label not in self.how.labels:
            known = ", ".join(self.how.labels) if self.told else "none, as it takes (x, time)"
            raise GdvizError(f"score: found your own network with the labels: {known}; {law.name} needs {law.origin.label!r}.")
        return self.how.labels.index(law.origin.label)

    def _noise(self, x: Tensor, t: float, label: int) -> Tensor:
        """Noise prediction at rows [M, d]."""
        given, time = self.given(x, t)
        arguments = [given, torch.full((len(x),), time, device=x.device)]
        if self.told:
            arguments.append(torch.full((len(x),), label, device=x.device))
        try:
            with torch.no_grad():
                found = self.network(*arguments)
        except Exception as error:
            raise GdvizError(f"{self.how.code}: found {type(error).__name__} in your network ({_first_line(error)}).") from error
        if not isinstance(found, Tensor) or found.shape != x.shape:
            shape = list(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise GdvizError(f"{self.how.code}: found {shape} from your network; it must return {list(x.shape)}, as x is.")
        return self.noise(found.float(), x, t)

    def given(self, x: Tensor, t: float) -> tuple[Tensor, float]:
        """x [M, d] and the time as the network knows them."""
        if self.how.schedule == "edm":
            return x / sqrt(1 - t), sqrt(t / (1 - t))
        if self.how.schedule == "vp":
            return x, t
        reached = LinearBeta().coordinate(log1p(-t) - log(t)) if self.how.schedule == "linear_beta" else _cosine_time(t)
        return x, min(999.0, max(0.0, 1000 * reached - 1))

    def noise(self, found: Tensor, x: Tensor, t: float) -> Tensor:
        """The noise prediction that a returned [M, d] stands for, at x [M, d]."""
        a, b = sqrt(1 - t), sqrt(t)
        match self.how.prediction:
            case "noise":
                return found
            case "clean":
                return (x - a * found) / b
            case "velocity":
                return b * x + a * found
            case "score":  # with respect to what it was given: x, or x / a
                return -b * found if self.how.schedule != "edm" else -(b / a) * found


def _cosine_time(t: float) -> float:
    """tau in (0, 1) with alpha_bar = f(tau) / f(0), f(tau) = cos^2((tau + 0.008) / 1.008 pi / 2) [Nichol, Dhariwal 2021]."""
    nearest = cos(0.008 / 1.008 * pi / 2)
    return acos(nearest * sqrt(1 - t)) * 2 / pi * 1.008 - 0.008


def load(code: str, weights: str | None) -> Callable[..., Tensor]:
    """Run a file and take a name from it, with weights where they are given.

    Raises
    ------
    GdvizError
        If the file, the name or the weights are not there or do not fit.
    """
    place, _, name = code.rpartition(":")
    if not place or not name.isidentifier():
        raise GdvizError(f"--score: found {code!r}; give module.py:Name, a Python file and a class or function in it.")
    made = _named(Path(place), name)
    if isinstance(made, type):
        made = _tried(f"{code}: found a class that is not made without arguments", made)
    if not callable(made):
        raise GdvizError(f"{code}: found {type(made).__name__}; a torch module or a function of (x, time) is required.")
    if weights is not None:
        if not isinstance(made, nn.Module):
            raise GdvizError(f"{code}: found {type(made).__name__}, which takes no --weights; only a torch module does.")
        from safetensors.torch import load_file

        state = _tried(f"{weights}: found no safetensors file that can be read", load_file, weights)
        _tried(f"{weights}: found weights that do not fit {name}", made.load_state_dict, state)
    if isinstance(made, nn.Module):
        made.requires_grad_(False).eval()
    return made


def _named(path: Path, name: str) -> Any:
    try:
        there = path.is_file()
    except (OSError, ValueError):  # a name too long, a null character
        there = False
    if not there:
        what = "give module.py:Name, a Python file and a class or function in it"
        raise GdvizError(f"{str(path)[:120]}: found no such file; {what}.")
    spec = importlib.util.spec_from_file_location(f"gdviz_own_{path.stem}", path.resolve())
    if spec is None or spec.loader is None:
        raise GdvizError(f"{path}: found no Python file; its name must end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # classes look their own module up
    _tried(f"{path}: found a file that does not run", spec.loader.exec_module, module)
    if not hasattr(module, name):
        raise GdvizError(f"{path}: found nothing named {name} in it.")
    return getattr(module, name)


def _tried(words: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call what is not ours; whatever it raises is one sentence."""
    try:
        return function(*arguments)
    except Exception as error:
        raise GdvizError(f"{words} ({type(error).__name__}: {_first_line(error)}).") from error


def _takes(network: Callable[..., Any]) -> bool:
    """Whether it wants a label after x and the time."""
    function = network.forward if isinstance(network, nn.Module) else network
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(places) > 2


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:120].rstrip(".")
