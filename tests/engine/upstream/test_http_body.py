"""Compressed answers, though nobody asks for them: whole, or named for what they are."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from collections.abc import AsyncIterator, Callable

import pytest

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamGarbage
from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.loop.large_bodies import STEP_BYTES
from llmgw_desktop.engine.upstream.http_body import Portions
from llmgw_desktop.engine.upstream.http_client import HttpClient
from tests.engine.upstream.http_stub import call, chunks_of, read, says, server, whole

GZIP = b"content-encoding: gzip"
PLAIN = b"data: x\n\n"
MEMBER = gzip.compress(PLAIN, mtime=0)
EMPTY = gzip.compress(b"", mtime=0)


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    """With patience: a busy machine may need a moment to pack and unpack."""
    http = HttpClient(UpstreamSettings(max_answer_bytes=256 * 1024**2))
    yield http
    await http.close()


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
async def test_it_is_unpacked_in_bounded_pieces(client: HttpClient, encoding: str) -> None:
    plain = PLAIN * 300_000
    packed = zlib.compress(plain) if encoding == "deflate" else gzip.compress(plain)
    async with server(says(whole(packed, b"content-encoding: " + encoding.encode()))) as url:
        chunks = await read(client, url)
    assert b"".join(chunks) == plain
    assert max(map(len, chunks)) <= STEP_BYTES


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        (MEMBER + MEMBER, PLAIN * 2),
        (EMPTY + MEMBER + EMPTY, PLAIN),
        (EMPTY, b""),
        (
            gzip.compress(PLAIN * 100_000) + gzip.compress(b"y" * 3_000_000) + MEMBER,
            PLAIN * 100_000 + b"y" * 3_000_000 + PLAIN,
        ),
        (MEMBER * 1000, PLAIN * 1000),
    ],
    ids=["two", "empty ones about", "an empty one alone", "large ones", "a thousand"],
)
async def test_members_of_one_gzip_file_follow_each_other(
    client: HttpClient, packed: bytes, plain: bytes
) -> None:
    """RFC 1952, 2.2: a file is a series of members, one behind the other."""
    async with server(says(whole(packed, GZIP))) as url:
        assert b"".join(await read(client, url)) == plain


@pytest.mark.parametrize("size", [1, 7, len(MEMBER)])
async def test_members_may_come_in_any_pieces(client: HttpClient, size: int) -> None:
    packed = MEMBER * 3
    head, _, body = whole(packed, GZIP).partition(b"\r\n\r\n")
    parts = [head + b"\r\n\r\n", *(body[at : at + size] for at in range(0, len(body), size))]
    async with server(says(*parts, pause_s=0.001)) as url:
        assert b"".join(await read(client, url)) == PLAIN * 3


@pytest.mark.parametrize(
    ("packed", "line", "error", "words"),
    [
        (b"not gzip", GZIP, UpstreamGarbage, "garbled"),
        (MEMBER + b"rest", GZIP, UpstreamGarbage, "garbled"),
        (MEMBER + b"<html>" * 100_000, GZIP, UpstreamGarbage, "garbled"),
        (MEMBER + zlib.compress(PLAIN), GZIP, UpstreamGarbage, "garbled"),
        (MEMBER[:-6] + b"\0" * 6, GZIP, UpstreamGarbage, "garbled"),
        (zlib.compress(PLAIN) + b"x", b"content-encoding: deflate", UpstreamGarbage, "garbled"),
        (gzip.compress(b"x" * 999)[:-9], GZIP, UpstreamCut, "only a part"),
        (MEMBER + MEMBER[:-1], GZIP, UpstreamCut, "only a part"),
        (MEMBER + MEMBER[:1], GZIP, UpstreamCut, "only a part"),
        (b"", GZIP, UpstreamCut, "only a part"),
    ],
    ids=[
        "no gzip",
        "text behind",
        "much text behind",
        "deflate behind",
        "a wrong sum",
        "deflate with a byte behind",
        "cut inside",
        "cut in the second sum",
        "cut in the second head",
        "nothing",
    ],
)
async def test_what_is_more_or_less_than_its_members_is_named(
    client: HttpClient, packed: bytes, line: bytes, error: type[Exception], words: str
) -> None:
    async with server(says(whole(packed, line), close=True)) as url:
        with pytest.raises(error, match=words):
            await read(client, url)


async def test_what_came_before_the_garbage_was_passed_on(client: HttpClient) -> None:
    async with server(says(whole(MEMBER + b"rest", GZIP))) as url:
        answer = await client.send(call(url))
        assert await answer.read() == PLAIN
        with pytest.raises(UpstreamGarbage):
            await answer.read()
        await answer.close()


@pytest.mark.parametrize(
    "pack",
    [
        lambda: gzip.compress(bytes(96 << 20)),
        lambda: EMPTY * 200_000,
        lambda: MEMBER * 100_000,
    ],
    ids=["96 MB of zeros", "members of nothing", "tiny members"],
)
async def test_a_bomb_leaves_others_their_turns(
    client: HttpClient, pack: Callable[[], bytes]
) -> None:
    packed = pack()
    longest_s = 0.0

    async def watch() -> None:
        nonlocal longest_s
        while True:
            before = time.thread_time()  # of this thread alone, however busy the machine is
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.thread_time() - before)

    async with server(says(whole(packed, GZIP))) as url:
        answer = await client.send(call(url))
        watching = asyncio.create_task(watch())
        most = size = 0
        async for chunk in chunks_of(answer):
            size += len(chunk)
            most = max(most, len(chunk))
            if size > 64 << 20:
                break
        watching.cancel()
        await answer.close()
    assert most <= STEP_BYTES
    assert longest_s < 0.2, "far more than a turn takes on a slow machine"


@pytest.mark.parametrize("line", [b"\n", b"\r\n", b": x\n", b"data: x\n\n"])
async def test_a_stream_full_of_line_ends_comes_in_short_portions(
    client: HttpClient, line: bytes
) -> None:
    """Each end costs by itself: a hundred packed bytes that say many held up everybody."""
    plain = line * 200_000 + b"data: last\n\n"
    head = b"content-type: text/event-stream"
    async with server(says(whole(gzip.compress(plain), head, GZIP))) as url:
        pieces = await read(client, url)
    assert b"".join(pieces) == plain
    assert max(map(_line_ends, pieces)) <= 4096


def _line_ends(piece: bytes) -> int:
    return piece.count(b"\n") + piece.count(b"\r")


async def test_others_have_a_turn_between_the_portions() -> None:
    portions, turns = Portions(), 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    pieces = [portions.first(b"\n" * 40_000)]
    while piece := await portions.rest():
        pieces.append(piece)
    task.cancel()
    assert b"".join(pieces) == b"\n" * 40_000
    assert turns >= len(pieces) - 1 >= 9


@pytest.mark.parametrize("piece", [b"", b"x" * 100_000, b"data: a whole line of words\n\n" * 2_000])
def test_what_is_not_full_of_line_ends_stays_one_piece(piece: bytes) -> None:
    assert Portions().first(piece) == piece
