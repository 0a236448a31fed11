"""The questions of a run that wait, by the agent's own ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from llmgw_desktop.clis.acp.asks import OpenAsk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acp.schema import RequestPermissionRequest

    from llmgw_desktop.clis.acp.calls import Call
    from llmgw_desktop.clis.acp.wire import Request


class OpenAsks:
    """Each is answered once."""

    def __init__(self) -> None:
        self._open: dict[str, OpenAsk] = {}
        self._seen: dict[str, str] = {}
        """Ids and their calls, answered ones too."""

    def take(self, request: Request, asked: RequestPermissionRequest, call: Call) -> OpenAsk | None:
        """None: it was answered. The same again is one question; an id that is used again for
        another call is another question."""
        native_id = orjson.dumps(request.rpc_id).decode()
        if self._seen.get(native_id, call.id) != call.id:
            native_id = f"{native_id}#{call.id}"
        waiting = self._open.get(native_id)
        if waiting is not None:
            waiting.asked, waiting.params, waiting.raw = asked, request.params, request.raw
            return waiting
        if native_id in self._seen:
            return None
        self._seen[native_id] = call.id
        waiting = OpenAsk(
            native_id=native_id,
            rpc_id=request.rpc_id,
            asked=asked,
            call=call,
            params=request.params,
            raw=request.raw,
        )
        self._open[native_id] = waiting
        return waiting

    def pop(self, native_id: str) -> OpenAsk | None:
        return self._open.pop(native_id, None)

    def of_call(self, call: Call) -> Iterator[OpenAsk]:
        yield from (each for each in self._open.values() if each.call is call)

    def pop_all(self) -> list[OpenAsk]:
        waiting = list(self._open.values())
        self._open.clear()
        return waiting
