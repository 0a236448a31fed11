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
from llmgw_desktop.engine.guards.looking import Look, is_json
from llmgw_desktop.engine.guards.masking import Masker
from llmgw_desktop.engine.guards.memory import Memory
from llmgw_desktop.engine.guards.rules import Selection
from llmgw_desktop.engine.turns import Turns
from llmgw_desktop.wire.json_strings import Decoded, Text, decoded_in_steps, in_steps, with_edits
from llmgw_desktop.wire.json_strings import strings_in as count_in
from llmgw_desktop.wire.prompt_parts import Part, count_strings, parts_of

AT_ONCE_BYTES = 16 * 1024
"""A request up to this is looked through in one go."""
_LONG_BYTES = 8 * 1024
_LONG_JSON_BYTES = 1024
"""A text from this on is looked through in a thread; one that may have to be unfolded, earlier."""
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
        self._selections: dict[tuple[str, ...], Selection] = {}
        """By the names of the rules: most clients have the same."""
        self._making = asyncio.Lock()
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

    async def selection(self, principal: Principal, providers: Iterable[str]) -> Selection | None:
        """The rules that hold where one of these may answer; None where there are none. To make
        many patterns ready takes a while: in a thread, and once."""
        key = (principal.known_as, frozenset(providers))
        while rules := [rule for rule in self._rules if _holds(rule, *key)]:
            names = tuple(rule.name for rule in rules)
            if names in self._selections:
                return self._selections[names]
            async with self._making:
                await self._make(names, rules)
        return None

    async def _make(self, names: tuple[str, ...], rules: Sequence[GuardRule]) -> None:
        """Unless another request did, or there are new rules by now."""
        if names in self._selections:
            return
        since = self._rules
        made = await asyncio.to_thread(Selection, rules)
        if since is self._rules:
            if len(self._selections) >= _MOST_SELECTIONS:
                self._selections.clear()
            self._selections[names] = made

    async def check(
        self, request: ModelRequest, decision: RouteDecision, flight: OpenFlight, turns: Turns
    ) -> Hidden | None:
        """None: it may leave as it is. Raises PromptBlocked, MalformedRequest, VaultError."""
        providers = (each.upstream.provider for each in decision.candidates)
        selection = await self.selection(request.principal, providers)
        if selection is None:
            return None
        look = Look(selection)
        tree = await self._looked_through(look, request, turns)
        if request.operation is Operation.EMBED and selection.is_strict:
            _refuse_tokens(request.fields if tree is None else tree)
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
        if type(fields) is dict and len(body) <= AT_ONCE_BYTES and is_plain(body, fields):
            texts = [
                (each, str(each.words).encode("utf-8", "replace")) for each in parts_of(fields)
            ]
            if not any(_is_long(text) for _, text in texts):
                for part, text in texts:
                    look.take(part, text)
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
        await _each(tree, masker.hide, turns)
        if len(body) > AT_ONCE_BYTES:
            return Hidden(await asyncio.to_thread(with_edits, body, masker.edits), masker.values)
        return Hidden(with_edits(body, masker.edits), masker.values)

    async def _key(self, client_id: str) -> bytes:
        if client_id not in self._keys:
            self._keys[client_id] = await asyncio.to_thread(self._key_of, client_id)
            if len(self._keys) > _MOST_SELECTIONS:
                self._keys.popitem(last=False)
        return self._keys[client_id]


def is_plain(body: bytes, fields: Mapping[str, Any]) -> bool:
    """The parsed members hold all that stands in the body: no name stands twice in an object."""
    return count_in(body) == count_strings(fields)


async def _each(tree: Any, take: _Take, turns: Turns) -> None:
    """All parts, the long ones in threads."""
    for part, said in await turns.take(_each_short(tree, take)):
        await asyncio.to_thread(take, part, said)


def _each_short(tree: Any, take: _Take) -> Generator[None, None, list[tuple[Part, Decoded]]]:
    long: list[tuple[Part, Decoded]] = []
    if not isinstance(tree, dict):
        return long
    for part in parts_of(tree):
        if isinstance(part.words, Text):
            said = yield from decoded_in_steps(part.words)
            if _is_long(said.text):
                long.append((part, said))
            else:
                take(part, said)
        yield
    return long


def _is_long(text: bytes) -> bool:
    size = len(text)
    return size > _LONG_BYTES or (size > _LONG_JSON_BYTES and b"\\" in text and is_json(text))


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
    who, does = ("The guard", "blocks") if is_one else ("The guards", "block")
    return f"{who} {told} of this gateway {does} this prompt"
