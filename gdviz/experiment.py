"""The stair between the mathematics and the program: one frozen, validated description of a run.

An Experiment goes in, particles come out. `build` makes the objects, `run` (in `gdviz.result`) runs them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

import torch
from pydantic import Field, ValidationError, field_validator, model_validator

from gdviz.diffusion import LEVELS, Levels
from gdviz.errors import MAX_SENTENCE, GdvizError, bounded, did_you_mean
from gdviz.family import Described, Family, shown
from gdviz.guidance import GUIDANCE, SCHEDULES, GuidanceContext, GuidanceKind, Plan
from gdviz.guidance.look_aheads import LOOK_AHEADS
from gdviz.guidance.schedules.learned import Learned
from gdviz.laws import Law
from gdviz.misfit import placed
from gdviz.number_text import parse_numbers
from gdviz.rewards import REWARDS, RewardKind
from gdviz.samplers import SAMPLERS, SamplerKind
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.particles.resamplers import RESAMPLERS
from gdviz.samplers.particles.twists import TWISTS
from gdviz.scores import SCORES, ScoresContext, ScoresKind
from gdviz.scores.exact import Exact
from gdviz.targets import TARGETS, TargetKind

FAMILIES: tuple[Family, ...] = (
    TARGETS, GUIDANCE, REWARDS, SCHEDULES, LOOK_AHEADS, SCORES, SAMPLERS, TWISTS, RESAMPLERS, LEVELS,
)  # fmt: skip

REMEMBERED = 8
"""Laws, and plans on exact scores, that a process keeps."""

MAX_TEXT = 64 << 20  # characters of JSON
MAX_W = 200
MAX_TEXT_OF_W = 10_000
MAX_PARTICLES = 1_000_000
MAX_VALUES = 50_000_000
"""Bound on len(w) * particles * dimension: end points of 200 MB."""


class Measure(Described):
    """What is read off the samples, when it is not what guides."""

    reward: Annotated[Annotated[RewardKind, REWARDS] | None, Field(description="A reward that is read off.")] = None
    label: Annotated[str | None, Field(description="A class whose probability is read off.")] = None

    @model_validator(mode="after")
    def _one_thing(self) -> Measure:
        if (self.reward is None) == (self.label is None):
            raise ValueError("name exactly one of 'reward' and 'label'")
        return self


class Experiment(Described):
    """One run, format 1. Unknown keys are errors; `kind` picks the family member."""

    format: Annotated[Literal[1], Field(description="Rises only when an old file would change its meaning.")] = 1
    target: Annotated[TargetKind, TARGETS, Field(description="The law p that is sampled.")]
    guidance: Annotated[GuidanceKind, GUIDANCE, Field(description="How it is guided.")]
    score: Annotated[ScoresKind, SCORES, Field(description="Where the scores come from.")] = Exact()
    sampler: Annotated[SamplerKind, SAMPLERS, Field(description="How it is sampled.")] = Ddpm()
    measure: Annotated[Measure | None, Field(description="What is read off the samples, when it is not what guides.")] = None
    w: Annotated[
        tuple[Annotated[float, Field(ge=-1e6, le=1e6)], ...],
        Field(
            min_length=1,
            max_length=MAX_W,
            description="Guidance scales, in the order of the rows, or text such as 0:10:0.25; "
            "w = 0 is no guidance, and a row only if listed.",
        ),
    ]
    particles: Annotated[int, Field(ge=2, le=MAX_PARTICLES, description="Samples for each w.")] = 4000
    frames: Annotated[int, Field(ge=2, le=400, description="Moments of the paths that are kept for the animation.")] = 60
    seed: Annotated[int, Field(ge=0, le=2**63 - 1, description="Of the noise, which belongs to the particle.")] = 0

    @field_validator("w", mode="before")
    @classmethod
    def _listed(cls, w: Any) -> Any:
        """Text such as ``0:10:0.25`` stands for the numbers that it lists."""
        return parse_numbers(w[:MAX_TEXT_OF_W]) if isinstance(w, str) else w

    @field_validator("w")
    @classmethod
    def _distinct(cls, w: tuple[float, ...]) -> tuple[float, ...]:
        w = tuple(value + 0.0 for value in w)  # -0.0 and 0.0 are the same guidance
        twice = sorted({value for value in w if w.count(value) > 1})
        if twice:
            raise ValueError(f"found {twice[0]:g} more than once; every w is listed once")
        return w

    # ------------------------------------------------------------------ in and out
    @classmethod
    def parse(cls, value: Any) -> Experiment:
        """Validate a dictionary.

        Raises
        ------
        GdvizError
            One sentence for each mistake: which key, what was found, what is allowed.
        """
        if isinstance(value, Experiment):
            return value
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise _refused(error) from None
        except RecursionError:
            raise GdvizError("not an Experiment: found objects nested too deeply.") from None

    @classmethod
    def from_json(cls, text: str | bytes) -> Experiment:
        """Parse JSON text strictly: UTF-8 (or 16, 32), no NaN, no duplicate keys.

        Raises
        ------
        GdvizError
            If the text is not JSON or not an Experiment.
        """
        return cls.parse(_read_json(text))

    def canonical(self) -> str:
        """JSON with defaults filled, keys sorted and no -0.0: what is hashed. Equal Experiments have the same."""
        plain = _without_negative_zero(self.model_dump(mode="json"))
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @property
    def id(self) -> str:
        """sha256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    # ------------------------------------------------------------------ objects
    def build(self, networks: ScoresContext | None = None) -> Built:
        """Make the law, the plan, the sampler and its levels.

        Parameters
        ----------
        networks : ScoresContext, optional
            Where trained networks come from, which an Experiment that learns nothing does without
            (`gdviz.checkpoints` has those of a store).

        Raises
        ------
        GdvizError
            If the parts do not fit each other, or a network is needed and none can be had.
        """
        law = _law(self.target)
        if len(self.all_w) * self.particles * law.dimension > MAX_VALUES:
            raise GdvizError(
                f"particles: found {len(self.all_w)} w x {self.particles} particles x {law.dimension} dimensions; "
                f"their product may be at most {MAX_VALUES:,}."
            )
        if self.learns:
            networks = networks or ScoresContext()
            guidance, scores = self.guidance.with_schedule(networks), self.score.build(networks)
            with placed("guidance", self.guidance):
                plan = guidance.build(GuidanceContext(law, scores))
        else:
            plan = _exact_plan(self.target, self.guidance)
        self.sampler.check(plan)
        if self.particles < self.sampler.together:
            raise GdvizError(
                f"particles: found {self.particles:,} in populations of {self.sampler.together:,}; one is run at least."
            )
        return Built(law, plan, self.sampler, self.sampler.build_levels())

    @property
    def learns(self) -> bool:
        """Whether anything is learned: the scores, or the schedule's weights."""
        return not isinstance(self.score, Exact) or isinstance(self.guidance.schedule, Learned)

    @property
    def all_w(self) -> tuple[float, ...]:
        """w with 0 in front if it is not listed: what is run."""
        return self.w if 0.0 in self.w else (0.0, *self.w)


