import json
from typing import Any

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    Audio,
    CacheMark,
    CallKind,
    Citation,
    Document,
    Hosted,
    Image,
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
from llmgw_desktop.domain.model.prompt import (
    HostedKind,
    HostedTool,
    OutputFormat,
    OutputKind,
    Sampling,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.domain.provider import ProviderKind
from tests.wire.translate.anthropic.checked import (
    assistant,
    messages,
    prompt,
    turn,
    user,
    written,
)

OWN = Signature(vendor=Vendor.ANTHROPIC, data="sig")
FOREIGN = Signature(vendor=Vendor.OPENAI, data="enc")
MARK = {"type": "ephemeral"}


def call(call_id: str, name: str = "f", arguments: str = "{}") -> ToolCall:
    return ToolCall(id=call_id, name=name, arguments=arguments)


def result(call_id: str, *items: Any, **more: Any) -> ToolResult:
    texts = tuple(Text(text=i) if isinstance(i, str) else i for i in items)
    return ToolResult(call_id=call_id, items=texts, **more)


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def test_leading_system_turns_become_the_system_prompt() -> None:
    body, lost = written(prompt(turn(Role.SYSTEM, "a"), turn(Role.DEVELOPER, "b"), user("Hi")))
    assert body["system"] == [text("a"), text("b")]
    assert body["messages"] == [{"role": "user", "content": [text("Hi")]}]
    assert lost == ()


def test_later_system_turns_become_reminders() -> None:
    body, lost = written(
        prompt(user("Hi"), assistant("Yes?"), turn(Role.DEVELOPER, "In French."), user("Go"))
    )
    assert body["messages"][2]["content"] == [
        text("<system-reminder>\nIn French.\n</system-reminder>"),
        text("Go"),
    ]
    assert lost == ("system_position",)


def test_a_system_prompt_alone_is_asked() -> None:
    body, lost = written(prompt(turn(Role.SYSTEM, "a", "b")))
    assert body["system"] == [text("a")]
    assert body["messages"] == [{"role": "user", "content": [text("b")]}]
    assert lost == ("system_position",)


def test_roles_take_turns() -> None:
    found = messages(
        prompt(
            user("a"),
            user("b"),
            assistant("c"),
            assistant("d"),
            user(""),
            assistant("e"),
            user("f"),
        )
    )
    assert [(m["role"], [b["text"] for b in m["content"]]) for m in found] == [
        ("user", ["a", "b"]),
        ("assistant", ["c", "d", "e"]),
        ("user", ["f"]),
    ]


def test_results_stand_first_and_in_the_order_of_their_calls() -> None:
    found = messages(
        prompt(
            user("Hi"),
            assistant("let me", call("a"), call("b")),
            user("and", result("b", "B"), result("a", "A", is_error=True)),
        )
    )
    assert found[2]["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": [text("A")], "is_error": True},
        {"type": "tool_result", "tool_use_id": "b", "content": [text("B")]},
        text("and"),
    ]


def test_a_message_between_a_call_and_its_result_comes_after_the_result() -> None:
    found = messages(
        prompt(
            user("Hi"), assistant(call("a")), turn(Role.DEVELOPER, "note"), user(result("a", "A"))
        )
    )
    assert [block["type"] for block in found[2]["content"]] == ["tool_result", "text"]


def test_parallel_calls_in_turns_of_their_own_are_one_message() -> None:
    found = messages(
        prompt(
            user("Hi"),
            assistant(call("a")),
            assistant(call("b")),
            user(result("a", "A")),
            user(result("b", "B")),
        )
    )
    assert [message["role"] for message in found] == ["user", "assistant", "user"]


def test_a_late_result_is_brought_to_its_call() -> None:
    found = messages(
        prompt(
            user("Hi"),
            assistant(call("a"), call("b")),
            user(result("a", "A")),
            assistant("hm"),
            user(result("b", "B"), "next"),
        )
    )
    assert [len(message["content"]) for message in found] == [1, 2, 2, 1, 1]


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    body, lost = written(prompt(user("Hi"), assistant(call("a")), user("never mind")))
    assert body["messages"][2]["content"][0] == {
        "type": "tool_result",
        "tool_use_id": "a",
        "content": [text("No result was given for this call.")],
        "is_error": True,
    }
    assert lost == ("call_pairing",)


