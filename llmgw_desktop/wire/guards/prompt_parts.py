"""Which words a request says, and whose they are, in whatever dialect it is written; and what a
person said last in it.

The dialects name their members differently enough that one table serves all of them, and what a
dialect does not know is looked at as well: a vendor may read it. What is left out stands here:
names of models, identifiers, signatures, bytes of pictures, and what is about the request.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import orjson

from llmgw_desktop.domain.guard import PromptRole
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.json_strings import JsonString, Key


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


SYSTEM_AT = -1
"""The message that instructions and tools belong to."""
_SYSTEM = _set_of(
    "system instructions tools functions response_format text output_config output_format "
    "systemInstruction system_instruction toolConfig tool_config generationConfig "
    "generation_config"
)
_MESSAGES = _set_of("messages contents input prompt content requests")
_WITHIN = frozenset(("generateContentRequest", "generate_content_request"))
_APART = _set_of(
    "model models user metadata service_tier safety_identifier prompt_cache_key "
    "prompt_cache_retention previous_response_id conversation tool_choice truncation "
    "reasoning_effort verbosity include stream_options reasoning thinking encoding_format "
    "modalities audio container inference_geo context_management cache_control mcp_servers "
    "anthropic_version anthropic_beta safetySettings safety_settings cachedContent cached_content "
    "labels provider route transforms betas speed taskType client_metadata"
)
"""About the request; no model reads them."""
_NO_WORDS = _set_of(
    "type role id model media_type mime_type mimeType signature thoughtSignature "
    "thought_signature encrypted_content status detail tool_use_id tool_call_id call_id file_id "
    "item_id container_id"
)
"""Of a message or a block; only where they hold a string. What stands in a tool is shown to the
model as it is, whatever it is called."""
_FREE = _set_of("input args response variables attributes default example examples")
"""Whose members a program named: names are words there, and none is left out."""
_NAMED = _set_of(
    "properties patternProperties $defs definitions dependentSchemas dependentRequired"
)
_LINKS = _set_of(
    "url image_url video_url audio_url file_url file_data fileUri file_uri uri data image "
    "input_image"
)
"""Where pictures and files stand as data: in an address. The same in a text is a text."""
_MEDIA = ("mimeType", "mime_type", "format")
_OUTPUTS = ("output", "outputs")
_THOUGHTS = frozenset(("reasoning_content", "reasoning", "reasoning_details"))
_ROLES: Mapping[str, PromptRole] = {
    "system": PromptRole.SYSTEM,
    "developer": PromptRole.SYSTEM,
    "assistant": PromptRole.ASSISTANT,
    "model": PromptRole.ASSISTANT,
    "tool": PromptRole.TOOL,
    "function": PromptRole.TOOL,
}
_KNOWN_ROLES = frozenset(("user", *_ROLES))
_THINKING = frozenset(("thinking", "redacted_thinking"))
_ANSWERS = ("functionResponse", "function_response")


_NODES_AT_ONCE = 256
_Below = tuple[Any, bool]
"""(what stands there, whether its names are words)."""


class PromptPart(NamedTuple):
    """One string of a request."""

    role: PromptRole
    message: int
    words: str | JsonString
    """As the tree holds it."""
    is_thinking: bool = False
    """The model's own, which a signature may hold to its bytes."""
    is_fixed: bool = False
    """A name that has to stay as it is."""
    is_arguments: bool = False
    """A tool's, as JSON in a string."""


def parts_of(fields: Mapping[str, Any]) -> Iterator[PromptPart | None]:
    """Of a request's top-level members, parsed by whichever of our parsers. None is no part: only
    a place where whoever goes through a large one may let others have a turn."""
    for name, value in fields.items():
        if name in _APART or value is None:
            continue
        if name in _SYSTEM:
            yield from _words(value, PromptRole.SYSTEM, SYSTEM_AT, is_told=True)
        elif name in _WITHIN and isinstance(value, Mapping):
            yield from parts_of(value)
        elif name in _MESSAGES and isinstance(value, list):
            for at, each in enumerate(value):
                yield from _message(each, at)
                yield None
        elif name in _MESSAGES:
            yield from _message(value, 0)
        else:
            yield from _words(value, PromptRole.USER, 0)


