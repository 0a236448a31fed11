"""The language of filters: what is read of it, and what is said of what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.flights.flight import FilterTerm, FlightQuery, FlightSummary
from llmgw_desktop.domain.flights.flight_filter import (
    FIELDS,
    LONGEST_FILTER,
    FieldKind,
    FilterMistake,
    completions,
    fits,
    parse_filter,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from tests.support.made_flights import BEGIN_S, failed, summary

NOW_S = BEGIN_S + 1000


def read(text: str) -> FlightQuery:
    return parse_filter(text, NOW_S, UTC)


def shows(text: str, flight: FlightSummary) -> bool:
    query = read(text)
    assert query.terms, text
    return all(fits(term, flight) for term in query.terms)


@pytest.mark.parametrize(
    "text", ["sonnet", "hello  world", "llama3:8b", "a/b:free", "http://x", "-"]
)
def test_plain_words_are_what_they_were(text: str) -> None:
    assert read(text) == FlightQuery(text=" ".join(text.replace('"', "").split()))


def test_all_at_once() -> None:
    query = read('model:claude* cost>0.05 -client:"Claude Code" since:2h "two words" rest of it')
    assert query == FlightQuery(
        text="rest of it",
        since_s=NOW_S - 7200,
        terms=(
            FilterTerm("model", ":", ("claude*",)),
            FilterTerm("cost", ">", (), 0.05),
            FilterTerm("client", ":", ("claude code",), is_turned=True),
            FilterTerm("", ":", ("two words",)),
        ),
    )


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("took>10s", 10_000.0),
        ("took>2", 2000.0),
        ("ttft<800ms", 800.0),
        ("took>=1.5m", 90_000.0),
        ("cache<50%", 0.5),
        ("cost<=$2", 2.0),
        ("input>100k", 100_000.0),
        ("input>1M", 1_000_000.0),
        ("asked>1.5MB", 1_500_000.0),
        ("status:429", 429.0),
    ],
)
def test_figures_have_their_units(text: str, figure: float) -> None:
    (term,) = read(text).terms
    assert term.figure == figure


@pytest.mark.parametrize(
    ("text", "since_s"),
    [
        ("since:30m", NOW_S - 1800),
        ("since:2d", NOW_S - 172_800),
        ("since:2026-11-20", 1_795_132_800.0),
        ("since:2026-11-20T01:00+01:00", 1_795_132_800.0),
        ("since:3h since:1h", NOW_S - 3600),
    ],
)
def test_moments(text: str, since_s: float) -> None:
    assert read(text).since_s == since_s


def test_days_begin_where_the_person_is() -> None:
    today = read("since:today").since_s
    assert today is not None
    assert today % 86400 == 0
    assert read("until:yesterday").until_s == today - 86400


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modle:x", "There is no 'modle' to filter by. Is 'model' meant?"),
        ("cost>much", "'much' is no figure that can be compared here. As in cost>0.05."),
        ("took>5%", "'5%' is no figure"),
        ("client>5", "'client' has no more or less."),
        ("state:bad", "and not 'bad'"),
        ("is:fine", "'is' is streamed, translated"),
        ("since:never", "'never' is no moment"),
        ("-since:2h", "its other side is 'until'"),
        ("since>2h", "said with a colon"),
        ("model:", "What is to come behind 'model:'? As in model:claude*."),
        ("model:,", "What is to come behind 'model:'?"),
        ("-is:,,", "What is to come behind 'is:'?"),
        ("input>" + "9" * 400, "is no figure"),
        ("asked>9999999999999999mb", "is no figure"),
        ("x" * (LONGEST_FILTER + 1), "longer than 2,000"),
        ("-a " * 41, "more than 40 terms"),
    ],
)
def test_mistakes_are_told_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(FilterMistake) as mistake:
        read(text)
    assert words in str(mistake.value)


def test_every_example_can_be_read_and_stands_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "flights.md").read_text()
    for name, field in FIELDS.items():
        assert f"| `{name}` | {field.words} | `{field.example}` |" in page
        query = read(field.example)
        assert query.text == "", name
        is_term = field.kind not in (FieldKind.MOMENT, FieldKind.SAID)
        assert bool(query.terms) is is_term
        assert bool(query.said) is (field.kind is FieldKind.SAID)


@given(st.text(alphabet='amodelcstin: -<>="\\*%5kés.,', max_size=40))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        query = read(text)
    except FilterMistake:
        return
    for term in query.terms:
        turned = replace(term, is_turned=not term.is_turned)
        assert fits(term, summary(1)) is not fits(turned, summary(1))


def test_who_is_shown() -> None:
    flight = summary(1, client="Claude Code", cost_usd=0.2, provider=None, label="tests")
    for text in (
        "client:claude*",
        "client:codex,*code",
        "model:CLAUDE-sonnet",
        "cost>0.1",
        "cache>90%",
        "is:streamed,translated",
        "-error:429",
        "-provider:*",
        '"laude c"',
    ):
        assert shows(text, flight), text
        turned = text[1:] if text.startswith("-") else f"-{text}"
        assert not shows(turned, flight), turned


def test_what_is_not_known_fits_nothing() -> None:
    unknown = summary(1, cost_usd=None, usage=UNKNOWN_USAGE)
    for text in ("cost<1", "cost>=0", "cache<50%", "input<1", "is:priced"):
        assert not shows(text, unknown), text
        assert shows(f"-{text}", unknown), text
    assert not shows("cache<50%", summary(1, usage=Usage(input_tokens=0, cache_read_tokens=0)))


def test_errors_by_kind_words_and_status() -> None:
    flight = failed(1, error_kind="upstream_429", error_text="Slow down, please", status=429)
    for text in ("error:upstream_*", "error:slow", "error:429", "error:x,429", "is:error"):
        assert shows(text, flight), text
    assert not shows("error:500", flight)


def test_how_a_word_may_go_on() -> None:
    assert completions("cost>1 st") == ("state:", "stop:", "status>")
    assert completions("-is:s") == ("-is:streamed",)
    assert completions("state:c") == ("state:cut", "state:canceled")
    assert completions("model:x") == completions("") == ()
