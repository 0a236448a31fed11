"""Figures over any stretch are what one gets by adding up the flights oneself."""

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.flights.flight import (
    Counted,
    FlightBucket,
    FlightRecord,
    FlightState,
    FlightSummary,
    FlightTotals,
)
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights import totals
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.flights.sums import forget_slots
from llmgw_desktop.store.flights.totals import (
    read_buckets,
    read_by_account,
    read_by_provider,
    read_totals,
)
from tests.support.made_flights import summary

BEGIN_S = 1_795_269_600 - 1_795_269_600 % 3600
_tokens = st.none() | st.integers(0, 10**6)
_flights = st.lists(
    st.builds(
        dict,
        started_at_s=st.floats(0, 4 * 3600) | st.integers(0, 240).map(lambda m: m * 60.0),
        state=st.sampled_from(FlightState),
        provider=st.sampled_from([None, "anthropic", "openai"]),
        ttft_ms=st.none() | st.floats(0.01, 100_000),
        usage=st.builds(
            Usage,
            input_tokens=_tokens,
            output_tokens=_tokens,
            cache_read_tokens=_tokens,
            cache_write_tokens=_tokens,
            estimated=st.integers(0, 63),
            partial=st.integers(0, 63),
        ),
        cost_usd=st.none() | st.integers(0, 9).map(float),
        attempts=st.integers(0, 2),
        operation=st.sampled_from(Operation),
        is_counted=st.booleans(),
    ),
    max_size=40,
)
_moments = st.floats(-600, 5 * 3600) | st.integers(-10, 300).map(lambda m: m * 60.0)


def _database(path: Path, flights: Sequence[FlightSummary], a_batch: int = 7) -> sqlite3.Connection:
    connection = open_database(path, FLIGHTS_STEPS)
    connection.execute("PRAGMA synchronous = OFF")
    writer = BatchWriter(connection)
    for start in range(0, len(flights), a_batch):
        some = flights[start : start + a_batch]
        closed = [FlightRecord(summary=each) for each in some if not each.is_running]
        opened: Any = {each.id: lambda each=each: each for each in some if each.is_running}
        writer.write(make_batch(opened, closed, RecorderSettings(), Seal(bytes)))
        forget_slots(connection)
    return connection


def _made(drawn: list[dict[str, Any]]) -> list[FlightSummary]:
    """Every third was recorded before accounts were; the others have one of two."""
    return [
        summary(
            number,
            **{
                **each,
                "started_at_s": BEGIN_S + each["started_at_s"],
                "account": each["provider"]
                and (None, each["provider"], f"{each['provider']}/second")[number % 3],
            },
        )
        for number, each in enumerate(drawn)
    ]


def _within(flights: Sequence[FlightSummary], since_s: float, until_s: float) -> list[Any]:
    return [each for each in flights if since_s <= each.started_at_s < until_s]


def _added_up(flights: Sequence[FlightSummary]) -> FlightTotals:
    ended = [each for each in flights if not each.is_running]
    times = sorted(each.ttft_ms for each in ended if each.ttft_ms is not None)
    counted = [each for each in ended if each.is_counted]
    usage = [each.usage for each in counted]
    return FlightTotals(
        flights=len(ended),
        errors=sum(each.state in (FlightState.FAILED, FlightState.CUT) for each in ended),
        input_tokens=_sum(each.input_tokens for each in usage),
        output_tokens=_sum(each.output_tokens for each in usage),
        cache_read_tokens=_sum(each.cache_read_tokens for each in usage),
        cache_write_tokens=_sum(each.cache_write_tokens for each in usage),
        cache_known_input_tokens=_sum(
            each.input_tokens for each in usage if each.cache_read_tokens is not None
        ),
        cost_usd=_sum(each.cost_usd for each in counted),
        counted=_counted(counted),
        ttft_p50_ms=times[math.ceil(len(times) * 0.5) - 1] if times else None,
        ttft_p95_ms=times[math.ceil(len(times) * 0.95) - 1] if times else None,
    )


def _counted(flights: Sequence[FlightSummary]) -> dict[Figure, Counted]:
    """A figure that nobody told is missing only where something was answered."""
    found = {}
    for figure in (Figure.INPUT, Figure.OUTPUT, Figure.CACHE_READ, Figure.CACHE_WRITE, Figure.COST):
        kinds = [str(each.provenance(figure)) for each in flights if _may_have(each, figure)]
        if kinds:
            found[figure] = Counted(**{kind: kinds.count(kind) for kind in set(kinds)})
    return found


