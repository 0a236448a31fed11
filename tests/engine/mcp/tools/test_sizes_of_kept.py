"""What clients must carry of these families, as the door shows them."""

from __future__ import annotations

from typing import Any, cast

import orjson
import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.engine.mcp.listing import tool_shown
from llmgw_desktop.engine.mcp.tool import Profile
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools import gateway_tools, model_tools, vault_tools, workspace_tools

NOTHING = cast("Any", None)


@pytest.mark.parametrize(
    ("profile", "names", "most"),
    [(Profile.CORE, 2, 1664), (Profile.REVIEW, 2, 1664), (Profile.FULL, 13, 9600)],
)
def test_they_are_short(profile: Profile, names: int, most: int) -> None:
    box = Toolbox(
        (
            *model_tools.tools(NOTHING, NOTHING, NOTHING),
            *vault_tools.tools(NOTHING),
            *workspace_tools.tools(NOTHING),
            *gateway_tools.tools(NOTHING),
        )
    )
    shown = [tool_shown(tool, profile) for tool in box.shown(LOCAL, profile)]
    assert len(shown) == names
    assert len(orjson.dumps(shown)) <= most