def every_word(tree: Any) -> Iterator[str | JsonString]:
    """All values that are strings, wherever they stand, and all names of members."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str | JsonString):
            yield node
        elif isinstance(node, dict):
            yield from map(_named, node)
            waiting.extend(node.values())
        elif isinstance(node, list | tuple):
            waiting.extend(node)


def count_strings(tree: Mapping[str, Any]) -> int:
    """With the names of members."""
    count = 0
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is str:
            count += 1
        elif kind is dict:
            count += len(node)
            waiting.extend(node.values())
        elif kind is list:
            waiting.extend(node)
    return count


def _message(node: Any, at: int) -> Iterator[PromptPart | None]:
    if not isinstance(node, dict):
        yield from _words(node, PromptRole.USER, at)
        return
    kind, said = _said(node.get("type")), node.get("role")
    item = _role_of_item(kind)
    # a vendor that reads roles reads no kinds of items: the one does not undo the other
    has_role = said is not None or "parts" in node
    role = _ROLES.get(_said(said), PromptRole.USER) if has_role else item
    is_thought = kind == "reasoning" and not has_role
    at = SYSTEM_AT if role is PromptRole.SYSTEM else at
    for name, value in node.items():
        if name == "content" and type(value) is str:  # nearly always, where it is short
            yield PromptPart(role, at, value, is_thought)
        elif name == "role" and isinstance(value, str | JsonString):
            if _said(value) not in _KNOWN_ROLES:  # some servers write it into the prompt as it is
                yield PromptPart(role, at, value, is_fixed=True)
        elif name in _NO_WORDS and type(value) is str:
            continue
        elif name in ("content", "parts") and isinstance(value, list):
            for block in value:
                yield from _block(block, role, at, thinks=is_thought)
                yield None
        else:
            thinks = name in _THOUGHTS or is_thought
            yield from _words({name: value}, item if name in _OUTPUTS else role, at, thinks=thinks)


def _block(node: Any, role: PromptRole, at: int, *, thinks: bool) -> Iterator[PromptPart | None]:
    if not isinstance(node, dict):
        yield from _words(node, role, at, thinks=thinks)
        return
    kind = _said(node.get("type"))
    if kind == "tool_result" or kind.endswith("_tool_result"):
        role = PromptRole.TOOL
    # Gemini's parts have no type; what it calls a thought is none elsewhere
    is_gemini = "type" not in node
    thinks = (
        thinks
        or kind in _THINKING
        or kind.startswith("reasoning")
        or (is_gemini and bool(node.get("thought")))
    )
    answers = [name for name in _ANSWERS if name in node]
    for name in answers:
        yield from _words({name: node[name]}, PromptRole.TOOL, at, thinks=thinks)
    rest = {name: it for name, it in node.items() if name not in answers} if answers else node
    yield from _words(rest, role, at, thinks=thinks)


def _role_of_item(kind: str) -> PromptRole:
    """Of an item of Responses that names none."""
    if kind.endswith("_output") or "tool_result" in kind:
        return PromptRole.TOOL
    if kind.endswith("_call") or kind == "reasoning":
        return PromptRole.ASSISTANT
    return PromptRole.USER


def _words(
    node: Any, role: PromptRole, at: int, *, thinks: bool = False, is_told: bool = False
) -> Iterator[PromptPart | None]:
    """All strings below, but for those that are none of a prompt. `is_told`: the model is told of
    all of it but for kinds."""
    if isinstance(node, str | JsonString):
        yield PromptPart(role, at, node, thinks)
        return
    here = PromptPart(role, at, "", thinks)
    waiting: list[Iterator[PromptPart | _Below]] = [iter(((node, False),))]
    gone_through = 0
    while waiting:
        found = next(waiting[-1], None)
        gone_through += 1
        if gone_through % _NODES_AT_ONCE == 0:
            yield None
        if found is None:
            waiting.pop()
        elif isinstance(found, PromptPart):
            yield found
        else:
            below, is_free = found
            if isinstance(below, str | JsonString):
                yield here._replace(words=below)
            elif isinstance(below, list):
                waiting.append(zip(below, repeat(is_free)))
            elif isinstance(below, dict):
                waiting.append(_members(below, here, is_free=is_free, is_told=is_told))


def _members(
    node: Mapping[str, Any], here: PromptPart, *, is_free: bool, is_told: bool
) -> Iterator[PromptPart | _Below]:
    for name, value in node.items():
        if is_free:
            yield here._replace(words=_named(name))
            yield value, True
        elif isinstance(value, str | JsonString):
            is_none = name == "type" if is_told else _holds_no_words(name, value, node)
            if not is_none:
                if name == "name":
                    yield PromptPart(
                        here.role, here.message, value, here.is_thinking, is_fixed=True
                    )
                elif name == "arguments":
                    yield PromptPart(
                        here.role, here.message, value, here.is_thinking, is_arguments=True
                    )
                else:
                    yield PromptPart(here.role, here.message, value, here.is_thinking)
        else:
            yield from _names(name, value, here)
            yield value, name in _FREE


def _names(name: str, value: Any, here: PromptPart) -> Iterator[PromptPart]:
    """What a schema calls its members."""
    if name in _NAMED and isinstance(value, dict):
        for each in value:
            yield PromptPart(here.role, here.message, _named(each))


def _named(name: str) -> str | JsonString:
    return name.text if isinstance(name, Key) else name


def _holds_no_words(name: str, value: str | JsonString, beside: Mapping[str, Any]) -> bool:
    if name in _NO_WORDS:
        return True
    if name == "data":
        kind = _said(beside.get("type"))
        return kind == "base64" or (not kind and any(each in beside for each in _MEDIA))
    if name not in _LINKS:
        return False
    return _begins(value).startswith("data:") and ";base64," in _begins(value)


def _begins(value: str | JsonString) -> str:
    if isinstance(value, str):
        return value[:200]
    return value.body[value.start : min(value.end, value.start + 200)].decode(errors="replace")


def _said(value: Any) -> str:
    if isinstance(value, JsonString):
        return str(value) if value.end - value.start <= 200 else ""
    return value if isinstance(value, str) else ""


_MORE_THAN_WORDS = re.compile(
    rb'"(?:image|image_url|image_file|input_image|document|file|file_id|file_data|file_url|'
    rb"input_file|input_audio|audio|video|video_url|container_upload|inlineData|inline_data|"
    rb'fileData|file_data|file_uri|fileUri)"'
)
"""Wherever one stands, the request may hold more than words. It need not: then it is left alone."""
_MANY = ("n", "candidateCount", "candidate_count")


class LastWords(NamedTuple):
    text: str
    rest: bytes
    """All of the request but the text, as JSON."""


class _Spot(NamedTuple):
    """`holder[key]` is the text; `path` leads from the body's top level to the holder."""

    path: tuple[str | int, ...]
    text: str


