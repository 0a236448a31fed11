"""Bytes into requests: in whatever pieces they come, the same requests, and the same end."""

from __future__ import annotations

import re
from typing import Any

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.engine.http1 import LONGEST_HEAD
from llmgw_desktop.engine.http1.head import RequestHead, UnreadHead
from llmgw_desktop.engine.http1.parser import RequestParser
from llmgw_desktop.engine.http1.request import RequestBody
from tests.engine.front.test_raw_requests import BODY, CORPUS, LINES

_OWN = {"H": "Host: ours\r\n", "A": "Authorization: Bearer KEY\r\n"}
WORDS = LINES | _OWN | {"host": "ours", "key": "KEY"}
NEXT = b"GET /health HTTP/1.1\r\nHost: ours\r\nConnection: close\r\n\r\n"
Seen = list[tuple[str, ...]]


def sent_by(text: str) -> bytes:
    return re.sub(r"<(\w+)>", lambda it: WORDS[it[1]], text).encode("latin-1")


class Reader:
    """Notes what the parser makes of it."""

    def __init__(self) -> None:
        self.requests: list[tuple[RequestHead, RequestBody]] = []
        self.unread: list[UnreadHead] = []
        self.parser = RequestParser(
            lambda head, body: self.requests.append((head, body)),
            self.unread.append,
            lambda: None,
        )

    def seen(self) -> Seen:
        found: Seen = []
        for head, body in self.requests:
            fault = type(head.fault).__name__ if head.fault else ""
            try:
                said = body.take().decode("latin-1")
            except MalformedRequest as error:
                said = f"failed: {type(error).__name__}"
            end = "whole" if body.is_whole else "open"
            found.append((head.method, head.path, str(dict(head.headers)), fault, said, end))
        return found + [("garbled",) for _ in self.unread]


def read(*pieces: bytes) -> Seen:
    reader = Reader()
    for piece in pieces:
        reader.parser.feed(piece)
    return reader.seen()


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["name"].replace(" ", "_"))
def test_in_two_pieces_it_is_what_it_is_in_one(case: dict[str, Any]) -> None:
    sent = sent_by(case["sent"]) + NEXT
    whole = read(sent)
    for at in range(1, min(len(sent), 600)):
        assert read(sent[:at], sent[at:]) == whole, at


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["name"].replace(" ", "_"))
def test_byte_by_byte_too(case: dict[str, Any]) -> None:
    sent = sent_by(case["sent"]) + NEXT
    assert read(*(sent[at : at + 1] for at in range(len(sent)))) == read(sent)


def test_several_that_came_together_are_told_apart() -> None:
    one = sent_by("<P><H><J><L><N><B>")
    two = sent_by("<P><H><J>Transfer-Encoding: chunked<E><K>")
    assert [(each[4], each[5]) for each in read((one + two) * 3)] == [(BODY, "whole")] * 6


def test_a_head_without_an_end_is_given_up() -> None:
    lines = b"X-A: b\r\n"
    reader = Reader()
    reader.parser.feed(b"GET / HTTP/1.1\r\n")
    for _ in range(120):
        reader.parser.feed(lines)
    assert not reader.unread
    reader = Reader()
    reader.parser.feed(b"GET / HTTP/1.1\r\nX-A: ")
    while not reader.parser.is_over:
        reader.parser.feed(b"a" * 4096)
    assert len(reader.unread) == 1
    assert len(reader.parser._begun) <= LONGEST_HEAD + 4096


@pytest.mark.parametrize("around", [b"", b" ", b" \t ", b"\t"])
def test_blanks_around_a_value_are_no_part_of_it(around: bytes) -> None:
    reader = Reader()
    value = around + b"a b" + around
    reader.parser.feed(b"GET / HTTP/1.1\r\nHost: ours\r\nX-A:%b\r\n\r\n" % value)
    assert reader.requests[0][0].headers["X-A"] == "a b"


