"""Whether the vault opens, for those who look after the gateway: looked at beside the loop, when
somebody asks and a while after the last look."""

import asyncio

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.engine.tasks import Tasks
from llmgw_desktop.store.vault import Vault

LOOK_S = 5.0
PATIENCE_S = 0.5
"""The system's keyring may wait for a person; who asks for the health does not."""


class VaultWatch:
    """For the loop."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock
        self._tasks = Tasks()
        self._look: asyncio.Task[object] | None = None
        self._looked_at_s: float | None = None
        self._writes = 0
        self._said = ""

    async def problem(self) -> str:
        """Why what it holds cannot be used, in a sentence; empty where it can. Of the last look
        where the new one takes long."""
        now_s, writes = self._clock.monotonic_s(), self._vault.writes
        is_fresh = self._looked_at_s is not None and now_s - self._looked_at_s < LOOK_S
        if self._look is None and not (is_fresh and writes == self._writes):
            self._looked_at_s, self._writes = now_s, writes
            self._look = self._tasks.start(self._looked(), name="vault look")
        if self._look is not None:
            await asyncio.wait((self._look,), timeout=PATIENCE_S)
        return self._said

    async def _looked(self) -> None:
        try:
            self._said = await asyncio.to_thread(self._vault.problem)
        finally:
            self._look = None

    async def close(self) -> None:
        await self._tasks.stop()