def _may_have(flight: FlightSummary, figure: Figure) -> bool:
    if flight.provenance(figure) != "unknown":
        return True
    is_asked = flight.operation is Operation.GENERATE and flight.attempts > 0
    return is_asked and flight.state is not FlightState.FAILED


def _sum(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _near(found: FlightTotals, expected: FlightTotals, *, exact: bool) -> None:
    for name in FlightTotals.__slots__:
        one, other = getattr(found, name), getattr(expected, name)
        if name.startswith("ttft") and not exact and other is not None:
            assert one == pytest.approx(other, rel=0.023)
        else:
            assert one == other, name


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "from bins"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    drawn=_flights, since=_moments, until=_moments, span=st.sampled_from([7.5, 15, 60, 1200, 3600])
)
def test_any_stretch(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    exact: bool,
    drawn: list[dict[str, Any]],
    since: float,
    until: float,
    span: float,
) -> None:
    if not exact:
        monkeypatch.setattr(totals, "EXACT_FLIGHTS", -1)
    flights = _made(drawn)
    since_s, until_s = BEGIN_S + since, BEGIN_S + until
    connection = _database(tmp_path_factory.mktemp("t") / "flights.db", flights)
    try:
        _near(
            read_totals(connection, since_s, until_s),
            _added_up(_within(flights, since_s, until_s)),
            exact=exact,
        )
        shares = read_by_provider(connection, since_s, until_s)
        for provider in {each.provider or "" for each in flights} | set(shares):
            own = [each for each in flights if (each.provider or "") == provider]
            expected = _added_up(_within(own, since_s, until_s))
            assert (provider in shares) == (expected.flights > 0)
            _near(shares.get(provider, FlightTotals()), expected, exact=exact)
        by_account = read_by_account(connection, since_s, until_s)
        for account in {_account(each) for each in flights} | set(by_account):
            own = [each for each in flights if _account(each) == account]
            expected = _added_up(_within(own, since_s, until_s))
            assert (account in by_account) == (expected.flights > 0)
            _near(by_account.get(account, FlightTotals()), expected, exact=exact)
        buckets = read_buckets(connection, since_s, until_s, span)
        assert len(buckets) == max(math.ceil((until_s - since_s) / span), 0)
        for number, bucket in enumerate(buckets):
            assert (bucket.start_s, bucket.span_s) == (since_s + number * span, span)
            own = [
                each
                for each in _within(flights, since_s, until_s)
                if int((each.started_at_s - since_s) / span) == number
            ]
            _near(bucket.totals, _added_up(own), exact=exact)
    finally:
        connection.close()


def _account(flight: FlightSummary) -> str:
    return flight.account or flight.provider or ""


def test_nothing(tmp_path: Path) -> None:
    connection = _database(tmp_path / "flights.db", [])
    assert read_totals(connection, 0, 3e9) == FlightTotals()
    assert read_by_provider(connection, 0, 3e9) == {}
    assert read_buckets(connection, 100, 100, 60) == []
    assert read_buckets(connection, 200, 100, 60) == []
    connection.close()


def test_endless_stretch(tmp_path: Path) -> None:
    connection = _database(tmp_path / "flights.db", [summary(1)])
    assert read_totals(connection, -math.inf, math.inf).flights == 1
    assert read_totals(connection, math.inf, -math.inf).flights == 0
    connection.close()


def test_whole_minutes_and_hours_do_not_read_flights(tmp_path: Path) -> None:
    """The sums alone must answer, else a month would take seconds."""
    flights = [summary(number, started_at_s=BEGIN_S + number * 10.0) for number in range(1000)]
    connection = _database(tmp_path / "flights.db", flights, 500)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("DELETE FROM flights")
    assert read_totals(connection, BEGIN_S, BEGIN_S + 7200).flights == 720
    assert read_totals(connection, BEGIN_S - 60, BEGIN_S + 3660).flights == 366
    buckets = read_buckets(connection, BEGIN_S, BEGIN_S + 3600, 60)
    assert [bucket.totals.flights for bucket in buckets] == [6] * 60
    assert read_by_provider(connection, BEGIN_S, BEGIN_S + 3600)["anthropic"].flights == 360
    connection.close()


