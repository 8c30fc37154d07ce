"""Every study of the house, found by looking, and a request of each."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from typing import Any

from records import filled

import gdviz.studies
from gdviz.build_assets.answers import first_studies
from gdviz.record import Answer
from gdviz.studies import Study


@cache
def studies() -> tuple[type[Study[Any]], ...]:
    """The classes of gdviz.studies that can be asked."""
    found = set()
    for module in pkgutil.walk_packages(gdviz.studies.__path__, "gdviz.studies."):
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, Study) and not inspect.isabstract(value):
                found.add(value)
    return tuple(sorted(found, key=lambda kind: kind.__qualname__))


def answers() -> tuple[type[Answer], ...]:
    """The records that answer them."""
    return tuple(sorted({study.answer for study in studies()}, key=lambda kind: kind.__qualname__))


def request_of(kind: type[Study[Any]]) -> Study[Any]:
    """A request: one that a page asks when it is opened, else of the emptiest fields."""
    asked = (study for study in first_studies().values() if type(study) is kind)
    return next(asked, None) or filled(kind)
