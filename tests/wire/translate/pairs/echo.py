"""A client's next request: it sends back what it was answered, as the SDKs' loops do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import Signature, ToolCall, Turn, Vendor
from llmgw_desktop.domain.model.prompt import Prompt
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.pairs.made import asked, codec


def with_sealed_call(prompt: Prompt) -> Prompt:
    """Google seals calls."""
    turn = prompt.turns[1]
    seal = Signature(vendor=Vendor.GOOGLE, data="Y2FsbHNlYWw=" * 6)
    items = tuple(
        replace(item, signature=seal) if isinstance(item, ToolCall) else item for item in turn.items
    )
    return replace(prompt, turns=(prompt.turns[0], replace(turn, items=items), *prompt.turns[2:]))


def echoed(prompt: Prompt, caller: ModelProtocol) -> dict[str, Any]:
    """The second request of a conversation of three turns, the model's own second."""
    first, said, results = prompt.turns
    own = codec(caller)
    answer = Answer(id="msg_1", model="m", items=said.items, stop=Stop(kind=StopKind.TOOLS))
    wanted = asked(replace(prompt, turns=(first,)))
    body = orjson.loads(own.write_answer(answer, wanted, LossReport(own.losses)))
    question, outcome = _written(first, prompt, caller), _written(results, prompt, caller)
    match caller:
        case ModelProtocol.ANTHROPIC:
            reply = {"role": "assistant", "content": body["content"]}
            return {"max_tokens": 9, "messages": [*question, reply, *outcome]}
        case ModelProtocol.OPENAI_CHAT:
            return {"messages": [*question, body["choices"][0]["message"], *outcome]}
        case ModelProtocol.GEMINI:
            return {"contents": [*question, body["candidates"][0]["content"], *outcome]}
        case _:
            return {"input": [*question, *body["output"], *outcome]}


def _written(turn: Turn, prompt: Prompt, caller: ModelProtocol) -> list[Any]:
    call = next(item for item in prompt.turns[1].items if isinstance(item, ToolCall))
    if turn is prompt.turns[0]:
        words = "The weather?"
        return {
            ModelProtocol.GEMINI: [{"role": "user", "parts": [{"text": words}]}],
        }.get(caller, [{"role": "user", "content": words}])
    match caller:
        case ModelProtocol.ANTHROPIC:
            part = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
            return [{"role": "user", "content": [part]}]
        case ModelProtocol.OPENAI_CHAT:
            return [{"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
        case ModelProtocol.GEMINI:
            response = {"id": call.id, "name": call.name, "response": {"result": "sunny"}}
            return [{"role": "user", "parts": [{"functionResponse": response}]}]
        case _:
            return [{"type": "function_call_output", "call_id": call.id, "output": "sunny"}]
