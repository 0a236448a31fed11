"""What Gemini alone has: parts that may be anything, two spellings, candidates, blocked prompts."""

import json

from llmgw_desktop.app.flights.conversation.message_parts import (
    Part,
    SpeakerRole,
    SpokenMessage,
    SpokenPart,
    answer_text,
)
from llmgw_desktop.app.flights.conversation.transcript import conversation_of
from llmgw_desktop.domain.provider import ModelProtocol
from tests.support.made_flights import chat_stream, record, summary

_FLIGHT = summary(1, protocol=ModelProtocol.GEMINI)


def request(**fields: object) -> tuple[SpokenMessage, ...]:
    body = json.dumps(fields).encode()
    return conversation_of(record(summary=_FLIGHT, request_body=body), of_request=True)


def answer(body: bytes) -> tuple[SpokenMessage, ...]:
    return conversation_of(record(summary=_FLIGHT, answer_body=body), of_request=False)


def chunk(*parts: dict[str, object], **more: object) -> dict[str, object]:
    return {"candidates": [{"content": {"role": "model", "parts": parts}, **more}]}


def test_a_request_with_everything() -> None:
    messages = request(
        systemInstruction={"parts": [{"text": "Be brief."}]},
        tools=[
            {"functionDeclarations": [{"name": "look", "description": "Looks.", "parameters": {}}]},
            {"googleSearch": {}},
        ],
        contents=[
            {
                "role": "user",
                "parts": [
                    {"text": "Look"},
                    {"inlineData": {"mimeType": "image/png", "data": "A" * 4096}},
                    {"inline_data": {"mime_type": "application/pdf", "data": "QUJD"}},
                    {"fileData": {"mimeType": "image/png", "fileUri": "https://example.com/a"}},
                    {"fileData": {"mimeType": "video/mp4", "fileUri": "files/1"}},
                ],
            },
            {
                "role": "model",
                "parts": [
                    {"text": "Hm", "thought": True},
                    {"text": "", "thoughtSignature": "c2VhbA=="},
                    {"functionCall": {"name": "look", "args": {"at": 1}, "id": "c1"}},
                    {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                    {"hologram": {"x": 1}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {
                        "functionResponse": {
                            "name": "look",
                            "id": "c1",
                            "response": {"output": "a cat"},
                            "parts": [{"inlineData": {"mimeType": "image/png", "data": "QUJD"}}],
                        }
                    },
                    {"functionResponse": {"name": "look", "response": {"error": "gone"}}},
                    {"functionResponse": {"name": "look", "response": {"a": 1, "b": 2}}},
                ],
            },
            {"parts": [{"text": "plain"}]},
        ],
    )
    assert [message.role for message in messages] == [
        SpeakerRole.SYSTEM,
        SpeakerRole.TOOLS,
        SpeakerRole.USER,
        SpeakerRole.ASSISTANT,
        SpeakerRole.TOOL,
        SpeakerRole.USER,
    ]
    assert [part.title for part in messages[1].parts] == ["look", "googleSearch"]
    assert [part.title for part in messages[2].parts[1:]] == [
        "image/png, 3 KB",
        "application/pdf, 3 bytes",
        "image at https://example.com/a",
        "files/1",
    ]
    assert [(part.kind, part.title, part.text) for part in messages[3].parts] == [
        (SpokenPart.THINKING, "", "Hm"),
        (SpokenPart.TOOL_CALL, "look", '{\n  "at": 1\n}'),
        (SpokenPart.HOSTED, "code execution", "print(1)"),
        (SpokenPart.HOSTED, "code execution result", "1"),
        (SpokenPart.OTHER, "hologram", '{\n  "hologram": {\n    "x": 1\n  }\n}'),
    ]
    assert messages[4].parts[0] == Part(
        kind=SpokenPart.TOOL_RESULT,
        title="look",
        text="a cat\n[image/png, 3 bytes]",
        call_id="c1",
    )
    assert [(part.text, part.is_failure) for part in messages[4].parts[1:]] == [
        ("gone", True),
        ('{\n  "a": 1,\n  "b": 2\n}', False),
    ]


def test_short_forms_of_a_request() -> None:
    for contents in ("Hi", ["Hi"], {"parts": {"text": "Hi"}}, [{"parts": ["Hi"]}]):
        (system, user) = request(system_instruction="Be brief.", contents=contents)
        assert (system.role, system.parts[0].text) == (SpeakerRole.SYSTEM, "Be brief.")
        assert (user.role, user.parts[0].text) == (SpeakerRole.USER, "Hi")
    (counted,) = request(generateContentRequest={"contents": [{"parts": [{"text": "Hi"}]}]})
    assert counted.parts[0].text == "Hi"


def test_a_stream_is_put_together_by_kinds() -> None:
    body = chat_stream(
        [
            chunk({"text": "thin", "thought": True}),
            chunk({"text": "king", "thought": True}),
            chunk({"text": "Hel"}),
            chunk({"text": "lo"}),
            chunk({"functionCall": {"name": "look"}}),
            chunk({"text": "after"}),
            chunk(finishReason="STOP"),
        ],
        is_whole=False,
    )
    (message,) = answer(body)
    assert message.note == "STOP"
    assert [(part.kind, part.text) for part in message.parts] == [
        (SpokenPart.THINKING, "thinking"),
        (SpokenPart.TEXT, "Hello"),
        (SpokenPart.TOOL_CALL, "{}"),
        (SpokenPart.TEXT, "after"),
    ]


def test_an_array_that_was_cut() -> None:
    body = json.dumps([chunk({"text": "One "}), chunk({"text": "two three"})]).encode()
    (message,) = answer(body[: body.index(b"three")])
    assert (message.note, answer_text((message,))) == ("broke off", "One two ")


def test_candidates_and_their_ends() -> None:
    two = {
        "candidates": [
            {"index": 1, "content": {"parts": [{"text": "b"}]}, "finishReason": "STOP"},
            {"content": {}, "finishReason": "SAFETY", "finishMessage": "Not this."},
        ]
    }
    messages = answer(json.dumps(two).encode())
    assert [(message.note, answer_text((message,))) for message in messages] == [
        ("SAFETY · Not this.", ""),
        ("STOP", "b"),
    ]
    (trouble,) = answer(b'{"promptFeedback": {"blockReason": "SAFETY"}}')
    assert (trouble.role, trouble.note) == (SpeakerRole.ERROR, "SAFETY")
    for body in (
        b'{"error": {"code": 429, "message": "Slow down", "status": "RESOURCE_EXHAUSTED"}}',
        b'[{"error": {"code": 429, "message": "Slow down", "status": "RESOURCE_EXHAUSTED"}}]',
    ):
        (trouble,) = answer(body)
        assert (trouble.role, trouble.note) == (SpeakerRole.ERROR, "RESOURCE_EXHAUSTED")
    assert answer(b'{"totalTokens": 12}') == ()