def test_a_call_at_the_end_gets_a_result_too() -> None:
    assert messages(prompt(user("Hi"), assistant(call("a"))))[2]["role"] == "user"


def test_calls_before_another_assistant_turn_are_answered() -> None:
    found = messages(prompt(user("Hi"), assistant(call("a")), user(""), assistant("b"), user("c")))
    assert [message["role"] for message in found] == [
        "user", "assistant", "user", "assistant", "user",
    ]  # fmt: skip


def test_of_several_results_the_last_counts() -> None:
    body, lost = written(
        prompt(user("Hi"), assistant(call("a")), user(result("a", "1"), result("a", "2")))
    )
    assert body["messages"][2]["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": [text("2")]}
    ]
    assert lost == ("call_pairing",)


def test_a_result_without_a_call_becomes_text() -> None:
    body, lost = written(prompt(user(result("gone", "R"))))
    assert body["messages"] == [
        {"role": "user", "content": [text("Result of the call gone:"), text("R")]}
    ]
    assert lost == ("call_pairing",)


def test_ids_that_are_used_again_are_told_apart() -> None:
    found = messages(
        prompt(
            user("Hi"),
            assistant(call("call_0")),
            user(result("call_0", "1")),
            assistant(call("call_0")),
            user(result("call_0", "2")),
        )
    )
    assert found[3]["content"][0]["id"] != found[1]["content"][0]["id"]
    assert found[4]["content"][0]["content"] == [text("2")]


def test_ids_fit() -> None:
    odd = "fc:ü/" * 40
    found = messages(prompt(user("Hi"), assistant(call(odd)), user(result(odd, "R"))))
    assert found[1]["content"][0]["id"] == found[2]["content"][0]["tool_use_id"]
    assert found[1]["content"][0]["id"].replace("_", "").isalnum()


def test_arguments_stay_as_they_were_written() -> None:
    wanted = prompt(
        user("Hi"), assistant(call("a", arguments='{"x": 1.0, "big": 123456789012345678901}'))
    )
    assert messages(wanted)[1]["content"][0]["input"] == {"x": 1.0, "big": 123456789012345678901}


@pytest.mark.parametrize("arguments", ["[1]", '{"a":', "hello"])
def test_arguments_that_are_no_object_become_an_empty_one(arguments: str) -> None:
    wanted = prompt(user("Hi"), assistant(call("a", arguments=arguments)), user(result("a")))
    body, lost = written(wanted)
    assert body["messages"][1]["content"][0]["input"] == {}
    assert lost == ("call_arguments",)


def test_missing_arguments_are_no_loss() -> None:
    wanted = prompt(user("Hi"), assistant(call("a", arguments="")), user(result("a")))
    assert written(wanted)[1] == ()


def test_custom_tools_are_functions_with_one_text() -> None:
    tool = Tool(name="apply_patch", kind=CallKind.CUSTOM, namespace="ns")
    one = ToolCall(
        id="a",
        name="apply_patch",
        namespace="ns",
        kind=CallKind.CUSTOM,
        arguments='*** "End" Patch\n',
    )
    body, _ = written(prompt(user("Hi"), assistant(one), user(result("a", "R")), tools=(tool,)))
    assert body["tools"][0]["name"] == "ns__apply_patch"
    assert list(body["tools"][0]["input_schema"]["properties"]) == ["input"]
    written_call = body["messages"][1]["content"][0]
    assert written_call["name"] == "ns__apply_patch"
    assert written_call["input"] == {"input": '*** "End" Patch\n'}


def test_thinking_goes_back_to_who_made_it_alone() -> None:
    items = [
        Thinking(text="a", signature=OWN),
        RedactedThinking(signature=OWN),
        Thinking(text="b", signature=FOREIGN),
        Thinking(text="c"),
        RedactedThinking(signature=FOREIGN),
        "so",
    ]
    body, lost = written(prompt(user("Hi"), assistant(*items), user("x")))
    assert body["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "a", "signature": "sig"},
        {"type": "redacted_thinking", "data": "sig"},
        text("so"),
    ]
    assert lost == ("thinking", "redacted_thinking")
    body, lost = written(
        prompt(user("Hi"), assistant(*items), user("x")), kind=ProviderKind.OPENAI_COMPATIBLE
    )
    assert body["messages"][1]["content"] == [text("so")]


