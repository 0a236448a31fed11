"""Work that is quick for nearly all bodies, and too slow for the loop when one is large."""

import asyncio
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

LARGE_BYTES = 256 * 1024
"""From this size on a body is worked on beside the loop."""
_Given = TypeVarTuple("_Given")
_Made = TypeVar("_Made")


async def beside_loop(size: int, work: Callable[[*_Given], _Made], *given: *_Given) -> _Made:
    """In a thread where `size` is that of a large body, else at once."""
    if size < LARGE_BYTES:
        return work(*given)
    return await asyncio.to_thread(work, *given)
