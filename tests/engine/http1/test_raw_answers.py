"""Answers as they come: in whatever pieces, each has the one outcome that is declared for it."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamGarbage, UpstreamTimeout
from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.http1.client_connection import (
    BrokenAnswer,
    ConnectionClosed,
    UpstreamConnection,
)
from llmgw_desktop.engine.upstream.http_client import HttpClient
from tests.engine.upstream.http_stub import call, says, server

CORPUS = tomllib.loads(Path(__file__).with_name("raw_answers.toml").read_text())["answer"]
EARLY = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
WORDS = {
    "O": "HTTP/1.1 200 OK\r\n",
    "0": "HTTP/1.0 200 OK\r\n",
    "L": "Content-Length: 5\r\n",
    "C": "Transfer-Encoding: chunked\r\n",
    "B": "hello",
    "K": "5\r\nhello\r\n0\r\n\r\n",
    "N": "\r\n",
    "E": "\r\n\r\n",
    "H": EARLY,
    "many": EARLY * 3000,
    "long": "a" * 60_000,
    "longer": "a" * 70_000,
    "huge": "a" * 600_000,
    "lines": "X-A: b\r\n" * 100,
}
LONGEST_SPLIT = 400
"""Longer answers are cut in two at some places."""
READ_BYTES = 256 * 1024
"""As much as asyncio reads at once."""
each_of_them = pytest.mark.parametrize("case", CORPUS, ids=lambda it: it["name"].replace(" ", "_"))


def sent_by(text: str) -> bytes:
    return re.sub(r"<(\w+)>", lambda it: WORDS.get(it[1], it[0]), text).encode("latin-1")


class Wire(asyncio.Transport):
    """Takes what is said; no socket."""

    is_cut = False

    def write(self, data: bytes | bytearray | memoryview) -> None: ...

    def is_closing(self) -> bool:
        return self.is_cut

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def abort(self) -> None:
        self.is_cut = True


def declared(case: dict[str, Any]) -> tuple[object, ...]:
    """As `outcome_of` has it."""
    by_client = case.get("by_client", False)
    outcome = "whole" if by_client else case["outcome"]
    if outcome != "whole" or by_client:
        return (outcome,)
    body = case.get("body", WORDS["B"]).encode()
    return outcome, case.get("status", 200), body, case["reused"]


class Connection(UpstreamConnection):
    """And what its last exchange came to."""

    got = b""
    said: CIMultiDict[str]


def connected() -> tuple[Connection, Wire]:
    connection, wire = Connection(), Wire()
    connection.connection_made(wire)
    return connection, wire


AGAIN_HEAD = b"HTTP/1.1 200 OK\r\nX-Said: a word\r\nContent-Length: 5\r\n\r\n"
AGAIN = AGAIN_HEAD + b"hello"


async def exchanged(connection: Connection, sent: bytes) -> bool:
    """Whether another exchange may follow."""
    connection.ask(b"GET / HTTP/1.1\r\n\r\n", b"")
    connection.data_received(sent)
    if not connection.is_open or connection.is_in_head:
        return False
    await connection.answered()
    connection.got = b""
    while piece := connection.ready_piece():
        connection.got += piece
    if not connection.is_reusable:
        return False
    connection.said = connection.headers
    connection.rest(0.0)
    return True


async def outcome_of(
    pieces: Sequence[bytes], *, closed: bool, on: tuple[UpstreamConnection, Wire] | None = None
) -> tuple[object, ...]:
    """Outcome; of whole ones status, body, and whether the connection may be used again."""
    connection, wire = on or connected()
    connection.ask(b"GET / HTTP/1.1\r\n\r\n", b"")
    for piece in pieces:
        for at in range(0, len(piece), READ_BYTES):
            if not wire.is_cut:
                connection.data_received(piece[at : at + READ_BYTES])
    may_go_on = connection.is_open
    if closed and not wire.is_cut:
        connection.connection_lost(None)
    body = b""
    try:
        if connection.is_in_head and connection.is_open:
            return ("waits",)
        await connection.answered()
        while (piece := connection.ready_piece() or b"") or not connection._is_whole:
            body += piece or await connection.piece()
            if not connection._pieces and connection.is_open and not connection._is_whole:
                return ("waits",)
    except BrokenAnswer:
        assert wire.is_cut
        return ("garbage",)
    except ConnectionClosed:
        return ("cut",)
    return "whole", connection.status, body, may_go_on and connection.is_reusable


@each_of_them
async def test_in_whatever_pieces_it_is_what_is_declared(case: dict[str, Any]) -> None:
    sent, closed = sent_by(case["sent"]), case.get("closed", False)
    expected = declared(case)
    known = len(expected)
    assert (await outcome_of([sent], closed=closed))[:known] == expected
    size = len(sent)
    places = range(1, size) if size < LONGEST_SPLIT else {1, 17, 90, size // 2, size - 9, size - 1}
    for at in places:
        assert (await outcome_of([sent[:at], sent[at:]], closed=closed))[:known] == expected, at
    step = 1 if size < LONGEST_SPLIT else 997
    pieces = [sent[at : at + step] for at in range(0, size, step)]
    assert (await outcome_of(pieces, closed=closed))[:known] == expected


@each_of_them
async def test_behind_answers_that_came_again_it_is_what_is_declared(case: dict[str, Any]) -> None:
    """What is known by its bytes was never seen by the parser, which reads the next one."""
    sent, closed = sent_by(case["sent"]), case.get("closed", False)
    expected = declared(case)
    known = len(expected)
    for before in (AGAIN, sent):
        connection, wire = connected()
        if before is sent and expected[0] != "whole":
            continue
        for _ in range(3):
            if not await exchanged(connection, before):
                break
        else:
            found = await outcome_of([sent], closed=closed, on=(connection, wire))
            assert found[:known] == expected


async def test_an_answer_that_came_again_is_read_as_the_first_was() -> None:
    connection, _ = connected()
    for body in (b"hello", b"HTTP/", b"other"):
        assert await exchanged(connection, AGAIN.replace(b"hello", body))
        assert connection.status == 200
        assert connection.said["X-Said"] == "a word"
        assert connection.got == body
        assert (connection._known_headers is None) is (body == b"hello")


@pytest.mark.parametrize(
    ("sent", "outcome"),
    [
        (AGAIN_HEAD + b"hello and more", "surplus"),
        (AGAIN_HEAD + b"hell", "waits"),
        (AGAIN_HEAD.replace(b"a word", b"a  word") + b"hello", "whole"),
        (AGAIN_HEAD.replace(b"200 OK", b"404 No") + b"hello", "whole"),
        (AGAIN_HEAD.replace(b": 5", b": 4") + b"hello", "surplus"),
        (AGAIN_HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + b"hello", "surplus"),
    ],
)
async def test_what_is_not_the_same_to_the_byte_is_read(sent: bytes, outcome: str) -> None:
    connection, _ = connected()
    assert await exchanged(connection, AGAIN)
    assert await exchanged(connection, AGAIN)
    assert await exchanged(connection, sent) is (outcome == "whole")
    assert connection._known_headers is None
    assert connection._is_whole is (outcome != "waits")


async def test_no_more_heads_are_learnt_where_each_is_another() -> None:
    connection, _ = connected()
    for number in range(9):
        assert await exchanged(connection, AGAIN.replace(b"a word", b"number %d" % number))
    assert await exchanged(connection, AGAIN)
    assert await exchanged(connection, AGAIN)
    assert connection._known_headers is None


ERRORS = {"garbage": UpstreamGarbage, "cut": UpstreamCut, "waits": UpstreamTimeout}


@each_of_them
async def test_it_comes_so_to_whoever_asked(case: dict[str, Any]) -> None:
    """Over sockets, and in the errors that the pipeline knows."""
    patience_s = 0.2 if case["outcome"] == "waits" else 60
    http = HttpClient(UpstreamSettings(first_byte_timeout_s=patience_s, idle_timeout_s=patience_s))
    script = says(sent_by(case["sent"]), close=case.get("closed", False))
    body = b""
    async with server(script) as url:
        try:
            answer = await http.send(call(url))
            try:
                while piece := await answer.read():
                    body += piece
            finally:
                await answer.close()
        except (UpstreamGarbage, UpstreamCut, UpstreamTimeout) as error:
            outcome = next(name for name, kind in ERRORS.items() if type(error) is kind)
        else:
            outcome = "whole"
            assert answer.status == case.get("status", 200)
            assert body == case.get("body", WORDS["B"]).encode()
        assert outcome == case["outcome"]
        kept = [each for idle in http._pool._idle.values() for each in idle]
        if case.get("reused"):
            assert len(kept) == 1
        while any(each.is_open for each in kept) and not case.get("reused"):
            await asyncio.sleep(0)  # what is too much may come a little later
    await http.close()


def test_every_name_stands_once() -> None:
    assert len({case["name"] for case in CORPUS}) == len(CORPUS) > 100