def test_quarters_of_a_minute_of_the_last_hour_do_not_read_flights(tmp_path: Path) -> None:
    flights = [summary(number, started_at_s=BEGIN_S + number * 5.0) for number in range(1800)]
    connection = _database(tmp_path / "flights.db", flights, 500)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("DELETE FROM flights")
    end_s = BEGIN_S + 9000
    buckets = read_buckets(connection, end_s - 900, end_s, 15)
    assert [bucket.totals.flights for bucket in buckets] == [3] * 60
    since_s = end_s - 3600 + 30
    assert read_totals(connection, since_s, end_s).flights == 3570 // 5
    assert read_by_provider(connection, since_s, end_s)["anthropic"].flights == 3570 // 5
    connection.close()


@pytest.mark.parametrize(
    "latest_s", [0.0, 86_400.0], ids=["as time goes", "a clock that was wrong"]
)
def test_without_them_flights_are_read(tmp_path: Path, latest_s: float) -> None:
    """One that ends late brings its slot back, without the others that began in it."""
    flights = [summary(number, started_at_s=BEGIN_S + number * 5.0) for number in range(3600)]
    if latest_s:
        flights.append(summary(5000, started_at_s=BEGIN_S + latest_s))
    connection = _database(tmp_path / "flights.db", flights, 500)
    forget_slots(connection)
    late = FlightRecord(summary=summary(6000, started_at_s=BEGIN_S + 62.0))
    BatchWriter(connection).write(make_batch({}, [late], RecorderSettings(), Seal(bytes)))
    counts = [
        bucket.totals.flights for bucket in read_buckets(connection, BEGIN_S, BEGIN_S + 18_000, 15)
    ]
    assert counts == [4 if number == 4 else 3 for number in range(1200)]
    connection.close()


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=_flights)
def test_of_flights_from_before_there_were_such(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("t") / "flights.db"
    flights = [replace(each, is_counted=True) for each in _made(drawn)]
    connection = _database(path, flights)
    expected = read_buckets(connection, BEGIN_S, BEGIN_S + 18_000, 15)
    connection.execute("DELETE FROM flight_sums WHERE span_s = 15")
    connection.execute("DROP TABLE known_time")
    connection.execute("DROP TABLE encryption")
    connection.execute("DROP INDEX flights_jobs")
    connection.execute("DROP INDEX flights_owner")
    connection.execute("CREATE INDEX flights_owner ON flights (owner)")
    for table in ("flight_spending", "flight_times", "flight_kept", "flight_prints"):
        connection.execute(f"DROP TABLE {table}")
    billing = ("marks", "billing", "list_cost_usd", "is_billed_by_vendor", "job", "is_counted")
    later = ("flights_replays", "flights_marked", "flights_failed", "flights_conversation")
    for index in later:
        connection.execute(f"DROP INDEX {index}")
    for column in (*billing, "project", "own_ms", "replay_of", "note", "conversation", "agent"):
        connection.execute(f"ALTER TABLE flights DROP COLUMN {column}")
    connection.execute("ALTER TABLE flight_sums DROP COLUMN counted")
    connection.execute(f"PRAGMA user_version = {_before_slots()}")
    connection.close()
    connection = open_database(path, FLIGHTS_STEPS)
    slots = connection.execute("SELECT count(*) FROM flight_sums WHERE span_s = 15").fetchone()[0]
    assert slots > 0 or not flights or any(each.is_running for each in flights)
    found = read_buckets(connection, BEGIN_S, BEGIN_S + 18_000, 15)
    assert _unmarked(found) == _unmarked(expected)
    connection.close()


def _unmarked(buckets: Sequence[FlightBucket]) -> list[FlightTotals]:
    """Of earlier flights nobody counted where their figures come from."""
    return [replace(each.totals, counted={}) for each in buckets if each.totals.flights]


def _before_slots() -> int:
    return next(n for n, step in enumerate(FLIGHTS_STEPS) if "SELECT 15," in step[0])


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    drawn=_flights,
    since=_moments,
    until=_moments,
    without=st.sets(st.sampled_from(["anthropic", "openai", "never"])),
)
def test_providers_are_left_out_as_if_they_had_never_answered(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[dict[str, Any]],
    since: float,
    until: float,
    without: set[str],
) -> None:
    flights, names = _made(drawn), tuple(without)
    connection = _database(tmp_path_factory.mktemp("flights") / "flights.db", flights)
    since_s, until_s = BEGIN_S + since, BEGIN_S + until
    left = [each for each in flights if (each.provider or "") not in without]
    try:
        found = read_totals(connection, since_s, until_s, names)
        assert found == _added_up(_within(left, since_s, until_s))
        for each in read_buckets(connection, BEGIN_S, BEGIN_S + 3600, 60, without=names):
            assert each.totals == _added_up(_within(left, each.start_s, each.start_s + 60))
    finally:
        connection.close()
