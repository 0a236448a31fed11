"""What Responses and Codex alone have: hosted items, sealed reasoning, kept turns, odd streams."""

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
from tests.support.made_flights import record, sse, summary

_FLIGHT = summary(1, protocol=ModelProtocol.CODEX)


def request(**fields: object) -> tuple[SpokenMessage, ...]:
    body = json.dumps(fields).encode()
    return conversation_of(record(summary=_FLIGHT, request_body=body), of_request=True)


def answer(body: bytes) -> tuple[SpokenMessage, ...]:
    return conversation_of(record(summary=_FLIGHT, answer_body=body), of_request=False)


def output(*items: dict[str, object]) -> tuple[Part, ...]:
    (message,) = answer(json.dumps({"output": items, "status": "completed"}).encode())
    assert (message.role, message.note) == (SpeakerRole.ASSISTANT, "completed")
    return message.parts


def test_an_agents_request() -> None:
    messages = request(
        instructions="You are Codex.",
        previous_response_id="resp_1",
        tools=[
            {"type": "function", "name": "shell", "description": "Runs.", "parameters": {}},
            {"type": "custom", "name": "apply_patch", "format": {"type": "grammar"}},
            {"type": "namespace", "name": "mcp", "tools": [{"type": "function", "name": "ask"}]},
            {"type": "web_search"},
        ],
        input=[
            {"type": "message", "role": "developer", "content": "Sandbox: read-only."},
            {"role": "user", "content": [{"type": "input_text", "text": "Mend it"}]},
            {"type": "reasoning", "summary": [], "encrypted_content": "A" * 4096},
            {"type": "message", "role": "assistant", "content": "I look."},
            {"type": "function_call", "call_id": "c1", "name": "shell", "arguments": '{"a":1}'},
            {"type": "custom_tool_call", "call_id": "c2", "name": "apply_patch", "input": "*** B"},
            {"type": "function_call_output", "call_id": "c1", "output": "1 failed"},
            {
                "type": "custom_tool_call_output",
                "call_id": "c2",
                "output": [
                    {"type": "input_text", "text": "done"},
                    {"type": "input_image", "image_url": "data:image/png;base64,QUJD"},
                ],
            },
            {"type": "item_reference", "id": "msg_9"},
            {"type": "hologram", "x": 1},
        ],
    )
    assert [(message.role, message.name) for message in messages] == [
        (SpeakerRole.OTHER, "Earlier turns"),
        (SpeakerRole.SYSTEM, "instructions"),
        (SpeakerRole.TOOLS, ""),
        (SpeakerRole.SYSTEM, "developer"),
        (SpeakerRole.USER, "user"),
        (SpeakerRole.ASSISTANT, ""),
        (SpeakerRole.TOOL, ""),
        (SpeakerRole.OTHER, "Item reference"),
        (SpeakerRole.OTHER, "Hologram"),
    ]
    assert "resp_1" in messages[0].parts[0].text
    assert [part.title for part in messages[2].parts] == [
        "shell",
        "apply_patch",
        "mcp.ask",
        "web_search",
    ]
    assert messages[5].parts == (
        Part(kind=SpokenPart.THINKING, title="encrypted, 3 KB"),
        Part(kind=SpokenPart.TEXT, text="I look."),
        Part(kind=SpokenPart.TOOL_CALL, title="shell", text='{\n  "a": 1\n}', call_id="c1"),
        Part(kind=SpokenPart.TOOL_CALL, title="apply_patch", text="*** B", call_id="c2"),
    )
    assert [part.text for part in messages[6].parts] == ["1 failed", "done\n[image/png, 3 bytes]"]


def test_media_of_a_user() -> None:
    (message,) = request(
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_image", "image_url": "https://example.com/a.png"},
                    {"type": "input_image", "file_id": "file_1"},
                    {"type": "input_file", "filename": "a.pdf", "file_data": "QUJD"},
                    {"type": "input_audio", "input_audio": {"format": "wav", "data": "QUJD"}},
                ],
            }
        ]
    )
    assert [part.title for part in message.parts] == [
        "image at https://example.com/a.png",
        "image at file_1",
        "a.pdf, 3 bytes",
        "audio/wav, 3 bytes",
    ]


