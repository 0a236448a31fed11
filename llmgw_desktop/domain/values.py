"""Values that a request makes many of: immutable to the type checker, quick to make.

A frozen dataclass sets each field through `object.__setattr__`, which makes a flight's summary four
times as dear as it need be. Here the type checker refuses every assignment all the same.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """As `@dataclass(frozen=True, slots=True, kw_only=True)`, kept by the type checker alone."""
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
