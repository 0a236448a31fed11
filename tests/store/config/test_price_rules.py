"""The person's own prices, read from the settings file."""

from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.flights.price import Price, PriceRule, RateCard, Rates, Tier
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.store.settings.reader import load_settings

PLAIN = "[[prices]]\ninput = 1\noutput = 1\n"
TIER = "{ above_tokens = 9, input = 1, output = 1 }"


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
        PriceRule(provider="lab", price=Price(rates=Rates(input=0.0, output=0.0), is_free=True)),
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
        ('[[prices]]\ninput = "1"\noutput = 1', "line 2: prices[0].input", "0 or more"),
        ("[[prices]]\ninput = 1e9\noutput = 1", "line 2: prices[0].input", "0 or more"),
        (f"{PLAIN}audio_input = -1", "line 4: prices[0].audio_input", "0 or more"),
        (f"{PLAIN}tiers = 7", "line 4: prices[0].tiers", "a list such as"),
        (f"{PLAIN}tiers = [7]", "line 4: prices[0].tiers[0]", "a list such as"),
        (
            f"{PLAIN}tiers = [{{ above_tokens = 9, input = 1 }}]",
            "line 4: prices[0].tiers[0]",
            "output is missing",
        ),
        (
            f"{PLAIN}tiers = [{{ input = 1, output = 1 }}]",
            "line 4: prices[0].tiers[0]",
            "a whole number from 1",
        ),
        (
            f"{PLAIN}tiers = [{TIER},\n{TIER}]",
            "line 5: prices[0].tiers[1].above_tokens",
            "a whole number from 10 to 100000000 (larger than the one before)",
        ),
        (
            f"{PLAIN}[prices.service.flex]\ninput = 1\noutput = nan",
            "line 6: prices[0].service.flex.output",
            "0 or more",
        ),
        (f"{PLAIN}service = 0.5", "line 4: prices[0].service", "tables such as"),
        (f"{PLAIN}[prices.service.default]\ninput = 1", "service.default", "told already"),
        (f"{PLAIN}fees = {{ web_search = -1 }}", "prices[0].fees.web_search", "for one call"),
        (f"{PLAIN}fees = 1", "line 4: prices[0].fees", "a table such as"),
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


def test_tiers_services_and_fees_are_read(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path,
        """
        [[prices]]
        input = 1
        output = 2
        audio_input = 3
        image_input = 1
        tiers = [
            { above_tokens = 9, input = 2, output = 4 },
            { above_tokens = 99, input = 3, output = 5 },
        ]
        fees = { web_search = 0.01, web_fetch = 0 }
        [prices.service.flex]
        input = 0.5
        output = 1
        tiers = [{ above_tokens = 9, input = 1, output = 2 }]
        [prices.service.batches]
        input = 0.25
        output = 0.5
        """,
    )
    assert loaded.warnings == ()
    (rule,) = loaded.settings.prices
    assert rule.price == Price(
        rates=Rates(input=1.0, output=2.0, audio_input=3.0, image_input=1.0),
        tiers=(
            Tier(above_tokens=9, rates=Rates(input=2.0, output=4.0)),
            Tier(above_tokens=99, rates=Rates(input=3.0, output=5.0)),
        ),
        services={
            "flex": RateCard(
                rates=Rates(input=0.5, output=1.0),
                tiers=(Tier(above_tokens=9, rates=Rates(input=1.0, output=2.0)),),
            ),
            "batch": RateCard(rates=Rates(input=0.25, output=0.5)),
        },
        fees={"web_search": 0.01, "web_fetch": 0.0},
    )


@pytest.mark.parametrize(
    ("more", "is_free"),
    [
        ("", True),
        ("cache_read = 0", True),
        ("cache_read = 0.1", False),
        ("fees = { web_search = 0.01 }", False),
        ("service = { flex = { input = 1, output = 0 } }", False),
        ("tiers = [{ above_tokens = 9, input = 0, output = 1 }]", False),
    ],
)
def test_who_says_that_tokens_cost_nothing_means_all_of_it(
    tmp_path: Path, more: str, is_free: bool
) -> None:
    (rule,) = _load(tmp_path, f"[[prices]]\ninput = 0\noutput = 0\n{more}").settings.prices
    assert rule.price.is_free is is_free


def test_an_unknown_key_of_a_tier_is_named(tmp_path: Path) -> None:
    tier = "{ above_tokens = 9, input = 1, output = 1, inptu = 2 }"
    (warning,) = _load(tmp_path, f"{PLAIN}tiers = [{tier}]").warnings
    assert "prices[0].tiers[0].inptu" in warning
