"""docs/routing.md: its examples are settings that load."""

import re
from pathlib import Path

import pytest

from llmgw_desktop.domain.route import Strategy
from llmgw_desktop.store.settings import load_settings

PAGE = (Path(__file__).parents[2] / "docs" / "routing.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
_KEYS = {name: "k" for name in ("CLAUDE_WORK", "CLAUDE_HOME", "CLAUDE_SPARE", "OPENAI_API_KEY")}


@pytest.mark.parametrize("example", EXAMPLES, ids=["accounts", "rules", "clients", "clis"])
def test_examples_load_without_a_warning(tmp_path: Path, example: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(example, "utf-8")
    loaded = load_settings(file, _KEYS)
    assert loaded.warnings == ()
    assert loaded.settings.providers


def test_every_strategy_is_told() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE) == [str(each) for each in Strategy]
