"""However many wrong keys come, the log has one line for all."""

from __future__ import annotations

import asyncio
import sys

import pytest

from llmgw_desktop.engine.access.gate import MOST_ADDRESSES, Refusals


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


async def test_one_line_for_all(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(every_s=0.01)
    for _ in range(10_000):
        refusals.note("127.0.0.1")
    refusals.note("10.0.0.5")
    await asyncio.sleep(0.05)
    refusals.tell()
    assert _lines(caplog) == [
        "10,001 requests without a valid key, from 127.0.0.1 (10,000), 10.0.0.5 (1)"
    ]


async def test_few_addresses_are_named_and_none_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals()
    for number in range(10_000):
        refusals.note(f"10.{number // 256}.{number % 256}.1")
    assert len(refusals._of) == MOST_ADDRESSES
    small = sys.getsizeof(refusals._of)
    refusals.tell()
    assert "others (9,992)" in _lines(caplog)[0]
    assert small < 1000
    refusals.tell()
    assert len(_lines(caplog)) == 1, "nothing came meanwhile"


async def test_one_is_told_after_a_while(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(every_s=0.01)
    refusals.note("")
    assert not caplog.records
    for _ in range(500):
        await asyncio.sleep(0.01)
        if caplog.records:
            break
    assert _lines(caplog) == ["1 request without a valid key, from no address (1)"]
