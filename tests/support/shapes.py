"""Whether a request has the shape that a vendor's own SDK declares for it, and nothing besides.

The declarations are the SDKs' request types, read more strictly than the SDKs do: unknown members
are refused at every depth, and iterables are read through.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

Json = dict[str, Any]


def anthropic_fault(body: Json) -> str | None:
    return _fault(_anthropic(), body)


def anthropic_count_fault(body: Json) -> str | None:
    return _fault(_anthropic_count(), body)


def chat_fault(body: Json) -> str | None:
    return _fault(_chat(), body)


def responses_fault(body: Json) -> str | None:
    return _fault(_responses(), body)


def responses_count_fault(body: Json) -> str | None:
    return _fault(_responses_count(), body)


def gemini_fault(kind: str, value: object) -> str | None:
    """`kind` names a type of google.genai.types."""
    from google.genai import types

    try:
        getattr(types, kind).model_validate(value)
    except ValidationError as error:
        return f"{kind}: {_words(error)}"
    return None


@cache
def _anthropic() -> SchemaValidator:
    from anthropic.types.message_create_params import MessageCreateParamsBase

    return _validator(MessageCreateParamsBase, {"stream"})


@cache
def _anthropic_count() -> SchemaValidator:
    from anthropic.types import MessageCountTokensParams

    return _validator(MessageCountTokensParams)


@cache
def _chat() -> SchemaValidator:
    from openai.types.chat.completion_create_params import CompletionCreateParamsBase

    return _validator(CompletionCreateParamsBase, {"stream"})


@cache
def _responses() -> SchemaValidator:
    from openai.types.responses.response_create_params import ResponseCreateParamsBase

    return _validator(ResponseCreateParamsBase, {"stream"})


@cache
def _responses_count() -> SchemaValidator:
    from openai.types.responses import InputTokenCountParams

    return _validator(InputTokenCountParams)


def _validator(declared: object, more: set[str] | None = None) -> SchemaValidator:
    schema: Any = TypeAdapter(declared).core_schema
    models = frozenset(
        each["ref"] for each in schema.get("definitions", ()) if each["type"] == "model"
    )
    schema = _strict(schema, models)
    top = schema["schema"] if schema["type"] == "definitions" else schema
    flag = {"type": "typed-dict-field", "schema": {"type": "bool"}, "required": False}
    top["fields"] |= dict.fromkeys(more or (), flag)
    return SchemaValidator(schema)


def _strict(node: Any, models: frozenset[str]) -> Any:
    """Without the SDKs' leniency: no iterables read later, no models of answers in requests."""
    if isinstance(node, list | tuple):
        return type(node)(_strict(each, models) for each in node)
    if not isinstance(node, dict):
        return node
    if node.get("type") == "union":
        plain = [choice for choice in node["choices"] if not _is_model(choice, models)]
        node = node | {"choices": plain or node["choices"]}
    node = {key: _strict(value, models) for key, value in node.items()}
    if node.get("type") == "generator":
        return {"type": "list", "items_schema": node["items_schema"]}
    if node.get("type") == "typed-dict":
        node["extra_behavior"] = "forbid"
    return node


def _is_model(choice: Any, models: frozenset[str]) -> bool:
    inner = choice[0] if isinstance(choice, tuple) else choice
    if inner.get("type") == "union":
        return all(_is_model(each, models) for each in inner["choices"])
    return inner.get("type") == "model" or inner.get("schema_ref") in models


def _fault(validator: SchemaValidator, body: Json) -> str | None:
    try:
        validator.validate_python(body)
    except ValidationError as error:
        return _words(error)
    return None


_Rank = Callable[[Any], tuple[bool, int]]


def _words(error: ValidationError) -> str:
    """The two most telling of what may be hundreds: a union tells a reason for each choice."""
    rank: _Rank = lambda each: (each["type"] != "extra_forbidden", -len(each["loc"]))  # noqa: E731
    told = sorted(error.errors(include_url=False, include_context=False), key=rank)[:2]
    return "; ".join(f"{_path(each['loc'])}: {each['msg']}" for each in told)


def _path(places: tuple[int | str, ...]) -> str:
    """Without the names of unions, which list all of their choices."""
    return ".".join(str(each) for each in places if "[" not in str(each))
