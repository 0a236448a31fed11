"""Requests for servers that speak Chat Completions: all but the messages."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.prompt import Effort, OutputFormat, OutputKind, Reasoning, Sampling
from llmgw_desktop.wire.translate.codec import PromptTarget
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_chat import LOSSES, write_prompt
from tests.wire.translate.openai_chat.support import (
    DEEPSEEK,
    GROQ,
    LOCAL,
    OPENAI,
    OPENROUTER,
    REASONING,
    extra,
    openai,
    prompt,
    written,
)

LONG = "u" * 65


def test_a_plain_request_in_every_byte() -> None:
    expected = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}]}'
    assert write_prompt(prompt(), OPENAI, LossReport(LOSSES)).body == expected


def test_streams_always_tell_usage() -> None:
    assert extra(OPENAI, streaming=True, stream_usage=False)[0] == {
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize(
    ("to", "fields", "members", "lost"),
    [
        (OPENAI, {"max_tokens": 9}, {"max_completion_tokens": 9}, ()),
        (LOCAL, {"max_tokens": 9}, {"max_tokens": 9}, ()),
        (OPENAI, {"stop": ("a",)}, {"stop": ["a"]}, ()),
        (LOCAL, {"stop": tuple("abcde")}, {"stop": list("abcd")}, ("stop:more_than_four",)),
        (REASONING, {"stop": ("a",)}, {}, ("stop",)),
        (OPENAI, {"service_tier": "flex"}, {"service_tier": "flex"}, ()),
        (GROQ, {"service_tier": "default"}, {"service_tier": "on_demand"}, ()),
        (LOCAL, {"service_tier": "default"}, {}, ()),
        (LOCAL, {"service_tier": "flex"}, {}, ("service_tier:flex",)),
        (OPENAI, {"user": "u"}, {"user": "u"}, ()),
        (LOCAL, {"user": "u"}, {}, ("user",)),
        (OPENAI, {"metadata": {"a": "b"}}, {}, ("metadata",)),
        (
            OPENAI,
            {"metadata": {"a": "b"}, "store": True},
            {"metadata": {"a": "b"}, "store": True},
            (),
        ),
        (LOCAL, {"store": True}, {}, ("store",)),
        (LOCAL, {"store": False}, {}, ()),
        (OPENAI, {"cache_key": "k"}, {"prompt_cache_key": "k"}, ()),
        (OPENROUTER, {"cache_key": "k"}, {}, ("cache_key",)),
        (OPENAI, {"cache_retention": "24h"}, {"prompt_cache_retention": "24h"}, ()),
        (OPENAI, {"cache_retention": "9h"}, {}, ("cache_key:retention",)),
        (OPENAI, {"output": OutputFormat()}, {}, ()),
        (REASONING, {"output": OutputFormat(verbosity="low")}, {"verbosity": "low"}, ()),
        (OPENAI, {"output": OutputFormat(verbosity="low")}, {}, ("verbosity",)),
        (OPENAI, {"output": OutputFormat(verbosity="medium")}, {}, ()),
        (
            LOCAL,
            {"output": OutputFormat(kind=OutputKind.JSON)},
            {"response_format": {"type": "json_object"}},
            (),
        ),
        (
            LOCAL,
            {
                "output": OutputFormat(
                    kind=OutputKind.SCHEMA, name="a b", schema={"type": "array"}, strict=True
                )
            },
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "a_b", "schema": {"type": "array"}, "strict": True},
                }
            },
            (),
        ),
    ],
)
def test_members(
    to: PromptTarget, fields: dict[str, Any], members: dict[str, Any], lost: tuple[str, ...]
) -> None:
    assert extra(to, **fields) == (members, lost)


def test_long_names_of_users_become_short_ones_that_are_always_the_same() -> None:
    first, again = (written(prompt(user=LONG))["user"] for _ in range(2))
    assert first == again
    assert len(first) == 64


EVERYTHING = Sampling(
    temperature=0.5,
    top_p=0.9,
    top_k=4,
    seed=3,
    presence_penalty=0.1,
    frequency_penalty=0.2,
    logprobs=2,
)


def test_sampling_as_far_as_each_takes_it() -> None:
    plain = {
        "temperature": 0.5,
        "top_p": 0.9,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "seed": 3,
    }
    assert extra(OPENAI, sampling=EVERYTHING) == (plain, ("top_k", "logprobs"))
    assert extra(LOCAL, sampling=EVERYTHING) == ({**plain, "top_k": 4}, ("logprobs",))
    members, lost = extra(REASONING, sampling=EVERYTHING)
    assert members == {"seed": 3}
    assert lost == ("temperature", "top_p", "penalties", "top_k", "logprobs")


def test_a_reasoning_model_that_is_told_not_to_think_takes_a_temperature() -> None:
    members, lost = extra(
        REASONING, sampling=Sampling(temperature=0.5), reasoning=Reasoning(effort=Effort.NONE)
    )
    assert members == {"temperature": 0.5, "reasoning_effort": "none"}
    assert lost == ()


def test_the_only_temperature_a_reasoning_model_knows_is_no_loss() -> None:
    assert extra(REASONING, sampling=Sampling(temperature=1, presence_penalty=0)) == ({}, ())


def test_several_answers_are_refused() -> None:
    with pytest.raises(MalformedRequest):
        written(prompt(sampling=Sampling(candidates=2)))


@pytest.mark.parametrize(
    ("to", "wanted", "sent"),
    [
        (openai("gpt-5"), Effort.NONE, "minimal"),
        (openai("gpt-5-mini"), Effort.MINIMAL, "minimal"),
        (openai("gpt-5"), Effort.XHIGH, "high"),
        (openai("gpt-5-pro"), Effort.LOW, "high"),
        (openai("gpt-5.1"), Effort.NONE, "none"),
        (openai("gpt-5.1"), Effort.MINIMAL, "low"),
        (openai("gpt-5.1"), Effort.MAX, "high"),
        (openai("gpt-5.1-codex-max"), Effort.MAX, "xhigh"),
        (openai("gpt-5.2"), Effort.MAX, "xhigh"),
        (openai("gpt-6-turbo"), Effort.XHIGH, "xhigh"),
        (openai("o4-mini"), Effort.MINIMAL, "low"),
        (openai("gpt-4.1"), Effort.HIGH, None),
        (openai("gpt-5-chat-latest"), Effort.HIGH, None),
        (LOCAL, Effort.MAX, "high"),
        (LOCAL, Effort.NONE, "none"),
        (GROQ, Effort.MAX, "high"),
        (GROQ, Effort.MEDIUM, "medium"),
    ],
)
def test_efforts_are_the_nearest_that_the_model_takes(
    to: PromptTarget, wanted: Effort, sent: str | None
) -> None:
    members, lost = extra(to, reasoning=Reasoning(effort=wanted))
    assert members.get("reasoning_effort") == sent
    assert lost == (() if sent == wanted else (f"reasoning:{wanted}",))


@pytest.mark.parametrize(
    ("tokens", "sent"),
    [
        (-1, None),
        (0, "none"),
        (1024, "low"),
        (1025, "medium"),
        (8192, "medium"),
        (24576, "high"),
        (24577, "xhigh"),
    ],
)
def test_budgets_become_efforts(tokens: int, sent: str | None) -> None:
    members, _ = extra(REASONING, reasoning=Reasoning(budget_tokens=tokens))
    assert members.get("reasoning_effort") == sent


@pytest.mark.parametrize(
    ("to", "reasoning", "members", "lost"),
    [
        (REASONING, Reasoning(is_adaptive=True), {}, ()),
        (openai("gpt-4.1"), Reasoning(effort=Effort.NONE), {}, ()),
        (
            REASONING,
            Reasoning(effort=Effort.LOW, show="auto"),
            {"reasoning_effort": "low"},
            ("reasoning_summary",),
        ),
        (
            DEEPSEEK,
            Reasoning(effort=Effort.NONE),
            {"thinking": {"type": "disabled"}},
            (),
        ),
        (OPENROUTER, Reasoning(effort=Effort.HIGH), {"reasoning": {"effort": "high"}}, ()),
        (
            OPENROUTER,
            Reasoning(effort=Effort.MAX),
            {"reasoning": {"effort": "xhigh"}},
            ("reasoning:max",),
        ),
        (
            OPENROUTER,
            Reasoning(budget_tokens=2000, show="none"),
            {"reasoning": {"max_tokens": 2000, "exclude": True}},
            (),
        ),
        (OPENROUTER, Reasoning(budget_tokens=0), {"reasoning": {"effort": "none"}}, ()),
        (OPENROUTER, Reasoning(is_adaptive=True), {"reasoning": {"enabled": True}}, ()),
    ],
)
def test_thinking_in_the_words_of_each(
    to: PromptTarget, reasoning: Reasoning, members: dict[str, Any], lost: tuple[str, ...]
) -> None:
    assert extra(to, reasoning=reasoning) == (members, lost)
