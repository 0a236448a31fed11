"""Who is there to be asked, and who waits to hear that something is asked."""

import asyncio
from collections.abc import Callable


class Audience:
    """On the loop."""

    def __init__(self) -> None:
        self._attending = 0
        self._listening: set[asyncio.Future[None]] = set()

    @property
    def is_there(self) -> bool:
        return self._attending > 0

    def attend(self) -> Callable[[], None]:
        """Somebody looks from now on; the answer ends it."""
        self._attending += 1
        is_there = True

        def leave() -> None:
            nonlocal is_there
            self._attending -= is_there
            is_there = False

        return leave

    async def news(self) -> None:
        """Returns when a question comes or has its answer."""
        heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listening.add(heard)
        try:
            await heard
        finally:
            self._listening.discard(heard)

    def tell(self) -> None:
        """There is news."""
        for heard in self._listening:
            if not heard.done():
                heard.set_result(None)
