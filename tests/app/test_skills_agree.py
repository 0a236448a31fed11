"""What our skills tell agents to use is there."""

from __future__ import annotations

import re

import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.engine.mcp.resources.cli_resources import SHIPPED
from llmgw_desktop.engine.mcp.tool import CATEGORIES, Profile
from llmgw_desktop.store.resources import resource_path
from tests.support.panel_clis import Panels, panels_in

_WORD = re.compile(r"`([a-z]+(?:_[a-z]+)+)`")
_WARNINGS = {"cacheable_prefix_uncached", "cache_ttl_expiring_soon", "cache_control_noop"}


@pytest.fixture
async def tools(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    async with panels_in(tmp_path_factory.mktemp("skills")) as panels:
        return names_of(panels)


def names_of(panels: Panels) -> set[str]:
    return {each.name for each in panels.toolbox.shown(LOCAL, Profile.FULL)}


async def test_each_tool_that_they_name_is_there(tools: set[str]) -> None:
    assert tools >= {"claude_request_async", "cli_versions", "llm_job_watch"}
    for name in SHIPPED:
        words = set(_WORD.findall(resource_path(f"skills/{name}.md").read_text()))
        assert words - set(CATEGORIES) - _WARNINGS <= tools, name


def test_each_category_of_errors_is_explained() -> None:
    text = resource_path("skills/reading-errors.md").read_text()
    assert [each for each in CATEGORIES if f"`{each}`" not in text] == []
