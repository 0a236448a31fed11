"""The one place where prompts are looked through: behind the policy, ahead of every upstream and
of every kept answer.

A request without hits goes on untouched. What is blocked reaches nobody; what is to be hidden
leaves as placeholders, which are also all that is recorded of it. Where nothing is set nothing is
done.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from llmgw_desktop.domain.guard import GuardAction, GuardHit, GuardRule, PromptBlocked
from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.route import RouteDecision
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.guards.memory import Memory
from llmgw_desktop.engine.turns import Turns

if TYPE_CHECKING:
    from llmgw_desktop.engine.guards.rules import Selection

_MOST_SELECTIONS = 256
_GOES_ON = ("previous_response_id", "conversation")
"""With these a vendor has words that are not in the request."""


@dataclass(frozen=True, slots=True)
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
        self._keys: OrderedDict[str, bytes] = OrderedDict()
        self._memory = Memory()
        self._making = asyncio.Lock()

    def apply(self, rules: Sequence[GuardRule]) -> None:
        on = tuple(rule for rule in rules if rule.is_on)
        if on != self._rules:
            self._rules, self.are_on = on, bool(on)
            self._selections.clear()

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
        made = await asyncio.to_thread(_selection_of, rules) if rules else None
        if of is self._rules:  # else there are new ones, and this request goes by those it met
            if len(self._selections) >= _MOST_SELECTIONS:
                self._selections.clear()
            self._selections[key] = made
        return made

    async def check(
        self, request: ModelRequest, decision: RouteDecision, flight: OpenFlight, turns: Turns
    ) -> Hidden | None:
        """None: it may leave as it is. Raises PromptBlocked, MalformedRequest, VaultError."""
        providers = (each.upstream.provider for each in decision.candidates)
        selection = await self.selection(request.principal, providers)
        if selection is None:
            return None
        from llmgw_desktop.engine.guards import checking
        from llmgw_desktop.engine.guards.looking import Look  # `selection` has read them in

        look = Look(selection)
        tree = await checking.looked_through(look, request, turns)
        if request.operation is Operation.EMBED and selection.is_strict:
            checking.refuse_tokens(request.fields if tree is None else tree)
        hits = flight.guard_hits = look.hits
        blocks = [hit for hit in hits if hit.action is GuardAction.BLOCK]
        hides = [hit for hit in hits if hit.action is GuardAction.MASK]
        known = self._memory.of(request.principal.client_id) if _goes_on(request.fields) else {}
        if not blocks and not hides:
            return Hidden(request.body, known) if known else None
        key = await self._key(request.principal.client_id)
        body, values = await checking.hidden(selection, request.body, tree, key, turns)
        if blocks:
            flight.request_body = body
            raise PromptBlocked(blocked_words(blocks))
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
    from llmgw_desktop.engine.guards import checking, unmasking
    from llmgw_desktop.engine.guards.rules import Selection

    del checking, unmasking
    return Selection(rules)


def _holds(rule: GuardRule, client: str, providers: frozenset[str]) -> bool:
    if rule.clients and client not in rule.clients:
        return False
    return not rule.providers or not providers.isdisjoint(rule.providers)


def _goes_on(fields: Mapping[str, Any]) -> bool:
    return any(name in fields for name in _GOES_ON)


def blocked_words(blocks: Sequence[GuardHit]) -> str:
    names = list(dict.fromkeys(f"'{hit.rule}'" for hit in blocks))
    is_one = len(names) == 1
    told = ", ".join(names[:10])
    blocks_it = (
        "The guard {} of this gateway blocks" if is_one else "The guards {} of this gateway block"
    )
    return f"{blocks_it.format(told)} this prompt"
