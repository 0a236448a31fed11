"""A key that a stream says in pieces does not come together again from what was recorded of it."""

import itertools
import json
import re
from collections.abc import Callable

import pytest

from llmgw_desktop.redaction.redactor import MASK, Redactor
from llmgw_desktop.redaction.streams import may_be_stream
from tests.redaction.samples import SAMPLES, sample

REDACTOR = Redactor()


def _chat(place: str) -> Callable[[str], dict[str, object]]:
    return lambda text: {
        "id": "chatcmpl-1",
        "choices": [{"index": 0, "delta": {place: text}, "finish_reason": None}],
    }


def _chat_call(text: str) -> dict[str, object]:
    call = {"index": 0, "function": {"arguments": text}}
    return {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}


def _anthropic(kind: str, place: str) -> Callable[[str], dict[str, object]]:
    return lambda text: {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": kind, place: text},
    }


def _responses(kind: str) -> Callable[[str], dict[str, object]]:
    return lambda text: {
        "type": f"response.{kind}.delta",
        "item_id": "msg_1",
        "output_index": 0,
        "content_index": 0,
        "delta": text,
    }


def _gemini(**more: object) -> Callable[[str], dict[str, object]]:
    return lambda text: {
        "candidates": [{"content": {"parts": [{"text": text, **more}], "role": "model"}}]
    }


EVENTS: dict[str, Callable[[str], dict[str, object]]] = {
    "chat text": _chat("content"),
    "chat reasoning": _chat("reasoning_content"),
    "chat arguments": _chat_call,
    "anthropic text": _anthropic("text_delta", "text"),
    "anthropic thinking": _anthropic("thinking_delta", "thinking"),
    "anthropic arguments": _anthropic("input_json_delta", "partial_json"),
    "responses text": _responses("output_text"),
    "responses arguments": _responses("function_call_arguments"),
    "codex reasoning": _responses("reasoning_summary_text"),
    "any name": lambda text: {"type": "text-delta", "text-delta": text},
    "name": lambda text: {"n": 1, "name": text},
    "status": lambda text: {"a": {"status": text, "model": ""}},
    "id": lambda text: {"object": "", "id": text},
    "list": lambda text: {"a": {"b": [text]}},
    "list of several": lambda text: {"a": {"b": [text, 1, "", {"c": []}]}},
    "gemini text": _gemini(),
    "gemini thought": _gemini(thought=True),
}


def _sse(events: list[dict[str, object]]) -> bytes:
    return b"".join(b"event: e\ndata: " + json.dumps(e).encode() + b"\n\n" for e in events)


def _rows(events: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(e, separators=(",", ":")).encode() + b"\n" for e in events)


def _list(events: list[dict[str, object]]) -> bytes:
    return b"[" + b",\r\n".join(json.dumps(e, indent=1).encode() for e in events) + b"]"


def _texts(value: object) -> str:
    if isinstance(value, str):
        return value
    inside = value.values() if isinstance(value, dict) else value
    return "".join(map(_texts, inside)) if isinstance(inside, list | type({}.values())) else ""


def _put_together(body: bytes, form: object) -> str:
    if form is _list:
        return _texts(json.loads(body))
    lines = body.decode().splitlines()
    said = [each.removeprefix("data: ") for each in lines if not each.startswith("event:")]
    return "".join(_texts(json.loads(each)) for each in said if each)


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("form", [_sse, _rows, _list])
def test_a_key_cut_at_any_place_is_gone(kind: str, form: object) -> None:
    event = EVENTS[kind]
    key = sample(SAMPLES["Anthropic API key"])
    before, behind = ("the ", " ok")
    for cut in range(1, len(key)):
        pieces = (before, key[:cut], key[cut:], behind)
        body = form([event(each) for each in pieces])  # type: ignore[operator]
        cleaned = REDACTOR.clean(body)
        said = _put_together(cleaned, form)
        assert MASK.decode() in said
        assert key not in said
        assert not any(part in said for part in (key[8:30], key[-30:])), (cut, said)
        assert before in said
        assert behind in said


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_key_in_many_pieces_is_gone_and_all_else_stays(kind: str, size: int) -> None:
    event, key = EVENTS[kind], sample(SAMPLES["OpenRouter key"])
    text = f"I use {key} for that, and nothing else."
    events = [event(text[at : at + size]) for at in range(0, len(text), size)]
    cleaned = REDACTOR.clean(_sse(events))
    said = _put_together(cleaned, _sse)
    if around := _texts(event("")):
        said = said.replace(around, "")
    assert said == f"I use {MASK.decode()} for that, and nothing else."
    assert cleaned.count(b"data: ") == len(events)


