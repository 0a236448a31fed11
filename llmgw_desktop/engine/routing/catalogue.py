"""Which models there are: aliases, what settings and providers list, and practice.

A provider without a list in the settings is asked for its own; the answer is kept for a while, and
one that does not answer simply contributes nothing this time.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import orjson

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import UpstreamError
from llmgw_desktop.domain.provider import Account, ModelProtocol, Provider, Upstream
from llmgw_desktop.engine.loop.tasks import SharedLook
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.upstream.practice import PRACTICE_MODELS
from llmgw_desktop.wire.models import ModelEntry

FRESH_S = 600.0
PATIENCE_S = 4.0
LIST_LIMIT_BYTES = 4 * 1024 * 1024
_LIST_PATHS = {ModelProtocol.ANTHROPIC: "/v1/models", ModelProtocol.OPENAI_CHAT: "/models"}
_log = logging.getLogger(__name__)


class Catalogue:
    """One list for all doors. `providers` is replaced when the settings change."""

    def __init__(
        self, http: HttpClient, clock: Clock, clis: Callable[[], Sequence[Provider]] = tuple
    ) -> None:
        """`clis`: those vendors' programs that can be asked now."""
        self._http = http
        self._clis = SharedLook(lambda: asyncio.get_running_loop().run_in_executor(None, clis))
        self._clock = clock
        self._providers: Sequence[Provider] = ()
        self._practice: Sequence[str] = PRACTICE_MODELS
        self._aliases: Sequence[ModelEntry] = ()
        self._listed: dict[str, tuple[float, tuple[ModelEntry, ...]]] = {}

    def use(
        self,
        providers: Sequence[Provider],
        *,
        practice: bool = True,
        aliases: Sequence[ModelEntry] = (),
    ) -> None:
        self._providers = providers
        self._aliases = aliases
        self._practice = PRACTICE_MODELS if practice else ()
        self._listed.clear()

    async def models(self) -> list[ModelEntry]:
        """In the order of the settings, a person's own names first; a name that two providers
        have appears once, and so does one that an alias leads elsewhere."""
        return _each_once(await self._all())

    async def models_of_each(self) -> list[ModelEntry]:
        """As `models`; a name that several providers have is there for each of them, with the
        provider before it, so that each can be asked."""
        everybody = await self._all()
        owners = Counter(name for name, _ in {(each.id, each.provider) for each in everybody})
        return _each_once(
            replace(each, id=f"{each.provider}/{each.id}") if _is_one_of(each, owners) else each
            for each in everybody
        )

    async def _all(self) -> list[ModelEntry]:
        lists = await asyncio.gather(*(self._of(provider) for provider in self._providers))
        practice = [
            ModelEntry(id=name, provider="practice", created_s=None, is_practice=True)
            for name in self._practice
        ]
        clis = [
            ModelEntry(
                id=f"{cli.name}/{model}", provider=cli.name, created_s=None, is_practice=False
            )
            for cli in await self._clis.result()
            for model in cli.models
        ]
        listed = (entry for entries in lists for entry in entries)
        return [*self._aliases, *listed, *clis, *practice]

    async def _of(self, provider: Provider) -> Sequence[ModelEntry]:
        if provider.models:
            return [_entry(name, provider) for name in provider.models]
        kept = self._listed.get(provider.name)
        now_s = self._clock.monotonic_s()
        if kept is None or now_s - kept[0] > FRESH_S:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    kept = (now_s, await self._ask(provider))
            except (UpstreamError, TimeoutError, ValueError) as error:
                _log.info("%s did not list its models: %s", provider.name, error)
                return ()
            self._listed[provider.name] = kept
        return kept[1]

    async def _ask(self, provider: Provider) -> tuple[ModelEntry, ...]:
        protocol = next((each for each in _LIST_PATHS if each in provider.spoken), None)
        if protocol is None:
            return ()
        upstream = Upstream.of(provider, protocol, _first_usable(provider))
        document = orjson.loads(
            await self._http.fetch(upstream, _LIST_PATHS[protocol], LIST_LIMIT_BYTES)
        )
        rows = document.get("data") if isinstance(document, dict) else None
        if not isinstance(rows, list):
            return ()
        names = [row.get("id") for row in rows if isinstance(row, dict)]
        return tuple(_entry(name, provider) for name in names if isinstance(name, str))


def _each_once(entries: Iterable[ModelEntry]) -> list[ModelEntry]:
    found: dict[str, ModelEntry] = {}
    for entry in entries:
        found.setdefault(entry.id, entry)
    return list(found.values())


def _is_one_of(entry: ModelEntry, owners: Mapping[str, int]) -> bool:
    """An alias is a person's own name for whoever it leads to."""
    return owners[entry.id] > 1 and not entry.stands_for


def _first_usable(provider: Provider) -> Account:
    usable = (each for each in provider.accounts if each.enabled and not provider.key_problem(each))
    return next(usable, provider.accounts[0])


def _entry(name: str, provider: Provider) -> ModelEntry:
    return ModelEntry(id=name, provider=provider.name, created_s=None, is_practice=False)
