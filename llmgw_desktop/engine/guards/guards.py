"""The one place where prompts are looked through: behind the policy, ahead of every upstream and
of every kept answer.

A request without hits goes on untouched. What is blocked reaches nobody; what is to be hidden
leaves as placeholders, which are also all that is recorded of it. Where nothing is set nothing is
done.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmgw_desktop.domain.guard import GuardAction, GuardHit, GuardRule, PromptBlocked, PromptRole
from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.route import RouteDecision
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.guards.looking import Look
from llmgw_desktop.engine.guards.masking import Masker
from llmgw_desktop.engine.guards.memory import Memory
from llmgw_desktop.engine.guards.rules import Selection
from llmgw_desktop.engine.turns import Turns
from llmgw_desktop.wire.json_strings import (
    Decoded,
    Text,
    decoded_in_steps,
    edited_in_steps,
    in_steps,
)
from llmgw_desktop.wire.json_strings import strings_in as count_in
from llmgw_desktop.wire.prompt_parts import Part, count_strings, parts_of

AT_ONCE_BYTES = 16 * 1024
"""A request up to this is looked through in one go."""
_LONG_BYTES = 8 * 1024
"""A text from this on is looked through in a thread: full of hits it takes milliseconds."""
_LONG_FOLDED_BYTES = 512
"""So is one from this on that may be JSON with strings within: each of them is a text."""
_FOLDED_ESCAPE = rb"\\\\"
_FEW_ESCAPES = 40
"""A short request with so many in its strings' strings is looked through in one go."""
_FEW_VALUES = 50
_MOST_SELECTIONS = 256
_GOES_ON = ("previous_response_id", "conversation")
"""With these a vendor has words that are not in the request."""

_Take = Callable[[Part, Decoded], None]


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
        self._selections: dict[tuple[str, frozenset[str]], Selection | None] = {}
        self._keys: OrderedDict[str, bytes] = OrderedDict()
        self._memory = Memory()

    def apply(self, rules: Sequence[GuardRule]) -> None:
        on = tuple(rule for rule in rules if rule.is_on)
        if on != self._rules:
            self._rules = on
            self._selections.clear()

    @property
    def are_on(self) -> bool:
        return bool(self._rules)

    def are_strict_with(self, principal: Principal) -> bool:
        """Something of its requests may have to be hidden, whoever is to answer."""
        return any(
            rule.action is not GuardAction.WARN
            and (not rule.clients or principal.known_as in rule.clients)
            for rule in self._rules
        )

    def selection(self, principal: Principal, providers: Iterable[str]) -> Selection | None:
        """The rules that hold where one of these may answer; None where there are none."""
        key = (principal.known_as, frozenset(providers))
        try:
            return self._selections[key]
        except KeyError:
            rules = [rule for rule in self._rules if _holds(rule, *key)]
            if len(self._selections) >= _MOST_SELECTIONS:
                self._selections.clear()
            self._selections[key] = made = Selection(rules) if rules else None
            return made

    async def check(
        self, request: ModelRequest, decision: RouteDecision, flight: OpenFlight, turns: Turns
    ) -> Hidden | None:
        """None: it may leave as it is. Raises PromptBlocked, MalformedRequest, VaultError."""
        providers = (each.upstream.provider for each in decision.candidates)
        selection = self.selection(request.principal, providers)
        if selection is None:
            return None
        look = Look(selection)
        tree = await self._looked_through(look, request, turns)
        if request.operation is Operation.EMBED and selection.is_strict:
            _refuse_tokens(request.fields if tree is None else tree)
        if tree is not None and selection.allowed:
            await asyncio.to_thread(look.end)
        else:
            look.end()
        hits = flight.guard_hits = look.hits
        blocks = [hit for hit in hits if hit.action is GuardAction.BLOCK]
        hides = [hit for hit in hits if hit.action is GuardAction.MASK]
        known = self._memory.of(request.principal.client_id) if _goes_on(request.fields) else {}
        if not blocks and not hides:
            return Hidden(request.body, known) if known else None
        key = await self._key(request.principal.client_id)
        hidden = await self._hidden(selection, request.body, tree, key, turns)
        if blocks:
            flight.request_body = hidden.body
            raise PromptBlocked(blocked_words(blocks))
        if look.cannot_hide is not None:
            name = look.cannot_hide.rule.name
            raise PromptBlocked(
                f"The guard '{name}' has to hide something in the name of a tool or a speaker, "
                "which has to stay as it is"
            )
        self._memory.keep(request.principal.client_id, hidden.values)
        return Hidden(hidden.body, {**known, **hidden.values})

    def check_texts(self, selection: Selection, texts: Iterable[tuple[PromptRole, str]]) -> Look:
        """Of what is said to a CLI. May take a while: in a thread."""
        look = Look(selection)
        for role, text in texts:
            look.take(Part(role, 0, text), text.encode("utf-8", "replace"))
        look.end()
        return look

    async def _looked_through(self, look: Look, request: ModelRequest, turns: Turns) -> Any:
        """The tree of the body, where one was needed."""
        body, fields = request.body, request.fields
        if type(fields) is dict and is_light(body) and is_plain(body, fields):
            for part in parts_of(fields):
                if part is not None:
                    look.take(part, str(part.words).encode("utf-8", "replace"))
            return None
        tree = await turns.take(in_steps(body))
        await _each(tree, lambda part, said: look.take(part, said.text), turns)
        return tree

    async def _hidden(
        self, selection: Selection, body: bytes, tree: Any, key: bytes, turns: Turns
    ) -> Hidden:
        """With what is blocked hidden, too: it is for the record alone."""
        if tree is None:
            tree = await turns.take(in_steps(body))
        masker = Masker(selection, key, (GuardAction.MASK, GuardAction.BLOCK))
        await _each(tree, masker.gather, turns)
        if len(masker.values) > _FEW_VALUES:
            await asyncio.to_thread(masker.get_ready)
        else:
            masker.get_ready()
        await _each(tree, masker.hide, turns)
        edited = await turns.take(edited_in_steps(body, masker.edits))
        return Hidden(edited, masker.values)

    async def _key(self, client_id: str) -> bytes:
        if client_id not in self._keys:
            self._keys[client_id] = await asyncio.to_thread(self._key_of, client_id)
            if len(self._keys) > _MOST_SELECTIONS:
                self._keys.popitem(last=False)
        return self._keys[client_id]