def test_a_password_within_arguments_in_pieces_goes_whole() -> None:
    arguments = json.dumps({"cmd": "login", "password": 'hun"ter2 \u00e9!', "n": 1})
    for kind, size in itertools.product(("chat arguments", "anthropic arguments"), (1, 2, 5)):
        events = [EVENTS[kind](arguments[at : at + size]) for at in range(0, len(arguments), size)]
        said = _put_together(REDACTOR.clean(_sse(events)), _sse)
        said = said.replace(_texts(EVENTS[kind]("")), "")
        assert "ter2" not in said
        assert f'"password": "{MASK.decode()}", "n": 1}}' in said


def test_texts_that_go_on_side_by_side_are_told_apart() -> None:
    keys = [sample(SAMPLES["GitHub token"]) for _ in range(2)]

    def event(index: int, text: str) -> dict[str, object]:
        return {"choices": [{"delta": {"content": text}, "index": index}]}

    events = [
        event(index, keys[index][at : at + 5]) for at in range(0, 40, 5) for index in range(2)
    ]
    cleaned = REDACTOR.clean(_sse(events))
    assert cleaned.count(MASK) == 2
    assert all(key[at : at + 5].encode() not in cleaned for key in keys for at in range(5, 40, 5))


def test_texts_of_one_name_in_one_event_are_told_apart() -> None:
    key, around = sample(SAMPLES["GitHub token"]), "It is all said in words, and there are many."
    events: list[Callable[[str, str], object]] = [
        lambda a, b: {"a": {"text": a}, "b": {"text": b}},
        lambda a, b: {"parts": [{"text": b}, {"text": a}]},
        lambda a, b: {"parts": [b, a]},
    ]
    for event in events:
        rows = [event(key[at : at + 4], around[at : at + 4]) for at in range(0, len(key), 4)]
        for body in (_sse(rows), _rows(rows), _list(rows)):  # type: ignore[arg-type]
            cleaned = REDACTOR.clean(body)
            assert cleaned.count(MASK) == 1
            assert REDACTOR.may_hold_any([body])
            assert all(key[at : at + 4].encode() not in cleaned for at in range(4, len(key), 4))


@pytest.mark.parametrize("form", ["data: {}\n\n", 'data: "{}"\n\n', "data:{}\r\n\r\n"])
def test_a_key_in_lines_that_are_no_json_is_gone(form: str) -> None:
    key = sample(SAMPLES["Anthropic API key"])
    for size in (1, 5, 40):
        pieces = ["It", " is ", *(key[at : at + size] for at in range(0, len(key), size)), ", she"]
        body = "".join(form.format(each) for each in pieces) + "data: [DONE]\n\n"
        cleaned = REDACTOR.clean(body.encode()).decode()
        assert REDACTOR.may_hold_any([body.encode()])
        said = "".join(re.findall(r'data: ?"?([^"\r\n]*)', cleaned))
        assert said.endswith(f"is {MASK.decode()}, she[DONE]")


def test_a_stream_without_a_secret_stays_as_it_is() -> None:
    text = "The token is counted, the password is asked for; see `api_key` there. "
    words = text.split(" ")
    for kind in EVENTS:
        body = _sse([EVENTS[kind](f"{word} ") for word in words * 4])
        assert may_be_stream(body)
        assert REDACTOR.clean(body) == body


def test_known_secrets_in_pieces_are_gone() -> None:
    redactor = Redactor()
    redactor.know(["my own odd key"])
    body = _sse([_chat("content")(each) for each in ("see my o", "wn odd", " key now")])
    assert _put_together(redactor.clean(body), _sse).count(MASK.decode()) == 1
    assert b"wn odd" not in redactor.clean(body)


@pytest.mark.parametrize("size", [1, 4, 7])
def test_what_an_error_quotes_of_a_stream_is_put_together_too(size: int) -> None:
    """Texts are cleaned as bodies are, though none of their pieces looks like anything."""
    secret = sample(SAMPLES["Anthropic API key"])
    pieces = [secret[at : at + size] for at in range(0, len(secret), size)]
    events = [{"choices": [{"index": 0, "delta": {"content": each}}]} for each in pieces]
    quoted = "".join(f"data: {json.dumps(each)}\n\n" for each in events)
    cleaned = Redactor().clean_text(quoted)
    assert cleaned.count(MASK.decode()) == 1
    assert all(f'"{each}"' not in cleaned for each in pieces[1:] if len(each) > 1)
