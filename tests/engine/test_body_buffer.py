"""What is gathered is what was added, in steps that are short however large it is."""

from __future__ import annotations

import tracemalloc

import pytest

from llmgw_desktop.engine.loop.large_bodies import BLOCK_BYTES, BodyBuffer


def gathered(*parts: bytes) -> tuple[bytes, int]:
    gathering = BodyBuffer()
    for part in parts:
        gathering.add(part)
    assert len(gathering) == sum(map(len, parts))
    steps = gathering.whole()
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value, count
        count += 1


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"",),
        (b"one", b"", b"two"),
        (b"x" * BLOCK_BYTES,),
        (b"x" * (BLOCK_BYTES - 1), b"yz"),
        tuple(b"%d," % number for number in range(100_000)),
        (b"a" * (3 * BLOCK_BYTES), b"b", b"c" * (2 * BLOCK_BYTES + 7)),
    ],
    ids=["nothing", "an empty one", "few", "a block", "over a block", "dust", "large ones"],
)
def test_nothing_is_lost(parts: tuple[bytes, ...]) -> None:
    assert gathered(*parts)[0] == b"".join(parts)


def test_each_block_of_a_large_one_is_a_step() -> None:
    assert gathered(*[b"x" * 65536] * 320)[1] >= 320 * 65536 // BLOCK_BYTES


def test_dust_takes_little_more_than_its_size() -> None:
    gathering = BodyBuffer()
    tracemalloc.start()
    try:
        for _ in range(1_000_000):
            gathering.add(b"%c" % 120)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
