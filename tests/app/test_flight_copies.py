"""What goes to the clipboard: complete, working, and never a secret."""

import json
import shlex
import shutil
import subprocess

import pytest

from llmgw_desktop.app.flights.copies import (
    NothingToCopy,
    answer_copy_text,
    curl_text,
    first_curl_text,
    request_json_text,
)
from llmgw_desktop.domain.provider import ModelProtocol
from tests.support.made_flights import anthropic_stream, record, summary

KEY_FILE = "/home/somebody/run/access.key"
BASE_URLS = {"OpenAI": "http://127.0.0.1:3333/v1", "Anthropic": "http://127.0.0.1:3333"}


def words(command: str) -> list[str]:
    return shlex.split(command.replace("\\\n", " "))


def test_curl_repeats_the_request_at_this_gateway() -> None:
    command = words(curl_text(record(), BASE_URLS, KEY_FILE))
    assert command[:3] == ["curl", "-sSN", "http://127.0.0.1:3333/v1/messages?beta=true"]
    headers = [command[at + 1] for at, word in enumerate(command) if word == "-H"]
    assert headers == [
        f"x-api-key: $(cat '{KEY_FILE}')",
        "content-type: application/json",
        "anthropic-version: 2023-06-01",
        "anthropic-beta: context-1m-2025-08-07",
    ]
    body = record().request_body
    assert body is not None
    assert json.loads(command[-1]) == json.loads(body)


def test_curl_of_the_other_dialect_uses_a_bearer_key() -> None:
    flight = summary(1, protocol=ModelProtocol.OPENAI_CHAT, streaming=False)
    command = curl_text(record(summary=flight, path="/v1/chat/completions"), BASE_URLS, KEY_FILE)
    assert command.startswith("curl -sS 'http://127.0.0.1:3333/v1/chat/completions'")
    assert f"""-H "Authorization: Bearer $(cat '{KEY_FILE}')\"""" in command


@pytest.mark.parametrize(
    ("protocol", "path"),
    [
        (ModelProtocol.OPENAI_RESPONSES, "/v1/responses"),
        (ModelProtocol.CODEX, "/backend-api/codex/responses"),
    ],
)
def test_curl_of_responses_and_codex(protocol: ModelProtocol, path: str) -> None:
    made = record(summary=summary(1, protocol=protocol), path=path)
    command = words(curl_text(made, BASE_URLS, KEY_FILE))
    assert command[2:5] == [
        f"http://127.0.0.1:3333{path}",
        "-H",
        f"Authorization: Bearer $(cat '{KEY_FILE}')",
    ]


@pytest.mark.parametrize(
    ("action", "answer", "query"),
    [
        ("generateContent", b'{"candidates": []}', ""),
        ("countTokens", b'{"totalTokens": 1}', ""),
        ("streamGenerateContent", b'data: {"candidates": []}\n\n', "?alt=sse"),
        ("streamGenerateContent", b' [{"candidates": []}]', ""),
        ("streamGenerateContent", b'{"error": {"code": 429}}', "?alt=sse"),
        ("streamGenerateContent", None, "?alt=sse"),
    ],
)
def test_curl_of_gemini_asks_for_the_form_that_came(
    action: str, answer: bytes | None, query: str
) -> None:
    flight = summary(1, protocol=ModelProtocol.GEMINI)
    path = f"/v1beta/models/practice/echo:{action}"
    made = record(summary=flight, path=path, answer_body=answer)
    command = words(curl_text(made, BASE_URLS, KEY_FILE))
    assert command[2:5] == [
        f"http://127.0.0.1:3333{path}{query}",
        "-H",
        f"x-goog-api-key: $(cat '{KEY_FILE}')",
    ]


def test_curl_keeps_the_wish_that_nothing_be_lost() -> None:
    made = record(request_headers=(("X-LLMGW-Strict", "1"),))
    assert "x-llmgw-strict: 1" in words(curl_text(made, BASE_URLS, KEY_FILE))


