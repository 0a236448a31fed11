"""Requests in another protocol than their caller's: which codec is whose, in the one place that
knows all protocols by name; and large requests are written beside the loop. A codec is imported
when it is first needed: most programs never need more than one pair.

JSON that is nested deeper than it can be written again (1024 levels are read, 254 written) is
refused when the writing has failed: nobody means well with it, so it costs the others nothing. What
passes from one side to the other of the same protocol is never written again and may be as deep as
it likes.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any, TypeVar, TypeVarTuple

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LossRefused, MalformedRequest, UpstreamGarbage
from llmgw_desktop.domain.model.answer import Answer, AnswerEvent
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation, Prompt
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.values import maker, value
from llmgw_desktop.wire.tokens import prompt_tokens
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.codec import (
    Codec,
    EventReader,
    EventWriter,
    PromptTarget,
    RequestContext,
)
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.tools import ToolNames
from llmgw_desktop.wire.translate.usage import CallersUsage, count_request

_AT_ONCE = 64 * 1024

_PACKAGES: Mapping[ModelProtocol, str] = {
    ModelProtocol.ANTHROPIC: "anthropic",
    ModelProtocol.OPENAI_CHAT: "openai_chat",
    ModelProtocol.OPENAI_RESPONSES: "openai_responses",
    ModelProtocol.CODEX: "openai_responses",
    ModelProtocol.GEMINI: "gemini",
    ModelProtocol.CLI: "cli",
}
"""Of `wire/translate`."""
_FLAVOURS = {ModelProtocol.CODEX: (ModelProtocol.CODEX,)}
"""Of a package that writes several."""


@cache
def codec_of(protocol: ModelProtocol) -> Codec:
    package = import_module(f"llmgw_desktop.wire.translate.{_PACKAGES[protocol]}")
    made: Codec = package.codec(*_FLAVOURS.get(protocol, ()))
    return made


def answer_of(protocol: ModelProtocol, body: bytes, *, is_stream: bool) -> Answer:
    """What a recorded body says. Raises LlmgwError for what is no whole answer, and whatever a
    codec says of other versions' bodies."""
    codec = codec_of(protocol)
    if not is_stream:
        return codec.read_answer(body, ToolNames())
    return collected(_events(codec.event_reader(ToolNames()), body))


def _events(reader: EventReader, body: bytes) -> Iterator[AnswerEvent]:
    for start in range(0, len(body), _AT_ONCE):
        yield from reader.feed(body[start : start + _AT_ONCE])
    yield from reader.finish()


_DEEP = 200
_STEPS_SHOWN = 6


@contextmanager
def request_nesting(fields: Mapping[str, Any]) -> Iterator[None]:
    """Round what writes a request again. Raises MalformedRequest with the place."""
    try:
        yield
    except (TypeError, RecursionError) as error:
        if not _is_of_depth(error):
            raise
        raise MalformedRequest(
            "is nested too deeply to be translated", path=_deepest(fields)
        ) from None


@contextmanager
def answer_nesting(provider: str | None) -> Iterator[None]:
    """Round what reads and writes an answer. Raises UpstreamGarbage."""
    try:
        yield
    except (TypeError, RecursionError) as error:
        if not _is_of_depth(error):
            raise
        raise UpstreamGarbage(
            f"'{provider}' answered with JSON that is nested too deeply to be translated."
        ) from None


def _is_of_depth(error: Exception) -> bool:
    """orjson says it in words alone."""
    return isinstance(error, RecursionError) or "Recursion limit" in str(error)


def _deepest(fields: Mapping[str, Any]) -> str:
    """The beginning of the path to the first place that is too deep."""
    waiting: list[tuple[object, tuple[str, ...], int]] = [(fields, (), 0)]
    while waiting:
        value, path, depth = waiting.pop()
        if depth > _DEEP:
            return "".join(path).removeprefix(".")
        if not isinstance(value, dict | list):
            continue
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, each in inner:
            shown = f".{str(step)[:80]}" if isinstance(value, dict) else f"[{step}]"
            longer = (*path, shown) if len(path) < _STEPS_SHOWN else path
            waiting.append((each, longer, depth + 1))
    return ""


LARGE_BYTES = 256 * 1024
"""From this size on a body is worked on beside the loop."""
_NEVER_LARGE_BYTES = 2 * 1024
_MOST_LIGHT_OBJECTS = 1_500
"""Each takes 3 µs and more, in schemas as in messages."""
_MOST_LIGHT_REFERENCES = 16
"""What a schema refers to is put in place for some vendors, over and over."""
_Given = TypeVarTuple("_Given")
_Made = TypeVar("_Made")


