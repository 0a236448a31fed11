"""In steps the same is found and refused as at a stretch, and no step takes long."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire import openai_chat
from llmgw_desktop.wire.json_edits import (
    LargeObject,
    Spliced,
    insert_member,
    member_value,
    read_object,
    read_request,
    replace_string,
    replace_value,
)
from llmgw_desktop.wire.json_steps import (
    STEP_BYTES,
    is_heavy,
    object_in_steps,
)

SMALL_STEP = 48
"""So that small examples are cut often, in every place."""
OWN_LIMITS = ("not for a model", "nested too deeply")


def found_in(body: bytes, step_bytes: int = SMALL_STEP) -> LargeObject:
    steps = object_in_steps(body, step_bytes=step_bytes)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


texts = st.text(max_size=90) | st.text('\\"\\/ué😀\x7f]}{[,:', max_size=90)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=30,
)
objects = st.dictionaries(st.text(max_size=8), values, max_size=8)


@st.composite
def written(draw: st.DrawFn, of: st.SearchStrategy[Any] = objects) -> bytes:
    """JSON as different writers write it."""
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t: ")]))
    ascii_only = draw(st.booleans())
    return json.dumps(draw(of), separators=separators, ensure_ascii=ascii_only).encode(
        errors="surrogatepass"
    )


@given(written(), st.sampled_from([SMALL_STEP, 100, STEP_BYTES]))
@settings(max_examples=80)
def test_what_is_valid_is_found(body: bytes, step_bytes: int) -> None:
    try:
        found = found_in(body, step_bytes)
    except MalformedRequest as error:
        assume(not any(limit in str(error) for limit in OWN_LIMITS))
        raise
    assert dict(found) == orjson.loads(body)


PIECES = [
    b"", b",", b":", b"[", b"]", b"{", b"}", b'"', b"\\", b"1", b"-", b"null", b" ", b"\n",
    b"\\u12", b"\\ud800", b"\xff", b"\xc3", b"\x00", b"NaN", b"1e999", b",,", b"[]", b"{}",
]  # fmt: skip
damages = st.tuples(st.integers(0, 2000), st.integers(0, 3), st.sampled_from(PIECES))


@given(written(), st.lists(damages, min_size=6, max_size=6))
@settings(max_examples=40)
def test_what_is_not_is_refused(body: bytes, six: list[tuple[int, int, bytes]]) -> None:
    """Six damages to each: to make a document takes far longer than to read it."""
    for place, cut, put in six:
        at = place % (len(body) + 1)
        damaged = body[:at] + put + body[at + cut :]
        try:
            expected: Any = read_object(damaged)
        except MalformedRequest:
            with pytest.raises(MalformedRequest, match=r"^The request body is "):
                found_in(damaged)
            continue
        try:
            found = found_in(damaged)
        except MalformedRequest as error:
            if any(limit in str(error) for limit in OWN_LIMITS):
                continue
            raise
        assert dict(found) == expected


LONG = STEP_BYTES * 3
REFUSED = {
    "blank": b" " * LONG,
    "an array": b"[" + b"1," * LONG + b"1]",
    "a string": b'"' + b"a" * LONG + b'"',
    "a byte order mark": b'\xef\xbb\xbf{"a":"' + b"a" * LONG + b'"}',
    "cut in a string": b'{"a":"' + b"a" * LONG,
    "cut in an escape": b'{"a":"' + b"a" * LONG + b"\\",
    "cut in a long escape": b'{"a":"' + b"a" * LONG + b"\\u00",
    "cut behind a value": b'{"a":"' + b"a" * LONG + b'"',
    "cut behind a comma": b'{"a":[' + b"1," * LONG,
    "cut in a list": b'{"a":[' + b"[1]," * LONG + b"[1",
    "a comma too many": b'{"a":[' + b"1," * LONG + b"]}",
    "a comma too many at the top": b'{"a":"' + b"a" * LONG + b'",}',
    "a comma at the beginning": b'{"a":[,' + b"1," * LONG + b"1]}",
    "two commas": b'{"a":[' + b"1," * LONG + b"," + b"1," * LONG + b"1]}",
    "no comma": b'{"a":"' + b"a" * LONG + b'" "b":1}',
    "no colon": b'{"a" "' + b"a" * LONG + b'"}',
    "a value without a key": b'{"a":{' + b'"k":1,' * LONG + b"1}}",
    "a key in a list": b'{"a":[' + b"1," * LONG + b'"k":1]}',
    "crossed brackets": b'{"a":[' + b"1," * LONG + b"1}]",
    "a bracket too many": b'{"a":"' + b"a" * LONG + b'"}}',
    "two documents": b'{"a":"' + b"a" * LONG + b'"} {}',
    "a bad escape": b'{"a":"' + b"a" * LONG + b"\\x" + b"a" * LONG + b'"}',
    "a short escape": b'{"a":"' + b"a" * LONG + b'\\u12"}',
    "a raw line break": b'{"a":"' + b"a" * LONG + b"\n" + b"a" * LONG + b'"}',
    "invalid UTF-8": b'{"a":"' + b"a" * LONG + b"\xff" + b"a" * LONG + b'"}',
    "half a character": b'{"a":"' + b"a" * LONG + b"\xc3" + b'"}',
    "NaN": b'{"a":"' + b"a" * LONG + b'","b":NaN}',
    "a number too large": b'{"a":"' + b"a" * LONG + b'","b":1e999}',
    "a number without end": b'{"a":' + b"1" * LONG + b"}",
    "a key without end": b'{"' + b"a" * LONG + b'":1}',
    "blank within": b'{"a":' + b" " * LONG + b"1}",
    "blank below": b'{"a":[' + b" " * (LONG * 4) + b"1]}",
    "a bomb of lists": b"[" * LONG,
    "a bomb of objects": b'{"a":' * LONG,
    "one level too deep": b'{"a":' * 1025 + b"1" + b"}" * 1025,
    "too deep too often": b'{"a":[' + b",".join([b"[1,[1,[1,[1,[1,[1]]]]]]"] * 60_000) + b"]}",
    "too many values": b'{"a":[' + b"0," * 1_600_000 + b"0]}",
    "too many members": b"{" + b",".join(b'"%d":1' % n for n in range(1001)) + b"}",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_long_ones_are_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest, match=r"^The request body is not|deeply|divided"):
        found_in(body, STEP_BYTES)


TAKEN = {
    "blank about": b" " * LONG + b'{"a":1}' + b"\n" * LONG,
    "a long string": b'{"a":"' + b"a" * LONG + b'","b":1}',
    "long text": b'{"a":"' + "aé😀\u2028".encode() * LONG + b'"}',
    "escapes": b'{"a":"' + rb"\n\"\\\/\u00e9\ud83d\ude00" * LONG + b'"}',
    "lone surrogates": b'{"a":"' + rb"\ud800x" * 1000 + rb"\\ud800" * 20_000 + b'"}',
    "backslashes": b'{"a":"' + rb"\\" * LONG + b'"}',
    "quotes": b'{"a":"' + rb"\"" * LONG + b'"}',
    "strings in lists": b'{"a":[["' + b"a" * LONG + b'",{"k":"' + b"b" * LONG + b'"}],"x"]}',
    "long keys below": b'{"a":{"' + b"k" * LONG + b'":1,"' + b"l" * LONG + b'":{"m":2}}}',
    "many lists": b'{"a":[' + b",".join([b"[]"] * LONG) + b"]}",
    "many keys": b'{"a":{' + b",".join(b'"k%d":%d' % (n, n) for n in range(LONG)) + b"}}",
    "lists of lists": b'{"a":[' + b",".join([b"[[[[[1,2],3]]]]"] * 20_000) + b"]}",
    "some levels": b'{"a":' * 300 + b"1" + b"}" * 300,
    "a thousand members": b"{" + b",".join(b'"%d":[1]' % n for n in range(1000)) + b"}",
    "numbers": b'{"a":[' + b",".join([b"-1.25e-7", b"18446744073709551616"] * LONG) + b"]}",
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_long_ones_are_taken(body: bytes) -> None:
    assert dict(found_in(body, STEP_BYTES)) == read_object(body)


def test_the_parsers_own_depth_is_the_limit() -> None:
    body = b'{"a":' * 1024 + b"1" + b"}" * 1024
    assert read_object(body)
    assert found_in(body, STEP_BYTES)


@pytest.mark.parametrize("body", [*REFUSED.values(), *TAKEN.values()], ids=[*REFUSED, *TAKEN])
def test_no_step_takes_long(body: bytes) -> None:
    steps = object_in_steps(body)
    longest_s = 0.0
    while True:
        before = time.thread_time()
        try:
            next(steps)
        except (StopIteration, MalformedRequest):
            break
        longest_s = max(longest_s, time.thread_time() - before)
    assert longest_s < 0.1, "far more than a step takes on a slow machine"


class TestMembers:
    BODY = (
        b' {"model" : "old","mod\\u0065l2":1, "stream":true,\n"messages":[{"role":"user"}],'
        b'"stream_options":{"a":[1,2]} , "metadata":null}\n'
    )

    def test_they_are_what_they_say(self) -> None:
        found = found_in(self.BODY)
        assert dict(found) == orjson.loads(self.BODY)
        assert len(found) == 6
        assert "model2" in found
        assert "role" not in found
        assert found.get("role") is None
        assert [*found] == [*orjson.loads(self.BODY)]

    def test_of_two_the_last_counts_and_neither_can_be_changed(self) -> None:
        body = b'{"model":"a","m\\u006fdel":"b"}'
        found = found_in(body)
        assert found["model"] == "b"
        with pytest.raises(MalformedRequest, match="must be given once"):
            replace_string(body, "model", "c", fields=found)
        with pytest.raises(MalformedRequest, match="must be given once"):
            read_request(found.outline())

    def test_one_that_is_missing_or_no_string_is_refused(self) -> None:
        found = found_in(self.BODY)
        with pytest.raises(MalformedRequest, match="is missing"):
            replace_string(self.BODY, "role", "x", fields=found)
        with pytest.raises(MalformedRequest, match="must be a string"):
            replace_string(self.BODY, "stream", "x", fields=found)

    def test_a_value_that_is_a_bomb_of_half_characters_is_refused_when_asked_for(self) -> None:
        body = b'{"model":"m","a":"' + rb"\ud800" * 60_000 + b'"}'
        found = found_in(body, STEP_BYTES)
        assert found["model"] == "m"
        with pytest.raises(MalformedRequest, match="half characters"):
            found["a"]

    def test_a_body_is_changed_without_a_copy_and_without_touching_the_rest(self) -> None:
        found = found_in(self.BODY)
        edited = replace_string(self.BODY, "model", 'n"w', fields=found)
        edited = replace_value(edited, "messages", b"[]", fields=found)
        edited = insert_member(edited, "more", b"1", fields=found)
        assert isinstance(edited, Spliced)
        assert edited.original is self.BODY
        expected = (
            self.BODY.replace(b'"old"', b'"n\\"w"')
            .replace(b'[{"role":"user"}]', b"[]")
            .replace(b"null}", b'null,"more":1}')
        )
        assert bytes(edited) == expected
        assert len(edited) == len(expected)
        assert member_value(edited, "stream_options", found) == b'{"a":[1,2]}'

    def test_the_first_member_needs_no_comma(self) -> None:
        assert bytes(insert_member(b"{ }", "a", b"1", fields=found_in(b"{ }"))) == b'{ "a":1}'

    @pytest.mark.parametrize(
        "options", [b"", b',"stream_options":{"a":1}', b',"stream_options":null']
    )
    def test_usage_is_asked_for_as_in_a_small_body(self, options: bytes) -> None:
        body = b'{"model":"old","stream":true,"x":"' + b"a" * LONG + b'"' + options + b"}"
        fields = read_object(body)
        at_once = openai_chat.with_stream_usage(
            replace_string(body, "model", "new", fields=fields), fields
        )
        found = found_in(body, STEP_BYTES)
        in_steps = openai_chat.with_stream_usage(
            replace_string(body, "model", "new", fields=found), found
        )
        assert isinstance(in_steps, Spliced)
        assert bytes(in_steps) == at_once


class TestOutline:
    def test_it_says_the_same_in_little(self) -> None:
        body = (
            b'{"model":"m","stream":true,"long":"' + b"a" * LONG + b'","list":['
            + b"1," * LONG + b'1],"object":{"k":"' + b"a" * LONG + b'"},"n":1}'
        )  # fmt: skip
        outline = found_in(body, STEP_BYTES).outline()
        assert outline == b'{"model":"m","stream":true,"long":"","list":[],"object":{},"n":1}'
        assert read_request(outline)[1:] == ("m", True)

    def test_what_decides_is_not_crowded_out(self) -> None:
        """A good request was refused as one without a model."""
        members = {f"m{number}": "x" * 510 for number in range(600)}
        body = json.dumps({**members, "model": "m", "stream": True}).encode()
        outline = found_in(body, STEP_BYTES).outline()
        assert read_request(outline)[1:] == ("m", True)

    def test_it_stays_little(self) -> None:
        members = b",".join(b'"%d":"%b"' % (n, b"a" * 4000) for n in range(900))
        assert len(found_in(b"{" + members + b"}", STEP_BYTES).outline()) < 100_000


@pytest.mark.parametrize(
    ("body", "heavy"),
    [
        (b"{}", False),
        (b'{"a":"' + b"a" * 200_000 + b'"}', False),
        (b'{"a":[' + b"[]," * 20_000 + b"[]]}", False),
        (b'{"a":[' + b"[]," * 30_000 + b"[]]}", True),
        (b'{"a":"' + b"a" * 300_000 + b'"}', True),
    ],
    ids=["little", "text", "little of lists", "much of lists", "much text"],
)
def test_what_is_read_in_steps(body: bytes, heavy: bool) -> None:
    assert is_heavy(body) is heavy


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize(
    "text",
    [b'{"a":["' + b"a" * 500 + b'",1,{"b":[]}]}', b'{"a":[1,', b'{"a":"\\ud"}', b"[1]"],
    ids=["whole", "cut off", "broken string", "no object"],
)
def test_body_dies_with_what_was_found_in_it(text: bytes) -> None:
    """Without the collector: a walk that held itself would hold 30 MB until it came."""
    gone: list[str] = []

    class Body(bytes):
        def __del__(self) -> None:
            gone.append("gone")

    body = Body(text)
    try:
        found = found_in(body, SMALL_STEP)
    except MalformedRequest:
        pass
    else:
        assert list(found) == ["a"]
        del found
    del body
    assert gone == ["gone"]
