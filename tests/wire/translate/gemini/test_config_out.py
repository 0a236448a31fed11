"""How an answer is wanted, as Gemini takes it."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import CacheMark
from llmgw_desktop.domain.model.prompt import (
    Effort,
    OutputFormat,
    OutputKind,
    Reasoning,
    Sampling,
    Tool,
)
from tests.wire.translate.gemini.support import (
    prompt,
    write_prompt,
)

WEATHER = Tool(
    name="get_weather",
    description="d",
    schema={"type": "object", "properties": {"city": {"type": "string"}}},
)


def test_how_to_answer() -> None:
    body, losses = write_prompt(
        prompt(
            sampling=Sampling(temperature=0.5, top_p=0.9, top_k=40, seed=7),
            stop=("a", "b"),
            max_tokens=5,
            output=OutputFormat(kind=OutputKind.JSON),
            service_tier="default",
        )
    )
    assert body["generationConfig"] == {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 40,
        "seed": 7,
        "maxOutputTokens": 5,
        "stopSequences": ["a", "b"],
        "responseMimeType": "application/json",
    }
    assert body["serviceTier"] == "standard"
    assert losses == ()


@pytest.mark.parametrize(
    ("more", "lost"),
    [
        ({"sampling": Sampling(top_k=0)}, "top_k"),
        ({"sampling": Sampling(seed=2**40)}, "seed"),
        ({"sampling": Sampling(presence_penalty=0.5)}, "penalties"),
        ({"sampling": Sampling(logprobs=0)}, "logprobs"),
        ({"stop": tuple("abcdef")}, "stop"),
        ({"output": OutputFormat(verbosity="low")}, "verbosity"),
        ({"service_tier": "scale"}, "service_tier:scale"),
        ({"user": "u"}, "user"),
        ({"metadata": {"a": "b"}}, "metadata"),
        ({"cache_key": "k"}, "cache_key"),
        ({"store": True}, "store"),
        ({"tools": (Tool(name="f", strict=True),)}, "tool_strict"),
        ({"tools": (Tool(name="f", cache=CacheMark()),)}, "cache_mark"),
        (
            {
                "tools": (
                    Tool(name="f", schema={"type": "object", "properties": {"a": {"not": {}}}}),
                )
            },
            "tool_schema:not",
        ),
    ],
)
def test_losses_are_told(more: dict[str, Any], lost: str) -> None:
    assert write_prompt(prompt(**more))[1] == (lost,)


def test_neutral_wishes_are_no_losses() -> None:
    more = {
        "sampling": Sampling(presence_penalty=0.0, candidates=1),
        "service_tier": "auto",
        "store": False,
        "output": OutputFormat(kind=OutputKind.TEXT),
    }
    assert write_prompt(prompt(**more)) == (
        {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
        (),
    )


def test_several_answers_are_refused() -> None:
    with pytest.raises(MalformedRequest):
        write_prompt(prompt(sampling=Sampling(candidates=2)))


def test_old_models_take_penalties() -> None:
    more = {"sampling": Sampling(presence_penalty=0.5)}
    body, losses = write_prompt(prompt(**more), "gemini-2.0-flash")
    assert (body["generationConfig"], losses) == ({"presencePenalty": 0.5}, ())


def test_formats_beside_functions() -> None:
    more = {
        "tools": (WEATHER,),
        "output": OutputFormat(kind=OutputKind.SCHEMA, schema={"type": "array"}),
    }
    body, losses = write_prompt(prompt(**more))
    assert body["generationConfig"]["responseJsonSchema"] == {"type": "array"}
    assert losses == ()
    body, losses = write_prompt(prompt(**more), "gemini-2.5-flash")
    assert "generationConfig" not in body
    assert losses == ("output_format",)


@pytest.mark.parametrize(
    ("name", "wish", "config", "lost"),
    [
        ("gemini-3-pro-preview", Reasoning(effort=Effort.HIGH), {"thinkingLevel": "HIGH"}, ()),
        (
            "gemini-3-pro-preview",
            Reasoning(effort=Effort.MEDIUM),
            {"thinkingLevel": "HIGH"},
            ("reasoning:medium",),
        ),
        ("gemini-3.8-flash", Reasoning(effort=Effort.MEDIUM), {"thinkingLevel": "MEDIUM"}, ()),
        (
            "gemini-3.8-flash",
            Reasoning(effort=Effort.MINIMAL),
            {"thinkingLevel": "LOW"},
            ("reasoning:minimal",),
        ),
        (
            "gemini-3-flash-preview",
            Reasoning(effort=Effort.MINIMAL),
            {"thinkingLevel": "MINIMAL"},
            (),
        ),
        (
            "gemini-3-flash-preview",
            Reasoning(effort=Effort.NONE),
            {"thinkingLevel": "MINIMAL"},
            ("reasoning:none",),
        ),
        (
            "gemini-3-flash-preview",
            Reasoning(effort=Effort.MAX),
            {"thinkingLevel": "HIGH"},
            ("reasoning:max",),
        ),
        ("gemini-3-pro-preview", Reasoning(budget_tokens=20000), {"thinkingLevel": "HIGH"}, ()),
        ("gemini-3-pro-preview", Reasoning(budget_tokens=600), {"thinkingLevel": "LOW"}, ()),
        (
            "gemini-3-pro-preview",
            Reasoning(is_adaptive=True, show="auto"),
            {"includeThoughts": True},
            (),
        ),
        ("gemini-2.5-pro", Reasoning(budget_tokens=10), {"thinkingBudget": 128}, ()),
        (
            "gemini-2.5-pro",
            Reasoning(effort=Effort.NONE),
            {"thinkingBudget": 128},
            ("reasoning:none",),
        ),
        ("gemini-2.5-pro", Reasoning(effort=Effort.MAX), {"thinkingBudget": 32768}, ()),
        ("gemini-2.5-flash", Reasoning(budget_tokens=90000), {"thinkingBudget": 24576}, ()),
        ("gemini-2.5-flash", Reasoning(effort=Effort.NONE), {"thinkingBudget": 0}, ()),
        ("gemini-2.5-flash-lite", Reasoning(budget_tokens=100), {"thinkingBudget": 512}, ()),
        ("gemini-2.5-flash", Reasoning(is_adaptive=True), {"thinkingBudget": -1}, ()),
        (
            "gemini-2.5-flash",
            Reasoning(budget_tokens=-1, show="none"),
            {"thinkingBudget": -1, "includeThoughts": False},
            (),
        ),
        (
            "gemini-2.5-flash",
            Reasoning(show="detailed"),
            {"includeThoughts": True},
            ("reasoning_summary:detailed",),
        ),
        ("gemini-2.0-flash", Reasoning(effort=Effort.HIGH), None, ("reasoning",)),
        ("gemini-2.0-flash", Reasoning(effort=Effort.NONE), None, ()),
        ("gemini-2.5-flash-image", Reasoning(effort=Effort.LOW), None, ("reasoning",)),
        ("gemma-3-27b-it", Reasoning(budget_tokens=100), None, ("reasoning",)),
    ],
)
def test_thinking(
    name: str, wish: Reasoning, config: dict[str, Any] | None, lost: tuple[str, ...]
) -> None:
    body, losses = write_prompt(prompt(reasoning=wish), name)
    assert body.get("generationConfig", {}).get("thinkingConfig") == config
    assert losses == lost
