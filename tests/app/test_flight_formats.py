"""Flights in words: rows, sentences, facts, tokens, explained errors."""

from datetime import UTC
from typing import Any

import pytest

from llmgw_desktop.app.flights.columns import RowTime, flight_columns, shown_flight
from llmgw_desktop.app.flights.errors import explained
from llmgw_desktop.app.flights.formats import (
    ShownTokens,
    facts,
    sentence,
    token_parts,
    tokens_sentence,
)
from llmgw_desktop.app.flights.route import rest_of_timeline, timeline_sentence
from llmgw_desktop.domain import errors
from llmgw_desktop.domain.access import access_errors
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary, Phase, PhaseName
from llmgw_desktop.domain.jobs import run_errors
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import PromptFacts, Saving, Usage
from tests.support.made_flights import BEGIN_S, failed, record, running, summary

NOW_S = BEGIN_S + 60


def row(flight: FlightSummary) -> dict[str, str]:
    columns = flight_columns()
    shown = shown_flight(flight, columns, RowTime.at(NOW_S, UTC))
    return dict(zip((column.key for column in columns), shown.cells, strict=True))


def test_a_whole_row() -> None:
    cells = row(summary(58))
    assert cells["time"] == "15:00:58"
    assert {key: cells[key] for key in ("state", "client", "provider", "model", "status")} == {
        "state": "OK",
        "client": "claude-code",
        "provider": "anthropic",
        "model": "claude-sonnet",
        "status": "200",
    }
    assert {key: cells[key] for key in ("ttft", "took", "input", "cache", "output", "rate")} == {
        "ttft": "800 ms",
        "took": "4.0 s",
        "input": "48.2k",
        "cache": "91 %",
        "output": "310",
        "rate": "97",
    }


def test_what_is_known_of_a_runs_prompt() -> None:
    told = PromptFacts(
        stable_prefix_hash="ab",
        stable_prefix_tokens=3400,
        cache_control_blocks=2,
        prompt_saving=Saving(before_tokens=12000, after_tokens=9000),
        answer_saving=Saving(before_tokens=400, after_tokens=350),
    )
    lines = {
        each.label: each.value for each in facts(record(summary=summary(1, prompt_facts=told)))
    }
    assert lines["Stable prefix"] == "about 3,400 tokens, 2 parts marked for the cache"
    assert lines["Made shorter"] == ("about 12.0k → 9,000 tokens asked, 400 → 350 answered")
    assert "Made shorter" not in {each.label for each in facts(record(1))}


def test_a_row_of_which_little_is_known() -> None:
    cells = row(failed(1, provider=None, usage=Usage(), attempts=0))
    assert [cells[key] for key in ("provider", "ttft", "input", "cache", "output", "rate")] == (
        ["–"] * 6
    )
    assert cells["attempts"] == cells["fresh"] == "–"


def test_a_running_row_counts_up_and_a_rerouted_one_names_both_models() -> None:
    cells = row(running(50, model_served="claude-haiku"))
    assert (cells["took"], cells["status"]) == ("10.0 s …", "…")
    assert cells["model"] == "claude-sonnet → claude-haiku"


def test_a_translated_row_names_both_dialects_and_how_much_was_lost() -> None:
    assert row(summary(1))["protocol"] == "anthropic"
    assert row(summary(1, upstream_protocol=ModelProtocol.ANTHROPIC))["protocol"] == "anthropic"
    translated = summary(1, upstream_protocol=ModelProtocol.GEMINI)
    assert row(translated)["protocol"] == "anthropic → gemini"
    lossy = summary(1, upstream_protocol=ModelProtocol.GEMINI, losses=("top_k", "field:container"))
    assert row(lossy)["protocol"] == "anthropic → gemini · 2 lost"


def test_the_overview_names_both_dialects() -> None:
    def protocol(flight: FlightSummary) -> str:
        return next(
            fact.value for fact in facts(record(summary=flight)) if fact.label == "Protocol"
        )

    assert protocol(summary(1)) == "Anthropic Messages"
    assert protocol(summary(1, upstream_protocol=ModelProtocol.ANTHROPIC)) == "Anthropic Messages"
    translated = summary(1, upstream_protocol=ModelProtocol.GEMINI)
    assert protocol(translated) == "Anthropic Messages → Gemini"


def test_hostile_names_stay_in_one_harmless_line() -> None:
    cells = row(summary(1, client="<b>\u202eevil\n\x1b[31m" + "x" * 5000))
    assert cells["client"].startswith("<b>⟨U+202E⟩evil ␛[31mxx")
    assert len(cells["client"]) == 80


