"""Strings of a JSON text by their places: what is changed is theirs, all other bytes stay."""

import json
import random
from typing import Any

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire import json_strings
from llmgw_desktop.wire.json_strings import (
    JsonString,
    Key,
    at_once,
    decoded,
    strings_in,
    with_edits,
)

ODD = 'é\\u00e9\\ud83d\\ude00😀\\ud800x\\\\u0065\\"\\n\\/\\udc00\\u0041\\udead'


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(each) for each in node]
    return decoded(node).text.decode() if isinstance(node, JsonString) else node


def test_a_tree_says_what_the_parser_says() -> None:
    body = (
        '  {"a": ["x", {"b\\u0063" : "ODD"}, [], {}, 1.5e3, true, null], "d":"" } '.replace(
            "ODD", ODD
        )
    ).encode()
    tree = at_once(body)
    said = json.loads(
        body.replace(b"\\ud800", b"\\ufffd")
        .replace(b"\\udc00", b"\\ufffd")
        .replace(b"\\udead", b"\\ufffd")
    )
    assert _plain(tree) == said
    (key,) = tree["a"][1]
    assert isinstance(key, Key)
    assert body[key.text.start : key.text.end] == b"b\\u0063"
    assert strings_in(body) == 6


@pytest.mark.parametrize("piece_bytes", [16 * 1024, 16])
def test_every_character_of_a_long_string_is_found_where_it_stands(
    piece_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_strings, "PIECE_BYTES", piece_bytes)
    body = f'["{ODD * 90}"]'.encode()
    (text,) = at_once(body)
    found = decoded(text)
    at = 0
    raw_at = text.start
    for character in found.text.decode():
        size = len(character.encode())
        start, end = found.raw_span(at, at + size)
        assert start == raw_at
        raw = body[start:end].decode()
        assert raw == character or json.loads(f'"{raw}"').encode("utf-8", "replace") in (
            character.encode(),
            b"?",
        )
        at, raw_at = at + size, end
    assert raw_at == text.end


def test_edits_touch_nothing_else_and_names_given_twice_are_refused() -> None:
    rng = random.Random(7)
    body = json.dumps({str(n): "word " * rng.randrange(400) + "é\n" for n in range(50)}).encode()
    tree = at_once(body)
    edits = []
    for text in tree.values():
        at = decoded(text).text.find(b"word")
        if at >= 0:
            edits.append((*decoded(text).raw_span(at, at + 4), b"W"))
    changed = with_edits(body, edits)
    assert json.loads(changed) == {
        key: value.replace("word", "W", 1) for key, value in json.loads(body).items()
    }
    assert len(body) - len(changed) == 3 * len(edits)
    with pytest.raises(MalformedRequest, match="twice"):
        at_once(b'{"a":{"role":1,"r\\u006fle":2}}')