def last_words(protocol: ModelProtocol, body: bytes, fields: Mapping[str, Any]) -> LastWords | None:
    """None where the last turn is not a person's, or not words alone, or answers are many."""
    find = _FINDERS.get(protocol)
    if (
        find is None
        or type(fields) is not dict
        or _MORE_THAN_WORDS.search(body)
        or _wants_many(fields)
    ):
        return None
    spot = find(fields)
    if spot is None or not spot.text:
        return None
    try:
        return LastWords(spot.text, orjson.dumps([spot.path, _without(fields, spot.path)]))
    except TypeError:  # what the parser took and orjson does not write: not worth a second way
        return None


def _wants_many(fields: Mapping[str, Any]) -> bool:
    config = fields.get("generationConfig", fields.get("generation_config"))
    places = [fields, config if isinstance(config, dict) else {}]
    return any(place.get(name) not in (None, 1) for place in places for name in _MANY)


def _in_turns(name: str, inside: str, kind: str | None) -> Callable[[Any], _Spot | None]:
    """`name`: of the turns; `inside`: of what a turn says; `kind`: of its pieces of text."""

    def find(fields: Mapping[str, Any]) -> _Spot | None:
        turns = fields.get(name)
        if isinstance(turns, str) and name == "input":
            return _Spot((name,), turns)
        if not isinstance(turns, list) or not turns or not isinstance(turns[-1], dict):
            return None
        turn, at = turns[-1], len(turns) - 1
        if turn.get("role", "user") != "user" or turn.get("type", "message") != "message":
            return None
        said = turn.get(inside)
        if isinstance(said, str):
            return _Spot((name, at, inside), said)
        if not isinstance(said, list) or not said or not all(_is_text(each, kind) for each in said):
            return None
        return _Spot((name, at, inside, len(said) - 1, "text"), said[-1]["text"])

    return find


def _is_text(piece: object, kind: str | None) -> bool:
    if not isinstance(piece, dict) or not isinstance(piece.get("text"), str):
        return False
    return set(piece) == {"text"} if kind is None else piece.get("type") == kind


def _without(value: Any, path: Sequence[str | int]) -> Any:
    """A copy, shallow but for the way to what is left out."""
    if not path:
        return None
    first, further = path[0], path[1:]
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[first] = _without(value[first], further)
    return copy


_FINDERS: Mapping[ModelProtocol, Callable[[Any], _Spot | None]] = {
    ModelProtocol.ANTHROPIC: _in_turns("messages", "content", "text"),
    ModelProtocol.OPENAI_CHAT: _in_turns("messages", "content", "text"),
    ModelProtocol.OPENAI_RESPONSES: _in_turns("input", "content", "input_text"),
    ModelProtocol.CODEX: _in_turns("input", "content", "input_text"),
    ModelProtocol.GEMINI: _in_turns("contents", "parts", None),
}
