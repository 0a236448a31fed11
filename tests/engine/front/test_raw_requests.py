"""Bytes as they come: what is HTTP is served, all else is refused in words, and nothing gets by."""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.conftest import House, as_new, house_in

in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def house(standing_house: House) -> House:
    return as_new(standing_house)


CORPUS = tomllib.loads(Path(__file__).with_name("raw_requests.toml").read_text())["request"]
BODY = '{"model":"gpt-stub","messages":[{"role":"user","content":"ping"}]}'
LINES = {
    "P": "POST /v1/chat/completions HTTP/1.1\r\n",
    "P0": "POST /v1/chat/completions HTTP/1.0\r\n",
    "P2": "POST /v1/chat/completions HTTP/2.0\r\n",
    "P9": "POST /v1/chat/completions HTTP/0.9\r\n",
    "J": "Content-Type: application/json\r\n",
    "L": f"Content-Length: {len(BODY)}\r\n",
    "B": BODY,
    "K": f"{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n",
    "N": "\r\n",
    "E": "\r\n\r\n",
    "n": f"{len(BODY)}",
    "k": f"{len(BODY):x}",
    "long": "a" * 9000,
    "headers": "X-A: b\r\n" * 200,
}
GOES_ON = (200, 404, 421)
"""Statuses after which the connection serves the next request, where the corpus says nothing."""
PATIENCE_S = 20.0