def test_no_copy_carries_a_secret() -> None:
    secret = "sk-ant-0123456789abcdef"
    made = record(
        path=f"/v1/messages?key={secret}&beta=true&access_token={secret}",
        request_headers=(
            ("Authorization", f"Bearer {secret}"),
            ("x-api-key", secret),
            ("Cookie", secret),
            ("anthropic-version", f"2023-06-01'; echo {secret} #"),
        ),
        answer_headers=(("set-cookie", secret),),
    )
    command = curl_text(made, BASE_URLS, KEY_FILE)
    copies = (command, request_json_text(made), answer_copy_text(made))
    assert not any(secret in text for text in copies)
    assert "beta=true" in command


def test_a_shell_runs_nothing_but_curl() -> None:
    hostile = "'; touch owned; echo '$(id) `id` !! \\"
    body = json.dumps({"model": hostile}).encode()
    made = record(path="/v1/messages'$(id)\n\x1b[201~", request_body=body)
    text = curl_text(made, BASE_URLS, KEY_FILE)
    command = words(text)
    assert command[2] == "http://127.0.0.1:3333/v1/messages%27%24%28id%29%0A%1B%5B201~"
    assert json.loads(command[-1]) == {"model": hostile}
    shell = shutil.which("sh")
    assert shell is not None
    count_and_last = 'curl() { printf %s $#; for x; do last=$x; done; printf %s "$last"; }\n'
    printed = subprocess.run(
        [shell, "-c", count_and_last + text], capture_output=True, check=True, text=True
    ).stdout
    assert json.loads(printed.removeprefix(str(len(command) - 1))) == {"model": hostile}


def test_characters_that_a_terminal_obeys_are_escaped() -> None:
    body = '{"a": "\x7f\u202e\x9b201~\u200b"}'.encode()
    for text in (
        curl_text(record(request_body=body), BASE_URLS, KEY_FILE),
        request_json_text(record(request_body=body)),
    ):
        assert not any(char in text for char in "\x7f\u202e\x9b\u200b")
        assert "\\u007f\\u202e\\u009b201~\\u200b" in text


def test_request_json_is_laid_out() -> None:
    assert request_json_text(record(request_body=b'{"a":[1]}')) == '{\n  "a": [\n    1\n  ]\n}'


def test_answer_text_of_a_stream() -> None:
    made = record(answer_body=anthropic_stream("one\r\ntwo\x1b[2J\ttab"))
    assert answer_copy_text(made) == "one\ntwo[2J\ttab"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (record(request_body=None), "not recorded"),
        (record(request_body_whole=False), "Only the beginning"),
        (record(request_body=b"not json"), "Only a request in JSON"),
        (record(request_body=b"[1]"), "Only a request in JSON"),
    ],
)
def test_curl_says_why_it_cannot(made: object, reason: str) -> None:
    with pytest.raises(NothingToCopy, match=reason):
        curl_text(made, BASE_URLS, KEY_FILE)  # type: ignore[arg-type]


def test_answer_text_says_why_it_cannot() -> None:
    with pytest.raises(NothingToCopy, match="not recorded"):
        answer_copy_text(record(answer_body=None))
    with pytest.raises(NothingToCopy, match="no text"):
        answer_copy_text(record(answer_body=b"<html>"))


def test_without_an_address_there_is_nothing_to_send_to() -> None:
    assert first_curl_text({}, "/k") == ""
    with pytest.raises(NothingToCopy, match="not running"):
        curl_text(record(), {}, KEY_FILE)


def test_the_first_request_works_as_pasted() -> None:
    command = first_curl_text(BASE_URLS, "/home/o'neil/access.key")
    assert "http://127.0.0.1:3333/v1/chat/completions" in command
    assert """$(cat '/home/o'\\''neil/access.key')""" in command
    assert json.loads(
        words(
            command.replace("\"Authorization: Bearer $(cat '/home/o'\\''neil/access.key')\"", "x")
        )[-1]
    )
