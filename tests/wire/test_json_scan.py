"""A body is read once and edited without touching anything but the value asked for."""

from __future__ import annotations

import json
import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.json_edits import (
    insert_member,
    locate_member,
    read_object,
    replace_string,
    replace_value,
)

REFUSED = {
    "empty": b"",
    "blank": b" \n",
    "truncated": b'{"model":"m"',
    "array": b"[1]",
    "string": b'"model"',
    "number": b"17",
    "null": b"null",
    "two documents": b"{} {}",
    "byte order mark": b'\xef\xbb\xbf{"model":"m"}',
    "UTF-16": '{"model":"m"}'.encode("utf-16"),
    "invalid UTF-8": b'{"model":"\xff"}',
    "encoded surrogate": b'{"model":"\xed\xa0\x80"}',
    "NUL inside": b'{"model":"a\x00b"}',
    "NUL after": b'{"model":"m"}\x00',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "beyond a double": b'{"a":1e400}',
    "trailing comma": b'{"a":1,}',
    "comment": b'/* m */{"a":1}',
    "leading zero": b'{"a":01}',
    "single quotes": b"{'a':1}",
    "broken escape": b'{"a":"\\u12"}',
    "lone surrogate and broken": b'{"a":"\\ud800","b":}',
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_one_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest, match=r"^The request body is "):
        read_object(body)


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 5_000_000,
        b'{"a":' * 2_000_000,
        b'{"a":' * 1025 + b"1" + b"}" * 1025,
        b"{" + b",".join(b'"k%d":1' % n for n in range(1_000_000)) + b"}",
        b'{"a":[' + b"[]," * 5_000_000 + b"[]]}",
    ],
    ids=["arrays", "objects", "closed objects", "a million keys", "a million lists"],
)
def test_bombs_are_refused_without_being_unpacked(bomb: bytes) -> None:
    before = time.thread_time()
    with pytest.raises(MalformedRequest):
        read_object(bomb)
    assert time.thread_time() - before < 1.0, "far more than a refusal takes on a slow machine"


def test_numbers_at_the_edges_are_read() -> None:
    fields = read_object(b'{"a":100000000000000000,"b":-0.0,"c":18446744073709551616,"d":1e-400}')
    assert fields["a"] == 10**17
    assert str(fields["b"]) == "-0.0"


def test_nesting_that_a_client_may_have_is_read() -> None:
    assert read_object(b'{"a":' * 500 + b"1" + b"}" * 500)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (rb"\ud800", "\ufffd"),
        (rb"\udc00", "\ufffd"),
        (rb"\uD83D\uDE00", "\U0001f600"),
        (rb"\ud83d\ude00\ud83d", "\U0001f600\ufffd"),
        (rb"\ud800\ud83d\ude00", "\ufffd\U0001f600"),
        (rb"\\ud800 \ud800", "\\ud800 \ufffd"),
        (rb"\\\ud800", "\\\ufffd"),
        (rb"\\ud83d\ude00", "\\ud83d\ufffd"),
        (rb"\n\ud800\n", "\n\ufffd\n"),
        (b"\\\\" * 200 + rb"\ud800", "\\" * 200 + "\ufffd"),
        (b"\\\\" * 200 + rb"ud800 \ud800", "\\" * 200 + "ud800 \ufffd"),
    ],
)
def test_a_lone_surrogate_is_read_as_something_that_can_be_written_again(
    text: bytes, read: str
) -> None:
    fields = read_object(b'{"a":"' + text + b'"}')
    assert fields["a"] == read
    assert orjson.dumps(fields)


def test_what_a_client_sent_is_spliced_and_not_rewritten() -> None:
    body = b'{ "model" : "old" ,\n\t"n": 100000000000000000, "z":-0.0, "big":1E+2, "s":"\\ud800"}\n'
    edited = replace_string(body, "model", "new/model")
    assert edited == body.replace(b'"old"', b'"new/model"')


def test_a_value_is_escaped_when_it_is_put_in() -> None:
    edited = replace_string(b'{"model":"m"}', "model", 'a"b\\c\né')
    assert orjson.loads(edited) == {"model": 'a"b\\c\né'}


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"old","tools":[{"input_schema":{"properties":{"model":{"type":"string"}}}}]}',
        b'{"tools":[{"model":"old"}],"model":"old"}',
        b'{"tools":{"model":"x"},"model":"old","more":{"model":"y"}}',
        b'{"model":"old","more":{"model":"old"}}',
        b'{"model":"old","more":{"model":"\\u006f"}}',
        b'{"messages":[{"content":"\\"model\\":\\"x\\""}],"model":"old"}',
        b'{"messages":["model"],"model":"old"}',
        b'{"a":"model","model":"old"}',
        b'{"a":"say \\"model","model":"old"}',
        b'{"a":"ends with \\\\","model":"old"}',
        b'{"say \\"model":"x","model":"old"}',
        b'{"model":"old","say \\"model":"old"}',
        b'{"mod\\u0065l":"old"}',
        b'{"\\u006D\\u006f\\u0064\\u0065\\u006c":"old","a":{"model":"x"}}',
        b'{"a":{"mod\\u0065l":"x"},"model":"old"}',
        b'{"a":"\\u001b[0m","model":"old"}',
        b'{"model":"old \\" \\\\ \\u00e9"}',
        b' \r\n{\t"model"\n:\r"old"}',
    ],
)
def test_the_top_level_member_is_found(body: bytes) -> None:
    for fields in (None, read_object(body)):
        expected = {**orjson.loads(body), "model": "NEW"}
        assert orjson.loads(replace_string(body, "model", "NEW", fields=fields)) == expected


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"a","model":"b"}',
        b'{"model":"a","model":"a"}',
        b'{"model":"a","mod\\u0065l":"b"}',
        b'{"mod\\u0065l":"a","model":"b"}',
        b'{"\\u006dodel":"a","mode\\u006C":"b"}',
        b'{"model":"a","x":{"model":"c"},"model":"b"}',
        b'{"model":{"model":"c"},"model":"b"}',
        b'{"model":"b","model":{"a":1},"model":"b"}',
        b'{"x":1,"model":"a","model":"b"}',
    ],
)
def test_a_member_that_stands_twice_is_refused(body: bytes) -> None:
    for fields in (None, read_object(body)):
        with pytest.raises(MalformedRequest, match="must be given once") as caught:
            locate_member(body, "model", fields)
        assert caught.value.path == "model"


