"""A made-up flight told in another dialect, as the gateway itself would write its bodies."""

import json
from dataclasses import replace

from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.model.answer import AnswerEvent
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.codec import PromptTarget, RequestContext
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.tools import ToolNames

_PATHS = {
    ModelProtocol.ANTHROPIC: "/v1/messages",
    ModelProtocol.OPENAI_CHAT: "/v1/chat/completions",
    ModelProtocol.OPENAI_RESPONSES: "/v1/responses",
    ModelProtocol.CODEX: "/backend-api/codex/responses",
    ModelProtocol.GEMINI: "/v1beta/models/MODEL:streamGenerateContent",
}
_KINDS = {
    ModelProtocol.ANTHROPIC: ProviderKind.ANTHROPIC,
    ModelProtocol.GEMINI: ProviderKind.GOOGLE,
}


def in_dialect(made: FlightRecord, protocol: ModelProtocol, **changes: object) -> FlightRecord:
    """`made` is of Anthropic's dialect, its answer a stream; `changes` are of the summary."""
    flight = replace(made.summary, protocol=protocol, **changes)  # type: ignore[arg-type]
    theirs, ours = codec_of(ModelProtocol.ANTHROPIC), codec_of(protocol)
    fields = json.loads(made.request_body or b"{}")
    prompt = theirs.read_prompt(fields, flight.model_asked, flight.streaming, LossReport())
    kind = _KINDS.get(protocol, ProviderKind.OPENAI)
    target = PromptTarget(protocol=protocol, kind=kind, model=flight.model_asked)
    written = ours.write_prompt(prompt, target, LossReport(ours.losses))
    reader = theirs.event_reader(ToolNames())
    events: list[AnswerEvent] = [*reader.feed(made.answer_body or b""), *reader.finish()]
    asked = RequestContext(
        prompt=prompt, model=flight.model_asked, answer_id="9f2c", query="alt=sse"
    )
    writer = ours.event_writer(asked, LossReport(ours.losses))
    return replace(
        made,
        summary=flight,
        path=_PATHS[protocol].replace("MODEL", flight.model_asked),
        request_body=written.body,
        answer_body=b"".join(map(writer.write, events)),
    )
