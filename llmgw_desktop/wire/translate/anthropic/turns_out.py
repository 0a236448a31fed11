"""Turns as the vendor wants its messages: roles take turns, and the results of an assistant's
calls stand first in the message that follows.

How a single item is written stands in `blocks_out.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from llmgw_desktop.domain.model.content import (
    Item,
    RedactedThinking,
    Role,
    Thinking,
    ToolCall,
    ToolResult,
    Turn,
    Vendor,
)
from llmgw_desktop.wire.translate.anthropic.blocks_out import Block, BlockWriter
from llmgw_desktop.wire.translate.carriers import CallIds
from llmgw_desktop.wire.translate.losses import Feature, LossReport

NO_RESULT = "No result was given for this call."
_GO_ON = "Go on exactly where your last message breaks off; repeat nothing of it."
_NOTHING_YET = "(The conversation begins with your message.)"
_SYSTEM_ROLES = (Role.SYSTEM, Role.DEVELOPER)


@dataclass(slots=True)
class _Message:
    role: str
    content: list[Block] = field(default_factory=list)
    call_ids: list[str] = field(default_factory=list)


class TurnWriter:
    """Writes the turns of one request."""

    __slots__ = ("_blocks", "_call_ids", "_ids", "_messages", "_report", "_results", "_times")

    def __init__(self, blocks: BlockWriter, ids: CallIds, report: LossReport) -> None:
        self._blocks = blocks
        self._ids = ids
        self._report = report
        self._messages: list[_Message] = []
        self._results: dict[str, Block] = {}
        self._call_ids: dict[str, str] = {}
        """The id of the newest call of each id that was read."""
        self._times: dict[str, int] = {}

    def write(
        self, turns: Sequence[Turn], *, takes_prefill: bool
    ) -> tuple[list[Block], list[dict[str, Any]]]:
        """The system prompt's blocks, and the messages."""
        leading = 0
        while leading < len(turns) and turns[leading].role in _SYSTEM_ROLES:
            leading += 1
        system = [block for turn in turns[:leading] for block in self._system(turn)]
        for turn in turns[leading:]:
            self._turn(turn)
        self._place_results()
        self._mend_ends(system, takes_prefill=takes_prefill)
        return system, [{"role": each.role, "content": each.content} for each in self._messages]

    def _system(self, turn: Turn) -> list[Block]:
        if turn.name is not None:
            self._report.lost(Feature.SPEAKER_NAME)
        written = [self._blocks.plain(item) for item in turn.items]
        return [block for block in written if block is not None]

    def _turn(self, turn: Turn) -> None:
        if turn.role in _SYSTEM_ROLES:
            self._report.lost(Feature.SYSTEM_POSITION)
            message = self._message("user")
            message.content += map(_reminder, self._system(turn))
            return
        if turn.name is not None:
            self._report.lost(Feature.SPEAKER_NAME)
        is_assistant = turn.role is Role.ASSISTANT
        message = self._message("assistant" if is_assistant else "user")
        for item in turn.items:
            if isinstance(item, ToolResult):
                self._result(item)
            elif isinstance(item, ToolCall):
                self._call(item)
            else:
                block = self._blocks.plain(item) if is_assistant else self._blocks.block(item)
                if block is not None:
                    message.content.append(block)

    def _message(self, role: str) -> _Message:
        if not self._messages or self._messages[-1].role != role:
            self._messages.append(_Message(role))
        return self._messages[-1]

    def _call(self, item: ToolCall) -> None:
        call_id = self._ids.written(item.id)
        times = self._times[call_id] = self._times.get(call_id, 0) + 1
        if times > 1:
            # some vendors count their calls anew in each answer; here ids are unique
            call_id = self._ids.written(f"{call_id}-{times}")
        self._call_ids[item.id] = call_id
        message = self._message("assistant")
        message.content.append(self._blocks.call(item, call_id))
        message.call_ids.append(call_id)

    def _result(self, item: ToolResult) -> None:
        message = self._message("user")
        call_id = self._call_ids.get(item.call_id)
        if call_id is None:
            self._report.lost(Feature.CALL_PAIRING)
            message.content += [
                {"type": "text", "text": f"Result of the call {item.call_id}:"},
                *self._blocks.result_content(item),
            ]
            return
        if call_id in self._results:
            self._report.lost(Feature.CALL_PAIRING)
        self._results[call_id] = self._blocks.result(item, call_id)

    def _place_results(self) -> None:
        placed: list[_Message] = []
        for message in self._messages:
            before = placed[-1] if placed else None
            if message.role == "user":
                message.content[:0] = self._results_after(before)
            elif before is not None and before.call_ids and before.role == "assistant":
                placed.append(_Message("user", self._results_after(before)))
            if not message.content:
                continue
            if before is not None and placed[-1].role == message.role:
                placed[-1].content += message.content
                placed[-1].call_ids += message.call_ids
            else:
                placed.append(message)
        last = placed[-1] if placed else None
        if last is not None and last.call_ids:
            placed.append(_Message("user", self._results_after(last)))
        self._messages = placed

    def _results_after(self, message: _Message | None) -> list[Block]:
        results = []
        for call_id in message.call_ids if message is not None else ():
            result = self._results.get(call_id)
            if result is None:
                self._report.lost(Feature.CALL_PAIRING)
                result = {
                    "type": "tool_result",
                    "tool_use_id": call_id,
                    "content": [{"type": "text", "text": NO_RESULT}],
                    "is_error": True,
                }
            results.append(result)
        return results

    def _mend_ends(self, system: list[Block], *, takes_prefill: bool) -> None:
        messages = self._messages
        if not messages and system:
            # a system prompt alone is no conversation: its last words are what is to be answered
            self._report.lost(Feature.SYSTEM_POSITION)
            messages.append(_Message("user", [system.pop()]))
        if not messages:
            messages.append(_Message("user", [{"type": "text", "text": _NOTHING_YET}]))
        if messages[0].role == "assistant":
            messages.insert(0, _Message("user", [{"type": "text", "text": _NOTHING_YET}]))
        last = messages[-1]
        if last.role != "assistant":
            return
        if not takes_prefill:
            self._report.lost(Feature.PREFILL)
            messages.append(_Message("user", [{"type": "text", "text": _GO_ON}]))
        elif last.content[-1].get("type") == "text":
            last.content[-1]["text"] = last.content[-1]["text"].rstrip()


def begins_unsigned(turns: Sequence[Turn], vendor: Vendor) -> bool:
    """Whether the conversation is amid calls and results that began without thinking which this
    vendor can read."""
    said: list[Item] = []
    for turn in reversed(turns):
        if turn.role is Role.USER and not all(isinstance(i, ToolResult) for i in turn.items):
            break
        if turn.role is Role.ASSISTANT:
            said[:0] = [item for item in turn.items if _is_sent(item, vendor)]
    called = any(isinstance(item, ToolCall) for item in said)
    return called and not isinstance(said[0], Thinking | RedactedThinking)


def _is_sent(item: Item, vendor: Vendor) -> bool:
    if not isinstance(item, Thinking | RedactedThinking):
        return True
    return item.signature is not None and item.signature.vendor is vendor


def _reminder(block: Block) -> Block:
    if block.get("type") != "text":
        return block
    return {**block, "text": f"<system-reminder>\n{block['text']}\n</system-reminder>"}
