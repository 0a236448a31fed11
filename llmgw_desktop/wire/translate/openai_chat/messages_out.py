"""Turns as messages.

The vendors refuse a tool message that does not follow its call, and a call that no tool message
follows. So results are written where their calls stand, whatever was said in between; a call
without a result gets an empty one, and a result without a call is told as a user's words.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from llmgw_desktop.domain.model.content import (
    CallKind,
    Item,
    RedactedThinking,
    Refusal,
    Role,
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Turn,
    Vendor,
)
from llmgw_desktop.wire.translate.carriers import CallIds
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_chat.models import Abilities
from llmgw_desktop.wire.translate.openai_chat.parts import BETWEEN, ContentWriter, cache_control
from llmgw_desktop.wire.translate.openai_chat.reasoning import entry_of
from llmgw_desktop.wire.translate.tools import ToolNames, wrapped

ERROR_PREFIX = "Error: "
_FOLLOWS = "(The result follows in the next message.)"
_NAME = re.compile(r"[^\s<|\\/>]{1,64}")


class MessageWriter:
    """For one request to one target."""

    def __init__(
        self, abilities: Abilities, names: ToolNames, ids: CallIds, losses: LossReport
    ) -> None:
        self._abilities = abilities
        self._id = ids.written
        self._names = names
        self._losses = losses
        self._parts = ContentWriter(abilities, losses)
        self._messages: list[dict[str, Any]] = []
        self._media: list[dict[str, Any]] | None = None
        """Parts of the user message that ends the messages and tells what results held."""

    def write(self, turns: Sequence[Turn]) -> list[dict[str, Any]]:
        turns = _joined(turns)
        results = _results_by_turn(turns)
        for number, turn in enumerate(turns):
            if turn.role is Role.ASSISTANT:
                self._assistant(turn, results.get(number, {}))
            else:
                self._speaker(turn, results.get(number, {}))
        is_begun = bool(self._messages) and self._messages[-1]["role"] == "assistant"
        if is_begun and self._abilities.is_openai:
            self._losses.lost(Feature.PREFILL)
        return self._messages

    def _speaker(self, turn: Turn, orphans: dict[str, list[ToolResult]]) -> None:
        said = [item for item in turn.items if not isinstance(item, ToolResult)]
        told: list[Item] = []
        for results in orphans.values():
            for result in results:
                self._losses.lost(Feature.CALL_PAIRING, "no_call")
                failed = " (it failed)" if result.is_error else ""
                lead = f"Result of the tool call {self._id(result.call_id)}{failed}:"
                told.append(Text(text=lead))
                told += result.items
        if not said and not told and turn.items:
            return
        before, self._media = self._media, None
        if before is not None and turn.role is Role.USER and turn.name is None:
            before += self._parts.parts([*told, *said])
            return
        content = self._parts.content([*told, *said])
        if content is None:
            return
        message: dict[str, Any] = {"role": self._role(turn.role), "content": content}
        self._messages.append(self._named(message, turn))

    def _assistant(self, turn: Turn, results: dict[str, list[ToolResult]]) -> None:
        self._media = None
        calls = [item for item in turn.items if isinstance(item, ToolCall)]
        thinking = [item for item in turn.items if isinstance(item, Thinking | RedactedThinking)]
        content = self._said(turn.items)
        if content is None and not calls:
            self._note_thinking_alone(thinking)
            return
        if content is None and not (self._abilities.is_openai or self._abilities.is_openrouter):
            content = ""
        message: dict[str, Any] = {"role": "assistant", "content": content}
        self._think(message, thinking, calls)
        if calls:
            message["tool_calls"] = [self._call(call) for call in calls]
        self._messages.append(self._named(message, turn))
        media: list[dict[str, Any]] = []
        for call in calls:
            # of calls with the same id the first one has the results: not each of them all
            self._results_of(call, results.pop(call.id, []), media)
        if media:
            self._messages.append({"role": "user", "content": media})
            self._media = media

    def _said(self, items: Iterable[Item]) -> str | list[dict[str, Any]] | None:
        parts: list[dict[str, Any]] = []
        for item in items:
            if isinstance(item, Refusal) and self._abilities.is_openai:
                parts.append({"type": "refusal", "refusal": item.text})
            elif not isinstance(item, Thinking | RedactedThinking | ToolCall | ToolResult):
                part = self._parts.part(item)
                if part is not None and part["type"] == "text":
                    parts.append(part)
                elif part is not None:
                    self._losses.lost(Feature.IMAGE, "assistant")
        parts = [part for part in parts if part.get("text") != ""]
        if not parts:
            return None
        if any(part["type"] != "text" or len(part) > 2 for part in parts):
            return parts
        return "".join(part["text"] for part in parts)

    def _think(
        self,
        message: dict[str, Any],
        thinking: Sequence[Thinking | RedactedThinking],
        calls: Iterable[ToolCall],
    ) -> None:
        details: list[dict[str, Any]] = []
        words = []
        for item in thinking:
            entry = self._entry(item.signature, getattr(item, "text", ""))
            if entry is not None:
                details.append(entry)
            elif isinstance(item, RedactedThinking):
                self._losses.lost(Feature.REDACTED_THINKING)
            elif self._takes_words(item):
                words.append(item.text)
        for call in calls:
            if call.signature is not None:
                entry = self._entry(call.signature, "")
                if entry is None:
                    self._losses.lost(Feature.SIGNATURE, "tool_calls")
                else:
                    details.append(entry)
        if details:
            message["reasoning_details"] = details
        if words:
            name = "reasoning" if self._abilities.is_openrouter else "reasoning_content"
            message[name] = BETWEEN.join(words)

    def _entry(self, signature: Signature | None, text: str) -> dict[str, Any] | None:
        if signature is None or signature.vendor is not Vendor.OTHER:
            return None
        return entry_of(signature, text) if self._abilities.is_openrouter else None

    def _takes_words(self, item: Thinking) -> bool:
        """And what of it is lost."""
        wants = self._abilities.wants_thinking_back
        if item.signature is not None:
            self._losses.lost(Feature.SIGNATURE, "thinking")
        takes = wants or (self._abilities.is_openrouter and item.signature is None)
        if item.text and not takes:
            self._losses.lost(Feature.THINKING)
        return bool(item.text) and takes

    def _note_thinking_alone(self, thinking: Iterable[Thinking | RedactedThinking]) -> None:
        for item in thinking:
            is_words = isinstance(item, Thinking)
            self._losses.lost(Feature.THINKING if is_words else Feature.REDACTED_THINKING)

    def _call(self, call: ToolCall) -> dict[str, Any]:
        if call.cache is not None:
            self._losses.lost(Feature.CACHE_MARK, "tool_calls")
        name = self._names.written(call.name, call.namespace)
        if call.kind is CallKind.CUSTOM and self._abilities.takes_custom_tools:
            custom = {"name": name, "input": call.arguments}
            return {"id": self._id(call.id), "type": "custom", "custom": custom}
        is_custom = call.kind is CallKind.CUSTOM
        arguments = wrapped(call.arguments) if is_custom else call.arguments or "{}"
        function = {"name": name, "arguments": arguments}
        return {"id": self._id(call.id), "type": "function", "function": function}

    def _results_of(
        self, call: ToolCall, results: Sequence[ToolResult], media: list[dict[str, Any]]
    ) -> None:
        """The tool messages; what they cannot hold is added to `media`."""
        call_id = self._id(call.id)
        if not results:
            self._losses.lost(Feature.CALL_PAIRING, "no_result")
            self._messages.append({"role": "tool", "tool_call_id": call_id, "content": ""})
        for result in results:
            parts = self._parts.parts(result.items)
            others = [part for part in parts if part["type"] != "text"]
            texts = [part for part in parts if part["type"] == "text"]
            if others:
                self._losses.lost(Feature.RESULT_MEDIA)
                lead = f"From the result of the tool call {call_id}:"
                media += [{"type": "text", "text": lead}, *others]
                texts = texts or [{"type": "text", "text": _FOLLOWS}]
            content = self._result_content(result, texts)
            message = {"role": "tool", "tool_call_id": call_id, "content": content}
            self._messages.append(message)

    def _result_content(
        self, result: ToolResult, parts: list[dict[str, Any]]
    ) -> str | list[dict[str, Any]]:
        if result.is_error:
            self._losses.lost(Feature.RESULT_IS_ERROR)
            first, *rest = parts or [{"type": "text", "text": ""}]
            parts = [{**first, "text": ERROR_PREFIX + first["text"]}, *rest]
        if result.cache is not None:
            if self._abilities.marks_cache and parts:
                mark = cache_control(result.cache)
                parts = [*parts[:-1], {"cache_control": mark, **parts[-1]}]
            else:
                self._losses.lost(Feature.CACHE_MARK)
        return self._parts.in_one(parts) or ""

    def _role(self, role: Role) -> str:
        if role is Role.DEVELOPER and not self._abilities.is_openai:
            self._losses.lost(Feature.DEVELOPER_ROLE)
            return "system"
        return str(role)

    def _named(self, message: dict[str, Any], turn: Turn) -> dict[str, Any]:
        if turn.name is None:
            return message
        if self._abilities.is_groq or not _NAME.fullmatch(turn.name):
            self._losses.lost(Feature.SPEAKER_NAME)
            return message
        message["name"] = turn.name
        return message


def _joined(turns: Sequence[Turn]) -> list[Turn]:
    """What an assistant said directly before its calls is one message with them."""
    together: list[list[Turn]] = []
    for turn in turns:
        before = together[-1][-1] if together else None
        if (
            before is not None
            and turn.role is before.role is Role.ASSISTANT
            and before.name == turn.name
            and not any(isinstance(item, ToolCall) for item in before.items)
        ):
            together[-1].append(turn)
        else:
            together.append([turn])
    return [each[0] if len(each) == 1 else _one_turn(each) for each in together]


def _one_turn(turns: Sequence[Turn]) -> Turn:
    items = tuple(item for turn in turns for item in turn.items)
    return Turn(role=turns[0].role, items=items, name=turns[0].name)


def _results_by_turn(turns: Sequence[Turn]) -> dict[int, dict[str, list[ToolResult]]]:
    """Which results belong to which turn: the last one before them that made their call; to the
    turn in which they stand where there is none."""
    callers: dict[str, int] = {}
    found: dict[int, dict[str, list[ToolResult]]] = {}
    for number, turn in enumerate(turns):
        for item in turn.items:
            if isinstance(item, ToolCall):
                callers[item.id] = number
            elif isinstance(item, ToolResult):
                owner = callers.get(item.call_id, number)
                found.setdefault(owner, {}).setdefault(item.call_id, []).append(item)
    return found
