"""Items of an answer as Gemini's parts, and the frame around them."""

from typing import Any

import orjson

from llmgw_desktop.domain.answer import Stop, StopKind
from llmgw_desktop.domain.content import (
    Audio,
    CallKind,
    Document,
    Hosted,
    Image,
    Item,
    Media,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
    Video,
)
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.carrier import SealOf
from llmgw_desktop.wire.translate.custom_text import wrapped
from llmgw_desktop.wire.translate.gemini.arguments import is_object
from llmgw_desktop.wire.translate.gemini.keepsake import Keeper
from llmgw_desktop.wire.translate.gemini.seals import written
from llmgw_desktop.wire.translate.gemini.stops import finish_reason
from llmgw_desktop.wire.translate.losses import Feature, LossReport

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
        part["thoughtSignature"] = written(signature, of)
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
    reason = finish_reason(stop)
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
        return [{"inlineData": {"mimeType": _type(media), "data": media.data}}]
    uri = media.url or (media.file_id if media.file_vendor is Vendor.GOOGLE else None)
    if uri is None:
        losses.lost(Feature.OUTPUT_MEDIA)
        return []
    told = {"fileUri": uri}
    return [{"fileData": told | ({"mimeType": media.media_type} if media.media_type else {})}]


def _type(media: Media) -> str:
    return media.media_type or "application/octet-stream"
