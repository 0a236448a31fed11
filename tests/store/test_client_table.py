"""A client's limits are read whole, or the file is refused: none is silently without effect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.policy import Budget, ClientPolicy, Measure, Period, RateLimit
from llmgw_desktop.store.settings.reader import settings_of

WHOLE = b"""
[clients.nightly]
models = ["claude-*", "gpt-5-mini"]
providers = ["practice"]
budgets = [{ usd = 5, per = "day" }, { tokens = 2000000, per = "month" }]
rate_limits = [{ requests = 60, per = "minute" }, { tokens = 1e6, per = 300 }]
parallel = 4
expires = 2027-01-31T12:00:00Z
time_zone = "Europe/Berlin"

[clients."*"]
parallel = 1
paused = true
[clients.nightly.labels.aider]
parallel = 2
[providers.practice]
kind = "practice"
"""
REFUSED = {
    "budgets = []": 'a list of 1 to 20, such as [{ requests = 60, per = "day" }]',
    'budgets = [{ usd = 5, per = "fortnight" }]': "hour, day, week",
    'budgets = [{ per = "day" }]': "expected one of usd, tokens, requests",
    'budgets = [{ usd = 5, tokens = 5, per = "day" }]': "expected one of usd",
    'budgets = [{ usd = 0, per = "day" }]': "a number above 0",
    'budgets = [{ usd = -1, per = "day" }]': "a number above 0",
    'budgets = [{ usd = nan, per = "day" }]': "a number above 0",
    'budgets = [{ usd = true, per = "day" }]': "a number above 0",
    'budgets = [{ usd = 1, per = "day" }, { usd = 2, per = "day" }]': "of the same kind",
    'rate_limits = [{ usd = 5, per = "day" }]': "expected one of requests, tokens",
    "rate_limits = [{ requests = 5 }]": "expected per",
    'rate_limits = [{ requests = 5, per = 60 }, { requests = 9, per = "minute" }]': "same kind",
    "models = []": "a list of 1",
    "models = [7]": "names of 1",
    'providers = ["nobody"]': "there is no provider 'nobody' (there are: ",
    "parallel = 0": "a whole number from 1",
    'expires = "soon"': "expected a date such as 2027-01-31",
    'expires = "2027-01-31"': "expected a date such as 2027-01-31, without quotation marks",
    'time_zone = "Berlin"': "expected a time zone",
    "budget = 5": "is no limit that is known; there are models, providers, budgets, rate_limits, "
    "parallel, expires, paused, time_zone, answers, max_wait_s, labels",
    "paused = 1": "expected true or false",
    "labels.aider = { paused = true }": "is no limit that is known",
    "labels = 5": "expected a table",
    'labels."*" = { parallel = 1 }': "is no label",
    "labels.aider = { parallel = 0 }": "a whole number from 1",
    "labels.aider = { labels = {} }": "is no limit that is known",
}


def test_a_whole_table_is_read() -> None:
    nightly, everybody = settings_of("config.toml", WHOLE, {}).settings.clients
    assert nightly.labels == (ClientPolicy(client="aider", parallel=2),)
    nightly = replace(nightly, labels=())
    assert nightly == ClientPolicy(
        client="nightly",
        models=("claude-*", "gpt-5-mini"),
        providers=("practice",),
        budgets=(
            Budget(measure=Measure.USD, amount=5.0, period=Period.DAY),
            Budget(measure=Measure.TOKENS, amount=2_000_000.0, period=Period.MONTH),
        ),
        rate_limits=(
            RateLimit(measure=Measure.REQUESTS, amount=60.0, window_s=60.0),
            RateLimit(measure=Measure.TOKENS, amount=1_000_000.0, window_s=300.0),
        ),
        parallel=4,
        expires_at_s=1_801_396_800.0,
        time_zone="Europe/Berlin",
    )
    assert everybody == ClientPolicy(client="*", parallel=1, paused=True)


@pytest.mark.parametrize(("line", "words"), REFUSED.items())
def test_a_limit_that_could_not_be_applied_refuses_the_file(line: str, words: str) -> None:
    raw = f"[clients.nightly]\n{line}\n".encode()
    with pytest.raises(ConfigError) as refused:
        settings_of("config.toml", raw, {})
    assert words in str(refused.value)
    assert ("quotation marks" in str(refused.value)) is (line == 'expires = "2027-01-31"')
    assert refused.value.line == 2
    assert refused.value.key.startswith("clients.nightly.")


def test_a_day_ends_at_its_end() -> None:
    raw = b"[clients.a]\nexpires = 2027-01-31\n[clients.b]\nexpires = 2027-02-01T00:00:00\n"
    day, moment = settings_of("config.toml", raw, {}).settings.clients
    assert day.expires_at_s == moment.expires_at_s