def test_what_the_provider_ran_itself() -> None:
    parts = output(
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"query": "x"}},
        {"type": "code_interpreter_call", "code": "print(1)"},
        {"type": "image_generation_call", "result": "QUJD", "output_format": "webp"},
        {"type": "compaction", "encrypted_content": "A" * 4096},
        {"type": "local_shell_call", "call_id": "c1", "action": {"command": ["ls", "-l"]}},
        {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No"}]},
    )
    assert [(part.kind, part.title, part.text) for part in parts] == [
        (SpokenPart.HOSTED, "web search", '{\n  "action": {\n    "query": "x"\n  }\n}'),
        (SpokenPart.HOSTED, "code interpreter", "print(1)"),
        (SpokenPart.IMAGE, "image/webp, 3 bytes", ""),
        (SpokenPart.HOSTED, "compaction, encrypted, 3 KB", ""),
        (SpokenPart.TOOL_CALL, "local shell", "ls -l"),
        (SpokenPart.TEXT, "refusal", "No"),
    ]


def test_how_answers_end() -> None:
    def note(**fields: object) -> str:
        (message,) = answer(json.dumps({"output": [], **fields}).encode())
        return message.note

    assert note(status="completed") == "completed"
    reason = {"reason": "max_output_tokens"}
    assert note(status="incomplete", incomplete_details=reason) == "max_output_tokens"
    assert answer(b'{"input_tokens": 12}') == ()
    (trouble,) = answer(b'{"detail": "Instructions are not valid"}')
    assert (trouble.role, trouble.parts[0].text) == (
        SpeakerRole.ERROR,
        "Instructions are not valid",
    )


def test_a_stream_whose_items_never_ended() -> None:
    def delta(kind: str, place: int, piece: str, **more: object) -> dict[str, object]:
        return {"type": f"response.{kind}.delta", "output_index": place, "delta": piece, **more}

    call = {"type": "function_call", "call_id": "c1", "name": "look", "arguments": ""}
    body = sse(
        [
            {"type": "response.created", "response": {"id": "resp_1"}},
            {
                "type": "response.output_item.added",
                "output_index": 0,
                "item": {"type": "reasoning", "summary": []},
            },
            delta("reasoning_summary_text", 0, "First.", summary_index=0),
            delta("reasoning_summary_text", 0, "Second.", summary_index=1),
            delta("output_text", 1, "Hal", content_index=0),
            delta("output_text", 1, "f", content_index=0),
            {"type": "response.output_item.added", "output_index": 2, "item": call},
            delta("function_call_arguments", 2, '{"at":'),
            delta("function_call_arguments", 2, " 1"),
        ]
    )
    (message,) = answer(body)
    assert message.note == "broke off"
    assert [(part.kind, part.title, part.text) for part in message.parts] == [
        (SpokenPart.THINKING, "", "First.\n\nSecond."),
        (SpokenPart.TEXT, "", "Half"),
        (SpokenPart.TOOL_CALL, "look", '{"at": 1'),
    ]


def test_a_stream_that_tells_its_items_only_at_its_end() -> None:
    item = {"type": "message", "role": "assistant", "content": [{"text": "Hi", "type": "text"}]}
    response = {"status": "completed", "output": [item]}
    (message,) = answer(sse([{"type": "response.completed", "response": response}]))
    assert (message.note, answer_text((message,))) == ("completed", "Hi")


def test_failures_of_streams() -> None:
    error = {"code": "server_error", "message": "Sorry"}
    failed = {"type": "response.failed", "response": {"status": "failed", "error": error}}
    said = {"type": "error", **error}
    for events in ([failed], [said, failed], [said], [{"type": "error", "error": error}]):
        messages = answer(sse([{"type": "response.created"}, *events]))
        assert [message.role for message in messages] == [SpeakerRole.ERROR]
        assert (messages[0].parts[0].text, messages[0].note) == ("Sorry", "server_error")
