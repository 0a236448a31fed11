"""The practice provider: built in, free, offline; the model's name chooses what it does.

Here is what takes time: pacing, breaking off, falling silent. What is said and how it is written
is made in the practice_* files beside this one, without a clock.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from typing import Any, Protocol

from multidict import CIMultiDict

from llmgw_desktop.domain.clock import Clock, SystemClock, TimedIds
from llmgw_desktop.domain.errors import MalformedRequest, NotServed, UpstreamCut
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.upstream import practice_anthropic, practice_openai
from llmgw_desktop.engine.upstream.answer import UpstreamCall
from llmgw_desktop.engine.upstream.practice_scripts import (
    MODEL_NAMES,
    Fault,
    Script,
    ScriptEnding,
    ScriptTurn,
    Stamp,
    script_for,
)
from llmgw_desktop.wire.json_edits import read_object

PRACTICE_MODELS: tuple[str, ...] = MODEL_NAMES
PACE_S = 0.05
MOST_BYTES = 2 * 1024 * 1024
_MOST_VALUES = 50_000
_TOO_MUCH = (
    "The practice provider reads every word by itself, so it takes at most 2 MB and no more than "
    "50,000 values; send less."
)
"""To read more at a stretch would keep other callers waiting."""

_BEATS_BEFORE_THE_END = 6
_CHUNK_BYTES = 16 * 1024


class _Dialect(Protocol):
    """What a practice_<protocol> file offers."""

    REQUEST_ID_HEADER: str

    def complaint(self, fields: Mapping[str, Any], operation: Operation) -> str | None: ...

    def read_turn(self, fields: Mapping[str, Any], body: bytes) -> ScriptTurn: ...

    def whole(self, script: Script, turn: ScriptTurn, stamp: Stamp) -> bytes: ...

    def beats(self, script: Script, turn: ScriptTurn, stamp: Stamp) -> Iterator[bytes]: ...

    def count(self, turn: ScriptTurn) -> bytes: ...

    def error(self, status: int, message: str, request_id: str) -> bytes: ...


def _dialect(protocol: ModelProtocol) -> _Dialect:
    if protocol is ModelProtocol.ANTHROPIC:
        return practice_anthropic
    if protocol is ModelProtocol.OPENAI_CHAT:
        return practice_openai
    raise NotServed(f"The practice provider does not speak {protocol}.")


class PracticeClient:
    """Answers every call by itself; holds no connection, so there is nothing to open or close."""

    def __init__(self, clock: Clock | None = None, *, pace_s: float = PACE_S) -> None:
        self._clock = clock or SystemClock()
        self._ids = TimedIds(self._clock)
        self._pace_s = pace_s

    async def send(self, call: UpstreamCall) -> "PracticeAnswer":
        call.connected()
        dialect = _dialect(call.candidate.upstream.protocol)
        number = self._ids.new("practice").replace("_", "")
        request_id = f"req_{number}"
        headers = CIMultiDict({dialect.REQUEST_ID_HEADER: request_id})
        outcome = self._outcome(call, dialect)
        if isinstance(outcome, Fault):
            if outcome.status == 429:
                headers["retry-after"] = "1"
            body = dialect.error(outcome.status, outcome.message, request_id)
            return _json_answer(outcome.status, headers, body)
        script, turn = outcome
        if call.operation is Operation.COUNT_TOKENS:
            return _json_answer(200, headers, dialect.count(turn))
        stamp = Stamp(id=number, model=call.candidate.model, created_s=int(self._clock.now_s()))
        pace_s = self._pace_s if script.is_paced else 0.0
        if call.streaming:
            headers["content-type"] = "text/event-stream; charset=utf-8"
            beats: Iterable[bytes] = dialect.beats(script, turn, stamp)
        else:
            headers["content-type"] = "application/json"
            beats = _in_parts(dialect.whole(script, turn, stamp), script)
        return PracticeAnswer(200, headers, beats, pace_s=pace_s, ending=script.ending)

    @staticmethod
    def _outcome(call: UpstreamCall, dialect: _Dialect) -> Fault | tuple[Script, ScriptTurn]:
        if len(call.body) > MOST_BYTES:
            return Fault(status=413, message=_TOO_MUCH)
        body = bytes(call.body)
        if sum(map(body.count, (b"[", b"{", b":"))) > _MOST_VALUES:
            return Fault(status=413, message=_TOO_MUCH)
        try:
            fields = read_object(body)
        except MalformedRequest as error:
            return Fault(status=400, message=str(error))
        complaint = dialect.complaint(fields, call.operation)
        if complaint is not None:
            return Fault(status=400, message=complaint)
        turn = dialect.read_turn(fields, body)
        script = script_for(call.candidate.model, turn)
        return script if isinstance(script, Fault) else (script, turn)


class PracticeAnswer:
    """An answer that is made while it is read. `beats` are its pieces, each after a pause."""

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        beats: Iterable[bytes],
        *,
        pace_s: float = 0.0,
        ending: ScriptEnding = ScriptEnding.WHOLE,
    ) -> None:
        self.status = status
        self.headers = headers
        self._beats = beats
        self._pace_s = pace_s
        self._ending = ending
        self._closed = asyncio.Event()
        self._reading = self.chunks()

    async def read(self) -> bytes:
        return await anext(self._reading, b"")

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        is_whole = self._ending is ScriptEnding.WHOLE
        pieces = _gathered(self._beats) if is_whole and not self._pace_s else self._beats
        for number, piece in enumerate(pieces):
            if number == _BEATS_BEFORE_THE_END and not is_whole:
                break
            if number:
                await asyncio.sleep(self._pace_s)
            yield piece
        if self._ending is ScriptEnding.CUT:
            raise UpstreamCut("The practice provider broke off, as the model's name asks for.")
        if self._ending is ScriptEnding.STALL:
            await self._closed.wait()

    def said_all(self) -> None:
        """Nothing comes after the last word here."""

    async def close(self) -> None:
        self._closed.set()
        await self._reading.aclose()


def _json_answer(status: int, headers: CIMultiDict[str], body: bytes) -> PracticeAnswer:
    headers["content-type"] = "application/json"
    return PracticeAnswer(status, headers, (body,))


def _in_parts(body: bytes, script: Script) -> Iterable[bytes]:
    """A body that is not streamed takes as long as its stream would, and breaks off like it."""
    parts = len(list(script.pieces(script.text))) if script.is_paced else 1
    if script.ending is not ScriptEnding.WHOLE:
        parts = _BEATS_BEFORE_THE_END + 1
    size = -(-len(body) // parts)
    return [body[at : at + size] for at in range(0, len(body), size)]


def _gathered(beats: Iterable[bytes]) -> Iterator[bytes]:
    """Several beats in one chunk where nobody waits for the single ones."""
    held: list[bytes] = []
    size = 0
    for beat in beats:
        held.append(beat)
        size += len(beat)
        if size >= _CHUNK_BYTES:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
