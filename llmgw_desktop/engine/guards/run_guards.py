"""Prompts of CLIs' runs that are asked for as jobs: the same rules, with one difference.

What a run says goes on for hours, into a spool, a record and sessions that lie with the vendor's
program, and over restarts of this one. To hide something there and to put it back everywhere could
not be kept up honestly: where a rule would have to hide, the run is refused.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import provider_of
from llmgw_desktop.domain.guard import GuardAction, GuardHit, PromptBlocked, PromptRole
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.engine.guards.guards import Guards, blocked_words

_MOST_WAITING = 1000


class RunGuards:
    """Of all runs. On the loop."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards
        self._hits: OrderedDict[str, tuple[GuardHit, ...]] = OrderedDict()
        """By the ids of flights that have not begun."""

    async def check(
        self,
        flight_id: str,
        principal: Principal,
        cli: CliName,
        texts: Iterable[tuple[PromptRole, str]],
    ) -> None:
        """Raises PromptBlocked."""
        selection = await self._guards.selection(principal, [provider_of(cli)])
        if selection is None:
            return
        from llmgw_desktop.engine.guards.checking import look_at_texts  # `selection` has read it in

        look = await asyncio.to_thread(look_at_texts, selection, tuple(texts))
        hits = look.hits
        if blocks := [hit for hit in hits if hit.action is GuardAction.BLOCK]:
            raise PromptBlocked(blocked_words(blocks))
        if hides := [hit for hit in hits if hit.action is GuardAction.MASK]:
            raise PromptBlocked(
                f"The guard '{hides[0].rule}' of this gateway has to hide something in this "
                "prompt, which it cannot do for runs of CLIs that are asked for as jobs"
            )
        self._hits[flight_id] = hits
        if len(self._hits) > _MOST_WAITING:
            self._hits.popitem(last=False)

    def hits(self, flight_id: str) -> tuple[GuardHit, ...]:
        """What was found before this flight began; told once."""
        return self._hits.pop(flight_id, ())
