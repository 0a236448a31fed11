"""What was spent is the plain sum of the flights, however the stretch is cut, and whether it is
read from what is kept or from the flights themselves."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.flights.flight import (
    FilterTerm,
    FlightQuery,
    FlightRecord,
    FlightState,
    FlightSummary,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.flights.flight_filter import fits, parse_filter
from llmgw_desktop.domain.flights.spending import FlightSpending, LatencyKey, SumBy
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import Figure, Provenance, Usage
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights import times
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal, own_time_ms
from llmgw_desktop.store.flights.kept_sums import forget_kept
from llmgw_desktop.store.flights.spending import (
    WhichFlights,
    read_by_price,
    read_spending,
)
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.flights.times import read_hours, read_latency
from tests.support.made_flights import summary

BEGIN_S = 1_795_269_600.0
_tokens = st.none() | st.integers(0, 10**9)
_flights = st.lists(
    st.builds(
        dict,
        started_at_s=st.floats(0, 6 * 3600) | st.integers(0, 24).map(lambda m: m * 900.0),
        state=st.sampled_from([each for each in FlightState if each is not FlightState.RUNNING]),
        provider=st.sampled_from([None, "anthropic", "openai"]),
        account=st.sampled_from([None, "openai/work"]),
        client=st.sampled_from(["codex", "zed"]),
        owner=st.sampled_from([None, "cli_1", "cli_2"]),
        label=st.sampled_from(["", "tests"]),
        project=st.sampled_from(["", "site"]),
        job=st.sampled_from(["", "job_1"]),
        model_asked=st.sampled_from(["a", "b"]),
        model_served=st.sampled_from([None, "c"]),
        ttft_ms=st.none() | st.floats(0.01, 100_000),
        usage=st.builds(
            Usage,
            input_tokens=_tokens,
            output_tokens=_tokens,
            cache_read_tokens=_tokens,
            cache_write_tokens=_tokens,
            cache_write_1h_tokens=_tokens,
            estimated=st.integers(0, 63),
            partial=st.integers(0, 63),
        ),
        cost_usd=st.none() | st.floats(0, 10**6) | st.sampled_from([0.1, 1e-9, 10.0**12]),
        attempts=st.integers(0, 3),
        operation=st.sampled_from([Operation.GENERATE, Operation.EMBED]),
        is_counted=st.booleans(),
    ),
    max_size=12,
)
_moments = st.none() | st.floats(-600, 7 * 3600) | st.integers(0, 28).map(lambda m: m * 900.0)
_KEYS: dict[SumBy | None, Callable[[FlightSummary], str]] = {
    None: lambda it: "",
    SumBy.CLIENT: lambda it: it.client,
    SumBy.LABEL: lambda it: it.label,
    SumBy.PROJECT: lambda it: it.project,
    SumBy.ACCOUNT: lambda it: it.account or it.provider or "",
    SumBy.PROVIDER: lambda it: (it.account or it.provider or "").partition("/")[0],
    SumBy.MODEL: lambda it: (it.provider and (it.model_served or it.model_asked)) or "",
    SumBy.JOB: lambda it: it.job,
    SumBy.DAY: lambda it: str(datetime.fromtimestamp(it.started_at_s, UTC).astimezone().date()),
}


def _made(drawn: list[dict[str, Any]]) -> list[FlightSummary]:
    flights = []
    for number, each in enumerate(drawn):
        moment = BEGIN_S + each["started_at_s"]
        flights.append(summary(number, **{**each, "started_at_s": moment}))
    return flights


def _database(
    path: Path, records: Sequence[FlightSummary | FlightRecord], a_batch: int = 5
) -> sqlite3.Connection:
    connection = open_database(path / "flights.db", FLIGHTS_STEPS)
    writer = BatchWriter(connection)
    ended = [
        each if isinstance(each, FlightRecord) else FlightRecord(summary=each) for each in records
    ]
    for at in range(0, len(ended), a_batch):
        some = ended[at : at + a_batch]
        writer.write(make_batch({}, some, RecorderSettings(), Seal(bytes)))
    return connection


def _query(since: float | None, until: float | None, owner: str | None) -> FlightQuery:
    return FlightQuery(
        since_s=None if since is None else BEGIN_S + since,
        until_s=None if until is None else BEGIN_S + until,
        owner=owner,
    )


def _meant(flights: Sequence[FlightSummary], which: WhichFlights) -> list[FlightSummary]:
    query = which.query
    return [
        each
        for each in flights
        if (query.since_s is None or each.started_at_s >= query.since_s)
        and (query.until_s is None or each.started_at_s < query.until_s)
        and query.owner in (None, each.owner)
        and (each.provider or "") not in which.without
        and all(fits(term, each) for term in query.terms)
    ]


def _plain(flights: Sequence[FlightSummary]) -> FlightSpending:
    """Added up without any help."""
    known = [each for each in flights if each.is_counted]
    told = [each for each in known if each.cost_usd is not None]
    partial = [each for each in known if each.usage.partial & (Figure.INPUT | Figure.OUTPUT)]
    return FlightSpending(
        flights=len(flights),
        failed=sum(each.state is FlightState.FAILED for each in flights),
        cut=sum(each.state is FlightState.CUT for each in flights),
        canceled=sum(each.state is FlightState.CANCELED for each in flights),
        retried=sum(each.attempts > 1 for each in flights),
        more_attempts=sum(max(each.attempts - 1, 0) for each in flights),
        input_tokens=_sum(each.usage.input_tokens for each in known),
        output_tokens=_sum(each.usage.output_tokens for each in known),
        cache_read_tokens=_sum(each.usage.cache_read_tokens for each in known),
        cache_write_tokens=_sum(each.usage.cache_write_tokens for each in known),
        cache_write_1h_tokens=_sum(each.usage.cache_write_1h_tokens for each in known),
        cache_known_input_tokens=_sum(
            each.usage.input_tokens for each in known if each.usage.cache_read_tokens is not None
        ),
        cost_picos=_money(told),
        cut_cost_picos=_money(
            [it for it in told if it.state in (FlightState.CUT, FlightState.CANCELED)]
        ),
        retried_cost_picos=_money([each for each in told if each.attempts > 1]),
        failed_cost_picos=_money([each for each in told if each.state is FlightState.FAILED]),
        unpriced=sum(each.cost_usd is None and each.was_generated for each in known),
        bounded=sum(bool(each.usage.partial & Figure.COST) for each in told),
        guessed=sum(
            bool(each.usage.estimated & Figure.COST and not each.usage.partial & Figure.COST)
            for each in told
        ),
        untold=sum(
            each.was_generated and None in (each.usage.input_tokens, each.usage.output_tokens)
            for each in known
        ),
        tokens_bounded=len(partial),
        tokens_guessed=sum(
            bool(each.usage.estimated & (Figure.INPUT | Figure.OUTPUT)) and each not in partial
            for each in known
        ),
    )


def _sum(values: Any) -> int | None:
    known = [each for each in values if each is not None]
    return sum(known) if known else None


def _money(flights: Sequence[FlightSummary]) -> int | None:
    """In the smallest unit that is kept, each flight rounded to it."""
    return _sum(
        int(cost) * 10**12 + int((cost - int(cost)) * 10**12 + 0.5)
        for each in flights
        if (cost := each.cost_usd) is not None
    )


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    drawn=_flights,
    since=_moments,
    until=_moments,
    by=st.sampled_from(list(_KEYS)),
    owner=st.sampled_from([None, "cli_1"]),
    without=st.sampled_from([(), ("anthropic",)]),
    kept=st.sampled_from([0.0, 2.5, 9.0]),
    text=st.sampled_from(
        [
            "",
            "client:zed",
            "-label:tests",
            "model:a",
            "model:C*,b provider:openai",
            "cost>0.5",
            "project:site -client:codex",
            "account:openai/?ork",
            "state:ok",
        ]
    ),
)
def test_is_the_plain_sum(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[dict[str, Any]],
    since: float | None,
    until: float | None,
    by: SumBy | None,
    owner: str | None,
    without: tuple[str, ...],
    kept: float,
    text: str,
) -> None:
    flights = [  # an account is its provider's
        replace(each, account=None) if each.provider != "openai" else each for each in _made(drawn)
    ]
    connection = _database(tmp_path_factory.mktemp("t"), flights)
    forget_kept(connection, BEGIN_S + kept * 3600)
    terms = parse_filter(text, 0).terms
    which = WhichFlights(query=replace(_query(since, until, owner), terms=terms), without=without)
    meant = _meant(flights, which)
    if by is SumBy.JOB:
        meant = [each for each in meant if each.job]
    expected = {
        key: _plain([each for each in meant if _KEYS[by](each) == key])
        for key in {_KEYS[by](each) for each in meant}
    }
    found = read_spending(connection, which, by)
    assert {key: each for key, each in found.items() if each.flights} == expected
    pairs = read_by_price(connection, which)
    assert sum(each.cost_picos or 0 for each in pairs.values()) == (
        _money([each for each in _meant(flights, which) if each.is_counted]) or 0
    )
    connection.close()


def test_money_is_exact(tmp_path: Path) -> None:
    connection = _database(tmp_path, [summary(n, cost_usd=0.1) for n in range(30)])
    (spent,) = read_spending(connection, WhichFlights(query=FlightQuery())).values()
    assert spent.cost_usd == Decimal("3.0")
    assert spent.cost_provenance is Provenance.TOLD
    connection.close()


def test_what_is_unknown_is_counted_and_never_nothing(tmp_path: Path) -> None:
    silent = summary(1, usage=Usage(), cost_usd=None)
    connection = _database(tmp_path, [silent])
    (spent,) = read_spending(connection, WhichFlights(query=FlightQuery())).values()
    assert (spent.cost_usd, spent.input_tokens, spent.unpriced, spent.untold) == (None, None, 1, 1)
    assert spent.cost_provenance is Provenance.UNKNOWN
    connection.close()


def test_a_filter_reads_the_flights(tmp_path: Path) -> None:
    flights = [summary(n, cost_usd=1.0, client="zed" if n % 3 else "codex") for n in range(9)]
    connection = _database(tmp_path, flights)
    query = FlightQuery(terms=(FilterTerm("client", ":", ("zed",)),))
    found = read_spending(connection, WhichFlights(query=query), SumBy.CLIENT)
    assert {key: each.cost_usd for key, each in found.items()} == {"zed": 6}
    connection.close()


def _timed(number: int, ttft_ms: float, own_ms: float) -> FlightRecord:
    took_ms = ttft_ms + 1000 + own_ms
    phases = (
        Phase(name=PhaseName.READ, start_ms=0, end_ms=0.2),
        Phase(name=PhaseName.ROUTE, start_ms=0.2, end_ms=0.2 + own_ms / 2),
        Phase(name=PhaseName.WAIT, start_ms=0.2 + own_ms / 2, end_ms=ttft_ms),
        Phase(name=PhaseName.STREAM, start_ms=ttft_ms, end_ms=took_ms - own_ms / 2),
    )
    return FlightRecord(summary=summary(number, ttft_ms=ttft_ms, took_ms=took_ms), phases=phases)


def test_own_time_is_before_the_handing_on_and_after_the_last_byte() -> None:
    assert own_time_ms(_timed(1, 500, 0.4)) == pytest.approx(0.4)
    assert own_time_ms(FlightRecord(summary=summary(1))) is None


@pytest.mark.parametrize("exact", [True, False])
def test_latency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact: bool) -> None:
    if not exact:
        monkeypatch.setattr(times, "EXACT_FLIGHTS", 10)
    records = [_timed(n, 10.0 * (n + 1), 0.05 + n / 1000) for n in range(100)]
    failed = summary(100, state=FlightState.FAILED, ttft_ms=None)
    connection = _database(tmp_path, [*records, failed])
    which = WhichFlights(query=FlightQuery())
    found = read_latency(connection, which)
    (key,) = found
    assert key == LatencyKey(provider="anthropic", model="claude-sonnet")
    first, own = found[key].first_token, found[key].own
    near = 0 if exact else 0.03
    assert (first.flights, sum(first.bins.values())) == (100, 100)
    assert first.p50_ms == pytest.approx(500, rel=near)
    assert first.p95_ms == pytest.approx(950, rel=near)
    assert first.p99_ms == pytest.approx(990, rel=near)
    assert own.p50_ms == pytest.approx(0.099, rel=near or 1e-6)
    for number, count in first.bins.items():
        low, high = 2 ** (number / 2), 2 ** ((number + 1) / 2)
        assert count == sum(low <= 10.0 * (n + 1) < high for n in range(100))
    (hour,) = read_hours(connection, which)
    assert (hour.start_s % 3600, hour.first_token) == (0, first)
    assert hour.start_s <= records[0].summary.started_at_s < hour.start_s + 3600
    connection.close()


def test_a_file_of_an_earlier_version_is_read_flight_by_flight(tmp_path: Path) -> None:
    connection = _database(tmp_path, [summary(n, cost_usd=0.5) for n in range(4)])
    for table in ("flight_spending", "flight_times", "flight_kept", "flight_prints"):
        connection.execute(f"DROP TABLE {table}")
    later = ("flights_replays", "flights_marked", "flights_failed", "flights_conversation")
    for index in later:
        connection.execute(f"DROP INDEX {index}")
    for column in ("project", "own_ms", "replay_of", "note", "conversation", "agent"):
        connection.execute(f"ALTER TABLE flights DROP COLUMN {column}")
    number = next(n for n, step in enumerate(FLIGHTS_STEPS) if "flight_kept" in str(step))
    connection.execute(f"PRAGMA user_version = {number}")
    connection.close()
    connection = open_database(tmp_path / "flights.db", FLIGHTS_STEPS)
    BatchWriter(connection).write(
        make_batch(
            {},
            [FlightRecord(summary=summary(9, cost_usd=0.5, conversation="c0ffee"))],
            RecorderSettings(),
            Seal(bytes),
        )
    )
    by = read_spending(connection, WhichFlights(query=FlightQuery()), SumBy.CONVERSATION)
    assert {key: each.flights for key, each in by.items()} == {"": 4, "c0ffee": 1}
    (spent,) = read_spending(connection, WhichFlights(query=FlightQuery())).values()
    assert (spent.flights, spent.cost_usd) == (5, Decimal("2.5"))
    assert connection.execute("SELECT count(*) FROM flight_spending").fetchone() == (0,)
    connection.close()


def test_a_batch_over_two_hours_is_in_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "EXACT_FLIGHTS", 0)
    flights = [summary(n, started_at_s=BEGIN_S + 3590 + n * 5.0) for n in range(4)]
    connection = _database(tmp_path, flights)
    hours = read_hours(connection, WhichFlights(query=FlightQuery()))
    assert [(each.start_s, each.total.flights) for each in hours] == [
        (BEGIN_S, 2),
        (BEGIN_S + 3600, 2),
    ]
    connection.close()


def test_without_its_edge_nothing_is_kept_and_all_is_read(tmp_path: Path) -> None:
    connection = _database(tmp_path, [summary(1, cost_usd=0.5)])
    connection.execute("DELETE FROM flight_kept")
    BatchWriter(connection).write(
        make_batch(
            {}, [FlightRecord(summary=summary(2, cost_usd=0.5))], RecorderSettings(), Seal(bytes)
        )
    )
    (spent,) = read_spending(connection, WhichFlights(query=FlightQuery())).values()
    assert (spent.flights, spent.cost_usd) == (2, Decimal(1))
    connection.close()
