"""What OpenAI refuses in a request for Responses, in its own words as far as they are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.support import chat_rules, pictures, seals, shapes
from tests.support.responses_dialect import ENCRYPTED, VENDOR, is_reasoning_model

Json = dict[str, Any]
_LONGEST_CALL_ID = 64
_LEAST_OUTPUT = 16
_PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "custom_tool_call": "ctc",
}
_CALLS = frozenset({"function_call", "custom_tool_call"})


def fault_in(body: Json, *, counts: bool) -> str | None:
    shaped = body | {"input": _declared(body.get("input"))}
    fault = shapes.responses_count_fault(shaped) if counts else shapes.responses_fault(shaped)
    if fault is not None:
        return fault
    given = body.get("input")
    items = given if isinstance(given, list) else []
    rules: list[Callable[[], str | None]] = [
        lambda: _options_fault(body),
        lambda: _model_fault(body),
        lambda: chat_rules.tools_fault(body, body.get("tools") or []),
        lambda: _ids_fault(items),
        lambda: _content_fault(items),
        lambda: _calls_fault(items),
        lambda: _reasoning_fault(items),
        lambda: _files_fault(items),
    ]
    return next((fault for rule in rules if (fault := rule())), None)


def _declared(given: object) -> object:
    """As the SDK declares it: the vendor takes what a model said without its id and status too."""
    if not isinstance(given, list):
        return given
    return [_declared_item(item) for item in given]


def _declared_item(item: Json) -> Json:
    if item.get("type") == "reasoning":
        return {"id": "rs_1"} | item
    if item.get("role") != "assistant" or not isinstance(item.get("content"), list):
        return item
    parts = [
        {"annotations": []} | part if part.get("type") == "output_text" else part
        for part in item["content"]
    ]
    return {"type": "message", "id": "msg_1", "status": "completed"} | item | {"content": parts}


def _options_fault(body: Json) -> str | None:
    if not body.get("input") and "prompt" not in body:
        return "Missing required parameter: 'input'."
    if (body.get("max_output_tokens") or _LEAST_OUTPUT) < _LEAST_OUTPUT:
        return "Invalid 'max_output_tokens': Expected a value >= 16."
    if body.get("previous_response_id"):
        return f"Previous response with id '{body['previous_response_id']}' not found."
    return None


def _model_fault(body: Json) -> str | None:
    thinks = is_reasoning_model(body["model"])
    if thinks and body.get("temperature", 1) != 1:
        return "Unsupported parameter: 'temperature' is not supported with this model."
    if not thinks and (body.get("reasoning") or {}).get("effort"):
        return "Unsupported parameter: 'reasoning.effort' is not supported with this model."
    if not thinks and ENCRYPTED in (body.get("include") or ()):
        return "Encrypted content is not supported with this model."
    return None


def _ids_fault(items: list[Json]) -> str | None:
    for at, item in enumerate(items):
        prefix = _PREFIXES.get(item.get("type", "message"), "")
        if item.get("id") is not None and not item["id"].startswith(prefix):
            return (
                f"Invalid 'input[{at}].id': '{item['id']}'. Expected one that begins with {prefix}."
            )
        call_id = item.get("call_id") or ""
        if len(call_id) > _LONGEST_CALL_ID:
            return f"Invalid 'input[{at}].call_id': string too long: maximum length 64."
        if "call_id" in item and not call_id:
            return f"Invalid 'input[{at}].call_id': empty string."
    return None


def _content_fault(items: list[Json]) -> str | None:
    """What a model said is output, and everything else is input."""
    for at, item in enumerate(items):
        content = item.get("content")
        if "role" not in item or not isinstance(content, list):
            continue
        for part in content:
            is_output = part["type"] in ("output_text", "refusal")
            if is_output is not (item["role"] == "assistant"):
                return f"Invalid value: '{part['type']}' in input[{at}] of role {item['role']}."
    return None


def _calls_fault(items: list[Json]) -> str | None:
    asked = [item["call_id"] for item in items if item.get("type") in _CALLS]
    told = [item["call_id"] for item in items if item.get("type", "").endswith("_call_output")]
    if len(set(asked)) < len(asked):
        return f"Duplicate call ids: {asked}"
    for at, item in enumerate(items):
        if item.get("type", "").endswith("_call_output"):
            before = [each.get("call_id") for each in items[:at] if each.get("type") in _CALLS]
            if item["call_id"] not in before:
                return (
                    f"No tool call found for function call output with call_id {item['call_id']}."
                )
    missing = [call_id for call_id in asked if call_id not in told]
    return f"No tool output found for function call {missing[0]}." if missing else None


def _reasoning_fault(items: list[Json]) -> str | None:
    for at, item in enumerate(items):
        if item.get("type") != "reasoning":
            continue
        sealed = item.get("encrypted_content")
        if not sealed:
            return f"Item with id '{item.get('id')}' not found. It is not persisted."
        if seals.maker_of(sealed) != VENDOR:
            return f"The encrypted content {sealed[:12]} could not be verified."
        if "id" in item and not seals.fits(sealed, VENDOR, item["id"]):
            return "Encrypted content item_id did not match the target item id."
        follower = items[at + 1] if at + 1 < len(items) else {"role": "user"}
        if follower.get("role", "assistant") != "assistant":
            return (
                f"Item '{item.get('id')}' of type 'reasoning' was provided without its required "
                "following item."
            )
    return None


def _files_fault(items: list[Json]) -> str | None:
    for part in _parts(items):
        url = part.get("image_url") or ""
        if url.startswith("data:") and (fault := pictures.fault_in_data_url(url)):
            return f"Invalid 'image_url': {fault}"
        if url and not url.startswith(("http://", "https://", "data:")):
            return f"Invalid 'image_url': {url[:40]!r} is no URL"
        data = part.get("file_data")
        if data is not None and (fault := pictures.fault_in_data_url(data, "application/pdf")):
            return f"Invalid 'file_data': {fault}"
    return None


def _parts(items: list[Json]) -> Iterator[Json]:
    for item in items:
        for member in ("content", "output"):
            content = item.get(member)
            yield from content if isinstance(content, list) else ()
