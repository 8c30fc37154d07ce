"""The methods that a comparison knows: each is a change of the scene's guidance and sampler, and what a step of it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from gdviz.errors import GdvizError, did_you_mean

if TYPE_CHECKING:
    from gdviz.comparison.own import OwnCode
    from gdviz.experiment import Experiment

Rung = Literal["no guidance", "needs the exact value", "cheap, biased", "exact in the limit of compute"]
"""A ladder for teaching: what a method needs, and what it promises."""

Takes = Literal["reward", "label", "both"]

FEWEST_STEPS = 4

DENOISER: dict[str, Any] = {"kind": "look_ahead", "look": {"kind": "tweedie"}}
FLOW: dict[str, Any] = {"kind": "look_ahead", "look": {"kind": "flow_map", "steps": 2}}


@dataclass(frozen=True)
class Method:
    """One way to guide.

    Attributes
    ----------
    name, title : str
    rung : str
    scores : float
        Network evaluations that a step of one sample asks for, a backward pass counted as one more.
    takes : {"reward", "label", "both"}
    sampler : mapping
        Replaces the scene's sampler; its steps follow from what may be spent.
    guidance : mapping
        Changes of the scene's guidance; a new `kind` keeps its label or reward.
    aims : str
        Empty where it aims at the goal; else at what, in a few words.
    unguided : bool
        Runs at w = 0.
    own : OwnCode or None
        A function of the caller's in place of the guidance's rule, or of the whole sampler.
    version : str
        Of a reader's own file, whose answers shall not be taken for those of another one.
    """

    name: str
    title: str
    rung: Rung
    scores: float
    takes: Takes = "both"
    sampler: Mapping[str, Any] = field(default_factory=lambda: {"kind": "ddpm"})
    guidance: Mapping[str, Any] = field(default_factory=dict)
    aims: str = ""
    unguided: bool = False
    own: OwnCode | None = None
    version: str = ""

    def steps(self, evaluations: int) -> int:
        """Steps that so many network evaluations a sample allow."""
        return max(FEWEST_STEPS, round(evaluations / self.scores))

    def at_goal(self, w: float) -> bool:
        """Whether the method aims at the goal: plain guidance by a reward does at w = 1."""
        return not self.aims or (self.name == "reward" and w == 1)

    def described(self, scene: Experiment, w: float, evaluations: int, particles: int) -> Experiment:
        """The Experiment that runs the method on the scene.

        Raises
        ------
        GdvizError
            If the method does not fit the scene.
        """
        from gdviz.experiment import Experiment

        plain = scene.model_dump(mode="json")
        takes = takes_of(scene)
        if self.takes not in ("both", takes):
            raise GdvizError(f"method: found {self.name!r} for a scene with a {takes}; it takes a {self.takes}.")
        old = plain["guidance"]
        kept = {key: old[key] for key in ("label", "reward") if key in old and old[key] is not None}
        guidance = {**(kept if "kind" in self.guidance else old), **self.guidance}
        sampler = {**self.sampler, "steps": self.steps(evaluations)}
        if "levels" in plain["sampler"] and "levels" not in sampler:
            sampler["levels"] = plain["sampler"]["levels"]
        changes = {"guidance": guidance, "sampler": sampler, "w": [0.0 if self.unguided else w], "particles": particles}
        return Experiment.parse({**plain, **changes, "measure": None})


def _smc(**fields: Any) -> dict[str, Any]:
    return {"kind": "smc", "population": 64, **fields}


_LIMIT: Rung = "exact in the limit of compute"
_CHEAP: Rung = "cheap, biased"
_EXACT: Rung = "needs the exact value"

_BY_FLOW: dict[str, Any] = {"kind": "look_ahead", "look": {"kind": "flow_map", "steps": 2}}
_INTERVAL: dict[str, Any] = {"schedule": {"kind": "interval"}}
_NOTHING, _MISSED = "nothing exact", "the goal, and misses it"

_ALL = (
    Method("none", "No guidance", "no guidance", 1, aims="the law of w = 0", unguided=True),
    Method("cfg", "CFG", _EXACT, 2, "label", aims="a law that depends on the sampler"),
    Method("reward", "Reward guidance", _EXACT, 2, "reward", aims="the goal at w = 1 alone"),
    Method("flow", "Guidance by the probability flow", _EXACT, 2, sampler={"kind": "ddim"}, aims="a law of its own"),
    Method("exact", "Particles with the exact value", _EXACT, 2, sampler=_smc(twist={"kind": "exact"})),
    Method("interval", "Guidance in an interval", _CHEAP, 2, guidance=_INTERVAL, aims=_NOTHING),
    Method("rescale", "CFG, rescaled", _CHEAP, 2, "label", guidance={"kind": "cfg_rescale"}, aims=_NOTHING),
    Method("apg", "Adaptive projected guidance", _CHEAP, 2, "label", guidance={"kind": "apg"}, aims=_NOTHING),
    Method("look_ahead", "Look-ahead gradient (DPS)", _CHEAP, 2, "reward", guidance={"kind": "look_ahead"}, aims=_MISSED),
    Method("look_ahead_flow", "Look-ahead gradient, flow map", _CHEAP, 4, "reward", guidance=_BY_FLOW, aims=_MISSED),
    Method("damped", "Damped look-ahead", _CHEAP, 2, "reward", guidance={"kind": "damped_look_ahead"}, aims=_MISSED),
    Method("confusing", "Away from the confusing class", _CHEAP, 2, "label", guidance={"kind": "confusing_class"}, aims=_NOTHING),
    Method("best_of_n", "Best of 4", _CHEAP, 4, sampler={"kind": "best_of_n", "n": 4}, aims="the law of the best of 4"),
    Method("svdd", "SVDD, 4 children", _CHEAP, 4, sampler={"kind": "svdd", "children": 4}, aims="the goal, with a bias"),
    Method("importance", "Importance resampling", _LIMIT, 1, sampler=_smc(twist={"kind": "none"})),
    Method("fk", "FK steering", _LIMIT, 1, sampler=_smc(twist=DENOISER, gradient=0)),
    Method("tds", "Twisted diffusion sampler", _LIMIT, 2, sampler=_smc(twist=DENOISER)),
    Method("das", "DAS (tempered)", _LIMIT, 2, sampler=_smc(twist=DENOISER, temper=1, resample={"kind": "ssp"})),
    Method("fmtt", "Flow-map trajectory tilting", _LIMIT, 4, sampler=_smc(twist=FLOW)),
    Method("fkc", "Feynman-Kac corrector", _LIMIT, 2, sampler=_smc(twist={"kind": "corrector"})),
    Method("pcg", "Predictor-corrector guidance", _LIMIT, 5, sampler={"kind": "pcg", "corrections": 2}),
    Method("cfgig", "Gibbs-like CFG", _LIMIT, 6, sampler={"kind": "cfgig", "rounds": 5, "sigma": 1.0}),
)

METHODS: dict[str, Method] = {method.name: method for method in _ALL}

POPULATION = 64
"""Of the particle methods: a run has a multiple of so many."""


def add_method(method: Method) -> None:
    """Take in a method of the reader's own (`gdviz.plugin`)."""
    METHODS[method.name] = method


def takes_of(scene: Experiment) -> Literal["reward", "label"]:
    """Whether the scene guides by a label or by a reward.

    Raises
    ------
    GdvizError
        If it does neither, in a form that has a goal.
    """
    kind = scene.guidance.kind_name()
    if kind == "cfg":
        return "label"
    if kind == "reward":
        return "reward"
    raise GdvizError(f"guidance: found {kind!r}; a comparison starts from a scene with cfg or reward guidance.")


def methods_for(scene: Experiment) -> list[Method]:
    """Those that fit the scene."""
    takes = takes_of(scene)
    return [method for method in METHODS.values() if method.takes in ("both", takes)]


def find_method(name: str) -> Method:
    """A method by its name.

    Raises
    ------
    GdvizError
        If there is none.
    """
    if name not in METHODS:
        raise GdvizError(f"method: found {name!r}{did_you_mean(name, list(METHODS))}; allowed: {', '.join(METHODS)}.")
    return METHODS[name]