@lru_cache(maxsize=REMEMBERED)
def _law(target: TargetKind) -> Law:
    """An edit of the guidance or the run leaves the target's law as it was."""
    return target.build()


@lru_cache(maxsize=REMEMBERED)
def _exact_plan(target: TargetKind, guidance: GuidanceKind) -> Plan:
    """The plan on exact scores, which an edit of w, the sampler or the run leaves as it was: its tables take seconds."""
    with placed("guidance", guidance):
        return guidance.build(GuidanceContext(_law(target), Exact().build(ScoresContext())))


START_BIAS = 0.05
"""A start that keeps more than this of the data's size is worth a note."""


@dataclass(frozen=True)
class Built:
    """The objects an Experiment describes."""

    law: Law
    plan: Plan
    sampler: SamplerKind
    levels: Levels

    @property
    def start_bias(self) -> float:
        """sqrt(alpha_bar at the start) times the root mean square of the data: the bias of starting at N(0, I)."""
        x = self.law.sample(4096, torch.Generator().manual_seed(0)).x  # [n, d]
        return math.sqrt(self.levels.alpha_bar[0]) * float(x.square().sum(-1).mean().sqrt())

    def notes(self) -> tuple[str, ...]:
        """What a reader should know before trusting the numbers; measuring it may take a second."""
        notes = []
        if self.start_bias > START_BIAS:
            notes.append(
                f"The run starts at N(0, I) while {self.start_bias:.2g} of the data's size is still there: "
                "use a larger starting noise (levels.start) or more steps."
            )
        for law in (self.plan.toward, self.plan.away):
            if law is not None and law.error is not None:
                notes.append(f"The score of {law.name} comes from tables; measured relative error {law.error:.1g}.")
        return tuple(notes)


