"""What Google refuses in a request for generateContent, in its own words as far as known."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.support import pictures, seals, shapes
from tests.support.gemini_dialect import VENDOR

Json = dict[str, Any]
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")
SKIPS = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")
"""What the vendor documents for calls that its models did not make."""
_MEMBERS = {
    "systemInstruction": "Content",
    "generationConfig": "GenerationConfig",
    "toolConfig": "ToolConfig",
}
_LISTS = {"contents": "Content", "tools": "Tool", "safetySettings": "SafetySetting"}
_OTHERS = frozenset({"cachedContent", "labels", "model", "serviceTier", "store"})


def fault_in(body: Json, model: str, *, counts: bool) -> str | None:
    if counts and "generateContentRequest" in body:
        inner = body["generateContentRequest"]
        if inner.get("model") != f"models/{model}":
            return "generateContentRequest.model must be the model of the address"
        return fault_in(inner, model, counts=False)
    fault = _shape_fault(body)
    if fault is not None:
        return fault
    contents = body["contents"]
    rules: list[Callable[[], str | None]] = [
        lambda: _config_fault(body.get("generationConfig") or {}, model),
        lambda: _tools_fault(body),
        lambda: _roles_fault(contents),
        lambda: _calls_fault(contents),
        lambda: _seals_fault(contents),
        lambda: _missing_seal(contents) if model.startswith("gemini-3") else None,
        lambda: _files_fault(contents),
    ]
    return next((fault for rule in rules if (fault := rule())), None)


def _shape_fault(body: Json) -> str | None:
    """Members are in camel case here, however they came."""
    for name, value in body.items():
        if name in _MEMBERS:
            fault = shapes.gemini_fault(_MEMBERS[name], value)
        elif name in _LISTS:
            if not isinstance(value, list):
                return f"Invalid value at '{name}': not a list"
            faults = (shapes.gemini_fault(_LISTS[name], each) for each in value)
            fault = next((found for found in faults if found), None)
        else:
            fault = None if name in _OTHERS else "Cannot find field."
        if fault is not None:
            return f'Invalid JSON payload received. Unknown name "{name}": {fault}'
    return None


def _config_fault(config: Json, model: str) -> str | None:
    thinking = config.get("thinkingConfig") or {}
    if "thinkingBudget" in thinking and "thinkingLevel" in thinking:
        return "You can only set one of thinking_budget and thinking_level."
    if "thinkingLevel" in thinking and not model.startswith("gemini-3"):
        return "Thinking level is not supported for this model."
    if config.get("maxOutputTokens", 1) < 1:
        return "max_output_tokens must be positive."
    if len(config.get("stopSequences") or ()) > 5:
        return "The number of stop sequences must not exceed 5."
    has_schema = "responseSchema" in config or "responseJsonSchema" in config
    if has_schema and config.get("responseMimeType") != "application/json":
        return "A response schema needs the mime type application/json."
    return None


def _tools_fault(body: Json) -> str | None:
    names: list[str] = []
    for tool in body.get("tools") or ():
        for declared in tool.get("functionDeclarations", ()):
            if "parameters" in declared and "parametersJsonSchema" in declared:
                return "only one of parameters and parametersJsonSchema may be set"
            names.append(declared["name"])
    if any(not _NAME.fullmatch(name) for name in names):
        return f"Invalid function name. Must start with a letter or an underscore: {names}"
    if len(set(names)) < len(names):
        return f"Duplicate function declaration found: {names}"
    calling = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    allowed = calling.get("allowedFunctionNames")
    if allowed and calling.get("mode") not in ("ANY", "VALIDATED"):
        return "allowed_function_names should only be set when the mode is ANY."
    if set(allowed or ()) - set(names):
        return "allowed_function_names must be declared functions."
    return None


def _roles_fault(contents: list[Json]) -> str | None:
    for at, content in enumerate(contents):
        if content.get("role", "user") not in ("user", "model"):
            return "Please use a valid role: user, model."
        if not content.get("parts"):
            return (
                f"* GenerateContentRequest.contents[{at}].parts: contents.parts must not be empty."
            )
        for part in content["parts"]:
            if not set(part) - {"thoughtSignature", "thought"}:
                return f"contents[{at}].parts: required oneof field 'data' must have one"
    if contents[-1].get("role") == "model":
        return "Please ensure that multiturn requests end with a user role or a function response."
    return None


def _calls_fault(contents: list[Json]) -> str | None:
    """Calls follow a user's words or results; their results follow at once, as many as they."""
    before: list[Json] = []
    for at, content in enumerate(contents):
        calls = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
        told = [part["functionResponse"] for part in content["parts"] if "functionResponse" in part]
        if calls and (at == 0 or contents[at - 1].get("role") == "model"):
            return (
                "Please ensure that function call turn comes immediately after a user turn or "
                "after a function response turn."
            )
        if told and not before:
            return (
                "Please ensure that function response turn comes immediately after a function "
                "call turn."
            )
        if len(told) != len(before):
            return (
                "Please ensure that the number of function response parts is equal to the number "
                "of function call parts of the function call turn."
            )
        if sorted(each["name"] for each in told) != sorted(each["name"] for each in before):
            return "The names of the function responses are not those of the calls."
        ids = {each["id"] for each in before if "id" in each}
        if {each["id"] for each in told if "id" in each} - ids:
            return "The ids of the function responses are not those of the calls."
        before = calls
    return "The last calls have no responses." if before else None


def _seals_fault(contents: list[Json]) -> str | None:
    for content in contents:
        for part in content["parts"]:
            sealed = part.get("thoughtSignature")
            if sealed in SKIPS or sealed is None:
                continue
            what = part["functionCall"]["name"] if "functionCall" in part else None
            if seals.maker_of(sealed) != VENDOR:
                return "Corrupted thought signature."
            if what is not None and not seals.fits(sealed, VENDOR, what):
                return "Thought signature is not valid: it is of another call."
    return None


def _missing_seal(contents: list[Json]) -> str | None:
    """In the turn that goes on, the first call of each step must have its signature."""
    asked = [
        at
        for at, content in enumerate(contents)
        if content.get("role", "user") == "user"
        and all("functionResponse" not in part for part in content["parts"])
    ]
    for content in contents[asked[-1] if asked else 0 :]:
        calls = [part for part in content["parts"] if "functionCall" in part]
        if calls and not calls[0].get("thoughtSignature"):
            name = calls[0]["functionCall"]["name"]
            return (
                "Function call is missing a thought_signature in functionCall parts. Additional "
                f"data, function call `default_api:{name}`."
            )
    return None


def _files_fault(contents: list[Json]) -> str | None:
    for content in contents:
        for part in content["parts"]:
            blob = part.get("inlineData")
            if blob is None:
                continue
            # both alphabets are read: the vendor's own SDK writes the one for URLs
            data = blob["data"].replace("-", "+").replace("_", "/")
            if fault := pictures.fault_in(blob["mimeType"], data, ""):
                return f"Unable to process input image: {fault}"
    return None
