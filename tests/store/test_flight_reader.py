"""Reading flights: the right ones in the right order, whoever writes meanwhile."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import SchemaTooNew, StoreCorrupt, StoreUnavailable
from llmgw_desktop.domain.flights.flight import (
    FilterTerm,
    FlightQuery,
    FlightState,
    FlightSummary,
    FlightTotals,
)
from llmgw_desktop.domain.flights.flight_filter import FIELDS, MARKS, FieldKind, lowered, matches
from llmgw_desktop.domain.guard import GuardAction, GuardHit, PromptRole
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.database.schema import FlightRow
from llmgw_desktop.store.flights import listing
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.listing import NEWEST_FIRST
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.support.made_flights import BEGIN_S, flight_id, record, running, summary

pytestmark = pytest.mark.daily

ALL = FlightQuery()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(path, FLIGHTS_STEPS)
    connection.execute("PRAGMA synchronous = OFF")
    yield connection
    connection.close()


@pytest.fixture
def reader(path: Path) -> Iterator[FlightReader]:
    reader = FlightReader(path)
    yield reader
    reader.close()


def _write(connection: sqlite3.Connection, *flights: FlightSummary) -> None:
    closed = [record(summary=each) for each in flights if not each.is_running]
    opened = {each.id: lambda each=each: each for each in flights if each.is_running}
    batch = make_batch(opened, closed, RecorderSettings(), Seal(bytes))  # type: ignore[arg-type]
    BatchWriter(connection).write(batch)


def _newest_first(flights: list[FlightSummary]) -> list[FlightSummary]:
    return sorted(flights, key=lambda each: each.started_at_s, reverse=True)


def test_no_file_is_empty_and_is_not_made(reader: FlightReader, path: Path) -> None:
    assert reader.count(ALL) == 0
    assert reader.page(ALL, offset=0, limit=9) == []
    assert reader.record("flt_x") is None
    assert reader.totals(0, 3e9) == FlightTotals()
    assert reader.by_provider(0, 3e9) == {}
    assert [bucket.start_s for bucket in reader.buckets(0, 30, 10)] == [0, 10, 20]
    assert list(path.parent.iterdir()) == []


def test_file_without_tables_yet_is_empty(reader: FlightReader, path: Path) -> None:
    path.touch()
    assert reader.count(ALL) == 0
    connection = open_database(path, FLIGHTS_STEPS)
    _write(connection, summary(1))
    assert reader.count(ALL) == 1
    connection.close()


def test_pages_by_any_path_are_slices(connection: sqlite3.Connection, reader: FlightReader) -> None:
    flights = [summary(number, started_at_s=BEGIN_S + number // 3) for number in range(100)]
    _write(connection, *flights)
    whole = reader.page(ALL, offset=0, limit=1000)
    assert sorted(each.id for each in whole) == [each.id for each in flights]
    times = [each.started_at_s for each in whole]
    assert times == sorted(times, reverse=True)
    for offset in (0, 10, 20, 5, 90, 95, 99, 100, 200, 30, 29, 31, 0, 1):
        assert reader.page(ALL, offset=offset, limit=10) == whole[offset : offset + 10]


def test_page_near_one_that_was_read_is_found_by_key(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    _write(connection, *(summary(number) for number in range(100)))
    reader.page(ALL, offset=40, limit=10)
    (line,) = reader._lines.values()
    statements: list[str] = []
    line.connection.set_trace_callback(statements.append)
    for offset, passed in ((50, 1), (49, 0), (40, 0), (45, 4), (39, 39)):
        statements.clear()
        reader.page(ALL, offset=offset, limit=2)
        assert any(f"LIMIT 2 OFFSET {passed})" in each for each in statements), offset
    line.connection.set_trace_callback(None)


def test_pages_stay_right_while_flights_arrive_and_go(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    flights = [summary(number) for number in range(50)]
    _write(connection, *flights)
    for number in range(50, 60):
        expected = _newest_first(flights)
        for offset in (0, 10, 20, 30, 17):
            assert reader.page(ALL, offset=offset, limit=10) == expected[offset : offset + 10]
        flights.append(summary(number))
        _write(connection, flights[-1])
        gone = flights.pop(number % 7)
        connection.execute("DELETE FROM flights WHERE id = ?", (gone.id,))


def test_places_of_one_filter_are_not_used_for_another(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    flights = [summary(number, provider="ab"[number % 2]) for number in range(40)]
    _write(connection, *flights)
    queries = [ALL, *(FlightQuery(provider=name) for name in "abc")]
    queries += [FlightQuery(until_s=BEGIN_S + number) for number in range(20)]
    for offset in (0, 5, 10):
        for query in queries:
            expected = [each for each in _newest_first(flights) if matches(query, each)]
            assert reader.page(query, offset=offset, limit=5) == expected[offset : offset + 5]


_HIT = GuardHit(rule="key", action=GuardAction.WARN, what="secret", role=PromptRole.USER, count=1)
_letters = st.text(alphabet="aAbß%_\\'\"*[]?é模 .\n", max_size=4)
_words = st.sampled_from(["claude-sonnet", "Claude-Opus", "gpt_5%", "a\\b", "Straße", "50%"])
_texts = _letters | _words
_made = st.lists(
    st.fixed_dictionaries(
        {
            "model_asked": _texts,
            "model_served": st.none() | _texts,
            "client": _texts,
            "provider": st.none() | _texts,
            "error_kind": st.none() | st.sampled_from(["upstream_429", "client_gone"]),
            "error_text": st.none() | _texts,
            "state": st.sampled_from(FlightState),
            "status": st.none() | st.sampled_from([200, 429, 500]),
            "cost_usd": st.none() | st.sampled_from([0.0, 0.01, 0.05, 2.5]),
            "ttft_ms": st.none() | st.sampled_from([10.0, 900.0]),
            "usage": st.builds(
                Usage,
                input_tokens=st.none() | st.sampled_from([0, 10, 1000]),
                output_tokens=st.none() | st.sampled_from([0, 7]),
                cache_read_tokens=st.none() | st.sampled_from([0, 5, 10]),
                cache_write_tokens=st.none() | st.sampled_from([0, 5]),
            ),
            "streaming": st.booleans(),
            "upstream_protocol": st.none() | st.sampled_from(list(ModelProtocol)),
            "guard_hits": st.sampled_from([(), (_HIT,)]),
            "owner": st.none() | st.sampled_from(["cli_1", "cli_2"]),
            "label": st.sampled_from(["", "tests"]),
            "job": st.sampled_from(["", "job_1"]),
        }
    ),
    max_size=12,
)
_patterns = _words | st.sampled_from(["*", "claude*", "*5*", "a?b", "[*", "S*e", "429", "500", "é"])
_figures = st.sampled_from(
    ["status", "cost", "took", "ttft", "input", "output", "cache", "written", "attempts", "asked"]
)
_terms = st.one_of(
    st.builds(
        FilterTerm,
        st.sampled_from([name for name, it in FIELDS.items() if it.kind is FieldKind.WORDS]),
        st.just(":"),
        st.lists(_patterns.map(lowered), min_size=1, max_size=3).map(tuple),
        is_turned=st.booleans(),
    ),
    st.builds(
        FilterTerm,
        _figures,
        st.sampled_from(["<", "<=", ">", ">=", "="]),
        figure=st.sampled_from([0.0, 0.01, 0.5, 5.0, 10.0, 429.0, 900.0, 4000.0]),
        is_turned=st.booleans(),
    ),
    st.builds(
        FilterTerm,
        st.just("is"),
        st.just(":"),
        st.lists(st.sampled_from(MARKS), min_size=1, max_size=2).map(tuple),
        is_turned=st.booleans(),
    ),
    st.builds(
        FilterTerm,
        st.just(""),
        st.just(":"),
        _texts.filter(bool).map(lambda it: (it.casefold(),)),
        is_turned=st.booleans(),
    ),
)
_queries = st.builds(
    FlightQuery,
    text=_texts | st.sampled_from(["%", "_", "\\", "SONNET", "strasse", "Upstream_4", "none"]),
    states=st.frozensets(st.sampled_from(FlightState), max_size=3),
    provider=st.just("") | _words,
    client=st.just("") | _words,
    since_s=st.none() | st.floats(BEGIN_S, BEGIN_S + 12),
    until_s=st.none() | st.floats(BEGIN_S, BEGIN_S + 12),
    owner=st.sampled_from([None, None, "", "cli_1"]),
    terms=st.just(()) | st.lists(_terms, max_size=3).map(tuple),
    among=st.none() | st.lists(st.integers(0, 13).map(flight_id), max_size=4).map(tuple),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(made=_made, queries=st.lists(_queries, max_size=6))
def test_filters_mean_what_the_window_means(
    tmp_path_factory: pytest.TempPathFactory,
    made: list[dict[str, object]],
    queries: list[FlightQuery],
) -> None:
    path = tmp_path_factory.mktemp("r") / "flights.db"
    connection = open_database(path, FLIGHTS_STEPS)
    reader = FlightReader(path)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        flights = [summary(number, **changes) for number, changes in enumerate(made)]
        _write(connection, *flights)
        plain = [replace(query, text="", states=frozenset(), provider="") for query in queries]
        terms = [FlightQuery(terms=(term,)) for query in queries for term in query.terms]
        for query in (*queries, *plain, *terms):
            expected = [each for each in _newest_first(flights) if matches(query, each)]
            assert reader.page(query, offset=0, limit=100) == expected
            assert reader.count(query) == len(expected)
            with pytest.MonkeyPatch.context() as patch:  # of more than are walked through at first
                patch.setattr(listing, "WALKED", 2)
                with closing(FlightReader(path)) as other:
                    assert other.page(query, offset=0, limit=2) == expected[:2]
                assert reader.page(query, offset=1, limit=3) == expected[1:4]
                _assert_density(reader, query, expected)
            _assert_density(reader, query, expected)
    finally:
        reader.close()
        connection.close()


def test_figures_are_compared_as_they_are(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    """Whole numbers with parts of one, and shares of them: nothing is rounded on the way."""
    read = (0, 10, 49, 50, 99, 100)
    usages = [Usage(input_tokens=100, cache_read_tokens=it, output_tokens=it) for it in read]
    _write(connection, *(summary(number, usage=it) for number, it in enumerate(usages)))
    for name, relation, figure, count in (
        ("cache", "<", 0.5, 3),
        ("cache", ">=", 0.5, 3),
        ("cache", "=", 0.99, 1),
        ("cache", ">", 0.0, 5),
        ("output", "=", 0.01, 0),
        ("output", "<", 0.5, 1),
        ("output", ">", 49.5, 3),
    ):
        query = FlightQuery(terms=(FilterTerm(name, relation, figure=figure),))
        assert reader.count(query) == count, (name, relation, figure)


def _assert_density(
    reader: FlightReader, query: FlightQuery, expected: Sequence[FlightSummary]
) -> None:
    told = reader.density(query, 3)
    if told is None:
        return
    assert sum(told.flights) == len(expected)
    for number in range(3):
        since_s, until_s = told.part(number)
        here = [each for each in expected if since_s <= each.started_at_s < until_s]
        failed = [each for each in here if each.state in (FlightState.FAILED, FlightState.CUT)]
        assert (told.flights[number], told.errors[number]) == (len(here), len(failed))


def test_when_flights_began_is_told_in_equal_parts(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    assert reader.density(ALL, 4) is None
    states = (FlightState.OK, FlightState.FAILED, FlightState.OK, FlightState.CUT)
    _write(connection, *(summary(number, state=states[number % 4]) for number in range(41)))
    whole = reader.density(ALL, 4)
    assert whole is not None
    assert (whole.flights, whole.errors) == ((11, 10, 10, 10), (5, 5, 5, 5))
    assert whole.part(0)[0] == BEGIN_S
    assert whole.part(3)[1] == pytest.approx(BEGIN_S + 40, abs=0.01)
    part = reader.density(FlightQuery(since_s=BEGIN_S + 10, until_s=BEGIN_S + 20), 2)
    assert part is not None
    assert (part.flights, part.part(1)) == ((5, 5), (BEGIN_S + 15, BEGIN_S + 20))
    failed = FlightQuery(states=frozenset({FlightState.FAILED}), client="claude-code")
    assert getattr(reader.density(failed, 3), "flights", ()) == (4, 3, 3)
    assert reader.density(FlightQuery(since_s=9.0, until_s=9.0), 3) is None


@pytest.mark.parametrize("text", ["x" * 1001, "x" * 10**6, "\ud800", "\0", "a\0b", "\x1f"])
def test_odd_texts_find_nothing_and_break_nothing(
    connection: sqlite3.Connection, reader: FlightReader, text: str
) -> None:
    _write(connection, summary(1))
    assert reader.count(FlightQuery(text=text, client="")) in (0, 1)
    assert reader.count(FlightQuery(client=text)) == 0
    assert reader.page(FlightQuery(provider=text), offset=0, limit=5) == []
    assert reader.record(text) is None


def test_lists_and_counts_read_an_index_alone(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    """Else a filter over a million flights reads the whole file."""
    for query in (
        ALL,
        FlightQuery(text="x"),
        FlightQuery(states=frozenset({FlightState.OK}), provider="p", client="c", text="x"),
        FlightQuery(since_s=1.0, until_s=2.0),
    ):
        for start in (None, (1.0, 1)):
            sql, parameters = reader._compose(query, FlightRow.seq, start)
            listed = f"EXPLAIN QUERY PLAN {sql} {NEWEST_FIRST}"
            plan = str(connection.execute(listed, parameters).fetchall())
            assert "USING COVERING INDEX flights_list" in plan
            assert "TEMP B-TREE" not in plan


def test_each_thread_reads_for_itself(connection: sqlite3.Connection, reader: FlightReader) -> None:
    _write(connection, *(summary(number) for number in range(200)))

    def read() -> None:
        for offset in range(0, 200, 20):
            assert len(reader.page(ALL, offset=offset, limit=20)) == 20
            assert reader.count(ALL) >= 200

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(200, 220):
        _write(connection, summary(number, started_at_s=1.0))
    for thread in threads:
        thread.join(60)
    assert reader.count(ALL) == 220


def test_reader_follows_a_replaced_file(path: Path, reader: FlightReader) -> None:
    connection = open_database(path, FLIGHTS_STEPS)
    _write(connection, summary(1))
    assert reader.count(ALL) == 1
    connection.close()
    reader.close()
    for each in path.parent.iterdir():
        each.unlink()
    assert reader.count(ALL) == 0
    connection = open_database(path, FLIGHTS_STEPS)
    _write(connection, summary(1), summary(2))
    assert reader.count(ALL) == 2
    connection.close()


def test_damaged_files(path: Path, reader: FlightReader) -> None:
    path.write_bytes(os.urandom(20_000))
    for call in (
        lambda: reader.count(ALL),
        lambda: reader.page(ALL, offset=0, limit=5),
        lambda: reader.record("x"),
        lambda: reader.totals(0, 1),
        lambda: reader.buckets(0, 1, 1),
        lambda: reader.by_provider(0, 1),
    ):
        with pytest.raises(StoreCorrupt, match=r"flights\.db is damaged"):
            call()


def test_rows_that_cannot_be_understood(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    _write(connection, summary(1), running(2))
    connection.execute("UPDATE flight_bodies SET request_body = x'00', request_body_packed = 1")
    with pytest.raises(StoreCorrupt, match="cannot be understood"):
        reader.record(flight_id(1))
    assert reader.page(ALL, offset=0, limit=5) == [running(2), summary(1)]
    connection.execute("UPDATE flights SET billing = '{' WHERE id = ?", (flight_id(1),))
    with pytest.raises(StoreCorrupt, match="cannot be understood"):
        reader.page(ALL, offset=0, limit=5)


@pytest.mark.parametrize("column", ["state", "protocol", "operation", "upstream_protocol"])
def test_a_row_of_another_version_says_so_and_hides_no_other(
    connection: sqlite3.Connection, reader: FlightReader, column: str
) -> None:
    _write(connection, summary(1), summary(2))
    told = (f"of {'a later ' * 9}version", flight_id(2))
    connection.execute(f"UPDATE flights SET {column} = ? WHERE id = ?", told)
    strange, usual = reader.page(ALL, offset=0, limit=5)
    assert usual == summary(1)
    assert strange.error_kind == "another_version"
    assert strange.error_text == (
        f"Another version of the gateway wrote it; this one does not know '{told[0][:40]}'."
    )
    assert strange.usage == summary(2).usage
    record = reader.record(flight_id(2))
    assert record is not None
    assert record.summary == strange


def test_what_a_later_guard_did_is_left_out(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    _write(connection, summary(1))
    connection.execute('UPDATE flights SET guard_hits = \'[["r", "vaporise", "x", "user", 1]]\'')
    (strange,) = reader.page(ALL, offset=0, limit=5)
    assert strange.guard_hits == ()
    assert (strange.error_text or "").endswith("this one does not know what a guard did.")


def test_newer_schema_and_a_folder(tmp_path: Path) -> None:
    later = tmp_path / "later.db"
    open_database(later, (*FLIGHTS_STEPS, ())).close()
    with pytest.raises(SchemaTooNew):
        FlightReader(later).count(ALL)
    with pytest.raises(StoreUnavailable):
        FlightReader(tmp_path).count(ALL)


def test_closing_while_others_read(connection: sqlite3.Connection, path: Path) -> None:
    _write(connection, *(summary(number) for number in range(300)))
    reader = FlightReader(path)
    stop = threading.Event()
    counts: list[int] = []

    def read() -> None:
        while not stop.is_set():
            # Unavailable: closed between finding its connection and using it.
            with suppress(StoreUnavailable):
                counts.append(reader.count(FlightQuery(text="claude")))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        reader.close()
    stop.set()
    for thread in threads:
        thread.join(60)
    reader.close()
    assert set(counts) == {300}