def test_column_keys_are_unique_and_thirteen_are_shown_at_first() -> None:
    columns = flight_columns()
    assert len({column.key for column in columns}) == len(columns)
    shown = " ".join(column.key for column in columns if column.is_default)
    assert shown == "state time client provider model status ttft took input cache output rate cost"


@pytest.mark.parametrize(
    ("flight", "text"),
    [
        (
            summary(1),
            "claude-code asked for claude-sonnet; anthropic answered in 4.0 s; "
            "91 % of 48,200 input tokens came from cache.",
        ),
        (
            summary(1, usage=Usage(input_tokens=1), model_served="other"),
            "claude-code asked for claude-sonnet; anthropic answered with other in 4.0 s; "
            "1 input token.",
        ),
        (
            summary(1, usage=Usage(input_tokens=9, cache_read_tokens=0)),
            "claude-code asked for claude-sonnet; anthropic answered in 4.0 s; "
            "none of 9 input tokens came from cache.",
        ),
        (
            summary(1, operation=Operation.COUNT_TOKENS, usage=Usage()),
            "claude-code asked for a token count by claude-sonnet; anthropic answered in 4.0 s.",
        ),
        (
            failed(1),
            "claude-code asked for claude-sonnet; anthropic failed with status 429 after 300 ms.",
        ),
        (
            failed(1, provider=None, status=404, error_kind="unknown_model"),
            "claude-code asked for claude-sonnet; the gateway refused it with status 404 after "
            "300 ms.",
        ),
        (
            failed(1, provider=None, status=503, error_kind="no_account"),
            "claude-code asked for claude-sonnet; the gateway failed with status 503 after 300 ms.",
        ),
        (
            summary(1, state=FlightState.CUT),
            "claude-code asked for claude-sonnet; anthropic began to answer and broke off "
            "after 4.0 s.",
        ),
        (
            summary(1, state=FlightState.CANCELED),
            "claude-code asked for claude-sonnet; the client left after 4.0 s, before the answer "
            "was complete.",
        ),
        (
            summary(1, state=FlightState.LOST, error_kind="another_version"),
            "claude-code asked for claude-sonnet; another version of LLM Gateway wrote it, and"
            " this one cannot read how it ended.",
        ),
        (
            summary(1, state=FlightState.LOST, took_ms=None),
            "claude-code asked for claude-sonnet; LLM Gateway ended meanwhile, and how the flight "
            "ended is not known.",
        ),
        (running(50), "claude-code asked for claude-sonnet; waiting for anthropic, 10.0 s so far."),
        (
            running(50, ttft_ms=900.0, provider=None),
            "claude-code asked for claude-sonnet; the provider has been answering, 10.0 s in all "
            "so far.",
        ),
    ],
)
def test_sentences(flight: FlightSummary, text: str) -> None:
    assert sentence(flight, NOW_S) == text


def test_tokens_of_a_vendor_that_tells_its_cache() -> None:
    usage = Usage(
        input_tokens=100, cache_read_tokens=70, cache_write_tokens=10, output_tokens=5,
        reasoning_tokens=3,
    )  # fmt: skip
    assert [(part.kind, part.tokens) for part in token_parts(usage)] == [
        (ShownTokens.FRESH, 20),
        (ShownTokens.CACHE_WRITE, 10),
        (ShownTokens.CACHE_READ, 70),
        (ShownTokens.OUTPUT, 5),
    ]
    assert tokens_sentence(usage) == (
        "Tokens: fresh input 20, cache write 10, cache read 70, output 5; cache hit rate 70 %; "
        "3 of the output were reasoning."
    )


def test_tokens_of_a_silent_vendor_are_not_called_fresh() -> None:
    assert [part.kind for part in token_parts(Usage(input_tokens=100))] == [ShownTokens.INPUT]
    assert tokens_sentence(Usage()) == "The provider told no token figures."
    of_nobody = "No provider was asked, so nobody told token figures."
    assert tokens_sentence(Usage(), was_asked=False) == of_nobody


def test_facts_name_what_support_asks_for() -> None:
    lines = {fact.label: fact for fact in facts(record())}
    assert lines["Flight"].can_copy
    assert lines["Provider's request id"].value == "req_0123"
    assert lines["Asked at"].value == "/v1/messages?beta=true, streaming"
    assert lines["Took"].value == "4.0 s, 97 tokens/s"
    assert "Attempts" not in lines