def test_an_assistant_turn_of_foreign_thinking_alone_disappears() -> None:
    found = messages(prompt(user("a"), assistant(Thinking(text="b", signature=FOREIGN)), user("c")))
    assert found == [{"role": "user", "content": [text("a"), text("c")]}]


def test_signatures_of_calls_and_texts_are_not_sent() -> None:
    sealed = ToolCall(id="a", name="f", arguments="{}", signature=FOREIGN)
    body, lost = written(
        prompt(
            user("Hi"),
            assistant(Text(text="t", signature=FOREIGN), sealed),
            user(result("a", "R")),
        )
    )
    assert "enc" not in json.dumps(body)
    assert lost == ("signature",)


PNG = Media(media_type="image/png", data="iVBORw0KGgo=")
PDF = Media(media_type="application/pdf", data="JVBERi0x")


@pytest.mark.parametrize(
    ("item", "block"),
    [
        (
            Image(media=PNG),
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
            },
        ),
        (
            Image(media=Media(url="https://a.example"), cache=CacheMark(ttl="1h")),
            {
                "type": "image",
                "source": {"type": "url", "url": "https://a.example"},
                "cache_control": {"type": "ephemeral", "ttl": "1h"},
            },
        ),
        (
            Image(media=Media(file_id="file_1", file_vendor=Vendor.ANTHROPIC)),
            {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
        ),
        (
            Document(media=PDF, name="T", context="C", wants_citations=True),
            {
                "type": "document",
                "source": {
                    "type": "base64",
                    "media_type": "application/pdf",
                    "data": "JVBERi0x",
                },
                "title": "T",
                "context": "C",
                "citations": {"enabled": True},
            },
        ),
        (
            Document(media=Media(media_type="text/csv", data="YSxi")),
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "a,b"},
            },
        ),
        (
            Document(media=Media(), text="plain"),
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "plain"},
            },
        ),
        (
            Document(media=Media(url="https://a.example/b.pdf")),
            {"type": "document", "source": {"type": "url", "url": "https://a.example/b.pdf"}},
        ),
        (Text(text="a", cache=CacheMark(ttl="24h")), {**text("a"), "cache_control": MARK}),
    ],
)
def test_items_of_a_user(item: Any, block: dict[str, Any]) -> None:
    body, lost = written(prompt(user(item)))
    assert body["messages"][0]["content"] == [block]
    assert lost == ()
    if not isinstance(item, Text):
        inner = written(prompt(user("Hi"), assistant(call("a")), user(result("a", item))))[0]
        found = inner["messages"][2]["content"][0]["content"][0]
        assert found == {name: block[name] for name in block if name != "cache_control"}


@pytest.mark.parametrize(
    ("item", "lost"),
    [
        (Image(media=Media(media_type="image/bmp", data="Qk0=")), "image"),
        (Image(media=Media(file_id="f", file_vendor=Vendor.OPENAI)), "file_id"),
        (Document(media=Media(file_id="f", file_vendor=Vendor.OPENAI)), "file_id"),
        (Document(media=Media(media_type="application/zip", data="UEsDBA==")), "document"),
        (Document(media=Media(media_type="text/plain", data="/w==")), "document"),
        (Audio(media=Media(media_type="audio/wav", data="AAAA")), "audio"),
    ],
)
def test_what_cannot_be_passed_leaves_a_word(item: Any, lost: str) -> None:
    body, names = written(prompt(user(item)))
    assert "left out" in body["messages"][0]["content"][0]["text"]
    assert names == (lost,)


def test_other_losses_of_items() -> None:
    hosted = Hosted(vendor=Vendor.OPENAI, what="web_search_call", raw={}, text="searched")
    mute = Hosted(vendor=Vendor.OPENAI, what="computer_call", raw={})
    items = [
        Refusal(text="no"),
        hosted,
        mute,
        Text(text="cited", citations=(Citation(url="https://a.example"),)),
        Text(text=" \n"),
        Image(media=PNG),
    ]
    turns = (
        Turn(role=Role.USER, items=(Image(media=PNG, detail="low"),), name="Ada"),
        assistant(*items),
        user("x"),
    )
    body, lost = written(prompt(*turns))
    assert [block["text"] for block in body["messages"][1]["content"]] == [
        "no", "searched", "cited", "[image left out: it cannot be passed on here]",
    ]  # fmt: skip
    assert lost == (
        "speaker_name",
        "image_detail",
        "refusal",
        "hosted_item:web_search_call",
        "hosted_item:computer_call",
        "citations",
        "empty_text",
        "image",
    )


