"""Values: compared by what they hold, changed by nobody, cheap to define and to make.

A frozen dataclass runs some five pieces of made-up source when its module is read in, half a
millisecond for each class, and sets each field through `object.__setattr__` when it is made. Of
a `value` only `__init__` is made so; that nobody assigns to its fields is for the type checker.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from operator import attrgetter
from typing import Any, ParamSpec, TypeVar, dataclass_transform, overload

T = TypeVar("T")
P = ParamSpec("P")


@overload
def value(cls: type[T], /) -> type[T]: ...


@overload
def value(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def value(cls: type[T] | None = None, /, *, kw_only: bool = True) -> Any:
    """As `@dataclass(frozen=True, slots=True, kw_only=True)`, kept by the type checker alone.

    `fields`, `replace` and `asdict` of dataclasses take it; methods of its own stay.
    """
    if cls is None:
        return lambda each: _made(each, kw_only=kw_only)
    return _made(cls, kw_only=kw_only)


def _made(cls: type[T], *, kw_only: bool) -> type[T]:
    own = dict(vars(cls))
    # Where there is none, dataclasses make one of the signature, which costs more than the rest.
    cls.__doc__ = cls.__doc__ or cls.__name__
    made = dataclass(slots=True, kw_only=kw_only, eq=False, repr=False)(cls)
    for name, function in _likeness(made).items():
        if own.get(name) is None:  # a class that has an `__eq__` has None for a `__hash__`
            setattr(made, name, function)
    return made


def _likeness(cls: Any) -> dict[str, Callable[..., object]]:
    parts = fields(cls)
    compared = _all_of([each.name for each in parts if each.compare])
    hashed = _all_of([each.name for each in parts if each.compare and each.hash is not False])
    shown = [each.name for each in parts if each.repr]

    def is_equal(self: object, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    def hash_of(self: object) -> int:
        return hash(hashed(self))

    def words(self: object) -> str:
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{self.__class__.__qualname__}({told})"

    return {"__eq__": is_equal, "__hash__": hash_of, "__repr__": words}


def _all_of(names: list[str]) -> Callable[[object], Any]:
    return attrgetter(*names) if names else lambda _: ()


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
