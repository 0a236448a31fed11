"""The worked flows: they name tools and fields that there are, and say what they are about."""

from __future__ import annotations

import re

import pytest

from llmgw_desktop.app.composition.mcp_assembly import PROMPTS
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.mcp_presentation import INSTRUCTIONS
from llmgw_desktop.engine.mcp.offer import McpOffer, McpPrompt, Visitor, prompt_text
from llmgw_desktop.engine.mcp.tool import InvalidArgument, NotFound
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from tests.engine.conftest import House

OFFER = McpOffer(toolbox=Toolbox([]), prompts=PROMPTS)
_TOOL = re.compile(r"\b([a-z]+(?:_[a-z]+)*) \{([^{}]*)\}")


@pytest.fixture(params=PROMPTS, ids=lambda prompt: prompt.name)
def prompt(request: pytest.FixtureRequest) -> McpPrompt:
    found: McpPrompt = request.param
    return found


def _said(prompt: McpPrompt, **more: str) -> str:
    needed = {each.name: f"THE {each.name}" for each in prompt.arguments if each.is_needed}
    return prompt_text(OFFER, Visitor(principal=LOCAL), prompt.name, needed | more)


def test_instructions_name_every_flow(prompt: McpPrompt) -> None:
    assert prompt.name in INSTRUCTIONS


def test_what_is_given_stands_in_the_flow(prompt: McpPrompt) -> None:
    given = {each.name: f"GIVEN-{each.name}" for each in prompt.arguments}
    said = _said(prompt, **given)
    missing = [name for name, value in given.items() if value not in said]
    assert missing == []


def test_a_flow_says_how_to_wait_and_what_a_failure_means(prompt: McpPrompt) -> None:
    said = _said(prompt)
    assert "llm_job_watch" in said
    assert "retryable" in said
    assert "missing" in said
    assert "{}" not in said.replace("list_models {}", "")


async def test_a_flow_names_tools_and_fields_that_there_are(
    prompt: McpPrompt, house: House
) -> None:
    tools = {
        tool.name: {option.name for option in tool.takes}
        for tool in house.container.mcp_offer().toolbox
    }
    for name, fields in _TOOL.findall(_said(prompt)):
        assert name in tools, f"{prompt.name} calls {name}"
        named = re.findall(r"(?:^|, )([a-z][A-Za-z]+)(?=[,:]|$)", fields)
        assert set(named) <= tools[name], f"{prompt.name} calls {name} with {named}"


def test_an_unknown_prompt_or_argument_is_refused_by_its_name(prompt: McpPrompt) -> None:
    with pytest.raises(InvalidArgument, match="nonsense"):
        _said(prompt, nonsense="1")
    with pytest.raises(NotFound, match="nope"):
        prompt_text(OFFER, Visitor(principal=LOCAL), "nope", {})
    with pytest.raises(InvalidArgument):
        prompt_text(OFFER, Visitor(principal=LOCAL), prompt.name, {})


def test_who_implements_does_not_review() -> None:
    flow = next(each for each in PROMPTS if each.name == "implement_review_fix")
    said = _said(flow, implementer="claude", reviewers="claude, grok")
    assert 'models: ["grok"]' in said
