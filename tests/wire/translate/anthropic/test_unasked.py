"""Who asked for no thinking is shown none, and the vendor gets its seals back all the same."""

from typing import Any

import pytest

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    Item,
    RedactedThinking,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.model.prompt import Effort, Reasoning
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.answer_events import events_of
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.usage import CallersUsage
from tests.wire.translate.anthropic.checked import (
    CODEC,
    accumulated,
    asked,
    check_message,
    prompt,
    read_turns,
)

SEAL = Signature(vendor=Vendor.OPENAI, data="seal")
REDACTED = RedactedThinking(signature=Signature(vendor=Vendor.OPENAI, data="more"))
CALL = ToolCall(id="c1", name="look", arguments="{}")
UNASKED = [None, Reasoning(effort=Effort.NONE)]


def content(*items: Item, wanted: Reasoning | None) -> list[dict[str, Any]]:
    """Of the message, which the stream and the whole answer make the same."""
    caller = asked(prompt=prompt(reasoning=wanted))
    used = Usage(input_tokens=3, output_tokens=2)
    answer = Answer(id="a", model="m", items=items, stop=Stop(kind=StopKind.END), usage=used)
    whole = check_message(CODEC.write_answer(answer, caller, LossReport(CODEC.losses)))
    told = CallersUsage(caller, CODEC.protocol).events(events_of(answer))
    writer = CODEC.event_writer(caller, LossReport(CODEC.losses))
    streamed = accumulated(b"".join(map(writer.write, told)))
    assert streamed["content"] == whole["content"]
    found: list[dict[str, Any]] = whole["content"]
    return found


@pytest.mark.parametrize("wanted", UNASKED)
def test_the_first_block_is_the_text(wanted: Reasoning | None) -> None:
    thought = Thinking(text="Hm.", signature=SEAL)
    assert content(thought, REDACTED, Text(text="Pong."), wanted=wanted) == [
        {"type": "text", "text": "Pong."}
    ]


@pytest.mark.parametrize("wanted", UNASKED)
def test_seals_go_out_with_the_next_call(wanted: Reasoning | None) -> None:
    thought = Thinking(text="Hm.", signature=SEAL)
    blocks = content(thought, REDACTED, Text(text="I look."), CALL, wanted=wanted)
    assert [block["type"] for block in blocks] == [
        *("text", "thinking", "redacted_thinking", "tool_use"),
    ]
    assert blocks[1]["thinking"] == ""
    back = read_turns({"role": "assistant", "content": blocks})[0].items
    assert back[1:] == (Thinking(text="", signature=SEAL), REDACTED, CALL)


def test_an_answer_of_nothing_but_thinking_is_empty() -> None:
    assert content(Thinking(text="Hm."), wanted=None) == [{"type": "text", "text": ""}]


def test_who_asked_sees_it() -> None:
    thought = Thinking(text="Hm.", signature=SEAL)
    blocks = content(thought, Text(text="Pong."), wanted=Reasoning(effort=Effort.LOW))
    assert [block["type"] for block in blocks] == ["thinking", "text"]
