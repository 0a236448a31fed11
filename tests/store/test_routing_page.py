"""docs/routing.md: its examples are settings that load."""

import re
from pathlib import Path

import pytest

from llmgw_desktop.domain.routing.route import Strategy
from llmgw_desktop.store.settings.reader import load_settings
from tests.support.word_model import files_like_the_model

pytestmark = pytest.mark.daily

PAGE = (Path(__file__).parents[2] / "docs" / "routing.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
_KEYS = {name: "k" for name in ("CLAUDE_WORK", "CLAUDE_HOME", "CLAUDE_SPARE", "OPENAI_API_KEY")}


_NAMES = ["accounts", "budgets", "rules", "clients", "clis", "like questions", "local servers"]


@pytest.mark.parametrize("example", EXAMPLES, ids=_NAMES)
def test_examples_load_without_a_warning(tmp_path: Path, example: str) -> None:
    file = tmp_path / "config.toml"
    if "cache_similarity" in example:
        model = files_like_the_model(tmp_path / "model")
        example = f'[routing]\nsimilarity_model = "{model}"\n{example}'
    file.write_text(example, "utf-8")
    loaded = load_settings(file, _KEYS)
    assert loaded.warnings == ()
    assert loaded.settings.providers


def test_every_strategy_is_told() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE) == [str(each) for each in Strategy]
