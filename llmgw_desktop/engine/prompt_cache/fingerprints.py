"""What a prompt consists of, as hashes, made from the pivot: the same for every dialect.

On the flight writer's thread, never on the loop. Whoever calls is given a turn between the steps.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson

from llmgw_desktop.domain.errors import LlmgwError, MalformedRequest
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.flights.prompt_print import (
    HASH_BYTES,
    LEAST_BYTES,
    MOST_BLOCKS,
    PrintMark,
    PromptPrint,
    PromptSection,
    TextPrint,
    ToolPrint,
    packed,
)
from llmgw_desktop.domain.model.content import (
    CacheMark,
    Item,
    Role,
    Text,
    ToolCall,
    ToolResult,
    Turn,
)
from llmgw_desktop.domain.model.prompt import HostedTool, Operation, Prompt, Tool, ToolChoice
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import maker
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.anthropic.prompt_in import ATTRIBUTION
from llmgw_desktop.wire.translate.losses import LossReport

MOST_BYTES = 4 * 1024 * 1024
"""To parse more at a stretch would keep the loop from its turn."""
_STEP_BYTES = 256 * 1024
_END_CHARS = 256
_LONG_CHARS = 1024
"""From this length on a block has its beginning and its end hashed, too."""
_HOUR_S, _USUAL_S = 3600, 300
_LEADING = frozenset({Role.SYSTEM, Role.DEVELOPER})
_log = logging.getLogger(__name__)

_text_print, _tool_print = maker(TextPrint), maker(ToolPrint)


def _nothing() -> None:
    pass


def is_printed(record: FlightRecord) -> bool:
    """Whether a print of it is of use to anybody."""
    flight, body = record.summary, record.request_body
    if body is None or not record.request_body_whole:
        return False
    if flight.operation is not Operation.GENERATE or flight.protocol is ModelProtocol.CLI:
        return False
    return LEAST_BYTES <= len(body) <= MOST_BYTES


def print_cell(
    record: FlightRecord, key: bytes, between: Callable[[], None] = _nothing
) -> tuple[int, bytes] | None:
    """Its opening, and its print as it is stored; None where there is nothing to print. Never
    raises."""
    if not is_printed(record):
        return None
    try:
        made = print_of(record.request_body or b"", record.summary.protocol, key, between)
        return made.opening, packed(made)
    except (LlmgwError, ValueError, TypeError, RecursionError) as error:
        _log.debug("flight %s has no print: %s", record.summary.id, error)
        return None


def print_of(
    body: bytes, protocol: ModelProtocol, key: bytes, between: Callable[[], None] = _nothing
) -> PromptPrint:
    """Raises LlmgwError or ValueError for what is no request of this protocol."""
    fields = orjson.loads(body)
    between()
    prompt = prompt_of(fields, protocol)
    between()
    return _Printer(key, between).made(prompt, attribution_of(fields, protocol))


def prompt_of(fields: Any, protocol: ModelProtocol) -> Prompt:
    """Raises LlmgwError for what cannot be read."""
    if not isinstance(fields, dict):
        raise MalformedRequest("is no JSON object")
    return codec_of(protocol).read_prompt(fields, "", False, LossReport())


def system_items(prompt: Prompt) -> tuple[list[Item], list[Turn]]:
    """What the prompt begins with before anybody speaks, and who speaks then."""
    items: list[Item] = []
    for at, turn in enumerate(prompt.turns):
        if turn.role not in _LEADING:
            return items, list(prompt.turns[at:])
        items += turn.items
    return items, []


def attribution_of(fields: Mapping[str, Any], protocol: ModelProtocol) -> str:
    """The block that the pivot leaves out."""
    system = fields.get("system") if protocol is ModelProtocol.ANTHROPIC else None
    if not isinstance(system, list):
        return ""
    texts = (each.get("text") for each in system if isinstance(each, dict))
    return "\n".join(each for each in texts if type(each) is str and each.startswith(ATTRIBUTION))


class _Printer:
    """One prompt's."""

    def __init__(self, key: bytes, between: Callable[[], None]) -> None:
        self._key = key
        self._between = between
        self._marks: list[PrintMark] = []
        self._since_turn = 0

    def made(self, prompt: Prompt, attribution: str) -> PromptPrint:
        tools = tuple([self._tool(each, at) for at, each in enumerate(prompt.tools)])
        leading, turns = system_items(prompt)
        system = tuple([self._block(each, at) for at, each in enumerate(leading)])
        messages = tuple([self._turn(each, at) for at, each in enumerate(turns)])
        return PromptPrint(
            tools=tools,
            system=system,
            messages=messages,
            options=self._options(prompt, attribution),
            marks=tuple(self._marks),
            continues=prompt.previous_response_id is not None,
        )

    def _options(self, prompt: Prompt, attribution: str) -> tuple[bytes, ...]:
        choice = prompt.tool_choice
        said = (
            None if choice == ToolChoice() else choice,
            prompt.reasoning,
            prompt.output,
            prompt.cache_key,
            prompt.service_tier,
            attribution or None,
        )
        return tuple([b"" if each is None else self._hash((json_of(each),)) for each in said])

    def _tool(self, tool: Tool | HostedTool, at: int) -> ToolPrint:
        if isinstance(tool, HostedTool):
            raw = {name: value for name, value in tool.raw.items() if name != "cache_control"}
            name = str(raw.pop("name", None) or raw.get("type") or tool.kind)
            mark = tool.raw.get("cache_control")
            if isinstance(mark, dict):
                self._mark(PromptSection.TOOLS, at, 0, CacheMark(ttl=str(mark.get("ttl"))))
            parts = (name.encode(errors="replace"), b"", json_of(raw), b"hosted")
        else:
            self._mark(PromptSection.TOOLS, at, 0, tool.cache)
            name = tool.name if tool.namespace is None else f"{tool.namespace}.{tool.name}"
            description = f"{tool.description or ''}{tool.namespace_description or ''}"
            form = (tool.kind, tool.strict, tool.grammar)
            parts = (_bytes(name), _bytes(description), json_of(tool.schema), json_of(form))
        members = tuple([self._hash((each,)) for each in parts])
        return _tool_print(members=members, size=sum(map(len, parts)))

    def _block(self, item: Item, at: int) -> TextPrint:
        self._mark(PromptSection.SYSTEM, at, 0, getattr(item, "cache", None))
        pieces = list(_pieces(item))
        head = tail = b""
        if isinstance(item, Text) and len(item.text) >= _LONG_CHARS:
            head = self._hash((_bytes(item.text[:_END_CHARS]),))
            tail = self._hash((_bytes(item.text[-_END_CHARS:]),))
        size = sum(map(len, pieces))
        return _text_print(whole=self._hash(pieces), size=size, head=head, tail=tail)

    def _turn(self, turn: Turn, at: int) -> TextPrint:
        pieces = [_ROLES[turn.role]]
        for block, item in enumerate(turn.items):
            mark = getattr(item, "cache", None)
            if mark is not None:
                self._mark(PromptSection.MESSAGES, at, block, mark)
            pieces += _pieces(item)
        if turn.name:
            pieces.append(_bytes(turn.name))
        size = sum(map(len, pieces))
        blocks = min(max(len(turn.items), 1), MOST_BLOCKS)
        return _text_print(whole=self._hash(pieces), size=size, blocks=blocks)

    def _mark(self, section: PromptSection, index: int, block: int, mark: CacheMark | None) -> None:
        if mark is not None:
            ttl_s = _HOUR_S if mark.ttl == "1h" else _USUAL_S
            self._marks.append(PrintMark(section=section, index=index, block=block, ttl_s=ttl_s))

    def _hash(self, pieces: Sequence[bytes]) -> bytes:
        """Of all of them at once; where each ends counts as well. SHA-256 with the key before it:
        processors do it four times as quickly as BLAKE2, and of so short a piece of the digest
        nobody goes on."""
        lengths = ",".join(map(str, map(len, pieces))).encode()
        whole = b"".join((self._key, lengths, b":", *pieces))
        self._since_turn += len(whole)
        if self._since_turn > _STEP_BYTES:
            self._since_turn = 0
            self._between()
        return sha256(whole).digest()[:HASH_BYTES]


