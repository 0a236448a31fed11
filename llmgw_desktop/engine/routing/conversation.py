"""Which conversation a request belongs to, the same word for all its turns, and who answered it
last: its prompt cache is warm there, and nowhere else.

What the program says itself comes first: a header, then a field of the body. Else it is a digest of
what stays the same from turn to turn: the system text and the user's first message, the first 4,096
letters of each. Programs never share a conversation, nor do two models.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.wire.json_edits import LargeObject
from llmgw_desktop.wire.openai_responses import translated_id

KEPT_S = 3600.0
"""After the last answer. No vendor keeps a prompt cache longer unasked."""
MOST_CONVERSATIONS = 10_000

Place = tuple[str, str]
"""An account, and the model's name there."""


class Affinity:
    """Bounded in number and in time; what is forgotten costs one cold cache. It outlives a change
    of settings."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._places: OrderedDict[str, tuple[Place, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._places)

    def place_of(self, conversation: str) -> Place | None:
        known = self._places.get(conversation)
        if known is None:
            return None
        place, until_s = known
        if until_s < self._clock.monotonic_s():
            del self._places[conversation]
            return None
        return place

    def note(self, conversation: str, candidate: Candidate) -> None:
        """It answered. Only what was answered well may be told here."""
        place = candidate.upstream.account, candidate.model
        self._places[conversation] = place, self._clock.monotonic_s() + KEPT_S
        self._places.move_to_end(conversation)
        if len(self._places) > MOST_CONVERSATIONS:
            self._places.popitem(last=False)


SESSION_HEADERS = (
    "x-claude-code-session-id",
    "session-id",
    "session_id",
    "x-session-affinity",
    "x-session-id",
    "thread-id",
    "conversation_id",
    "x-affinity",
)
"""Of Claude Code, Codex (two generations), OpenCode, Codex, Codex, Vibe."""
AGENT_HEADER = "x-claude-code-agent-id"
"""Claude Code's subagents say it; the one that a person speaks with does not."""
_PREVIOUS = "response:"
_LONGEST_MARK = 200
_LETTERS = 4096
_HEAD_BYTES = 256 * 1024
"""Of a large body's value no more is looked at."""
_MARK_BYTES = 16 * 1024
"""What is longer tells no session; to read it would keep all others waiting."""
_SYSTEM = ("system", "instructions", "systemInstruction", "system_instruction")
_ATTRIBUTION = "x-anthropic-billing-header"
_SPOKEN = ("messages", "input", "contents")
_MOST_BEFORE_USER = 16
_DEEPEST = 6
_ALL_BITS = (1 << 64) - 1
_decoder = json.JSONDecoder()


def conversation_of(request: ModelRequest) -> str:
    """Empty where nothing tells: a request without text, or one that cannot be read."""
    try:
        mark = _mark(request) or _digest_of(request.fields)
    except (MalformedRequest, ValueError, RecursionError):
        return ""  # whoever must read the body says what is wrong with it
    return conversation_key(request.principal.client_id, request.model, mark) if mark else ""


def said_of(request: ModelRequest) -> tuple[str, tuple[str, str]] | None:
    """What tells the conversation, and what tells its agents apart, whatever session they share:
    the id that a subagent has of its program, else what stands before the user's first message,
    with that. None where nothing tells."""
    try:
        agent = request.headers.get(AGENT_HEADER)
        words = (agent, "") if agent else _opening_words(request.fields)
        session = _mark(request) or "".join(words)
    except (MalformedRequest, ValueError, RecursionError):
        return None
    return (session, words) if session else None


def marks_of(session: str, words: tuple[str, str], key: bytes) -> tuple[str, str]:
    """Of a conversation, and of its agent that said these words. They outlive a start, so that
    digests with a key stand for what was said; `key`: of 16 to 64 bytes."""
    return _keyed(session, key), _keyed("\x1f".join((session, *words)), key)


def _keyed(text: str, key: bytes) -> str:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=12, key=key).hexdigest()


def conversation_key(client: str, model: str, mark: str) -> str:
    if len(mark) > _LONGEST_MARK or len(model) > _LONGEST_MARK:
        mark, model = _digest(f"{model}\x1f{mark}"), ""
    return f"{client}\x1f{model}\x1f{mark}"


def following_turn(request: ModelRequest, candidate: Candidate, answer_id: str | None) -> str:
    """The conversation of a request that goes on from this answer by its id; empty where none
    can. An answer that was translated has its id from us (`wire/translate/openai_responses`)."""
    if request.protocol is not ModelProtocol.OPENAI_RESPONSES:
        return ""
    if answer_id is None and candidate.upstream.protocol is not request.protocol:
        answer_id = translated_id(request.flight_id.rpartition("_")[2])
    if answer_id is None:
        return ""
    return conversation_key(request.principal.client_id, request.model, _PREVIOUS + answer_id)


