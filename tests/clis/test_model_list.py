"""What CLIs say when they are asked for their models."""

from __future__ import annotations

import json

import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.clis.subcommand import ListedModel, ModelList
from llmgw_desktop.domain.cli import CliName

CODEX = {
    "models": [
        {"slug": "second", "visibility": "list", "priority": 2},
        {"slug": "hidden", "visibility": "hide", "priority": 0},
        {
            "slug": "first",
            "display_name": "First",
            "visibility": "list",
            "priority": 1,
            "supported_reasoning_levels": [{"effort": "low"}, {"effort": "high"}, {"odd": 1}],
        },
        {"slug": "--flag", "visibility": "list"},
        {"slug": 3, "visibility": "list"},
        "odd",
    ]
}
GROK = """You are not authenticated.

Default model: grok-4.6

Available models:
  * grok-4.6 (default)
  - grok-4.5
"""


def list_of(name: CliName) -> ModelList:
    found = cli_of(name).models
    assert found is not None
    return found


def test_codex_lists_those_to_be_seen_in_its_order() -> None:
    found = list_of(CliName.CODEX).read(json.dumps(CODEX))
    assert found == (
        ListedModel(name="first", title="First", efforts=("low", "high")),
        ListedModel(name="second"),
    )


def test_grok_says_which_is_the_default() -> None:
    found = list_of(CliName.GROK).read(GROK)
    assert found == (
        ListedModel(name="grok-4.6", is_default=True),
        ListedModel(name="grok-4.5"),
    )


def test_opencode_names_provider_and_model() -> None:
    found = list_of(CliName.OPENCODE).read("opencode/big-pickle\nnoise here\na/b:c\n")
    assert [each.name for each in found] == ["opencode/big-pickle", "a/b:c"]


@pytest.mark.parametrize("name", [each for each in CliName if cli_of(each).models])
@pytest.mark.parametrize("text", ["", "\0", "{", "[]", '{"models": 3}', "usage: x\n  -h  help\n"])
def test_what_is_no_list_names_nothing(name: CliName, text: str) -> None:
    assert list_of(name).read(text) == ()
