"""Values that a request makes many of: immutable to the type checker, quick to make.

A frozen dataclass sets each field through `object.__setattr__`, which makes a flight's summary four
times as dear as it need be. Here the type checker refuses every assignment all the same.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ParamSpec, TypeVar, dataclass_transform

T = TypeVar("T")
P = ParamSpec("P")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """As `@dataclass(frozen=True, slots=True, kw_only=True)`, kept by the type checker alone."""
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)


def maker(cls: Callable[P, T]) -> Callable[P, T]:
    """A function that makes values as their class does, for a third of the price.

    Called with names, a class first puts them into a dictionary; a function does so with more than
    fifteen names only, and is quickest without any: it takes the fields in their order as well. For
    values of which every request makes some; a default_factory is not supported.
    """
    names = [each.name for each in fields(cls)]  # type: ignore[arg-type]
    known: dict[str, Any] = {
        f"default_{each.name}": each.default
        for each in fields(cls)  # type: ignore[arg-type]
        if each.default is not MISSING
    }
    arguments = [f"{each}=default_{each}" if f"default_{each}" in known else each for each in names]
    lines = [
        f"def make({', '.join(arguments)}):",
        "made = new(cls)",
        *(f"made.{each} = {each}" for each in names),
        "return made",
    ]
    known |= {"cls": cls, "new": object.__new__}
    exec("\n    ".join(lines), known)  # noqa: S102 - as dataclasses do, from names of fields alone
    made: Callable[P, T] = known["make"]
    return made
