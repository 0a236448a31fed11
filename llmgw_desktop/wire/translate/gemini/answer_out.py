"""A whole answer as Gemini's generateContent gives it."""

import orjson

from llmgw_desktop.domain.answer import Answer
from llmgw_desktop.domain.content import Citation, RedactedThinking, Text, Thinking
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.translate.codec import Asked
from llmgw_desktop.wire.translate.gemini.answer_parts import (
    Part,
    finish_word,
    parts_of,
    usage_metadata,
)
from llmgw_desktop.wire.translate.gemini.citations import grounding
from llmgw_desktop.wire.translate.gemini.keepsake import Keeper, wants_thoughts
from llmgw_desktop.wire.translate.losses import Feature, LossReport


def write_answer(answer: Answer, asked: Asked, losses: LossReport) -> bytes:
    parts: list[Part] = []
    cited: list[tuple[Citation, int, str]] = []
    has_malformed_call = False
    text_bytes = 0
    keeper = Keeper()
    shows_thoughts = wants_thoughts(asked.prompt.reasoning)
    for item in answer.items:
        if not shows_thoughts and isinstance(item, Thinking | RedactedThinking):
            keeper.note(item)
            continue
        written = parts_of(item, losses, keeper)
        has_malformed_call = has_malformed_call or written is None
        parts += written or []
        if isinstance(item, Text):
            cited += [(citation, text_bytes, item.text) for citation in item.citations]
            text_bytes += len(item.text.encode(errors="replace"))
    candidate: dict[str, object] = {
        "content": {"parts": parts or [{"text": ""}], "role": "model"},
        "finishReason": finish_word(
            answer.stop, has_malformed_call=has_malformed_call, losses=losses
        ),
        "index": 0,
    }
    if any(citation.url is None for citation, _, _ in cited):
        losses.lost(Feature.CITATIONS)
    if told := grounding(cited):
        candidate["groundingMetadata"] = told
    body: dict[str, object] = {"candidates": [candidate]}
    if answer.usage != UNKNOWN_USAGE:
        body["usageMetadata"] = usage_metadata(answer.usage)
    body["modelVersion"] = asked.model
    body["responseId"] = answer.id or asked.answer_id
    return orjson.dumps(body)