def weight_of(body: bytes) -> int:
    """Of a request that is to be translated: its bytes, unless it has more in it than they tell.

    It weighs as a large one if it is so finely divided, as schemas may be, or may refer to itself
    so often, that to translate it would stop the loop for some 5 ms and more. What is quick to see
    has to do: to look for more would take as long as to parse it.
    """
    size = len(body)
    if not _NEVER_LARGE_BYTES < size < LARGE_BYTES:
        return size
    if body.count(b"{") > _MOST_LIGHT_OBJECTS:
        return LARGE_BYTES
    if b"$" in body and body.count(b"$ref") > _MOST_LIGHT_REFERENCES:
        return LARGE_BYTES
    return size


async def beside_loop(size: int, work: Callable[[*_Given], _Made], *given: *_Given) -> _Made:
    """In a thread where `size` is that of a large body, else at once."""
    if size < LARGE_BYTES:
        return work(*given)
    return await asyncio.to_thread(work, *given)


STRICT_HEADER = "x-llmgw-strict"
_TELL_PROMPT = frozenset({ModelProtocol.ANTHROPIC})
"""Whose callers are told the prompt's tokens first of all, when the upstream has told none yet."""
_ALWAYS_STREAMS = frozenset({ModelProtocol.CODEX})


@value
class Translation:
    """`body` is for the candidate; what comes back is read with `theirs`, written with `ours`."""

    prompt: Prompt
    asked: RequestContext
    body: bytes
    names: ToolNames
    report: LossReport
    ours: Codec
    theirs: Codec

    @property
    def upstream_streams(self) -> bool:
        """Whether the upstream was asked for a stream; some give nothing else."""
        return self.prompt.streaming or self.theirs.protocol in _ALWAYS_STREAMS

    def write_answer(self, answer: Answer) -> bytes:
        """A whole answer as the caller's protocol tells it."""
        return self.ours.write_answer(answer, self.asked, self.report.under(self.ours.losses))

    def callers_usage(self) -> CallersUsage:
        """Of one answer."""
        return CallersUsage(self.asked, self.ours.protocol)

    def event_reader(self) -> EventReader:
        return self.theirs.event_reader(self.names)

    def event_writer(self) -> EventWriter:
        return self.ours.event_writer(self.asked, self.report.under(self.ours.losses))


_target, _asked, _translation = maker(PromptTarget), maker(RequestContext), maker(Translation)


class Translator:
    """One for all requests; it keeps nothing of any."""

    def __init__(self, codec_of: Callable[[ModelProtocol], Codec], clock: Clock) -> None:
        self._codec_of = codec_of
        self._clock = clock

    async def translate(self, request: ModelRequest, candidate: Candidate) -> Translation:
        """Raises MalformedRequest, and LossRefused for a caller who wants all or nothing."""
        with request_nesting(request.fields):
            return await beside_loop(weight_of(request.body), self.translated, request, candidate)

    async def tokens(self, request: ModelRequest) -> int:
        """A guess at what is asked. Raises MalformedRequest."""
        with request_nesting(request.fields):
            return await beside_loop(weight_of(request.body), self._tokens, request)

    def _tokens(self, request: ModelRequest) -> int:
        read = self._codec_of(request.protocol).read_prompt
        return prompt_tokens(read(request.fields, request.model, request.streaming, LossReport()))

    def translated(self, request: ModelRequest, candidate: Candidate) -> Translation:
        """As `translate`, where the loop does not wait."""
        upstream = candidate.upstream
        ours, theirs = self._codec_of(request.protocol), self._codec_of(upstream.protocol)
        report = LossReport()
        prompt = ours.read_prompt(request.fields, request.model, request.streaming, report)
        target = _target(protocol=upstream.protocol, kind=upstream.kind, model=candidate.model)
        written = theirs.write_prompt(prompt, target, report.under(theirs.losses))
        if report.names and _is_strict(request):
            raise LossRefused(upstream.provider, upstream.protocol, report.names)
        body = written.body
        if request.operation is Operation.COUNT_TOKENS:
            body = count_request(upstream.protocol, body, candidate.model)
        asked = _asked(
            prompt=prompt,
            model=request.model,
            answer_id=request.flight_id.rpartition("_")[2],
            input_tokens=prompt_tokens(prompt) if request.protocol in _TELL_PROMPT else None,
            query=request.query,
            now_s=int(self._clock.now_s()),
        )
        return _translation(
            prompt=prompt,
            asked=asked,
            body=body,
            names=written.names,
            report=report,
            ours=ours,
            theirs=theirs,
        )


def _is_strict(request: ModelRequest) -> bool:
    wish = request.headers.get(STRICT_HEADER, "").strip().lower()
    return request.principal.wants_all_or_nothing or wish in ("1", "true", "yes")
