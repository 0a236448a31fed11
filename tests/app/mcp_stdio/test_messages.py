"""A line is a message, a batch, or refused with one error that says why."""

import json

import pytest

from llmgw_desktop.app.mcp.messages import Refused, StdioMessage, error, read, refusal

LONGEST = 1000


def refused(line: bytes | None) -> dict[str, object]:
    with pytest.raises(Refused) as caught:
        read(line, LONGEST)
    told: dict[str, object] = json.loads(refusal(caught.value))
    return told


@pytest.mark.parametrize(
    ("line", "code", "about"),
    [
        (b"{", -32700, None),
        (b"\xff\xfe\x00", -32700, None),
        (b"[" * 100_000, -32700, None),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"x"}', -32700, None),
        (b'{"jsonrpc":"2.0","id":' + b"9" * 9000 + b',"method":"x"}', -32700, None),
        (None, -32600, None),
        (b"1", -32600, None),
        (b"{}", -32600, None),
        (b'{"jsonrpc":"1.0","id":1,"method":"x"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":null,"method":"x"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":true,"method":"x"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"x"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":{},"method":"x"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":1}', -32600, 1),
        (b'{"jsonrpc":"2.0","id":"a","method":5}', -32600, "a"),
        (b'{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}', -32602, 1),
    ],
)
def test_what_is_no_message_is_told_so(line: bytes | None, code: int, about: object) -> None:
    told = refused(line)
    assert told["id"] == about
    wrong = told["error"]
    assert isinstance(wrong, dict)
    assert wrong["code"] == code
    assert len(wrong["message"]) > 10


@pytest.mark.parametrize("number", ['"1"', "1", "-7", '"ü"', '"\\ud800"', "9007199254740993"])
def test_ids_are_kept_as_they_are(number: str) -> None:
    line = f'{{"jsonrpc":"2.0","id":{number},"method":"m"}}'.encode()
    message = read(line, LONGEST)
    assert isinstance(message, StdioMessage)
    assert message.raw == line
    assert json.loads(error(message.id, -1, "x"))["id"] == json.loads(number)


def test_a_text_and_a_number_are_two_ids() -> None:
    first = read(b'{"jsonrpc":"2.0","id":1,"method":"m"}', LONGEST)
    second = read(b'{"jsonrpc":"2.0","id":"1","method":"m"}', LONGEST)
    assert isinstance(first, StdioMessage)
    assert isinstance(second, StdioMessage)
    assert first.key != second.key
