"""A reader's file as guidance methods: its classes as they are, or its function by a label and by a reward."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model

from gdviz.comparison.method_file import MethodFile
from gdviz.comparison.methods import METHODS, Method, add_method
from gdviz.comparison.own import OwnCode, evaluations_of, with_own
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.family import Card
from gdviz.guidance import GUIDANCE, GuidanceContext, GuidanceKind, Plan
from gdviz.guidance.cfg import Cfg
from gdviz.guidance.reward import RewardGuidance

TRIED: dict[str, dict[str, Any]] = {
    "label": {"kind": "cfg", "label": "a"},
    "reward": {"kind": "reward", "reward": {"kind": "bumps", "bumps": [{"center": [1, 0], "width": 1}], "floor": 0.1}},
}
"""Guidance of the scene on which a function is tried before it is taken, by what guides."""

_COMPONENTS = [
    {"mean": [mean, 0], "covariance": [[1, 0], [0, 1]], "label": label} for mean, label in ((-1, "a"), (1, "b"))
]


class OwnByLabel(Cfg):
    """A reader's function in place of CFG's rule."""

    code: ClassVar[OwnCode]

    def build(self, context: GuidanceContext) -> Plan:
        return with_own(super().build(context), self.code)


class OwnByReward(RewardGuidance):
    """A reader's function in place of reward guidance's rule."""

    code: ClassVar[OwnCode]

    def build(self, context: GuidanceContext) -> Plan:
        return with_own(super().build(context), self.code)


BASES: dict[str, type[GuidanceKind]] = {"label": OwnByLabel, "reward": OwnByReward}


Takes = Literal["label", "reward"]
Found = tuple[type[GuidanceKind], Method | None]
"""A rule as a kind, and as a method of comparisons."""


def register(file: MethodFile) -> tuple[str, ...]:
    """Take a file's rules into the family of guidance methods and among those that are compared; their names.

    Raises
    ------
    GdvizError
        If it holds none, one of a name that is taken, or one that does not return a guided score.
    """
    written = [value for value in vars(file.module).values() if _is_kind(value, file)]
    found = [_as_written(kind, file) for kind in written] or _of_function(file)
    names = [str(kind.kind_name()) for kind, _ in found]
    for name in names:
        if name in GUIDANCE.kinds or name in METHODS:
            raise GdvizError(f"{file.path}: found the name {name!r}, which a method of the program has; give it another.")
    for kind, method in found:
        setattr(file.module, kind.__name__, kind)  # where a pickle finds it
        GUIDANCE.add(kind)
        if method is not None:
            add_method(method)
    return tuple(names)


def _is_kind(value: Any, file: MethodFile) -> bool:
    own = isinstance(value, type) and issubclass(value, GuidanceKind) and value.__module__ == file.module.__name__
    return own and value.kind_name() is not None


def _as_written(kind: type[GuidanceKind], file: MethodFile) -> Found:
    """A class of the reader's; a method of comparisons where it takes a label or a reward."""
    name, takes = str(kind.kind_name()), [field for field in ("label", "reward") if field in kind.model_fields]
    method = _method(name, kind.card.title, 2.0, "label" if takes == ["label"] else "reward", file) if len(takes) == 1 else None
    return _versioned(kind.__name__, kind, file), method


def _of_function(file: MethodFile) -> list[Found]:
    """A function by a label, and by a reward, each tried on a small scene."""
    method, name = file.method(), file.path.stem
    code = method.own
    assert code is not None
    if code.whole:
        raise GdvizError(f"{file.path}: found a sampler; a rule for the app is guided(problem, x, t, w).")
    if not name.isidentifier():
        raise GdvizError(f"{file.path}: found a file name that is no name of a method; letters, digits and _ are.")
    takes: tuple[Takes, ...] = ("label", "reward") if method.takes == "both" else (method.takes,)
    return [_by(guide, name if k == 0 else f"{name}_{guide}", file, code, method.scores) for k, guide in enumerate(takes)]


def _by(takes: Takes, name: str, file: MethodFile, code: OwnCode, scores: float) -> Found:
    kind = _versioned(f"Own_{name}", BASES[takes], file, kind=(Literal[name], name))
    kind.code = code  # type: ignore[attr-defined]
    kind.card = Card(
        title=f"{file.title} (yours, by a {takes})",
        idea=file.about or f"Your own rule, from {file.path.name}.",
        formula=f"guided(problem, x, t, w) of {file.path.name}",
        base_law="p(x | c)" if takes == "label" else "p(x)",
        cost="what the function asks for",
    )
    return kind, _method(name, kind.card.title, scores or _tried(code, takes), takes, file)


def _versioned(name: str, base: type[GuidanceKind], file: MethodFile, **fields: Any) -> type[GuidanceKind]:
    """The kind with the file's digest among its fields, so that no answer of one version is taken for another's."""
    digest = file.digest[:16]
    what = Field(description="The first digits of your file's sha256: answers belong to one version of it.")
    own: Any = (Annotated[Literal[digest], what], digest)
    return create_model(name, __base__=base, __module__=file.module.__name__, own_file=own, **fields)


def _method(name: str, title: str, scores: float, takes: Takes, file: MethodFile) -> Method:
    return Method(name, title, "cheap, biased", scores, takes, guidance={"kind": name}, version=file.digest[:16])


def _tried(code: OwnCode, takes: Takes) -> float:
    """Network evaluations that the function asks for; it is refused here and not on a page."""
    target = {"kind": "gaussian_mixture", "components": _COMPONENTS}
    plan = Experiment.parse({"target": target, "guidance": TRIED[takes], "w": [1]}).build().plan
    return evaluations_of(code, plan, 1.0)
