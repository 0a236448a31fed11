"""The one place where prompts are looked through: behind the policy, ahead of every upstream and
of every kept answer.

A request without hits goes on untouched. What is blocked reaches nobody; what is to be hidden
leaves as placeholders, which are also all that is recorded of it. What they stand for is kept in
memory alone, for clients that go on from what a vendor keeps. Where nothing is set nothing is done.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.guard import GuardAction, GuardHit, GuardRule, PromptBlocked, PromptRole
from llmgw_desktop.domain.jobs.cli_settings import provider_of
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.loop.large_bodies import TimeSlices

if TYPE_CHECKING:
    from llmgw_desktop.engine.guards.rules import Selection


MOST_CLIENTS = 100
MOST_VALUES = 5000


class Memory:
    """Of all clients, each for itself."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, OrderedDict[bytes, bytes]] = OrderedDict()

    def of(self, client_id: str) -> Mapping[bytes, bytes]:
        return dict(self._known.get(client_id, {}))

    def keep(self, client_id: str, values: Mapping[bytes, bytes]) -> None:
        known = self._known.setdefault(client_id, OrderedDict())
        self._known.move_to_end(client_id)
        for shown, hidden in values.items():
            known[shown] = hidden
            known.move_to_end(shown)
        while len(known) > MOST_VALUES:
            known.popitem(last=False)
        while len(self._known) > MOST_CLIENTS:
            self._known.popitem(last=False)


_MOST_WAITING = 1000
_MOST_SELECTIONS = 256
_Key = TypeVar("_Key")
_Made = TypeVar("_Made")
_GOES_ON = ("previous_response_id", "conversation")
"""With these a vendor has words that are not in the request."""


@value(kw_only=False)
class Hidden:
    """A request as it may leave."""

    body: bytes
    values: Mapping[bytes, bytes]
    """Placeholder, what it stands for."""


class Guards:
    """Of all requests. On the loop."""

    def __init__(self, key_of: Callable[[str], bytes]) -> None:
        """`key_of` a client's id; asked in a thread, for it may wait for the vault."""
        self._key_of = key_of
        self._rules: tuple[GuardRule, ...] = ()
        self.are_on = False
        self._selections: dict[tuple[str, frozenset[str]], Selection | None] = {}
        self._ready: dict[tuple[str, ...], Selection] = {}
        """By the names of their rules: most clients have the same."""
        self._keys: OrderedDict[str, bytes] = OrderedDict()
        self._memory = Memory()
        self._making = asyncio.Lock()

    def apply(self, rules: Sequence[GuardRule]) -> None:
        on = tuple(rule for rule in rules if rule.is_on)
        if on != self._rules:
            self._rules, self.are_on = on, bool(on)
            self._selections.clear()
            self._ready.clear()

    def are_strict_with(self, principal: Principal) -> bool:
        """Something of its requests may have to be hidden, whoever is to answer."""
        return any(
            rule.action is not GuardAction.WARN
            and (not rule.clients or principal.known_as in rule.clients)
            for rule in self._rules
        )

    async def selection(self, principal: Principal, providers: Iterable[str]) -> "Selection | None":
        """The rules that hold where one of these may answer; None where there are none."""
        if not self._rules:
            return None
        key = (principal.known_as, frozenset(providers))
        try:
            return self._selections[key]
        except KeyError:
            async with self._making:
                return await self._made(key)

    async def _made(self, key: tuple[str, frozenset[str]]) -> "Selection | None":
        """In a thread: thousands of patterns take a second to be made ready."""
        if key in self._selections:  # by whom this one waited for
            return self._selections[key]
        of = self._rules
        rules = [rule for rule in of if _holds(rule, *key)]
        names = tuple(rule.name for rule in rules)
        made = self._ready.get(names)
        if rules and made is None:
            made = await asyncio.to_thread(_selection_of, rules)
        if of is self._rules:  # else there are new ones, and this request goes by those it met
            _kept(self._selections)[key] = made
            if made is not None:
                _kept(self._ready)[names] = made
        return made

    async def check(self, exchange: Exchange, slices: TimeSlices) -> Hidden | None:
        """None: it may leave as it is. Raises PromptBlocked, MalformedRequest, VaultError."""
        request, flight = exchange.request, exchange.flight
        providers = (each.upstream.provider for each in exchange.decision.candidates)
        selection = await self.selection(request.principal, providers)
        if selection is None:
            return None
        from llmgw_desktop.engine.guards import checking
        from llmgw_desktop.engine.guards.scanning import PromptScan  # `selection` has read them in

        look = PromptScan(selection)
        tree = await checking.looked_through(look, request, slices)
        if request.operation is Operation.EMBED and selection.is_strict:
            checking.refuse_tokens(request.fields if tree is None else tree)
        hits = look.hits
        flight.guarded(hits)
        blocks = [hit for hit in hits if hit.action is GuardAction.BLOCK]
        hides = [hit for hit in hits if hit.action is GuardAction.MASK]
        known = self._memory.of(request.principal.client_id) if _goes_on(request.fields) else {}
        if not blocks and not hides:
            return Hidden(request.body, known) if known else None
        key = await self._key(request.principal.client_id)
        body, values = await checking.hidden(selection, request.body, tree, key, slices=slices)
        if blocks:
            flight.may_record(body)
            raise PromptBlocked(_blocked_words(blocks))
        if look.cannot_hide is not None:
            name = look.cannot_hide.rule.name
            raise PromptBlocked(
                f"The guard '{name}' has to hide something in the name of a tool or a speaker, "
                "which has to stay as it is"
            )
        self._memory.keep(request.principal.client_id, values)
        return Hidden(body, {**known, **values})

    async def _key(self, client_id: str) -> bytes:
        if client_id not in self._keys:
            self._keys[client_id] = await asyncio.to_thread(self._key_of, client_id)
            if len(self._keys) > _MOST_SELECTIONS:
                self._keys.popitem(last=False)
        return self._keys[client_id]


def _selection_of(rules: Sequence[GuardRule]) -> "Selection":
    # Read in where there are guards, with all that goes through prompts, beside the loop.
    from llmgw_desktop.engine.guards import checking
    from llmgw_desktop.engine.guards.rules import Selection

    del checking
    return Selection(rules)


def _kept(some: dict[_Key, _Made]) -> dict[_Key, _Made]:
    """With room for one more."""
    if len(some) >= _MOST_SELECTIONS:
        some.clear()
    return some


def _holds(rule: GuardRule, client: str, providers: frozenset[str]) -> bool:
    if rule.clients and client not in rule.clients:
        return False
    return not rule.providers or not providers.isdisjoint(rule.providers)


def _goes_on(fields: Mapping[str, Any]) -> bool:
    return any(name in fields for name in _GOES_ON)


def _blocked_words(blocks: Sequence[GuardHit]) -> str:
    names = list(dict.fromkeys(f"'{hit.rule}'" for hit in blocks))
    is_one = len(names) == 1
    told = ", ".join(names[:10])
    blocks_it = (
        "The guard {} of this gateway blocks" if is_one else "The guards {} of this gateway block"
    )
    return f"{blocks_it.format(told)} this prompt"


class RunGuards:
    """What runs of CLIs are held to that are asked for as jobs. On the loop."""

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
            raise PromptBlocked(_blocked_words(blocks))
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
