"""Families of kinds: how a new target, reward, guidance or sampler is found without editing a list.

A *family* is a package whose modules each define one or more `Kind` classes. A `Kind` is the
validated description of one member (its controls); it carries the member's method card and inputs
for the contract tests, and it builds the mathematical object. An Experiment refers to a member by
its `kind` string.
"""

from __future__ import annotations

import importlib
import pkgutil
import reprlib
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, ClassVar, get_args

from annotated_types import MaxLen
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

from gdviz.errors import GdvizError

MOST_UNKNOWN = 4
"""Unknown keys of one object that are told one by one; the rest are counted."""


class Card(BaseModel):
    """What a reader should know about a method before believing its pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    idea: str
    formula: str = ""
    base_law: str = ""
    aims_at: str = ""
    cost: str = ""
    citation: str = ""


class Described(BaseModel):
    """A validated, frozen part of an Experiment; an unknown key is an error that lists the known ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _knows_its_keys(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        fields = cls.model_fields
        unknown = [key for key in value if key not in fields]
        known = ", ".join(fields) if unknown else ""
        wrong = [_unknown(str(key), 1, known) for key in unknown[:MOST_UNKNOWN]]
        wrong += [_unknown(str(key), len(unknown) - MOST_UNKNOWN, known) for key in unknown[MOST_UNKNOWN : MOST_UNKNOWN + 1]]
        wrong += [_too_long(name, value[name], most) for name, most in _bounds(cls) if _length(value.get(name)) > most]
        if wrong:
            raise ValidationError.from_exception_data(cls.__name__, wrong)
        return value


def _unknown(key: str, count: int, known: str) -> InitErrorDetails:
    """A mistake that stands for `count` keys. Whoever tells it looks for a near miss: thousands are never told."""
    error = PydanticCustomError("unknown_key", "unknown key; allowed: {known}", {"found": key, "known": known, "count": count})
    return {"type": error, "loc": (key,), "input": key}


@cache
def _bounds(model: type[BaseModel]) -> tuple[tuple[str, int], ...]:
    """The fields whose lists have a greatest length."""
    return tuple(
        (name, m.max_length) for name, info in model.model_fields.items() for m in info.metadata if isinstance(m, MaxLen)
    )


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple) else 0


def _too_long(name: str, value: Any, most: int) -> InitErrorDetails:
    """A list beyond its field's bound: refused before its items are looked at."""
    words = {"field_type": "Tuple", "max_length": most, "actual_length": len(value)}
    return {"type": "too_long", "loc": (name,), "input": value, "ctx": words}


class Kind(Described):
    """A validated, frozen description of one family member; unknown keys are errors.

    Subclasses declare ``kind: Literal["name"] = "name"``, a `card`, and `examples` (keyword
    dictionaries that the contract tests build and run).
    """

    card: ClassVar[Card]
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({},)

    @classmethod
    def kind_name(cls) -> str | None:
        """The string that picks this kind, or None for a shared base class."""
        field = cls.model_fields.get("kind")
        names = get_args(field.annotation) if field else ()
        return names[0] if names else None


class Family:
    """The members found in a package, usable as pydantic annotation metadata.

    ``guidance: Annotated[GuidanceKind, GUIDANCE]`` accepts a dictionary with a ``kind`` key, or an
    instance. An unknown kind is an error that lists the known ones.

    Parameters
    ----------
    name : str
        Singular noun used in messages and in the JSON schema's ``$defs``.
    package : str
        Dotted name of the package whose modules hold the kinds. Modules whose name starts with an
        underscore hold shared code and are skipped.

    Raises
    ------
    GdvizError
        At first use, if a module defines no kind or two modules define the same one.
    """

    def __init__(self, name: str, package: str) -> None:
        self.name = name
        self.package = package

    @cached_property
    def kinds(self) -> Mapping[str, type[Kind]]:
        """Every kind of the family by name, sorted; importing happens here, once."""
        kinds: dict[str, type[Kind]] = {}
        paths = importlib.import_module(self.package).__path__
        for module_info in sorted(pkgutil.iter_modules(paths), key=lambda m: m.name):
            if module_info.ispkg or module_info.name.startswith("_"):
                continue
            module = importlib.import_module(f"{self.package}.{module_info.name}")
            members = [
                value
                for value in vars(module).values()
                if isinstance(value, type)
                and issubclass(value, Kind)
                and value.__module__ == module.__name__
                and value.kind_name()
            ]
            if not members:
                raise GdvizError(f"{module.__name__} defines no {self.name} kind; shared code belongs in a module named _*.py.")
            for member in members:
                name = member.kind_name()
                assert name is not None
                if name in kinds:
                    raise GdvizError(f"{self.name} kind {name!r} is defined twice: {kinds[name].__module__}, {module.__name__}.")
                kinds[name] = member
        return dict(sorted(kinds.items()))

    def add(self, kind: type[Kind]) -> None:
        """Take in a kind that is not of the package: one of a reader's own file.

        Raises
        ------
        GdvizError
            If there is one of its name.
        """
        name = kind.kind_name()
        assert name is not None
        if name in self.kinds:
            raise GdvizError(f"{self.name} kind {name!r} is defined twice: {self.kinds[name].__module__}, {kind.__module__}.")
        self.__dict__["kinds"] = dict(sorted({**self.kinds, name: kind}.items()))  # in place of what is kept

    def parse(self, value: Any) -> Kind:
        """Turn a dictionary with a ``kind`` key (or an instance) into a validated kind."""
        if isinstance(value, Kind) and value.kind_name() in self.kinds:
            return value
        known = ", ".join(self.kinds)
        if not isinstance(value, Mapping):
            raise PydanticCustomError(
                "family_type",
                "found {found}; a {family} is an object with a 'kind', one of: {known}",
                {"found": shown(value), "family": self.name, "known": known},
            )
        name = value.get("kind")
        if not isinstance(name, str) or name not in self.kinds:
            raise PydanticCustomError(
                "family_kind",
                "found {family} kind {shown}; allowed: {known}",
                {"found": name if isinstance(name, str) else None, "shown": shown(name), "family": self.name, "known": known},
            )
        return self.kinds[name].model_validate(dict(value))

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda kind: kind.model_dump(mode="json")),
        )

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        return {"x-family": self.name}


def shown(value: Any, limit: int = 60) -> str:
    """A value for a message: bounded work and length, however large it is."""
    text = _BRIEF.repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxother = 60
