"""Messages for servers that speak Chat Completions."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.model.content import (
    CacheMark,
    CallKind,
    Document,
    Image,
    Item,
    Media,
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
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.wire.translate.codec import PromptTarget
from tests.wire.translate.openai_chat.support import (
    DEEPSEEK,
    GROQ,
    LOCAL,
    OPENAI,
    OPENROUTER,
    REASONING,
    assistant,
    body_and_losses,
    messages,
    prompt,
    target,
    turns,
    user,
)

PNG = Image(media=Media(media_type="image/png", data="iVBORw0KGgo="))
PNG_PART = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
A = ToolCall(id="a", name="f", arguments='{"x": 1.0}')
B = ToolCall(id="b", name="g", arguments="{}")
WRITTEN_A = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1.0}'}}


def result(call_id: str, *items: Item, **more: Any) -> ToolResult:
    return ToolResult(call_id=call_id, items=items or (Text(text=call_id.upper()),), **more)


def tool(call_id: str, content: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def test_roles_stay_in_their_places() -> None:
    said = [
        Turn(role=role, items=(Text(text=role),))
        for role in (Role.SYSTEM, Role.USER, Role.DEVELOPER, Role.ASSISTANT, Role.SYSTEM, Role.USER)
    ]
    found = messages(*said)
    assert [message["role"] for message in found] == [str(turn.role) for turn in said]
    body, lost = body_and_losses(prompt(*said), LOCAL)
    assert [message["role"] for message in body["messages"]][2] == "system"
    assert lost == ("developer_role",)


def test_results_stand_directly_after_their_calls_and_before_the_users_words() -> None:
    found = messages(
        assistant(Text(text="go"), A, B),
        user(Text(text="first this"), result("b"), result("a"), Text(text="then that")),
    )
    assert [message["role"] for message in found] == ["assistant", "tool", "tool", "user"]
    assert found[0]["content"] == "go"
    assert found[0]["tool_calls"][0] == WRITTEN_A
    assert found[1:3] == [tool("a", "A"), tool("b", "B")]
    assert [part["text"] for part in found[3]["content"]] == ["first this", "then that"]


def test_what_was_said_between_a_call_and_its_result_waits() -> None:
    found = messages(
        assistant(A),
        Turn(role=Role.DEVELOPER, items=(Text(text="hurry"),)),
        user(result("a")),
    )
    assert [message["role"] for message in found] == ["assistant", "tool", "developer"]


def test_ids_that_come_again_mean_the_last_call_before() -> None:
    found = messages(
        assistant(A), user(result("a", Text(text="1"))), assistant(A), user(result("a"))
    )
    assert [each.get("content") for each in found if each["role"] == "tool"] == ["1", "A"]
    assert [each["role"] for each in found] == ["assistant", "tool"] * 2


def test_a_call_without_a_result_gets_an_empty_one() -> None:
    body, lost = body_and_losses(prompt(assistant(A), user(Text(text="stop"))))
    assert body["messages"][1:] == [tool("a", ""), {"role": "user", "content": "stop"}]
    assert lost == ("call_pairing:no_result",)


def test_a_result_without_a_call_is_told() -> None:
    body, lost = body_and_losses(prompt(user(result("z", is_error=True), Text(text="and?"))))
    (message,) = body["messages"]
    assert message["role"] == "user"
    assert [part["text"] for part in message["content"]] == [
        "Result of the tool call z (it failed):",
        "Z",
        "and?",
    ]
    assert lost == ("call_pairing:no_call",)


def test_what_an_assistant_said_before_its_calls_is_one_message_with_them() -> None:
    found = messages(assistant(Text(text="go")), assistant(A), user(result("a")))
    assert [message["role"] for message in found] == ["assistant", "tool"]
    assert found[0]["content"] == "go"


def test_a_failure_is_told_in_words() -> None:
    body, lost = body_and_losses(
        prompt(assistant(A, B), user(result("a", is_error=True), ToolResult(call_id="b", items=())))
    )
    assert body["messages"][1:] == [tool("a", "Error: A"), tool("b", "")]
    assert lost == ("result_is_error",)


def test_images_of_results_follow_after_all_results() -> None:
    body, lost = body_and_losses(
        prompt(assistant(A, B), user(result("a", PNG), result("b"), Text(text="and?")))
    )
    assert body["messages"][1:] == [
        tool("a", "(The result follows in the next message.)"),
        tool("b", "B"),
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "From the result of the tool call a:"},
                PNG_PART,
                {"type": "text", "text": "and?"},
            ],
        },
    ]
    assert lost == ("result_media",)


def test_images_of_results_have_a_message_of_their_own_where_no_user_speaks() -> None:
    found = messages(
        assistant(A), user(result("a", PNG)), assistant(B), user(result("b")), user(Text(text="x"))
    )
    assert [message["role"] for message in found] == [
        *("assistant", "tool", "user", "assistant", "tool", "user")
    ]
    assert found[-1]["content"] == "x"
    named = user(Text(text="x"), name="Ann")
    assert messages(assistant(A), user(result("a", PNG)), named)[-1]["name"] == "Ann"


def test_text_documents_in_results_are_text() -> None:
    document = Document(media=Media(), text="hello", name="a.txt")
    found = messages(assistant(A), user(result("a", document)), to=LOCAL)
    assert found[1] == tool("a", "a.txt:\nhello")


@pytest.mark.parametrize(("to", "content"), [(OPENAI, None), (OPENROUTER, None), (LOCAL, "")])
def test_calls_alone_have_the_content_that_servers_bear(to: PromptTarget, content: Any) -> None:
    assert messages(assistant(A), user(result("a")), to=to)[0]["content"] == content


def test_ids_fit_and_still_meet() -> None:
    long = ToolCall(id="x" * 60, name="f", arguments="{}")
    for to in (OPENAI, LOCAL):
        found = messages(assistant(long), user(result("x" * 60)), to=to)
        assert found[0]["tool_calls"][0]["id"] == found[1]["tool_call_id"]
        assert len(found[1]["tool_call_id"]) == (29 if to is OPENAI else 60)


def test_texts_are_parts_or_one_string() -> None:
    said = user(Text(text="a"), Text(text=""), Text(text="b"))
    assert messages(said)[0]["content"] == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
    ]
    assert messages(said, to=LOCAL)[0]["content"] == "a\n\nb"
    assert messages(user(Text(text="")))[0]["content"] == ""


def test_marks_go_to_those_who_need_them() -> None:
    marked = user(Text(text="a", cache=CacheMark(ttl="1h")))
    control = {"type": "ephemeral", "ttl": "1h"}
    assert messages(marked, to=OPENROUTER)[0]["content"] == [
        {"type": "text", "text": "a", "cache_control": control}
    ]
    found = messages(assistant(A), user(result("a", cache=CacheMark())), to=OPENROUTER)
    assert found[1]["content"][0]["cache_control"] == {"type": "ephemeral"}
    plain = target(ProviderKind.OPENROUTER, "openai/gpt-5")
    assert body_and_losses(prompt(marked), plain)[1] == ("cache_mark",)


def test_names_of_speakers_fit_or_are_lost() -> None:
    assert messages(user(Text(text="a"), name="Ann"))[0]["name"] == "Ann"
    assert body_and_losses(prompt(user(Text(text="a"), name="A n")))[1] == ("speaker_name",)
    assert body_and_losses(prompt(user(Text(text="a"), name="Ann")), GROQ)[1] == ("speaker_name",)


def test_refusals_are_parts_at_openai_and_words_elsewhere() -> None:
    refused = assistant(Refusal(text="no"))
    follow = user(Text(text="why"))
    assert messages(refused, follow)[0]["content"] == [{"type": "refusal", "refusal": "no"}]
    body, lost = body_and_losses(prompt(refused, follow), LOCAL)
    assert body["messages"][0]["content"] == "no"
    assert lost == ("refusal",)


def test_an_assistants_images_are_lost() -> None:
    body, lost = body_and_losses(prompt(assistant(Text(text="a"), PNG), user(Text(text="b"))))
    assert body["messages"][0]["content"] == "a"
    assert lost == ("image:assistant",)


def test_a_begun_answer_is_a_loss_at_openai() -> None:
    begun = prompt(user(Text(text="a")), assistant(Text(text="b")))
    assert body_and_losses(begun)[1] == ("prefill",)
    assert body_and_losses(begun, LOCAL)[1] == ()


SEALED = Thinking(text="hm", signature=Signature(vendor=Vendor.ANTHROPIC, data="s"))
HIDDEN = RedactedThinking(signature=Signature(vendor=Vendor.ANTHROPIC, data="h"))
MORE = user(Text(text="more"))


@pytest.mark.parametrize(
    ("items", "to", "members", "lost"),
    [
        ((Thinking(text="hm"),), OPENAI, {}, ("thinking",)),
        ((SEALED,), REASONING, {}, ("signature:thinking", "thinking")),
        ((HIDDEN,), OPENROUTER, {}, ("redacted_thinking",)),
        ((Thinking(text="hm"),), DEEPSEEK, {"reasoning_content": "hm"}, ()),
        ((SEALED,), DEEPSEEK, {"reasoning_content": "hm"}, ("signature:thinking",)),
        ((Thinking(text="hm"),), OPENROUTER, {"reasoning": "hm"}, ()),
        ((SEALED,), OPENROUTER, {}, ("signature:thinking", "thinking")),
    ],
)
def test_thinking_goes_where_it_is_wanted(
    items: tuple[Item, ...], to: PromptTarget, members: dict[str, Any], lost: tuple[str, ...]
) -> None:
    body, told = body_and_losses(prompt(assistant(*items, Text(text="so")), MORE), to)
    assert body["messages"][0] == {"role": "assistant", "content": "so", **members}
    assert told == lost


def test_entries_of_openrouter_go_back_as_they_came_and_to_nobody_else() -> None:
    details = [
        {
            "type": "reasoning.text",
            "text": "hm",
            "signature": "s",
            "format": "anthropic-claude-v1",
            "index": 0,
        },
        {"type": "reasoning.summary", "summary": "so", "format": "openai-responses-v1"},
        {"type": "reasoning.encrypted", "data": "x", "id": "a", "format": "google-gemini-v1"},
    ]
    said = turns({"role": "assistant", "content": "so", "reasoning_details": details})
    found = messages(*said, MORE, to=OPENROUTER)
    assert found[0]["reasoning_details"] == details
    body, lost = body_and_losses(prompt(*said, MORE), LOCAL)
    assert b"reasoning" not in orjson.dumps(body)
    assert lost == ("signature:thinking", "thinking", "redacted_thinking")


def test_a_turn_of_thinking_alone_disappears() -> None:
    body, lost = body_and_losses(prompt(assistant(Thinking(text="hm"), HIDDEN), MORE), DEEPSEEK)
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert lost == ("thinking", "redacted_thinking")


def test_seals_of_calls_are_lost() -> None:
    call = ToolCall(
        id="a", name="f", arguments="{}", signature=Signature(vendor=Vendor.GOOGLE, data="s")
    )
    assert body_and_losses(prompt(assistant(call), user(result("a"))))[1] == (
        "signature:tool_calls",
    )


def test_custom_calls_are_text_where_that_is_known_and_wrapped_elsewhere() -> None:
    call = ToolCall(id="a", name="run", arguments='say "hi"', kind=CallKind.CUSTOM)
    (there,) = messages(assistant(call), user(result("a")), to=REASONING)[0]["tool_calls"]
    assert there == {"id": "a", "type": "custom", "custom": {"name": "run", "input": 'say "hi"'}}
    (elsewhere,) = messages(assistant(call), user(result("a")), to=LOCAL)[0]["tool_calls"]
    assert elsewhere["type"] == "function"
    assert orjson.loads(elsewhere["function"]["arguments"]) == {"input": 'say "hi"'}