def is_light(body: bytes) -> bool:
    """Whether it may be looked through in one go."""
    return len(body) <= AT_ONCE_BYTES and body.count(_FOLDED_ESCAPE) <= _FEW_ESCAPES


def is_plain(body: bytes, fields: Mapping[str, Any]) -> bool:
    """The parsed members hold all that stands in the body: no name stands twice in an object."""
    return count_in(body) == count_strings(fields)


async def _each(tree: Any, take: _Take, turns: Turns) -> None:
    """All parts, the long ones in a thread."""
    if long := await turns.take(_each_short(tree, take)):
        await asyncio.to_thread(_each_long, long, take)


def _each_long(long: list[tuple[Part, Decoded]], take: _Take) -> None:
    for part, said in long:
        take(part, said)


def _each_short(tree: Any, take: _Take) -> Generator[None, None, list[tuple[Part, Decoded]]]:
    long: list[tuple[Part, Decoded]] = []
    if not isinstance(tree, dict):
        return long
    for part in parts_of(tree):
        if part is not None and isinstance(part.words, Text):
            said = yield from decoded_in_steps(part.words)
            if _is_long(said.text):
                long.append((part, said))
            else:
                take(part, said)
        yield
    return long


def _is_long(text: bytes) -> bool:
    return len(text) > _LONG_BYTES or (len(text) > _LONG_FOLDED_BYTES and b"\\" in text)


def _holds(rule: GuardRule, client: str, providers: frozenset[str]) -> bool:
    if rule.clients and client not in rule.clients:
        return False
    return not rule.providers or not providers.isdisjoint(rule.providers)


def _goes_on(fields: Mapping[str, Any]) -> bool:
    return any(name in fields for name in _GOES_ON)


def _refuse_tokens(fields: Mapping[str, Any]) -> None:
    """Numbers in the place of words cannot be looked through."""
    for name in ("input", "prompt"):
        said = fields.get(name)
        first = said[0] if isinstance(said, list) and said else ""
        first = first[0] if isinstance(first, list) and first else first
        if isinstance(first, int):
            raise PromptBlocked(
                "The gateway's guards look through words, and this request sends tokens as "
                "numbers: send the text itself"
            )


def blocked_words(blocks: Sequence[GuardHit]) -> str:
    names = list(dict.fromkeys(f"'{hit.rule}'" for hit in blocks))
    is_one = len(names) == 1
    told = ", ".join(names[:10])
    blocks_it = (
        "The guard {} of this gateway blocks" if is_one else "The guards {} of this gateway block"
    )
    return f"{blocks_it.format(told)} this prompt"
