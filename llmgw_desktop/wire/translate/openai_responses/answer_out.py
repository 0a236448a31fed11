"""A whole answer in Responses: what a stream would have told, in one object."""

import orjson

from llmgw_desktop.domain.answer import Answer
from llmgw_desktop.wire.translate.codec import Asked
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_responses.events_out import ResponsesEventWriter


def write_answer(
    answer: Answer, asked: Asked, report: LossReport, *, is_codex: bool = False
) -> bytes:
    writer = ResponsesEventWriter(asked, report, is_codex=is_codex, has_frames=False)
    writer.take(answer)
    return orjson.dumps(writer.response)
