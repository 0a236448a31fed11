"""The person's own prices, read from the settings file."""

from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.price import Price, PriceRule, Rates
from llmgw_desktop.domain.settings import LoadedSettings
from llmgw_desktop.store.settings import load_settings


def _load(folder: Path, text: str) -> LoadedSettings:
    (folder / "config.toml").write_text(text)
    return load_settings(folder / "config.toml", {})


def test_rules_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path,
        """
        [[prices]]
        provider = "lab"
        input = 0
        output = 0
        [[prices]]
        model = "claude-*"
        input = 2.5
        output = 10
        cache_read = 0.25
        """,
    )
    assert loaded.warnings == ()
    assert loaded.settings.prices == (
        PriceRule(provider="lab", price=Price(rates=Rates(input=0.0, output=0.0))),
        PriceRule(
            model="claude-*", price=Price(rates=Rates(input=2.5, output=10.0, cache_read=0.25))
        ),
    )


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("prices = 1", "line 1: prices", "expected tables"),
        ("prices = [1]", "line 1: prices[0]", "expected a table"),
        ("[[prices]]\ninput = 1", "line 1: prices[0]", "output is missing"),
        ("[[prices]]\ninput = -1\noutput = 1", "line 2: prices[0].input", "0 or more"),
        ("[[prices]]\ninput = nan\noutput = 1", "line 2: prices[0].input", "0 or more"),
        ("[[prices]]\ninput = 1\noutput = true", "line 3: prices[0].output", "0 or more"),
        (
            '[[prices]]\nmodel = "[ab]"\ninput = 1\noutput = 1',
            "line 2: prices[0].model",
            "[ has no meaning here",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    with pytest.raises(ConfigError) as failure:
        _load(tmp_path, text)
    assert place in str(failure.value)
    assert words in str(failure.value)


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    (warning,) = _load(tmp_path, "[[prices]]\ninput = 1\noutput = 1\ncurrency = 'EUR'").warnings
    assert "prices[0].currency" in warning
