"""Work that is quick for nearly all bodies, and too slow for the loop when there is much in one."""

import asyncio
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

LARGE_BYTES = 256 * 1024
"""From this size on a body is worked on beside the loop."""
_NEVER_LARGE_BYTES = 2 * 1024
_MOST_LIGHT_OBJECTS = 1_500
"""Each takes 3 µs and more, in schemas as in messages."""
_MOST_LIGHT_REFERENCES = 16
"""What a schema refers to is put in place for some vendors, over and over."""
_Given = TypeVarTuple("_Given")
_Made = TypeVar("_Made")


def weight_of(body: bytes) -> int:
    """Of a request that is to be translated: its bytes, unless it has more in it than they tell.

    It weighs as a large one if it is so finely divided, as schemas may be, or may refer to itself
    so often, that to translate it would stop the loop for some 5 ms and more. What is quick to see
    has to do: to look for more would take as long as to parse it.
    """
    size = len(body)
    if not _NEVER_LARGE_BYTES < size < LARGE_BYTES:
        return size
    if body.count(b"{") > _MOST_LIGHT_OBJECTS:
        return LARGE_BYTES
    if b"$" in body and body.count(b"$ref") > _MOST_LIGHT_REFERENCES:
        return LARGE_BYTES
    return size


async def beside_loop(size: int, work: Callable[[*_Given], _Made], *given: *_Given) -> _Made:
    """In a thread where `size` is that of a large body, else at once."""
    if size < LARGE_BYTES:
        return work(*given)
    return await asyncio.to_thread(work, *given)