def test_a_member_that_is_missing_or_no_string_is_refused() -> None:
    for body in (b"{}", b'{"a":{"model":"x"}}'):
        with pytest.raises(MalformedRequest, match="model: is missing"):
            replace_string(body, "model", "new", fields=read_object(body))
    with pytest.raises(MalformedRequest, match="model: must be a string"):
        replace_string(b'{"model":17}', "model", "new")


@pytest.mark.parametrize(
    "value", [b"null", b"true", b"-1.5e3", b'"x\\"}"', b"{}", b'{"a":["}",{"b":"\\""}]}', b"[]"]
)
def test_any_value_can_be_replaced(value: bytes) -> None:
    for form in (b'{"a":%b,"b":1}', b'{"b":1,"a" : %b }', b'{"x":[{"a":2}],"a":%b\n,"b":1}'):
        body = form % value
        edited = replace_value(body, "a", b'{"n":1}', fields=read_object(body))
        assert edited == form % b'{"n":1}'


@pytest.mark.parametrize(
    ("body", "edited"),
    [
        (b"{}", b'{"k":1}'),
        (b" { \n } ", b' { \n "k":1} '),
        (b'{"a":{}}', b'{"a":{},"k":1}'),
        (b'{"a":"{"}', b'{"a":"{","k":1}'),
        (b'{"a":1 }\n', b'{"a":1 ,"k":1}\n'),
    ],
)
def test_a_member_is_added_at_the_end(body: bytes, edited: bytes) -> None:
    assert insert_member(body, "k", b"1") == edited
    assert orjson.loads(edited) == {**orjson.loads(body), "k": 1}


names = st.sampled_from(["model", "mod", 'say "model', "stream", 'a "model" b', "\\model", "x", ""])
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | names
    | st.text(max_size=8)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """An object with `model` in any place, written in any of the ways that clients write."""
    members = list(draw(st.dictionaries(names, values, max_size=5)).items())
    members = [member for member in members if member[0] != "model"]
    members.insert(draw(st.integers(0, len(members))), ("model", draw(st.text(max_size=8))))
    written = json.dumps(
        dict(members),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 1])),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", "\t:\n")])),
    )
    body = written.encode()
    if draw(st.booleans()):
        body = body.replace(b'"model"', b'"m\\u006fdel"', 1)
    return body


@given(body=bodies(), value=st.text(max_size=12), knows=st.booleans())
def test_only_the_value_changes(body: bytes, value: str, knows: bool) -> None:
    fields = orjson.loads(body)
    edited = replace_string(body, "model", value, fields=fields if knows else None)
    assert orjson.loads(edited) == {**fields, "model": value}
    new = orjson.dumps(value)
    start = locate_member(body, "model", fields)
    assert edited[:start] == body[:start]
    assert edited[start : start + len(new)] == new
    assert body.endswith(edited[start + len(new) :])
    # there and back again is the same bytes, but for how the old string was spelled
    back = replace_string(edited, "model", fields["model"])
    assert back[:start] == body[:start]
    assert orjson.loads(back) == fields


@given(body=bodies(), extra=values)
def test_a_second_model_is_always_noticed(body: bytes, extra: Any) -> None:
    for key in (b'"model":', b'"\\u006Dodel" :'):
        at_end = body.rstrip()[:-1] + b"," + key + orjson.dumps(extra) + b"}"
        at_start = b"{" + key + orjson.dumps(extra) + b"," + body.lstrip()[1:]
        for doubled in (at_end, at_start):
            for fields in (None, orjson.loads(doubled)):
                with pytest.raises(MalformedRequest, match="must be given once"):
                    locate_member(doubled, "model", fields)


@given(
    st.binary(max_size=60) | st.text(alphabet='{}[]",:\\udabc018 em', max_size=60).map(str.encode)
)
def test_arbitrary_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        fields = read_object(body)
    except MalformedRequest:
        return
    assert type(fields) is dict
    orjson.dumps(fields)
