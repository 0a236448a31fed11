"""Long work on the loop, in turns short enough that nobody else notices.

A thread would not help: what takes long here (parsing, unpacking, copying) holds the interpreter's
lock for as long as one call lasts, so the calls are made short and the loop goes round between
them. Whose work it is, and what its steps are, is left to those who bring it.
"""

import asyncio
import time
from collections.abc import Generator
from typing import TypeVar

TURN_S = 0.001

_T = TypeVar("_T")


class Turns:
    """However many bring work, there is one turn each time the loop goes round."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()

    async def take(self, steps: Generator[None, None, _T]) -> _T:
        """What the work returns; it raises what the work raises."""
        while True:
            async with self._one:
                ends = time.monotonic() + TURN_S
                try:
                    while time.monotonic() < ends:
                        next(steps)
                except StopIteration as end:
                    result: _T = end.value
                    return result
                await asyncio.sleep(0)
