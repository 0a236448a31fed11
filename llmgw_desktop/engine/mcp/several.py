"""The same for several, all at once: each waits for programs, none for another."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from enum import StrEnum
from typing import TypeVar

_Of = TypeVar("_Of")
_To = TypeVar("_To")
_Name = TypeVar("_Name", bound=StrEnum)


async def each_of(these: Iterable[_Of], work: Callable[[_Of], Awaitable[_To]]) -> list[_To]:
    """In their order."""
    return list(await asyncio.gather(*(work(each) for each in these)))


async def each_by_name(
    names: Iterable[_Name], work: Callable[[_Name], Awaitable[_To]]
) -> dict[str, _To]:
    """By their plain texts: JSON's keys are nothing else."""
    these = tuple(names)
    found = await each_of(these, work)
    return {name.value: each for name, each in zip(these, found, strict=True)}