def test_own_items_go_back_as_they_came() -> None:
    raw = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}}
    cited = {"type": "web_search_result_location", "url": "u", "encrypted_index": "e"}
    items = (
        Hosted(vendor=Vendor.ANTHROPIC, what="server_tool_use", raw=raw),
        Text(text="a", citations=(Citation(raw=cited, vendor=Vendor.ANTHROPIC),)),
    )
    body, lost = written(prompt(user("Hi"), assistant(*items), user("x")))
    assert body["messages"][1]["content"] == [raw, {**text("a"), "citations": [cited]}]
    assert lost == ()


def test_a_trailing_assistant_turn_is_continued_where_the_model_can() -> None:
    wanted = prompt(user("Hi"), assistant("The answer is \n"))
    body, lost = written(wanted, "claude-sonnet-4-5")
    assert body["messages"][-1] == {"role": "assistant", "content": [text("The answer is")]}
    assert lost == ()
    body, lost = written(wanted, "claude-opus-4-6")
    assert body["messages"][-1]["role"] == "user"
    assert lost == ("prefill",)


def test_a_conversation_that_the_assistant_begins() -> None:
    assert [m["role"] for m in messages(prompt(assistant("Welcome"), user("Hi")))] == [
        "user", "assistant", "user",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "asked", "tokens", "lost"),
    [
        ("claude-opus-4-6", None, 128_000, ()),
        ("claude-sonnet-4-5-20250929", None, 64_000, ()),
        ("claude-opus-4-20250514", None, 32_000, ()),
        ("claude-3-5-haiku-20241022", None, 8_192, ()),
        ("claude-3-haiku-20240307", None, 4_096, ()),
        ("kimi-k2", None, 32_000, ()),
        ("kimi-k2", 500_000, 500_000, ()),
        ("claude-haiku-4-5", 100_000, 64_000, ("max_tokens",)),
        ("claude-haiku-4-5", 10, 10, ()),
    ],
)
def test_max_tokens(model: str, asked: int | None, tokens: int, lost: tuple[str, ...]) -> None:
    body, names = written(prompt(max_tokens=asked), model)
    assert (body["max_tokens"], names) == (tokens, lost)


def tool(name: str, **more: Any) -> Tool:
    return Tool(name=name, schema={"type": "object", "properties": {}}, **more)


def test_tools_and_their_names() -> None:
    body, lost = written(
        prompt(
            tools=(
                tool("get weather", description="d", cache=CacheMark()),
                tool("f", namespace="mcp__x", namespace_description="about x"),
                Tool(name="bare"),
            ),
            tool_choice=ToolChoice(mode=ToolMode.ANY, names=("f",), parallel=False),
        )
    )
    assert body["tools"] == [
        {
            "name": "get_weather",
            "description": "d",
            "input_schema": {"type": "object", "properties": {}},
            "cache_control": MARK,
        },
        {"name": "mcp__x__f", "input_schema": {"type": "object", "properties": {}}},
        {"name": "bare", "input_schema": {"type": "object", "properties": {}}},
    ]
    assert body["tool_choice"] == {
        "type": "tool", "name": "mcp__x__f", "disable_parallel_tool_use": True,
    }  # fmt: skip
    assert lost == ("tool_namespace:mcp__x",)


@pytest.mark.parametrize(
    ("choice", "written_as", "lost"),
    [
        (ToolChoice(), None, ()),
        (ToolChoice(parallel=True), None, ()),
        (ToolChoice(parallel=False), {"type": "auto", "disable_parallel_tool_use": True}, ()),
        (ToolChoice(mode=ToolMode.AUTO), {"type": "auto"}, ()),
        (ToolChoice(mode=ToolMode.NONE, parallel=False), {"type": "none"}, ()),
        (ToolChoice(mode=ToolMode.ANY), {"type": "any"}, ()),
        (ToolChoice(mode=ToolMode.ANY, names=("f", "g")), {"type": "any"}, ("tool_choice:names",)),
        (ToolChoice(mode=ToolMode.AUTO, names=("f",)), {"type": "auto"}, ("tool_choice:names",)),
    ],
)
def test_tool_choice(choice: ToolChoice, written_as: object, lost: tuple[str, ...]) -> None:
    body, names = written(prompt(tools=(tool("f"), tool("g")), tool_choice=choice))
    assert (body.get("tool_choice"), names) == (written_as, lost)


