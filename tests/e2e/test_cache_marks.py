"""Marks for the vendor's cache, through the real Claude Code CLI to an upstream that speaks as
Anthropic does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.cli import CliName
from tests.support.answers import Answer
from tests.support.cli_house import open_cli_house
from tests.support.seen import Seen

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

MODEL = "claude-marked"
PARTS = {"system": "Be brief.\n", "context": "The gateway é stands between.", "task": "Answer."}
FLAT = "Be brief.\n\n\nThe gateway é stands between.\n\nAnswer."
MARK = {"type": "ephemeral", "ttl": "1h"}


def test_marks_arrive_and_the_words_stay_the_same(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    marked = {**PARTS, "cacheControl": {"system": True, "context": True}}
    asked = {"cli": "claude", "model": MODEL, "wait": True}
    with open_cli_house(tmp_path, [CliName.CLAUDE], program_of, vendor_model=MODEL) as house:
        lane = house.lane(MODEL)
        lane.always = Answer(call_tools=False)
        flat = house.call("/v1/jobs", {**asked, "prompt": FLAT})
        (seen,) = _asking(lane.requests)
        assert flat["state"] == "completed", flat
        lane.requests.clear()
        told = house.call("/v1/jobs", {**asked, "promptParts": marked})
        (seen_marked,) = _asking(lane.requests)
        assert (told["state"], told["warnings"]) == ("completed", []), told
    assert FLAT in [block["text"] for block in _said(seen)]
    blocks = _said(seen_marked)
    first = next(at for at, block in enumerate(blocks) if block["text"] == PARTS["system"])
    own = blocks[first : first + 3]
    assert [block["text"] for block in own] == [
        "Be brief.\n",
        "\n\nThe gateway é stands between.",
        "\n\nAnswer.",
    ]
    assert [block.get("cache_control") for block in own[:2]] == [MARK, MARK]


def _asking(requests: list[Seen]) -> list[Seen]:
    """Those that bear the prompt; a CLI asks for more."""
    return [seen for seen in requests if seen.mentions("stands between") and _said(seen)]


def _said(seen: Seen) -> list[dict[str, Any]]:
    """All that the person says, and what the CLI says in his name."""
    contents = [
        message["content"] for message in seen.json()["messages"] if message["role"] == "user"
    ]
    return [
        block
        for content in contents
        for block in ([{"text": content}] if isinstance(content, str) else content)
    ]
