from typing import Any

import pytest

from llmgw_desktop.domain.model.content import (
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Vendor,
)
from llmgw_desktop.domain.model.prompt import (
    Effort,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
    ToolMode,
)
from tests.wire.translate.anthropic.checked import assistant, prompt, user, written

ADAPTIVE = {"type": "adaptive"}


def enabled(budget: int) -> dict[str, Any]:
    return {"type": "enabled", "budget_tokens": budget}


def effort(word: str) -> dict[str, Any]:
    return {"effort": word}


@pytest.mark.parametrize(
    ("model", "reasoning", "thinking", "config", "lost"),
    [
        ("claude-opus-4-6", None, None, None, ()),
        ("claude-opus-4-6", Reasoning(effort=Effort.HIGH), ADAPTIVE, effort("high"), ()),
        ("claude-sonnet-4-6", Reasoning(effort=Effort.MAX), ADAPTIVE, effort("max"), ()),
        (
            "claude-opus-4-6",
            Reasoning(effort=Effort.XHIGH),
            ADAPTIVE,
            effort("high"),
            ("reasoning:xhigh",),
        ),
        ("claude-opus-4-7", Reasoning(effort=Effort.XHIGH), ADAPTIVE, effort("xhigh"), ()),
        (
            "claude-opus-4-6",
            Reasoning(effort=Effort.MINIMAL),
            ADAPTIVE,
            effort("low"),
            ("reasoning:minimal",),
        ),
        ("claude-opus-4-6", Reasoning(budget_tokens=9000), ADAPTIVE, effort("high"), ()),
        ("claude-opus-4-6", Reasoning(budget_tokens=-1), ADAPTIVE, None, ()),
        ("claude-opus-4-6", Reasoning(is_adaptive=True), ADAPTIVE, None, ()),
        (
            "claude-sonnet-5",
            Reasoning(effort=Effort.LOW, show="auto"),
            {"type": "adaptive", "display": "summarized"},
            effort("low"),
            (),
        ),
        (
            "claude-mythos-preview",
            Reasoning(show="detailed"),
            {"type": "adaptive", "display": "summarized"},
            None,
            ("reasoning_summary:detailed",),
        ),
        (
            "claude-sonnet-4-5",
            Reasoning(effort=Effort.LOW, show="none"),
            {**enabled(1024), "display": "omitted"},
            None,
            (),
        ),
        ("claude-sonnet-4-5", Reasoning(effort=Effort.MEDIUM), enabled(8192), None, ()),
        ("claude-haiku-4-5-20251001", Reasoning(effort=Effort.HIGH), enabled(24576), None, ()),
        ("claude-3-7-sonnet-20250219", Reasoning(budget_tokens=5000), enabled(5000), None, ()),
        ("claude-sonnet-4-5", Reasoning(budget_tokens=-1), enabled(8192), None, ()),
        (
            "claude-sonnet-4-5",
            Reasoning(budget_tokens=500),
            enabled(1024),
            None,
            ("reasoning:budget",),
        ),
        (
            "claude-sonnet-4-5",
            Reasoning(budget_tokens=100_000),
            enabled(63_999),
            None,
            ("reasoning:budget",),
        ),
        (
            "claude-sonnet-4-5",
            Reasoning(effort=Effort.MAX),
            enabled(51_200),
            None,
            ("reasoning:budget",),
        ),
        ("claude-3-5-sonnet-20241022", Reasoning(effort=Effort.HIGH), None, None, ("reasoning",)),
        ("claude-sonnet-4-5", Reasoning(effort=Effort.NONE), None, None, ()),
        ("claude-opus-4-8", Reasoning(budget_tokens=0), None, None, ()),
        ("claude-opus-5", Reasoning(effort=Effort.NONE), {"type": "disabled"}, None, ()),
        ("claude-haiku-5-5", Reasoning(effort=Effort.NONE), {"type": "disabled"}, None, ()),
        ("claude-sonnet-5-5", Reasoning(effort=Effort.NONE), {"type": "between_tools"}, None, ()),
        (
            "claude-opus-5-5",
            Reasoning(effort=Effort.NONE),
            None,
            effort("low"),
            ("reasoning:none",),
        ),
        (
            "claude-fable-5-1",
            Reasoning(effort=Effort.NONE),
            None,
            effort("low"),
            ("reasoning:none",),
        ),
        ("glm-4.7", Reasoning(effort=Effort.MEDIUM), enabled(8192), None, ()),
    ],
)
def test_thinking_by_model(
    model: str,
    reasoning: Reasoning | None,
    thinking: object,
    config: object,
    lost: tuple[str, ...],
) -> None:
    body, names = written(prompt(reasoning=reasoning), model)
    assert (body.get("thinking"), body.get("output_config"), names) == (thinking, config, lost)


