"""Google's generateContent as the vendor puts it on the wire: whole, as a stream, as an error.

Makes bytes; sends nothing. A stream is events with `alt=sse` and the parts of one array without.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support import script
from tests.support.answers import Answer, Refusal
from tests.support.anthropic_dialect import split
from tests.support.script import Call, Said
from tests.support.seals import seal

VENDOR = "google"
Json = dict[str, Any]

_STATUSES: Mapping[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "API keys are not supported by this API."),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "models/unknown is not found for API version v1beta"),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The service is unable to finish within the deadline."),
}
_OF_THE_CALLER = frozenset(
    {"args", "response", "parametersJsonSchema", "responseJsonSchema", "properties", "labels"}
)
_FINISH = {"end": "STOP", "length": "MAX_TOKENS", "refusal": "SAFETY"}


def canonical(value: Any) -> Any:
    """With members in camel case: the vendor takes them in snake case too, and its SDK mixes both.

    What belongs to the caller (arguments, results, schemas) stays as it is.
    """
    if isinstance(value, list):
        return [canonical(each) for each in value]
    if not isinstance(value, dict):
        return value
    named = {_camel(name): each for name, each in value.items()}
    return {name: e if name in _OF_THE_CALLER else canonical(e) for name, e in named.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def headers(request_id: str) -> dict[str, str]:
    return {"Server": "scaffolding on HTTPServer2", "X-Stub-Request": request_id}


def refusal(fault: Refusal, _request_id: str = "") -> bytes:
    status, message = _STATUSES.get(fault.status, ("UNKNOWN", "Error"))
    told = {"code": fault.status, "message": fault.message or message, "status": status}
    return json.dumps({"error": told}, indent=2).encode()


def models(names: list[str]) -> bytes:
    actions = ["generateContent", "countTokens"]
    made = [
        {"name": f"models/{name}", "version": "001", "supportedGenerationMethods": actions}
        for name in names
    ]
    return _dump({"models": made})


def token_count(body: bytes) -> bytes:
    count = len(body) // 4
    detail = [{"modality": "TEXT", "tokenCount": count}]
    return _dump({"totalTokens": count, "promptTokensDetails": detail})


def whole(body: Json, answer: Answer, number: int, model: str) -> bytes:
    parts = _parts(body, answer, number, model)
    return json.dumps(_chunk(parts, answer, number, model, last=True), indent=2).encode()


def stream(body: Json, answer: Answer, number: int, model: str, *, sse: bool) -> list[bytes]:
    chunks = list(_chunks(body, answer, number, model))
    if answer.error_after is not None:
        broken: Json = json.loads(refusal(Refusal(status=503)))
        chunks = [*chunks[: answer.error_after], broken]
    if sse:
        return [b"data: " + _dump(chunk) + b"\r\n\r\n" for chunk in chunks]
    marks = [b"[", *[b",\r\n"] * (len(chunks) - 1)]
    texts = [json.dumps(chunk, indent=2).encode() for chunk in chunks]
    return [*(mark + text for mark, text in zip(marks, texts, strict=True)), b"]"]


def _chunks(body: Json, answer: Answer, number: int, model: str) -> Iterator[Json]:
    """Each a whole response: texts in pieces, calls whole, a seal of text alone at the end."""
    pieces: list[Json] = []
    for part in _parts(body, answer, number, model):
        if "functionCall" in part:
            pieces.append(part)
            continue
        signature = part.pop("thoughtSignature", None)
        pieces += [part | {"text": text} for text in split(part["text"], answer.pieces)]
        if signature is not None:
            pieces.append({"text": "", "thoughtSignature": signature})
    for at, part in enumerate(pieces):
        yield _chunk([part], answer, number, model, last=at == len(pieces) - 1)
    if not pieces:
        yield _chunk([], answer, number, model, last=True)


def _chunk(parts: list[Json], answer: Answer, number: int, model: str, *, last: bool) -> Json:
    candidate: Json = {"index": 0}
    if parts:
        candidate = {"content": {"parts": parts, "role": "model"}} | candidate
    if last:
        candidate["finishReason"] = _FINISH[answer.ending]
    if last and answer.ending == "refusal":
        danger = {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH"}
        candidate["safetyRatings"] = [danger | {"blocked": True}]
    usage = {"usageMetadata": _usage(answer, last)} if answer.tells_usage else {}
    return {
        "candidates": [candidate],
        **usage,
        "modelVersion": model,
        "responseId": f"stub{number:06d}",
    }


def _parts(body: Json, answer: Answer, number: int, model: str) -> list[Json]:
    said = _said(body, answer, number, model)
    signs = said.thinking is not None
    parts: list[Json] = []
    if said.thinking is not None and _thinking(body).get("includeThoughts"):
        parts.append({"text": said.thinking, "thought": True})
    if said.text and said.refusal is None:
        sealed = {"thoughtSignature": seal(VENDOR, said.text)} if signs and not said.calls else {}
        parts.append({"text": said.text} | sealed)
    for at, call in enumerate(said.calls):
        first = {"thoughtSignature": seal(VENDOR, call.name)} if signs and at == 0 else {}
        parts.append({"functionCall": _call(call, answer)} | first)
    return parts


def _call(call: Call, answer: Answer) -> Json:
    head = {"id": call.id} if answer.call_ids else {}
    return head | {"name": call.name, "args": call.arguments}


def _said(body: Json, answer: Answer, number: int, model: str) -> Said:
    declared = [
        each for tool in body.get("tools", []) for each in tool.get("functionDeclarations", [])
    ]
    offered = {
        each["name"]: each.get("parametersJsonSchema") or _lowered(each.get("parameters") or {})
        for each in declared
    }
    thinks = _thinking(body).get("thinkingBudget") != 0 and bool(
        _thinking(body) or model.startswith("gemini-3")
    )
    return script.said(answer, offered, _told(body), thinks, number)


def _thinking(body: Json) -> Json:
    told: Json = (body.get("generationConfig") or {}).get("thinkingConfig") or {}
    return told


def _lowered(schema: Json) -> Json:
    """Google's own schemas name types in capitals."""
    low = {k: v.lower() if k == "type" and isinstance(v, str) else v for k, v in schema.items()}
    properties = {name: _lowered(each) for name, each in schema.get("properties", {}).items()}
    return low | ({"properties": properties} if properties else {})


def _told(body: Json) -> list[str] | None:
    """The texts of the newest tool results in the conversation."""
    for content in reversed(body.get("contents", [])):
        results = [p["functionResponse"] for p in content["parts"] if "functionResponse" in p]
        if results:
            return [_plain(result["response"]) for result in results]
    return None


def _plain(response: Json) -> str:
    values = list(response.values())
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return json.dumps(response)


def _usage(answer: Answer, last: bool) -> Json:
    spent = answer.spent
    shown = spent.output_tokens - spent.reasoning_tokens
    end = {"candidatesTokenCount": shown, "thoughtsTokenCount": spent.reasoning_tokens}
    return {
        "promptTokenCount": spent.prompt_tokens,
        "cachedContentTokenCount": spent.cache_read,
        "totalTokenCount": spent.prompt_tokens + (spent.output_tokens if last else 0),
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": spent.prompt_tokens}],
    } | (end if last else {})


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
