"""The guard that nobody has to set: keys and tokens in what tools give back, and in what a person
sends along, files too, are noted in the flight.

It looks where the record is made, on the writer's thread: a request is not kept waiting for it.
Where the glance that the record takes anyway sees nothing it does nothing at all.
"""

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Generator, Mapping
from typing import TypeVar

import orjson

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.guard import MOST_COUNTED, Finding, GuardAction, GuardHit, PromptRole
from llmgw_desktop.redaction import detector
from llmgw_desktop.wire.guards.prompt_parts import parts_of
from llmgw_desktop.wire.json_steps import is_heavy
from llmgw_desktop.wire.json_strings import JsonString, decoded_in_steps, in_steps

RULE = "secrets"
"""What flights call it."""
_ROLES = (PromptRole.USER, PromptRole.TOOL)
_LEAST_BYTES = 16
"""No key that is known by its looks is shorter."""
_MOST_KNOWN = 4096
_Made = TypeVar("_Made")
_log = logging.getLogger(__name__)


class SecretNotes:
    """On the writer's thread. A conversation sends its words again with each turn: what was looked
    through lately is known."""

    def __init__(self, is_on: Callable[[], bool], tell: Callable[[tuple[GuardHit, ...]], None]):
        """`tell` hears of what was found, for figures."""
        self._is_on = is_on
        self._tell = tell
        self._known: OrderedDict[tuple[int, int], int] = OrderedDict()

    def hits(self, record: FlightRecord, between: Callable[[], None]) -> tuple[GuardHit, ...]:
        """What none of the guards in the settings has told of. Never raises: what cannot be read
        as a request holds no words of anybody. `between` is called between steps."""
        body = record.request_body
        if not body or not self._is_on() or not detector.may_hold(body):
            return ()
        between()
        told = {hit.role for hit in record.summary.guard_hits if hit.what == Finding.SECRET}
        try:
            counts = self._counts(body, told, between)
        except (LlmgwError, ValueError, TypeError, RecursionError) as error:
            _log.debug("flight %s was not looked through: %s", record.summary.id, error)
            return ()
        hits = tuple(
            GuardHit(
                rule=RULE,
                action=GuardAction.WARN,
                what=Finding.SECRET,
                role=role,
                count=min(counts[role], MOST_COUNTED),
            )
            for role in _ROLES
            if counts[role]
        )
        if hits:
            self._tell(hits)
        return hits

    def _counts(
        self, body: bytes, told: set[PromptRole], between: Callable[[], None]
    ) -> Counter[PromptRole]:
        counts: Counter[PromptRole] = Counter()
        tree = _done(in_steps(body), between) if is_heavy(body) else orjson.loads(body)
        if not isinstance(tree, Mapping):
            return counts
        for part in parts_of(tree):
            if part is None or part.role not in _ROLES or part.role in told:
                continue
            if isinstance(part.words, JsonString):
                said = _done(decoded_in_steps(part.words), between).text
            else:
                said = part.words.encode("utf-8", "replace")
            counts[part.role] += self._count(said, between)
        return counts

    def _count(self, said: bytes, between: Callable[[], None]) -> int:
        if len(said) < _LEAST_BYTES:
            return 0
        known = (hash(said), len(said))
        found = self._known.get(known)
        if found is None:
            found = len(detector.find(said)) if detector.may_hold(said) else 0
            self._known[known] = found
            if len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
            between()
        else:
            self._known.move_to_end(known)
        return found


def _done(steps: Generator[None, None, _Made], between: Callable[[], None]) -> _Made:
    """A large one: others have their turns meanwhile."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            made: _Made = end.value
            return made
        between()
