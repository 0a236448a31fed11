"""The demo's vendors: whoever leaves in the middle of an answer leaves no word in the log."""

from __future__ import annotations

import asyncio
import logging
import socket

import orjson
import pytest

from llmgw_desktop.app.demo.vendors import PlayedLine, PracticeVendors

_BODY = orjson.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "x"}]})


@pytest.mark.parametrize("begin_s", [0.0, 0.02])
async def test_a_caller_who_leaves_is_no_error(
    begin_s: float, caplog: pytest.LogCaptureFixture
) -> None:
    vendors = PracticeVendors()
    vendors.lines["m", "x"] = PlayedLine(begin_s=begin_s, piece_s=0.005)
    listening = socket.create_server(("127.0.0.1", 0))
    await vendors.start(listening)
    with caplog.at_level(logging.ERROR):
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        head = f"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: {len(_BODY)}\r\n\r\n"
        writer.write(head.encode() + _BODY)
        await writer.drain()
        if not begin_s:
            await reader.readuntil(b"\r\n")
        writer.transport.abort()
        await vendors.stop()
    assert caplog.records == []
