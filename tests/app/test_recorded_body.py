"""Bodies of every kind are read without failing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.flights.recorded_body import (
    BodyKind,
    StreamEvent,
    as_text,
    body_kind,
    hex_rows,
    indented_json,
    json_value,
    stream_events,
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", BodyKind.EMPTY),
        (b" \n", BodyKind.EMPTY),
        (b'\xef\xbb\xbf {"a":1}', BodyKind.JSON),
        (b"[1", BodyKind.JSON),
        (b"event: ping\ndata: {}\n\n", BodyKind.EVENTS),
        (b": comment\n\n", BodyKind.EVENTS),
        (b"<html>no</html>", BodyKind.TEXT),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff", BodyKind.BINARY),
    ],
)
def test_kinds(body: bytes, kind: BodyKind) -> None:
    assert body_kind(body) is kind


def test_bytes_that_are_no_text_are_written_out() -> None:
    assert as_text(b"caf\xc3\xa9 \xff") == "café \\xff"


def test_lenient_json() -> None:
    assert json_value(b'{"a": "\\ud800"}') == {"a": "\ud800"}
    assert json_value(b"{") is None
    assert json_value(b"[" * 100_000) is None


def test_events_of_every_line_end_and_an_unfinished_one() -> None:
    body = b'event: a\r\ndata: 1\r\n\r\ndata: 2\ndata: 3\n\n: note\n\nevent: cut\ndata: {"x'
    assert list(stream_events(body)) == [
        StreamEvent("a", "1"),
        StreamEvent("", "2\n3"),
        StreamEvent("cut", '{"x'),
    ]


def test_layout_changes_nothing_but_blanks() -> None:
    text = '{"n":12345678901234567890123,"n":1.50,"e":"\\u00e9 {,}","list":[],"deep":[{"a":null}]}'
    assert indented_json(text) == (
        '{\n  "n": 12345678901234567890123,\n  "n": 1.50,\n  "e": "\\u00e9 {,}",\n  "list": [],\n'
        '  "deep": [\n    {\n      "a": null\n    }\n  ]\n}'
    )


def test_half_a_document_is_laid_out_as_far_as_it_goes() -> None:
    assert indented_json('{"a":["b') == '{\n  "a": [\n    "b'


def test_layout_stops_soon_after_its_limit() -> None:
    assert len(indented_json(json.dumps(list(range(100_000))), limit=1000)) < 1200


def test_hexadecimal_rows() -> None:
    assert hex_rows(b"\x00AB\xff") == "00000000  00 41 42 ff" + " " * 36 + "  ·AB·"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_layout_keeps_the_value(value: object) -> None:
    assert json.loads(indented_json(json.dumps(value))) == value