MOST_TOLD = 5
"""Mistakes that are told; the rest are counted."""

MAX_PLACE = 160
"""Characters of where a mistake is."""


def _refused(error: ValidationError) -> GdvizError:
    try:
        return GdvizError(explain(error))
    except UnicodeError:  # a name that cannot be written
        return GdvizError("not an Experiment: found half a surrogate pair in a name; names are text.")


def explain(error: ValidationError) -> str:
    """A validation error as plain sentences, one a mistake, at most five and no longer than a refusal may be."""
    items = error.errors(include_url=False)
    inner = {item["loc"][:depth] for item in items for depth in range(len(item["loc"]))}
    items = [item for item in items if item["loc"] not in inner]  # a part's mistake also spoils its whole
    told: list[str] = []
    for item in items[:MOST_TOLD]:
        sentence = f"{_place(item['loc'])}: {_sentence(item).rstrip('.')}."
        if told and len(" ".join([*told, sentence])) > MAX_SENTENCE - len(" And 1,000,000 more."):
            break
        told.append(sentence)
    more = sum(item.get("ctx", {}).get("count", 1) for item in items[len(told) :])
    return " ".join(told) + (f" And {more:,} more." if more else "")


def _place(loc: tuple[int | str, ...]) -> str:
    """target.components.0.weight; a key of the reader's own is shown in part and without control characters."""
    plain = (part if isinstance(part, str) and part.isidentifier() and len(part) <= 60 else shown(part) for part in loc)
    return bounded(".".join(plain), MAX_PLACE) or "experiment"


def _sentence(item: Any) -> str:
    value = shown(item.get("input"))
    kind, context = item["type"], item.get("ctx", {})
    if kind == "missing":
        return "missing; it is required"
    if kind in ("family_kind", "unknown_key"):
        what, _, allowed = str(item["msg"]).partition("; allowed: ")
        return f"{what}{did_you_mean(context['found'], allowed.split(', '))}; allowed: {allowed}"
    if kind == "family_type":
        return str(item["msg"])
    if kind == "value_error":
        return str(context.get("error", item["msg"]))
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"found {value}; an object is required"
    if kind in ("too_short", "too_long"):
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']:,}"
        return f"found {context['actual_length']} of them; {bound} must be listed"
    message = str(item["msg"]).replace("tuple", "list").removeprefix("Input ")
    return f"found {value}; it {message[0].lower()}{message[1:]}"


def _without_negative_zero(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_negative_zero(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_negative_zero(inner) for inner in value]
    return 0.0 if isinstance(value, float) and value == 0 else value


def _read_json(text: str | bytes) -> Any:
    """Strict JSON as Python values; no text beyond MAX_TEXT is looked at."""
    if len(text) > MAX_TEXT:
        raise GdvizError(f"not an Experiment: found JSON of {len(text):,} characters; at most {MAX_TEXT:,} are read.")
    try:
        text = text.decode(json.detect_encoding(text)) if isinstance(text, bytes) else text.removeprefix("\ufeff")
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_refuse_duplicates)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # refuses half a surrogate pair: JSON, but not text
    except json.JSONDecodeError as error:
        raise GdvizError(f"not JSON: {error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}.") from None
    except UnicodeError:
        raise GdvizError("not JSON: found bytes or escapes that are not text; an Experiment is JSON in UTF-8.") from None
    except RecursionError:
        raise GdvizError("not an Experiment: found JSON nested too deeply.") from None
    except GdvizError:
        raise
    except ValueError:
        raise GdvizError("not JSON that can be read: found a whole number of thousands of digits.") from None
    return value


def _refuse_constant(name: str) -> float:
    raise GdvizError(f"not strict JSON: found {name}; numbers must be finite.")


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise GdvizError(f"not strict JSON: found the key {shown(twice)} twice in one object.")
    return seen