_ROLES = {each: each.value.encode() for each in Role}


def _pieces(item: Item) -> Iterator[bytes]:
    """All of it but its mark. The usual kinds are told by hand, which is quicker by far."""
    if isinstance(item, Text) and not item.citations and item.signature is None:
        yield b"t"
        yield _bytes(item.text)
    elif isinstance(item, ToolCall):
        yield b"c"
        yield _bytes(f"{item.id}\n{item.name}\n{item.namespace or ''}")
        yield _bytes(item.arguments)
        if item.signature is not None:
            yield _bytes(item.signature.data)
    elif isinstance(item, ToolResult):
        yield b"r" if item.is_error else b"R"
        yield _bytes(item.call_id)
        for each in item.items:
            yield from _pieces(each)
    else:
        yield type(item).__name__.encode()
        yield json_of(bare(item))


def bare(item: Item) -> Item:
    """Without its mark."""
    if getattr(item, "cache", None) is None:
        return item
    without: dict[str, Any] = {"cache": None}
    return replace(item, **without)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def json_of(value: object) -> bytes:
    """In the order in which it came: another order of members is another prompt."""
    try:
        return orjson.dumps(value)
    except TypeError:  # half characters, or numbers beyond 64 bits
        return json.dumps(value, default=repr).encode()