class Wire:
    """Raw bytes to a house, and whole answers back."""

    def __init__(self, house: House) -> None:
        host = house.url.removeprefix("http://")
        key = house.headers()["Authorization"].removeprefix("Bearer ")
        self.house = house
        self.port = int(host.rpartition(":")[2])
        own = {"host": host, "key": key, "H": f"Host: {host}\r\n"}
        self._words = LINES | own | {"A": f"Authorization: Bearer {key}\r\n"}
        self.next = f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()

    def filled(self, text: str) -> bytes:
        return re.sub(r"<(\w+)>", lambda it: self._words[it[1]], text).encode("latin-1")

    async def answers(self, sent: bytes) -> list[tuple[int, dict[str, str], Any]]:
        """Status, headers and JSON of all that comes until the gateway closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        said = b""
        try:
            async with asyncio.timeout(PATIENCE_S):
                writer.write(sent)
                while piece := await reader.read(65536):
                    said += piece
        except ConnectionResetError:
            pass  # it may have had enough; what it said is there all the same
        finally:
            writer.close()
        return list(whole_answers(said))


def whole_answers(said: bytes) -> Any:
    while said:
        head, end, said = said.partition(b"\r\n\r\n")
        assert end, "an answer has a whole head"
        first, *lines = head.decode().split("\r\n")
        found = re.fullmatch(r"HTTP/1\.1 (\d{3}) [ -~]*", first)
        assert found, first
        headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in lines)}
        length = int(headers["content-length"])
        assert len(said) >= length, "an answer is whole"
        yield int(found[1]), headers, json.loads(said[:length])
        said = said[length:]


@in_one_loop
@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["name"].replace(" ", "_"))
async def test_each_of_those_that_were_tried(house: House, case: dict[str, Any]) -> None:
    wire = Wire(house)
    (status, headers, told), *more = await wire.answers(wire.filled(case["sent"]) + wire.next)
    assert status == case["status"], told
    assert len(house.lane.requests) == (status == 200)
    goes_on = case.get("goes_on", status in GOES_ON)
    assert [each[0] for each in more] == ([200] if goes_on else [])
    if status != 200:
        assert told["error"]["message"]
        assert headers.get("connection") == (None if goes_on else "close")


OWN_FORMS = {
    "/v1/chat/completions": ("error", "type", "invalid_request_error"),
    "/v1/responses": ("error", "type", "invalid_request_error"),
    "/backend-api/codex/responses": ("error", "type", "invalid_request_error"),
    "/v1/messages": ("error", "type", "invalid_request_error"),
    "/v1beta/models/gpt-stub:generateContent": ("error", "status", "INVALID_ARGUMENT"),
    "/mcp": ("error", "code", -32600),
    "/oauth/token": ("error", "", "invalid_request"),
    "/oauth/register": ("error", "", "invalid_request"),
}
FAULTS = {
    "Authorization: Bearer x": "Authorization came more than once",
    "Content-Type: text/plain": "Content-Type came more than once",
    "Host: evil.example": "Host came more than once",
    "Content-Length: 7": "Content-Length came more than once",
    "Transfer-Encoding: gzip, chunked": "not well-formed HTTP",
    "X-Project: \xff": "X-Project holds control characters, or bytes that are no UTF-8",
    "X-A : b": "not well-formed HTTP",
}


@in_one_loop
@pytest.mark.parametrize("path", OWN_FORMS)
async def test_what_is_refused_is_told_in_the_callers_own_form(house: House, path: str) -> None:
    wire = Wire(house)
    for line, words in FAULTS.items():
        sent = wire.filled(f"POST {path} HTTP/1.1\r\n<H><A><J>{line}<N><L><N><B>")
        [(status, headers, told)] = await wire.answers(sent)
        assert status == 400, line
        assert headers["connection"] == "close"
        outer, inner, kind = OWN_FORMS[path]
        assert (told[outer][inner] if inner else told[outer]) == kind
        said = told["error_description"] if not inner else told["error"]["message"]
        assert words in said, line
        assert (told.get("type") == "error") is (path == "/v1/messages")
        assert (told.get("jsonrpc") == "2.0") is (path == "/mcp")
    assert house.lane.requests == []


@in_one_loop
async def test_a_foreign_host_does_not_learn_the_names_of_the_gateway(house: House) -> None:
    wire = Wire(house)
    sent = wire.filled("GET /v1/models HTTP/1.1<N>Host: evil.example<N>Connection: close<E>")
    [(status, _, told)] = await wire.answers(sent)
    assert status == 421
    assert str(wire.port) not in json.dumps(told)
    assert "localhost" not in json.dumps(told)


# What is HTTP, read a second time and strictly (RFC 9110, 9112), to hold the door against.

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rb"POST +/v1/chat/completions HTTP/1\.[01]")
"""More than one blank may stand there (RFC 9112, 3)."""
FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*")
SINGLE = {b"host", b"content-type", b"content-length", b"transfer-encoding", b"authorization"}
SINGLE |= {b"x-project", b"origin", b"content-encoding"}


def is_http(sent: bytes) -> bool:
    first, *lines = sent.partition(b"\r\n\r\n")[0].split(b"\r\n")
    fields = [FIELD.fullmatch(line) for line in lines]
    if not REQUEST_LINE.fullmatch(first) or not all(fields):
        return False
    found = [(each[1].lower(), each[2]) for each in fields if each]
    names = [name for name, _ in found]
    if any(names.count(name) > 1 for name in SINGLE) or not all(is_text(v) for _, v in found):
        return False
    length, coding = dict(found).get(b"content-length"), dict(found).get(b"transfer-encoding")
    if coding is not None:
        is_old = first.endswith(b"1.0")
        return length is None and coding.lower() == b"chunked" and not is_old
    return length is not None and length.isdigit()


def is_text(value: bytes) -> bool:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return False
    return not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f]", text)


NAMES = st.sampled_from(["X-A", "x-a", "User-Agent", "Accept", "Cookie", "Via", "X-Note-1"])
ODD_NAMES = st.sampled_from(["X A", "X-A ", "", "X\xe4", "X\0", "X(", " X-A", "\tX", "X-A\r", "X@"])
SIGNS = st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="<")
WORDS = st.text(SIGNS, max_size=12)
UNICODE = st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace"))
BYTES = (UNICODE | st.binary(max_size=8)).map(
    lambda value: re.sub(rb"[<\n]", b"", value).decode("latin-1")
)
WHOLE_LINES = st.sampled_from(
    [
        *("Transfer-Encoding: chunked", "Transfer-Encoding:\tchunked ", "Content-Length: <n>"),
        *("Transfer-Encoding: chunked;q=1", "Transfer-Encoding: x", "Content-Length: +<n>"),
        *(
            "Host: <host>",
            "Authorization: Bearer <key>",
            "X-Project: a",
            "no colon at all",
            " fold",
        ),
    ]
)
ENDS = st.sampled_from(["\r\n"] * 30 + ["\n", "\r", "\r\r\n", " \r\n", "\0\r\n"])
LINE = st.one_of(
    st.builds("{}: {}".format, NAMES, WORDS | BYTES),
    st.builds("{}:{}".format, NAMES | ODD_NAMES, WORDS | BYTES),
    WHOLE_LINES,
)
FIRST = st.sampled_from(
    ["<P>"] * 12 + ["<P0>", "<P2>", "<P9>", "POST  /v1/chat/completions HTTP/1.1\r\n"]
)


@st.composite
def requests(draw: st.DrawFn) -> str:
    """Most are HTTP but for one thing."""
    framing, body = draw(
        st.sampled_from([("<L>", "<B>"), ("Transfer-Encoding: chunked<N>", "<K>")])
    )
    odd = [line + draw(ENDS) for line in draw(st.lists(LINE, max_size=3))]
    lines = draw(st.permutations(["<H>", "<A>", "<J>", "Connection: close<N>", framing, *odd]))
    return draw(FIRST) + "".join(lines) + "<N>" + body


def test_the_door_and_the_grammar_are_of_one_mind(tmp_path: Path) -> None:
    """What is served is HTTP, and what is HTTP is served: to the vendor goes nothing else."""
    with asyncio.Runner() as runner:
        opened = house_in(tmp_path / "home")
        house = runner.run(opened.__aenter__())
        wire = Wire(house)

        @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
        @given(text=requests())
        def is_of_one_mind(text: str) -> None:
            sent = wire.filled(text)
            before = len(house.lane.requests)
            [(status, _, told)] = runner.run(wire.answers(sent))
            assert status in (200, 400, 505), told
            assert (status == 200) is is_http(sent), told
            assert len(house.lane.requests) - before == (status == 200)

        try:
            is_of_one_mind()
        finally:
            runner.run(opened.__aexit__(None, None, None))
