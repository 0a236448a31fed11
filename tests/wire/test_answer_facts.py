"""What is taken from answers of any protocol."""

from __future__ import annotations

import orjson
import pytest

from llmgw_desktop.wire.answer_facts import told_error


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"error":{"type":"overloaded","message":"later"}}', "overloaded: later"),
        (b'[{"error":{"message":"later"}}]', "later"),
        (b'{"error":{"message":"half \\ud800"}}', "half \ufffd"),
        (b'{"error":null}', None),
        (b"<html>", None),
        (b"[]", None),
    ],
)
def test_the_words_of_an_error(body: bytes, told: str | None) -> None:
    assert told_error(body) == told


def test_a_body_that_is_larger_than_any_error_is_not_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lists with nothing in them took thirty times their size: 250 MB of them, all memory."""
    parsed = []
    parse = orjson.loads

    def loads(text: bytes) -> object:
        parsed.append(len(text))
        return parse(text)

    monkeypatch.setattr(orjson, "loads", loads)
    assert told_error(b'{"error":[%b[]]}' % (b"[]," * (1 << 19))) is None
    assert parsed == []
