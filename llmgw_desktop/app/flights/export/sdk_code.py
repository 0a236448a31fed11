"""A recorded request as a Python program of its vendor's SDK, which asks this gateway again.

The SDK is given what it cannot do without; all else goes as `extra_body`, so that no field is lost
that this version of an SDK does not know. The key comes from the environment.
"""

import ast
from collections.abc import Mapping
from pprint import pformat
from typing import Any

from llmgw_desktop.app.flights.copies import (
    KEY_VARIABLE,
    NothingToCopy,
    plain_headers,
    request_body,
)
from llmgw_desktop.app.flights.recorded_body import json_value
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value

_WIDTH = 100


@value
class _Sdk:
    imports: str
    client: str
    root: str
    """Behind the gateway's own address."""
    calls: Mapping[Operation, tuple[str, tuple[str, ...]]]
    """The method, and the fields that it takes by name."""


_OPENAI = _Sdk(
    imports="from openai import OpenAI",
    client="OpenAI",
    root="/v1",
    calls={
        Operation.GENERATE: ("chat.completions.create", ("model", "messages", "stream")),
        Operation.EMBED: ("embeddings.create", ("model", "input")),
    },
)
_RESPONSES = _Sdk(
    imports=_OPENAI.imports,
    client=_OPENAI.client,
    root=_OPENAI.root,
    calls={Operation.GENERATE: ("responses.create", ("model", "input", "stream"))},
)
_SDKS: Mapping[ModelProtocol, _Sdk] = {
    ModelProtocol.ANTHROPIC: _Sdk(
        imports="from anthropic import Anthropic",
        client="Anthropic",
        root="",
        calls={
            Operation.GENERATE: ("messages.create", ("model", "max_tokens", "messages", "stream")),
            Operation.COUNT_TOKENS: ("messages.count_tokens", ("model", "messages")),
        },
    ),
    ModelProtocol.OPENAI_CHAT: _OPENAI,
    ModelProtocol.OPENAI_RESPONSES: _RESPONSES,
    ModelProtocol.CODEX: _RESPONSES,
}
_WHAT_THE_SDK_SAYS = ("anthropic-version",)


def python_text(record: FlightRecord, base_url: str) -> str:
    """A program that runs as it is. Raises NothingToCopy."""
    sdk, request = _SDKS.get(record.summary.protocol), json_value(request_body(record))
    call = None if sdk is None else sdk.calls.get(record.summary.operation)
    if sdk is None or call is None:
        raise NothingToCopy("There is no call for this request in an SDK of Python.")
    if not isinstance(request, dict):
        raise NothingToCopy("Only a request in JSON can become a call.")
    method, named = call
    if any(name not in request for name in named if name != "stream"):
        raise NothingToCopy("The request lacks what the SDK wants of each.")
    own = {name: request[name] for name in named if name in request}
    rest = {name: value for name, value in request.items() if name not in own}
    headers = {
        name: value for name, value in plain_headers(record) if name not in _WHAT_THE_SDK_SAYS
    }
    arguments = {**own, **_if_any("extra_body", rest), **_if_any("extra_headers", headers)}
    return "\n".join(
        (
            "import os",
            "",
            sdk.imports,
            "",
            f'client = {sdk.client}(base_url="{base_url}{sdk.root}",'
            f' api_key=os.environ["{KEY_VARIABLE}"])',
            f"answer = client.{method}(",
            *(f"    {name}={_literal(value)}," for name, value in arguments.items()),
            ")",
            *_told(is_stream=bool(own.get("stream"))),
            "",
        )
    )


def _told(*, is_stream: bool) -> tuple[str, ...]:
    if is_stream:
        return ("for event in answer:", "    print(event.model_dump_json(exclude_none=True))")
    return ("print(answer.model_dump_json(indent=2, exclude_none=True))",)


def _if_any(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(told)} if told else {}


def _literal(value: object) -> str:
    """As Python writes it, laid out; what does not come back as it was is refused."""
    try:
        text = pformat(value, width=_WIDTH, sort_dicts=False).replace("\n", "\n    ")
        if ast.literal_eval(text) == value:
            return text
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        pass
    raise NothingToCopy("The request is nested too deeply, or holds a number that is none.")
