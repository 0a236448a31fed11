"""A whole answer as Gemini's generateContent gives it, and its items as parts, for streams too."""

from typing import Any

import orjson

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    Audio,
    CallKind,
    Citation,
    Document,
    Hosted,
    Image,
    Item,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
    Video,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.translate.carriers import SealOf
from llmgw_desktop.wire.translate.codec import RequestContext
from llmgw_desktop.wire.translate.gemini.candidates import FINISH_WORDS, grounding
from llmgw_desktop.wire.translate.gemini.part_contents import Keeper, wants_thoughts, written_seal
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.tools import is_object, wrapped

Part = dict[str, Any]

MALFORMED = "MALFORMED_FUNCTION_CALL"


def parts_of(item: Item, losses: LossReport, keeper: Keeper) -> list[Part] | None:
    """None for a call whose arguments are no JSON object: this protocol cannot say it."""
    if isinstance(item, ToolCall):
        call = call_part(item, losses, keeper)
        return None if call is None else [call]
    if isinstance(item, Hosted):
        return _hosted(item, losses)
    if isinstance(item, Image | Audio | Video | Document):
        return _media(item, losses)
    if isinstance(item, Thinking | RedactedThinking):
        keeper.note(item)
    part = _spoken(item, losses)
    return [] if part is None else [part]


def _spoken(item: Item, losses: LossReport) -> Part | None:
    match item:
        case Text():
            return sealed({"text": item.text}, item.signature, SealOf.TEXT)
        case Thinking():
            return sealed({"text": item.text, "thought": True}, item.signature, SealOf.THINKING)
        case RedactedThinking():
            return sealed({"text": "", "thought": True}, item.signature, SealOf.REDACTED)
        case Refusal():
            losses.lost(Feature.REFUSAL)
            return {"text": item.text}
        case _:
            losses.lost(Feature.HOSTED_ITEM)
            return None


def sealed(part: Part, signature: Signature | None, of: SealOf) -> Part:
    if signature is not None:
        part["thoughtSignature"] = written_seal(signature, of)
    return part


def call_part(call: ToolCall, losses: LossReport, keeper: Keeper) -> Part | None:
    """None when its arguments are no JSON object. What the keeper holds goes along."""
    arguments = call.arguments
    if call.kind is CallKind.CUSTOM:
        losses.lost(Feature.CUSTOM_TOOL)
        arguments = wrapped(arguments)
    if not is_object(arguments):
        losses.lost(Feature.CALL_ARGUMENTS)
        return None
    told = {"id": call.id, "name": call.name, "args": orjson.Fragment(arguments or "{}")}
    part: Part = {"functionCall": told}
    if call.signature is None and (thinking := keeper.taken()) is not None:
        part["thoughtSignature"] = thinking
    return sealed(part, call.signature, SealOf.CALL)


def finish_word(stop: Stop, *, has_malformed_call: bool, losses: LossReport) -> str:
    if stop.sequence is not None:
        losses.lost(Feature.STOP_SEQUENCE)
    if stop.kind in (StopKind.PAUSE, StopKind.CONTEXT):
        losses.lost(Feature.STOP_KIND, stop.kind)
    reason = FINISH_WORDS.get(stop.kind, "STOP")
    return MALFORMED if has_malformed_call and reason == "STOP" else reason


def usage_metadata(usage: Usage) -> dict[str, int]:
    """Unknown figures are left out; thoughts stand beside the candidates' tokens."""
    told: dict[str, int] = {}
    if usage.input_tokens is not None:
        told["promptTokenCount"] = usage.input_tokens
    if usage.output_tokens is not None:
        thoughts = usage.reasoning_tokens or 0
        told["candidatesTokenCount"] = max(usage.output_tokens - thoughts, 0)
    if usage.input_tokens is not None and usage.output_tokens is not None:
        told["totalTokenCount"] = usage.input_tokens + usage.output_tokens
    if usage.cache_read_tokens is not None:
        told["cachedContentTokenCount"] = usage.cache_read_tokens
    if usage.reasoning_tokens is not None:
        told["thoughtsTokenCount"] = usage.reasoning_tokens
    return told


def _hosted(item: Hosted, losses: LossReport) -> list[Part]:
    if item.vendor is Vendor.GOOGLE:
        return [dict(item.raw)]
    losses.lost(Feature.HOSTED_ITEM, item.what)
    return [{"text": item.text}] if item.text else []


def _media(item: Image | Audio | Video | Document, losses: LossReport) -> list[Part]:
    media = item.media
    if isinstance(item, Document) and item.text is not None:
        return [{"text": item.text}]
    if media.data is not None:
        media_type = media.media_type or "application/octet-stream"
        return [{"inlineData": {"mimeType": media_type, "data": media.data}}]
    uri = media.url or (media.file_id if media.file_vendor is Vendor.GOOGLE else None)
    if uri is None:
        losses.lost(Feature.OUTPUT_MEDIA)
        return []
    told = {"fileUri": uri}
    return [{"fileData": told | ({"mimeType": media.media_type} if media.media_type else {})}]


def write_answer(answer: Answer, asked: RequestContext, losses: LossReport) -> bytes:
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
        parts_told = parts_of(item, losses, keeper)
        has_malformed_call = has_malformed_call or parts_told is None
        parts += parts_told or []
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