def test_timeline_in_words() -> None:
    made = record()
    assert timeline_sentence(made.phases, 4000.0) == (
        "Timeline of 4.0 s. Read: 0.6 ms. Route: 0.3 ms. Connect: 30 ms. Wait: 769 ms."
        " Stream: 3.2 s."
    )
    assert timeline_sentence((), None) == "No timeline was recorded for this flight."


def test_what_belongs_to_no_phase_is_told_where_it_counts() -> None:
    phases = (
        Phase(name=PhaseName.READ, start_ms=0.0, end_ms=0.4),
        Phase(name=PhaseName.ROUTE, start_ms=0.5, end_ms=0.52),
        Phase(name=PhaseName.WAIT, start_ms=0.52, end_ms=2.1),
    )
    assert rest_of_timeline(phases, 2.9) == ((0.4, 0.5), (2.1, 2.9))
    assert timeline_sentence(phases, 2.9) == (
        "Timeline of 2.9 ms. Read: 0.4 ms. Route: <0.1 ms. Wait: 1.6 ms. Other: 0.9 ms."
    )
    assert rest_of_timeline(phases, 2.12) == ((0.4, 0.5), (2.1, 2.12))
    later = (*phases, Phase(name=PhaseName.STREAM, start_ms=2.1, end_ms=4000.0))
    assert rest_of_timeline(later, 4000.0) == ()
    assert rest_of_timeline(phases, None) == ()
    assert rest_of_timeline((), 5.0) == ()


NOT_OF_MODELS = (
    *("engine.mcp.", "engine.validation.", "engine.exchange.completion", "domain.validation"),
    *("engine.loop.hashing", "domain.jobs.workspace", "domain.jobs.changes"),
    *("app.command_line.running_gateway",),
    *("app.gateway.updates", "app.flights.export", "store.flights.marks"),
    *("app.safekeeping.importing",),
)
"""Told to those who call tools, sign in or give commands; no request of a model meets them."""


def is_met(error: type[errors.LlmgwError]) -> bool:
    if issubclass(error, access_errors.OauthError):
        return False
    return not error.__module__.removeprefix("llmgw_desktop.").startswith(NOT_OF_MODELS)


def all_kinds() -> set[str]:
    found: set[str] = set()

    def walk(error: type[errors.LlmgwError]) -> None:
        children: list[Any] = [each for each in error.__subclasses__() if is_met(each)]
        if not children:
            found.add(error.kind)
        for child in children:
            walk(child)

    walk(errors.LlmgwError)
    walk(run_errors.InvalidRun)
    walk(access_errors.AccessError)  # a branch of the tree, once its file is read
    not_of_a_flight = {"config", "port_taken", "store_corrupt"}
    # what a flight meets of the vault's errors is told as a missing key
    of_the_vault = {kind for kind in found if kind.startswith("vault_")}
    return found - not_of_a_flight - {"schema_too_new", "settings_conflict"} - of_the_vault


def test_every_kind_of_error_that_a_flight_can_have_is_explained() -> None:
    unexplained = explained(failed(1, error_kind="internal"))
    assert unexplained is not None
    for kind in all_kinds():
        found = explained(failed(1, error_kind=kind))
        assert found is not None
        assert found.what != unexplained.what, kind
        assert found.why
        assert found.advice


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("upstream_429", "The provider asked to slow down."),
        ("upstream_502", "The provider failed with status 502."),
        ("upstream_418", "The provider answered with status 418."),
        ("upstream_४२९", "The gateway failed on this request."),
        ("", "The gateway failed on this request."),
    ],
)
def test_what_providers_answer_is_explained(kind: str, what: str) -> None:
    found = explained(failed(1, error_kind=kind, error_text="\x1b[31mno"))
    assert found is not None
    assert (found.what, found.said) == (what, "␛[31mno")


def test_endings_that_are_not_errors_of_a_provider() -> None:
    strange = explained(summary(1, state=FlightState.LOST, error_kind="another_version"))
    assert strange is not None
    assert strange.why.startswith("Another version of LLM Gateway wrote it")
    lost = explained(summary(1, state=FlightState.LOST))
    canceled = explained(summary(1, state=FlightState.CANCELED))
    cut = explained(summary(1, state=FlightState.CUT))
    assert lost is not None
    assert "not known" in lost.what
    assert canceled is not None
    assert "client left" in canceled.what
    assert cut is not None
    assert "broke off" in cut.what
    assert explained(summary(1)) is None
    assert explained(running(1)) is None
