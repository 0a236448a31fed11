"""Where runs live whose sign-in the vault keeps: the private HOMEs, as the loop uses them."""

import asyncio
from collections.abc import Set
from pathlib import Path

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.vault_errors import VaultError
from llmgw_desktop.engine.homes.home_keeper import HomeKeeper, WantedSignIn
from llmgw_desktop.engine.jobs.environment import home_variables


class Housing:
    """Nothing is done for a run that wants no sign-in."""

    def __init__(self, homes: HomeKeeper) -> None:
        self._homes = homes

    async def check(self, wanted: WantedSignIn | None) -> None:
        """Raises InvalidRun where the vault does not give it."""
        if wanted is None:
            return
        try:
            await asyncio.to_thread(self._homes.check, wanted)
        except (VaultError, StoreError) as error:
            raise InvalidRun(str(error), field="cli", category=ErrorCategory.AUTH) from error

    async def lend(self, wanted: WantedSignIn | None, job_id: str) -> dict[str, str]:
        """The variables that lead a run to its HOME, where its sign-in has been placed; to be
        given back. Raises VaultError, StoreError, OSError."""
        if wanted is None:
            return {}
        home = await asyncio.to_thread(self._homes.lend, wanted, job_id)
        return home_variables(home, wanted.folders)

    def home_of(self, job_id: str) -> Path | None:
        """Of a run that goes on."""
        return self._homes.home_of(job_id)

    async def give_back(self, job_id: str) -> None:
        """Nothing of the run is left that could use it."""
        if self._homes.home_of(job_id) is not None:
            await asyncio.to_thread(self._homes.give_back, job_id)

    async def take_over(self, live: Set[str]) -> None:
        """What an earlier program left; only these jobs may still run."""
        await asyncio.to_thread(self._homes.take_over, live)

    async def settle(self) -> None:
        """Write back what CLIs changed. Takes as long as the vault does."""
        await asyncio.to_thread(self._homes.settle)
