"""Requests of Gemini's callers become prompts."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from llmgw_desktop.domain.model.content import (
    Audio,
    Document,
    Hosted,
    Image,
    Media,
    RedactedThinking,
    Role,
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Vendor,
    Video,
)
from llmgw_desktop.wire.translate.carriers import SealOf
from llmgw_desktop.wire.translate.gemini import part_contents
from tests.wire.translate.gemini.support import PDF, PNG, items_of, read_prompt, said, text

SYSTEM = {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"systemInstruction": SYSTEM}, ["Be brief.", "Be kind."]),
        ({"system_instruction": SYSTEM}, ["Be brief.", "Be kind."]),
        ({"systemInstruction": "Be brief."}, ["Be brief."]),
        ({"systemInstruction": SYSTEM["parts"]}, ["Be brief.", "Be kind."]),
        ({"systemInstruction": {"role": "user", "parts": {"text": "One."}}}, ["One."]),
        ({"systemInstruction": {"text": "One."}}, ["One."]),
    ],
)
def test_the_system_instruction_in_all_its_forms(given: dict[str, Any], words: list[str]) -> None:
    turns = read_prompt({**said({"text": "hi"}), **given}).turns
    assert turns[0].role is Role.SYSTEM
    assert [item.text for item in turns[0].items if isinstance(item, Text)] == words


@pytest.mark.parametrize(
    ("role", "expected"),
    [(None, Role.USER), ("user", Role.USER), ("function", Role.USER), ("model", Role.ASSISTANT)],
)
def test_roles(role: str | None, expected: Role) -> None:
    assert read_prompt(said({"text": "x"}, role=role)).turns[0].role is expected


@pytest.mark.parametrize(
    ("part", "item"),
    [
        ({"text": "hi"}, text("hi")),
        (
            {"inlineData": {"mimeType": "image/png", "data": PNG}},
            Image(media=Media(media_type="image/png", data=PNG)),
        ),
        (
            {"inline_data": {"mime_type": "image/jpeg", "data": PNG}},
            Image(media=Media(media_type="image/png", data=PNG)),
        ),
        (
            {"inlineData": {"mimeType": "application/pdf", "data": PDF, "displayName": "a.pdf"}},
            Document(media=Media(media_type="application/pdf", data=PDF), name="a.pdf"),
        ),
        (
            {"inlineData": {"mimeType": "text/plain", "data": base64.b64encode(b"hey").decode()}},
            Document(media=Media(), text="hey"),
        ),
        (
            {"inlineData": {"mimeType": "audio/wav", "data": "UklGRgAAAABXQVZF"}},
            Audio(media=Media(media_type="audio/wav", data="UklGRgAAAABXQVZF")),
        ),
        (
            {"inlineData": {"mimeType": "video/mp4", "data": "AA-_"}},
            Video(media=Media(media_type="video/mp4", data="AA+/")),
        ),
        (
            {"fileData": {"fileUri": "https://x.example/a.png"}},
            Image(media=Media(media_type="image/png", url="https://x.example/a.png")),
        ),
        (
            {"file_data": {"file_uri": "gs://b/a.pdf", "mime_type": "application/pdf"}},
            Document(
                media=Media(
                    media_type="application/pdf", file_id="gs://b/a.pdf", file_vendor=Vendor.GOOGLE
                )
            ),
        ),
        (
            {"fileData": {"fileUri": "https://www.youtube.com/watch?v=1"}},
            Video(media=Media(url="https://www.youtube.com/watch?v=1")),
        ),
        (
            {"text": "hm", "thought": True},
            Thinking(text="hm"),
        ),
        (
            {"executableCode": {"language": "PYTHON", "code": "1+1"}},
            Hosted(
                vendor=Vendor.GOOGLE,
                what="executableCode",
                raw={"executableCode": {"language": "PYTHON", "code": "1+1"}},
                text="```python\n1+1\n```",
            ),
        ),
        (
            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
            Hosted(
                vendor=Vendor.GOOGLE,
                what="codeExecutionResult",
                raw={"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
                text="2",
            ),
        ),
    ],
)
def test_parts(part: dict[str, Any], item: object) -> None:
    role = "model" if "executableCode" in part else "user"
    assert items_of(part, role=role) == (item,)


def contents(*given: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {"contents": [{"role": role, "parts": [part]} for role, part in given]}


def call(name: str, call_id: str | None = None, **more: Any) -> dict[str, Any]:
    told = {"name": name, "args": {"x": 1}} | ({"id": call_id} if call_id else {})
    return {"functionCall": told, **more}


def response(name: str, answer: Any, call_id: str | None = None, **more: Any) -> dict[str, Any]:
    told = {"name": name, "response": answer, **more} | ({"id": call_id} if call_id else {})
    return {"functionResponse": told}


def pairs(body: dict[str, Any]) -> tuple[list[str], list[str]]:
    found = [item for turn in read_prompt(body).turns for item in turn.items]
    made = [item.id for item in found if isinstance(item, ToolCall)]
    return made, [item.call_id for item in found if isinstance(item, ToolResult)]


def test_results_meet_their_calls_by_id() -> None:
    body = contents(
        ("model", call("f", "a")),
        ("model", call("f", "b")),
        ("user", response("f", {"output": "2"}, "b")),
        ("user", response("f", {"output": "1"}, "a")),
    )
    assert pairs(body) == (["a", "b"], ["b", "a"])


def test_results_without_ids_meet_their_calls_by_name_in_order() -> None:
    body = contents(
        ("model", call("f")),
        ("model", call("g")),
        ("model", call("f")),
        ("function", response("f", {"result": "1"})),
        ("function", response("f", {"result": "3"})),
        ("function", response("g", {"result": "2"})),
    )
    made, answered = pairs(body)
    assert len(set(made)) == 3
    assert answered == [made[0], made[2], made[1]]
    assert pairs(body) == (made, answered), "always the same ids"


def test_an_id_given_to_the_result_alone_meets_its_call_by_name() -> None:
    made, answered = pairs(contents(("model", call("f")), ("user", response("f", {}, "late"))))
    assert made == answered


def test_a_result_without_a_call_keeps_its_own_id() -> None:
    assert pairs(contents(("user", response("f", {}, "alone")))) == ([], ["alone"])


@pytest.mark.parametrize(
    ("answer", "words", "is_error"),
    [
        ({"output": "plain"}, "plain", False),
        ({"result": "plain"}, "plain", False),
        ({"error": "bad"}, "bad", True),
        ({"error": {"code": 7}}, '{"code":7}', True),
        ({"result": 42}, '{"result":42}', False),
        ({"a": 1, "b": [True]}, '{"a":1,"b":[true]}', False),
        ({"output": "x", "error": None}, '{"output":"x","error":null}', False),
    ],
)
def test_what_a_result_says(answer: Any, words: str, is_error: bool) -> None:
    (item,) = items_of(response("f", answer, "a"))
    assert isinstance(item, ToolResult)
    assert (item.items, item.is_error, item.name) == ((text(words),), is_error, "f")


def test_media_in_a_result() -> None:
    parts = [{"inlineData": {"mimeType": "image/png", "data": PNG}}]
    (item,) = items_of(response("f", {"output": "see"}, "a", parts=parts))
    assert isinstance(item, ToolResult)
    assert item.items == (text("see"), Image(media=Media(media_type="image/png", data=PNG)))


GOOGLE = Signature(vendor=Vendor.GOOGLE, data="c2VhbA==")
CLAUDE = Signature(vendor=Vendor.ANTHROPIC, data="Q2xhdWRl+/==")


@pytest.mark.parametrize(
    ("part", "items"),
    [
        ({"text": "hm", "thought": True}, [Thinking(text="hm", signature=GOOGLE)]),
        ({"text": "hi"}, [Text(text="hi", signature=GOOGLE)]),
        ({"text": ""}, [Text(text="", signature=GOOGLE)]),
        ({}, [Text(text="", signature=GOOGLE)]),
        (
            {"functionCall": {"id": "a", "name": "f"}},
            [ToolCall(id="a", name="f", arguments="{}", signature=GOOGLE)],
        ),
    ],
)
def test_googles_own_signatures(part: dict[str, Any], items: list[object]) -> None:
    assert list(items_of({**part, "thoughtSignature": GOOGLE.data}, role="model")) == items


@pytest.mark.parametrize("alphabet", [str, lambda s: s.replace("+", "-").replace("/", "_")])
def test_carriers_come_back_in_either_alphabet(alphabet: Any) -> None:
    shown = alphabet(part_contents.written_seal(CLAUDE, SealOf.THINKING))
    hidden = alphabet(part_contents.written_seal(CLAUDE, SealOf.REDACTED))
    assert items_of(
        {"text": "hm", "thought": True, "thoughtSignature": shown},
        {"text": "", "thought": True, "thoughtSignature": hidden},
        role="model",
    ) == (Thinking(text="hm", signature=CLAUDE), RedactedThinking(signature=CLAUDE))


def test_a_carrier_on_a_part_that_is_no_thought_stands_before_it() -> None:
    shown = part_contents.written_seal(CLAUDE, SealOf.THINKING)
    assert items_of({"text": "hi", "thoughtSignature": shown}, role="model") == (
        Thinking(text="", signature=CLAUDE),
        text("hi"),
    )


def test_thinking_comes_back_on_the_call_of_a_client_that_drops_thoughts() -> None:
    thought = Thinking(text="hm", signature=CLAUDE)
    packed = part_contents.packed_thoughts([thought])
    part = {"functionCall": {"id": "a", "name": "f"}, "thoughtSignature": packed}
    called = ToolCall(id="a", name="f", arguments="{}")
    assert items_of(part, role="model") == (thought, called)
    shown = {
        "text": "hm",
        "thought": True,
        "thoughtSignature": part_contents.written_seal(CLAUDE, SealOf.THINKING),
    }
    assert items_of(shown, part, role="model") == (thought, called), "not twice"


def test_the_pieces_of_a_stream_are_one_answer() -> None:
    """As the chats of Google's SDK send them back: each piece a content of its own."""
    told = [
        {"text": "h", "thought": True},
        {"text": "m", "thought": True},
        {"text": "Hel"},
        {"text": "lo"},
        {"text": "", "thoughtSignature": GOOGLE.data},
        {"text": "!"},
        {"functionCall": {"id": "a", "name": "f"}},
    ]
    body = contents(("user", {"text": "x"}), *(("model", part) for part in told))
    body["contents"].append({"role": "user", "parts": [{"text": "a"}, {"text": "b"}]})
    first, model, last = read_prompt(body).turns
    assert model.items == (
        Thinking(text="hm"),
        Text(text="Hello", signature=GOOGLE),
        text("!"),
        ToolCall(id="a", name="f", arguments="{}"),
    )
    assert (first.items, last.items) == ((text("x"),), (text("a"), text("b")))


@pytest.mark.parametrize(
    "field",
    [
        "skip_thought_signature_validator",
        "bGxtZ3cxLm5vbnNlbnNl",
        "bGxtZ3cxL!",
        part_contents.packed_thoughts([])[:-4],  # type: ignore[index]
        "",
    ],
)
def test_what_is_no_signature_is_none(field: str) -> None:
    (item,) = items_of({"text": "hi", "thoughtSignature": field}, role="model")
    assert item == text("hi")