def test_without_tools_there_is_no_choice() -> None:
    body, lost = written(prompt(tool_choice=ToolChoice(mode=ToolMode.ANY)))
    assert "tool_choice" not in body
    assert lost == ("tool_choice",)


def test_models_that_always_think_cannot_be_forced() -> None:
    wanted = prompt(tools=(tool("f"),), tool_choice=ToolChoice(mode=ToolMode.ANY, names=("f",)))
    body, lost = written(wanted, "claude-opus-5-5")
    assert (body["tool_choice"], lost) == ({"type": "auto"}, ("tool_choice",))


def hosted_tool(kind: HostedKind, vendor: Vendor = Vendor.OPENAI, **raw: Any) -> HostedTool:
    return HostedTool(kind=kind, vendor=vendor, raw=raw)


def test_web_search_of_others_has_a_counterpart() -> None:
    search = hosted_tool(
        HostedKind.WEB_SEARCH,
        type="web_search",
        user_location={"type": "approximate", "country": "DE", "zip": 1},
        filters={"allowed_domains": ["a.example"]},
    )
    body, lost = written(prompt(tools=(search, hosted_tool(HostedKind.OTHER, type="computer"))))
    assert body["tools"] == [
        {
            "type": "web_search_20250305",
            "name": "web_search",
            "user_location": {"type": "approximate", "country": "DE"},
            "allowed_domains": ["a.example"],
        }
    ]
    assert lost == ("hosted_tool:computer",)


def test_a_hosted_tool_gives_way_to_an_own_one_of_its_name() -> None:
    search = hosted_tool(HostedKind.WEB_SEARCH, type="web_search")
    body, lost = written(prompt(tools=(search, tool("web_search"))))
    assert [each["name"] for each in body["tools"]] == ["web_search"]
    assert "input_schema" in body["tools"][0]
    assert lost == ("hosted_tool:web_search",)


def test_own_hosted_tools_are_for_the_vendor_itself() -> None:
    own = hosted_tool(HostedKind.OTHER, Vendor.ANTHROPIC, type="bash_20250124", name="bash")
    assert written(prompt(tools=(own,)))[0]["tools"] == [{"type": "bash_20250124", "name": "bash"}]
    body, lost = written(prompt(tools=(own,)), kind=ProviderKind.OPENAI_COMPATIBLE)
    assert "tools" not in body
    assert lost == ("hosted_tool:bash_20250124",)


SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 1}},
    "required": ["n"],
}
CLOSED = {
    "type": "object",
    "properties": {"n": {"type": "integer", "description": "{minimum: 1}"}},
    "required": ["n"],
    "additionalProperties": False,
}


def test_strict_tools_where_the_model_knows_them() -> None:
    strict = Tool(name="f", schema=SCHEMA, strict=True)
    body, lost = written(prompt(tools=(strict,)))
    assert body["tools"] == [{"name": "f", "input_schema": CLOSED, "strict": True}]
    assert lost == ("tool_schema:minimum",)
    body, lost = written(prompt(tools=(strict,)), "claude-sonnet-4-20250514")
    assert body["tools"] == [{"name": "f", "input_schema": SCHEMA}]
    assert lost == ("tool_strict",)


@pytest.mark.parametrize(
    ("output", "written_as", "lost"),
    [
        (OutputFormat(), None, ()),
        (OutputFormat(verbosity="low"), None, ("verbosity",)),
        (OutputFormat(kind=OutputKind.JSON), None, ("output_format:json",)),
        (
            OutputFormat(kind=OutputKind.SCHEMA, name="n", schema=SCHEMA),
            {"format": {"type": "json_schema", "schema": CLOSED}},
            ("output_format:minimum",),
        ),
    ],
)
def test_output_format(output: OutputFormat, written_as: object, lost: tuple[str, ...]) -> None:
    body, names = written(prompt(output=output))
    assert (body.get("output_config"), names) == (written_as, lost)


def test_older_models_have_no_output_format() -> None:
    output = OutputFormat(kind=OutputKind.SCHEMA, schema=CLOSED)
    body, lost = written(prompt(output=output), "claude-3-7-sonnet-20250219")
    assert "output_config" not in body
    assert lost == ("output_format:schema",)


