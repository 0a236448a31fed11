"""Parts of recorded prompts as texts, and the vendor's own word for a miss."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.flights.prompt_changes import changes
from llmgw_desktop.domain.flights.prompt_print import PromptSection
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.prompt_cache.fingerprints import print_of
from llmgw_desktop.engine.prompt_cache.prompt_parts import (
    RecordedPrompt,
    UnreadablePrompt,
    vendors_reason,
)
from tests.engine.prompt_cache.conversations import DIALECTS, KEY, body_of, conversation, marked
from tests.engine.prompt_cache.test_seeded_changes import CASES, SEEDS
from tests.support.made_flights import summary


def _recorded(body: bytes | None, protocol: ModelProtocol, **changes: object) -> FlightRecord:
    made = FlightRecord(summary=summary(1, protocol=protocol), request_body=body)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "protocol"), CASES)
def test_what_a_print_calls_changed_has_other_words(name: str, protocol: ModelProtocol) -> None:
    before, now = marked(conversation(9)), marked(SEEDS[name][0](conversation(9)))
    bodies = [body_of(each, protocol) for each in (before, now)]
    prints = [print_of(each, protocol, KEY) for each in bodies]
    was, became = (RecordedPrompt(_recorded(each, protocol), "it") for each in bodies)
    found = changes(*prints)
    assert found
    first = found[0]
    assert was.text(first, first.before) != became.text(first, first.now) or first.what == "moved"


@pytest.mark.parametrize("protocol", DIALECTS, ids=str)
def test_every_block_has_a_name(protocol: ModelProtocol) -> None:
    body = body_of(conversation(9), protocol)
    made, prompt = print_of(body, protocol, KEY), RecordedPrompt(_recorded(body, protocol), "it")
    assert prompt.name(PromptSection.TOOLS, 3) == "tool_3"
    assert prompt.name(PromptSection.SYSTEM, 0).startswith("You are a coding agent.")
    for at in range(len(made.messages)):
        assert prompt.name(PromptSection.MESSAGES, at).startswith(("user: ", "assistant: "))
    assert prompt.part(PromptSection.MESSAGES, 999) == prompt.name(PromptSection.TOOLS, 999) == ""


def test_what_cannot_be_read_says_why() -> None:
    protocol = ModelProtocol.ANTHROPIC
    body = body_of(conversation(3), protocol)
    for record, words in (
        (None, "kept no longer"),
        (_recorded(None, protocol), "was not kept"),
        (_recorded(body, protocol, request_body_whole=False), "only the beginning"),
        (_recorded(body[:-9], protocol), "cannot be taken apart"),
        (_recorded(b"[1]", protocol), "cannot be taken apart"),
        (_recorded(body, protocol, unreadable="The vault is locked."), "The vault is locked."),
    ):
        with pytest.raises(UnreadablePrompt, match=words):
            RecordedPrompt(record, "it")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (b'{"diagnostics": {"cache_miss_reason": "tools_changed"}}', "tools_changed"),
        (
            b'data: {"diagnostics":{"cache_miss_reason":{"type":"system_changed","tokens":9}}}',
            "system_changed",
        ),
        (b'{"diagnostics": {"cache_miss_reason": null}}', ""),
        (b'{"content":[{"text":"{\\"cache_miss_reason\\": \\"tools_changed\\"}"}]}', ""),
        (b"", ""),
        (None, ""),
    ],
)
def test_the_vendors_own_word(answer: bytes | None, word: str) -> None:
    assert vendors_reason(answer) == word