@pytest.mark.parametrize(
    ("max_tokens", "thinking", "lost"),
    [
        (1024, None, ("reasoning:max_tokens",)),
        (1025, enabled(1024), ("reasoning:budget",)),
        (10_000, enabled(8000), ("reasoning:budget",)),
    ],
)
def test_a_budget_leaves_room_for_the_answer(
    max_tokens: int, thinking: object, lost: tuple[str, ...]
) -> None:
    wanted = prompt(reasoning=Reasoning(effort=Effort.HIGH), max_tokens=max_tokens)
    body, names = written(wanted, "claude-sonnet-4-5")
    assert (body.get("thinking"), names) == (thinking, lost)


def test_with_thinking_there_is_no_temperature() -> None:
    wanted = prompt(
        reasoning=Reasoning(effort=Effort.HIGH), sampling=Sampling(temperature=0.2, top_k=5)
    )
    body, lost = written(wanted, "claude-sonnet-4-5")
    assert "temperature" not in body
    assert lost == ("temperature", "top_k")


@pytest.mark.parametrize(
    ("model", "thinking", "config"),
    [
        ("claude-sonnet-4-5", None, None),
        ("claude-opus-4-6", None, effort("max")),
        ("claude-opus-5", {"type": "disabled"}, effort("high")),
    ],
)
def test_thinking_gives_way_to_a_forced_call(model: str, thinking: object, config: object) -> None:
    wanted = prompt(
        reasoning=Reasoning(effort=Effort.MAX),
        tools=(Tool(name="f"),),
        tool_choice=ToolChoice(mode=ToolMode.ANY),
    )
    body, lost = written(wanted, model)
    assert body["tool_choice"] == {"type": "any"}
    assert (body.get("thinking"), body.get("output_config")) == (thinking, config)
    assert "reasoning:tool_choice" in lost


def test_a_turn_that_began_without_thinking_goes_on_without() -> None:
    call = ToolCall(id="a", name="f", arguments="{}")
    result = ToolResult(call_id="a", items=(Text(text="R"),))
    foreign = Thinking(text="x", signature=Signature(vendor=Vendor.OPENAI, data="s"))
    own = Thinking(text="x", signature=Signature(vendor=Vendor.ANTHROPIC, data="s"))
    for thought, thinks in ((foreign, False), (own, True)):
        wanted = prompt(
            user("Hi"),
            assistant(thought),
            assistant(call),
            user(result),
            reasoning=Reasoning(effort=Effort.HIGH),
        )
        body, lost = written(wanted, "claude-sonnet-4-5")
        assert ("thinking" in body) is thinks
        assert ("reasoning:unsigned" in lost) is not thinks
        assert "thinking" in written(wanted, "claude-opus-4-6")[0]
    over = prompt(
        user("Hi"),
        assistant(call),
        user(result),
        assistant("done"),
        user("next"),
        reasoning=Reasoning(effort=Effort.HIGH),
    )
    assert "thinking" in written(over, "claude-sonnet-4-5")[0]


def test_an_answer_that_is_begun_is_not_thought_over() -> None:
    wanted = prompt(user("Hi"), assistant("Well,"), reasoning=Reasoning(effort=Effort.LOW))
    body, lost = written(wanted, "claude-sonnet-4-5")
    assert body["messages"][-1]["role"] == "user"
    assert lost == ("prefill",)
