"""One request between two protocols: read, written for the candidate, its answer read back."""

from collections.abc import Callable

from llmgw_desktop.domain.answer import Answer
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LossRefused
from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.prompt import Prompt
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.domain.values import maker, value
from llmgw_desktop.engine.translation.beside_loop import beside_loop, weight_of
from llmgw_desktop.engine.translation.nesting import request_nesting
from llmgw_desktop.wire.translate.callers_usage import CallersUsage
from llmgw_desktop.wire.translate.codec import Asked, Codec, EventReader, EventWriter, Target
from llmgw_desktop.wire.translate.counts import count_request
from llmgw_desktop.wire.translate.estimate import prompt_tokens
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.names import ToolNames

STRICT_HEADER = "x-llmgw-strict"
_TELL_PROMPT = frozenset({ModelProtocol.ANTHROPIC})
"""Whose callers are told the prompt's tokens first of all, when the upstream has told none yet."""
_ALWAYS_STREAMS = frozenset({ModelProtocol.CODEX})


@value
class Translation:
    """`body` is for the candidate; what comes back is read with `theirs`, written with `ours`."""

    prompt: Prompt
    asked: Asked
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


_target, _asked, _translation = maker(Target), maker(Asked), maker(Translation)


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
