"""Prompts become requests to Gemini."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    Audio,
    CacheMark,
    Citation,
    Document,
    Hosted,
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
    Video,
)
from llmgw_desktop.domain.model.prompt import Tool
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.gemini.support import (
    CODEC,
    PDF,
    PNG,
    model,
    prompt,
    target,
    text,
    turn,
    user,
    write_prompt,
)

SKIP = "skip_thought_signature_validator"
GOOGLE = Signature(vendor=Vendor.GOOGLE, data="c2VhbA==")
CLAUDE = Signature(vendor=Vendor.ANTHROPIC, data="Y2xhdWRl")
WEATHER = Tool(
    name="get_weather",
    description="d",
    schema={"type": "object", "properties": {"city": {"type": "string"}}},
)
IMAGE = Image(media=Media(media_type="image/png", data=PNG))
INLINE = {"inlineData": {"mimeType": "image/png", "data": PNG}}


def call(number: int, **more: Any) -> ToolCall:
    arguments = more.pop("arguments", f'{{"n":{number}}}')
    return ToolCall(id=f"c{number}", name="get_weather", arguments=arguments, **more)


def result(number: int, *items: Item, **more: Any) -> ToolResult:
    return ToolResult(call_id=f"c{number}", items=items or (text(f"r{number}"),), **more)


def parts_of(*turns: Turn, name: str = "gemini-3-pro-preview") -> list[list[dict[str, Any]]]:
    body, _ = write_prompt(prompt(*turns), name)
    return [content["parts"] for content in body["contents"]]


def losses_of(*turns: Turn, name: str = "gemini-3-pro-preview", **more: Any) -> tuple[str, ...]:
    return write_prompt(prompt(*turns, **more), name)[1]


def test_a_conversation() -> None:
    body, losses = write_prompt(
        prompt(
            turn(Role.SYSTEM, text("Be brief.")),
            user(text("Bern and Rome?")),
            user(IMAGE),
            model(text("I look."), call(1), call(2)),
            user(text("and then?"), result(2), result(1)),
            tools=(WEATHER,),
            max_tokens=10,
        )
    )
    assert body == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Bern and Rome?"}, INLINE]},
            {
                "role": "model",
                "parts": [
                    {"text": "I look."},
                    {
                        "functionCall": {"id": "c1", "name": "get_weather", "args": {"n": 1}},
                        "thoughtSignature": SKIP,
                    },
                    {"functionCall": {"id": "c2", "name": "get_weather", "args": {"n": 2}}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {
                        "functionResponse": {
                            "id": f"c{n}",
                            "name": "get_weather",
                            "response": {"output": f"r{n}"},
                        }
                    }
                    for n in (1, 2)
                ]
                + [{"text": "and then?"}],
            },
        ],
        "tools": [
            {
                "functionDeclarations": [
                    {
                        "name": "get_weather",
                        "description": "d",
                        "parametersJsonSchema": WEATHER.schema,
                    }
                ]
            }
        ],
        "generationConfig": {"maxOutputTokens": 10},
    }
    assert losses == ()


def test_only_third_generations_get_the_documented_word_for_foreign_calls() -> None:
    turns = (user(text("x")), model(call(1)), user(result(1)))
    assert SKIP in str(parts_of(*turns))
    assert SKIP in str(parts_of(*turns, name="models/gemini-flash-latest"))
    assert SKIP not in str(parts_of(*turns, name="gemini-2.5-pro"))


def test_each_step_has_its_first_call_sealed() -> None:
    steps = parts_of(
        user(text("x")),
        model(call(1, signature=GOOGLE), call(2)),
        user(result(1), result(2)),
        model(call(3)),
        user(result(3)),
    )
    seals = [part.get("thoughtSignature") for step in steps for part in step]
    assert seals == [None, GOOGLE.data, None, None, None, SKIP, None]


def test_words_of_the_system_within_the_conversation() -> None:
    body, losses = write_prompt(
        prompt(
            turn(Role.DEVELOPER, text("A")),
            user(text("x")),
            model(call(1)),
            turn(Role.SYSTEM, text("B")),
            user(result(1)),
        )
    )
    assert body["systemInstruction"] == {"parts": [{"text": "A"}]}
    response, reminder = body["contents"][-1]["parts"]
    assert "functionResponse" in response
    assert reminder == {"text": "<system-reminder>\nB\n</system-reminder>"}
    assert losses == ("developer_role", "system_position")


def test_a_system_alone_becomes_the_question() -> None:
    body, losses = write_prompt(prompt(turn(Role.SYSTEM, text("Do it."))))
    assert body == {"contents": [{"role": "user", "parts": [{"text": "Do it."}]}]}
    assert losses == ("system_position",)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(MalformedRequest):
        write_prompt(prompt(user(text(""))))


def test_a_prefill_is_sent_and_told() -> None:
    body, losses = write_prompt(prompt(user(text("x")), model(text("{"))))
    assert body["contents"][-1] == {"role": "model", "parts": [{"text": "{"}]}
    assert losses == ("prefill",)


def test_a_call_without_result_and_a_result_without_call() -> None:
    turns = (user(text("x")), model(call(1), call(2)), user(result(2), result(9, name="old")))
    steps = parts_of(*turns)
    first, second, lone = steps[-1]
    assert first["functionResponse"]["id"] == "c1"
    assert "error" in first["functionResponse"]["response"]
    assert second["functionResponse"]["response"] == {"output": "r2"}
    assert lone == {"text": "[Result of an earlier call of old]\nr9"}
    assert losses_of(*turns) == ("call_pairing",)


def test_the_last_of_two_results_wins() -> None:
    steps = parts_of(
        user(text("x")), model(call(1)), user(result(1)), user(result(1, text("again")))
    )
    assert [part["functionResponse"]["response"] for part in steps[-1]] == [{"output": "again"}]


def test_errors_and_several_texts_in_results() -> None:
    steps = parts_of(
        user(text("x")), model(call(1)), user(result(1, text("a"), text("b"), is_error=True))
    )
    assert steps[-1][0]["functionResponse"]["response"] == {"error": "a\nb"}


def test_media_in_results() -> None:
    turns = (user(text("x")), model(call(1)), user(result(1, text("see"), IMAGE)))
    (response,) = parts_of(*turns)[-1]
    assert response["functionResponse"]["parts"] == [INLINE]
    assert losses_of(*turns) == ()
    response, beside = parts_of(*turns, name="gemini-2.5-flash")[-1]
    assert "parts" not in response["functionResponse"]
    assert beside == INLINE
    assert losses_of(*turns, name="gemini-2.5-flash") == ("result_media",)


@pytest.mark.parametrize("arguments", ["[1]", '{"a":', "null", "17"])
def test_arguments_that_are_no_object(arguments: str) -> None:
    turns = (user(text("x")), model(call(1, arguments=arguments)), user(result(1)))
    assert parts_of(*turns)[1][0]["functionCall"]["args"] == {}
    assert losses_of(*turns) == ("call_arguments",)


def test_arguments_stay_as_they_are_written() -> None:
    written = '{"z":1.0,"a":12345678901234567890123,"u":"\\u007b"}'
    of = prompt(user(text("x")), model(call(1, arguments=written)), user(result(1)))
    body = CODEC.write_prompt(of, target(), LossReport(CODEC.losses)).body
    assert written.encode() in body


@pytest.mark.parametrize(
    ("item", "part", "lost"),
    [
        (text(""), None, "empty_text"),
        (Text(text="x", cache=CacheMark()), {"text": "x"}, "cache_mark"),
        (Text(text="x", citations=(Citation(url="u"),)), {"text": "x"}, "citations"),
        (Text(text="x", signature=CLAUDE), {"text": "x"}, "signature"),
        (Text(text="x", signature=GOOGLE), {"text": "x", "thoughtSignature": GOOGLE.data}, None),
        (Text(text="", signature=GOOGLE), {"text": "", "thoughtSignature": GOOGLE.data}, None),
        (Thinking(text="hm"), None, "thinking"),
        (Thinking(text="hm", signature=CLAUDE), None, "thinking"),
        (
            Thinking(text="hm", signature=GOOGLE),
            {"text": "hm", "thought": True, "thoughtSignature": GOOGLE.data},
            None,
        ),
        (RedactedThinking(signature=CLAUDE), None, "redacted_thinking"),
        (Refusal(text="no"), {"text": "no"}, "refusal"),
        (
            Hosted(vendor=Vendor.OPENAI, what="web_search_call", raw={}, text="searched"),
            {"text": "searched"},
            "hosted_item:web_search_call",
        ),
        (
            Hosted(vendor=Vendor.GOOGLE, what="toolCall", raw={"toolCall": {"id": "1"}}),
            {"toolCall": {"id": "1"}},
            None,
        ),
    ],
)
def test_what_the_model_said(item: Item, part: dict[str, Any] | None, lost: str | None) -> None:
    turns = (user(text("x")), model(text("y"), item), user(text("z")))
    assert parts_of(*turns)[1] == ([{"text": "y"}] if part is None else [{"text": "y"}, part])
    assert losses_of(*turns) == (() if lost is None else (lost,))


@pytest.mark.parametrize(
    ("item", "part", "lost"),
    [
        (
            Image(media=Media(data="AAAA")),
            {"inlineData": {"mimeType": "image/jpeg", "data": "AAAA"}},
            (),
        ),
        (Image(media=IMAGE.media, detail="high"), INLINE, ("image_detail",)),
        (
            Image(media=Media(url="https://x.example/a.webp?b")),
            {"fileData": {"mimeType": "image/webp", "fileUri": "https://x.example/a.webp?b"}},
            (),
        ),
        (
            Document(media=Media(media_type="application/pdf", data=PDF), name="a"),
            {"inlineData": {"mimeType": "application/pdf", "data": PDF}},
            ("document_facts",),
        ),
        (
            Document(media=Media(), text="hey"),
            {"inlineData": {"mimeType": "text/plain", "data": "aGV5"}},
            (),
        ),
        (
            Document(media=Media(file_id="files/1", file_vendor=Vendor.GOOGLE)),
            {"fileData": {"fileUri": "files/1"}},
            (),
        ),
        (
            Document(media=Media(file_id="file-1", file_vendor=Vendor.OPENAI)),
            {"text": "[A file of another service was attached here: document.]"},
            ("file_id",),
        ),
        (
            Audio(media=Media(media_type="audio/mpeg", data="AAAA")),
            {"inlineData": {"mimeType": "audio/mpeg", "data": "AAAA"}},
            (),
        ),
        (
            Video(media=Media(url="https://youtu.be/1")),
            {"fileData": {"fileUri": "https://youtu.be/1"}},
            (),
        ),
    ],
)
def test_media(item: Item, part: dict[str, Any], lost: tuple[str, ...]) -> None:
    assert parts_of(user(item)) == [[part]]
    assert losses_of(user(item)) == lost


def test_old_models_read_no_addresses() -> None:
    turns = (user(Image(media=Media(url="https://x.example/a.png"))),)
    assert parts_of(*turns, name="gemini-2.0-flash") == [
        [{"text": "[Attached image: https://x.example/a.png]"}]
    ]
    assert losses_of(*turns, name="gemini-2.0-flash") == ("image_url",)
    bucket = Image(media=Media(url="gs://b/a.png"))
    assert "fileData" in parts_of(user(bucket), name="gemini-2.0-flash")[0][0]


def test_google_seals_do_not_go_to_others_that_speak_gemini() -> None:
    turns = (
        user(text("x")),
        model(Thinking(text="hm", signature=GOOGLE), call(1, signature=GOOGLE)),
        user(result(1)),
    )
    body, losses = write_prompt(prompt(*turns), "other", ProviderKind.OPENAI_COMPATIBLE)
    assert GOOGLE.data not in orjson.dumps(body).decode()
    assert losses == ("thinking", "signature")


def test_speakers_names_are_told_as_lost() -> None:
    assert losses_of(Turn(role=Role.USER, items=(text("x"),), name="Ann")) == ("speaker_name",)