def _mark(request: ModelRequest) -> str:
    headers, fields = request.headers, request.fields
    for name in SESSION_HEADERS:
        if found := headers.get(name):
            return f"session:{found}"
    if "metadata" in fields and (session := _session_in(_short(fields, "metadata"))):
        return f"session:{session}"
    for name in ("prompt_cache_key", "conversation"):
        if name in fields:
            value = _short(fields, name)
            value = value.get("id") if isinstance(value, dict) else value
            if isinstance(value, str) and value:
                return f"{name}:{value}"
    name = "previous_response_id"
    previous = _short(fields, name) if name in fields else None
    return _PREVIOUS + previous if isinstance(previous, str) and previous else ""


def _short(fields: Mapping[str, object], name: str) -> object:
    """The value; None where it is long."""
    if isinstance(fields, LargeObject) and fields.beginning(name, _MARK_BYTES) is not None:
        return None
    return fields[name]


def _session_in(metadata: object) -> str:
    """Anthropic's `user_id` as Claude Code fills it: JSON, or words around `_session_`."""
    user = metadata.get("user_id") if isinstance(metadata, dict) else None
    if not isinstance(user, str):
        return ""
    if user.startswith("{"):
        try:
            told = json.loads(user)
        except ValueError:
            return ""
        session = told.get("session_id") if isinstance(told, dict) else None
        return session if isinstance(session, str) else ""
    return user.rpartition("_session_")[2] if "_session_" in user else ""


def _digest_of(fields: Mapping[str, object]) -> str:
    said, first = _opening_words(fields)
    # Python's own hash, keyed anew with each start: nothing outlives one, and of 8 KB a
    # cryptographic digest takes a quarter of all that routing may.
    return f"digest:{hash((said, first)) & _ALL_BITS:016x}" if first else ""


def _opening_words(fields: Mapping[str, object]) -> tuple[str, str]:
    """What stands before, and the user's first message; both empty where there is none."""
    is_small, before, first = type(fields) is dict, "", ""
    for name in _SYSTEM:
        if name in fields:
            system = fields[name] if is_small else _head(fields, name)
            before += system[:_LETTERS] if type(system) is str else _text_of(_lasting(system))
    for name in _SPOKEN:
        if name in fields:
            said, first = _opening(fields[name] if is_small else _head(fields, name))
            before += said
            break
    return (before[:_LETTERS], first) if first else ("", "")


def _lasting(system: object) -> object:
    """Without the block that Claude Code begins with, which changes from request to request."""
    if not isinstance(system, list) or not system or not isinstance(system[0], dict):
        return system
    first = system[0].get("text")
    is_its = isinstance(first, str) and first.startswith(_ATTRIBUTION)
    return system[1:] if is_its else system


def _opening(spoken: object) -> tuple[str, str]:
    """What is said before the user's first message, and that message."""
    if isinstance(spoken, str):
        return "", spoken[:_LETTERS]
    before = ""
    spoken = spoken if isinstance(spoken, (list, Iterable)) else ()
    for each in islice(spoken, _MOST_BEFORE_USER):
        if not isinstance(each, dict):
            continue
        said = each.get("content")
        if isinstance(said, str) and len(each) == 2 and "role" in each:
            text = said[:_LETTERS]  # as nearly all are
        else:
            text = _text_of(each)
        if each.get("role", "user") == "user":
            if text:
                return before, text
        else:
            before += text
    return before, ""


def _text_of(value: object) -> str:
    if isinstance(value, str):
        return value[:_LETTERS]
    return "".join(_texts(value, _DEEPEST))[:_LETTERS]


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:_LETTERS]
    elif depth and isinstance(value, list):
        for each in value[:_LETTERS]:
            yield from _texts(each, depth - 1)
    elif depth and isinstance(value, dict):
        for name in ("text", "content", "parts"):
            if name in value:
                yield from _texts(value[name], depth - 1)


def _head(fields: Mapping[str, object], name: str) -> object:
    """The value; of a large body's list only its first elements, so that nobody waits for all."""
    if not isinstance(fields, LargeObject):
        return fields[name]
    text = fields.beginning(name, _HEAD_BYTES)
    if text is None:
        return fields[name]
    if not text.startswith("["):
        return None
    found = _first_elements(text)
    return list(found) if name in _SYSTEM else found


def _first_elements(text: str) -> Iterator[Any]:
    """Those of a list that are whole before the text is cut, as far as somebody asks."""
    at = 1
    for _ in range(_MOST_BEFORE_USER):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            element, at = _decoder.raw_decode(text, at)
        except ValueError:
            return
        yield element


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()