@pytest.mark.parametrize(
    ("model", "sampling", "members", "lost"),
    [
        ("claude-opus-4-6", Sampling(temperature=0.3), {"temperature": 0.3}, ()),
        ("claude-opus-4-6", Sampling(temperature=1.7), {"temperature": 1.0}, ("temperature",)),
        ("claude-opus-4-6", Sampling(temperature=0.3, top_p=0.9), {"temperature": 0.3}, ("top_p",)),
        ("claude-opus-4-6", Sampling(temperature=1, top_p=1), {"temperature": 1.0}, ()),
        (
            "claude-3-haiku-20240307",
            Sampling(temperature=0.3, top_p=0.9, top_k=4),
            {"temperature": 0.3, "top_p": 0.9, "top_k": 4},
            (),
        ),
        ("claude-opus-4-8", Sampling(temperature=1, top_p=1), {}, ()),
        (
            "claude-opus-4-8",
            Sampling(temperature=0, top_p=0.5, top_k=4),
            {},
            ("temperature", "top_p", "top_k"),
        ),
        (
            "claude-opus-4-6",
            Sampling(seed=1, presence_penalty=0.1, logprobs=0, candidates=1),
            {},
            ("seed", "penalties", "logprobs"),
        ),
    ],
)
def test_sampling(
    model: str, sampling: Sampling, members: dict[str, Any], lost: tuple[str, ...]
) -> None:
    body, names = written(prompt(sampling=sampling), model)
    found = {name: body[name] for name in ("temperature", "top_p", "top_k") if name in body}
    assert (found, names) == (members, lost)


def test_several_answers_are_refused() -> None:
    with pytest.raises(MalformedRequest) as refused:
        written(prompt(sampling=Sampling(candidates=2)))
    assert refused.value.path == "n"


@pytest.mark.parametrize(
    ("tier", "written_as", "lost"),
    [
        ("auto", "auto", ()),
        ("default", "standard_only", ()),
        ("priority", "auto", ("service_tier:priority",)),
        ("flex", None, ("service_tier:flex",)),
    ],
)
def test_service_tier(tier: str, written_as: str | None, lost: tuple[str, ...]) -> None:
    body, names = written(prompt(service_tier=tier))
    assert (body.get("service_tier"), names) == (written_as, lost)


def test_the_rest() -> None:
    body, lost = written(prompt(stop=("END", "\n"), user="u", metadata={"a": "b"}, streaming=True))
    assert body["stop_sequences"] == ["END"]
    assert body["metadata"] == {"user_id": "u"}
    assert body["stream"] is True
    assert lost == ("metadata", "stop")


def test_the_last_four_marks_are_kept() -> None:
    marked = [Text(text=str(n), cache=CacheMark()) for n in range(5)]
    body, lost = written(
        prompt(
            turn(Role.SYSTEM, *marked[:2]), user(*marked[2:]), tools=(tool("f", cache=CacheMark()),)
        )
    )
    assert "cache_control" not in body["tools"][0]
    assert "cache_control" not in body["system"][0]
    assert all("cache_control" in block for block in body["messages"][0]["content"])
    assert lost == ("cache_mark",)


def test_a_cache_key_is_a_wish_for_caching() -> None:
    turns = (turn(Role.SYSTEM, "a"), user("b"))
    body, lost = written(prompt(*turns, cache_key="k", cache_retention="24h"))
    long_mark = {"type": "ephemeral", "ttl": "1h"}
    assert body["system"] == [{**text("a"), "cache_control": long_mark}]
    assert body["messages"][0]["content"] == [{**text("b"), "cache_control": long_mark}]
    assert lost == ()
    body, lost = written(prompt(*turns, cache_key="k"), kind=ProviderKind.OPENAI_COMPATIBLE)
    assert "cache_control" not in json.dumps(body)
    assert lost == ("cache_key",)


def test_own_marks_are_left_alone_by_a_cache_key() -> None:
    body, _ = written(prompt(user(Text(text="a", cache=CacheMark()), "b"), cache_key="k"))
    assert [("cache_control" in block) for block in body["messages"][0]["content"]] == [True, False]


def test_the_same_prompt_is_written_the_same() -> None:
    wanted = prompt(user("Hi"), assistant(call("a:b")), user(result("a:b", "R")))
    assert written(wanted) == written(wanted)
