"""Work that is quick for nearly all bodies, and too slow for the loop when there is much in one."""

import asyncio
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

LARGE_BYTES = 256 * 1024
"""From this size on a body is worked on beside the loop."""
_NEVER_LARGE_BYTES = 2 * 1024
_MOST_LIGHT_MARKS = 2_500
"""Schemas take up to 4 µs for each of their brackets and colons."""
_MOST_LIGHT_REFERENCES = 16
"""What a schema refers to is put in place for some vendors, over and over."""
_Given = TypeVarTuple("_Given")
_Made = TypeVar("_Made")


def weight_of(body: bytes) -> int:
    """Of a request that is to be translated: its bytes, unless it has more in it than they tell.

    It weighs as a large one if its schemas may be so finely divided, or may refer to each other so
    often, that their translation would stop the loop for some 10 ms and more.
    """
    size = len(body)
    if not _NEVER_LARGE_BYTES < size < LARGE_BYTES:
        return size
    marks = body.count(b":") + body.count(b"[") + body.count(b"{")
    if marks <= _MOST_LIGHT_MARKS and body.count(b'ref"') <= _MOST_LIGHT_REFERENCES:
        return size
    return LARGE_BYTES


async def beside_loop(size: int, work: Callable[[*_Given], _Made], *given: *_Given) -> _Made:
    """In a thread where `size` is that of a large body, else at once."""
    if size < LARGE_BYTES:
        return work(*given)
    return await asyncio.to_thread(work, *given)