def test_what_follows_the_last_request_is_nobodys() -> None:
    last = b"GET / HTTP/1.1\r\nHost: ours\r\nConnection: close\r\n\r\n"
    for more in (b"GET / HTTP/1.1\r\nHost: ours\r\n\r\n", b"\x00\xff", b"a" * 100_000):
        assert len(read(last + more)) == len(read(last, more)) == 1


@pytest.mark.parametrize(
    ("lines", "version", "goes_on"),
    [
        ([], "1.1", True),
        ([("Connection", "keep-alive")], "1.1", True),
        ([("Connection", "close")], "1.1", False),
        ([("Connection", "x , Close")], "1.1", False),
        ([("connection", "x"), ("Connection", "close")], "1.1", False),
        ([], "1.0", False),
        ([("Connection", "Keep-Alive")], "1.0", True),
        ([("Connection", "keep-alive, close")], "1.0", False),
    ],
)
def test_whether_the_connection_goes_on(
    lines: list[tuple[str, str]], version: str, goes_on: bool
) -> None:
    head = RequestHead("GET", "/", [("Host", "ours"), *lines], version)
    assert head.keep_alive is goes_on


@pytest.mark.parametrize(
    ("target", "path", "query", "authority"),
    [
        ("/a?b=c#d", "/a", "b=c", None),
        ("/%61%2Fb", "/a/b", "", None),
        ("/a%", "/a%", "", None),
        ("http://ours:1/a?b", "/a", "b", "ours:1"),
        ("HTTP://u@ours?b", "/", "b", "u@ours"),
        ("http://[::1]:80/x", "/x", "", "[::1]:80"),
    ],
)
def test_what_a_target_says(target: str, path: str, query: str, authority: str | None) -> None:
    head = RequestHead("GET", target, [("Host", "ours")], "1.1")
    assert (head.path, head.query, head.authority) == (path, query, authority)
    assert head.fault is None
    assert head.hides_slash is ("%2F" in target)


SAYS = (
    b"POST /v1/x?y=1 HTTP/1.1\r\nHost: ours\r\nX-Odd: \xc3\xa4  \r\n"
    b"content-LENGTH:  %d\r\nA: b\r\n\r\n"
)


def test_a_head_that_came_before_is_known_by_its_bytes() -> None:
    reader = Reader()
    bodies = [b"one", b"three", b"seven more", b"", b"one"]
    for body in bodies:
        reader.parser.feed(SAYS % len(body) + body)
    assert reader.seen() == [each for body in bodies for each in read(SAYS % len(body) + body)]
    heads = [head for head, _ in reader.requests]
    assert heads[1] is not heads[0]
    assert heads[4] is heads[0]
    assert heads[1].headers.getall("content-length") == ["5"]


def test_whatever_is_said_otherwise_is_read_anew() -> None:
    """Each byte of the second head is another one, is left out, or stands twice."""
    body = b"12345"
    said = SAYS % len(body)
    for at in range(len(said)):
        for instead in (b"", b"\x00", b" ", b"\r", b"\n", b"9", b"x", said[at : at + 1] * 2):
            other = said[:at] + instead + said[at + 1 :] + body
            assert read(said + body, other) == read(said + body + other), (at, instead)


def test_in_whatever_pieces_it_comes_again() -> None:
    body = b"12345"
    sent = SAYS % len(body) + body
    for at in range(1, len(sent)):
        assert read(sent, sent[:at], sent[at:]) == read(sent) * 2, at
        assert read(sent, sent + sent[:at], sent[at:]) == read(sent) * 3, at
    assert read(sent, sent + sent) == read(sent) * 3


@pytest.mark.parametrize(
    "odd",
    [
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: close\r\n",
        b"Content-Length: 5\r\n",
        b"Host: other\r\n",
        b"X: " + b"v" * 4000 + b"\r\n",
    ],
)
def test_some_heads_are_never_known(odd: bytes) -> None:
    sent = b"POST / HTTP/1.1\r\nHost: ours\r\n%bContent-Length: 5\r\n\r\n12345" % odd
    reader = Reader()
    for _ in range(2):
        reader.parser.feed(sent)
    assert reader.parser._known is None
    assert reader.seen() == read(sent + sent)
