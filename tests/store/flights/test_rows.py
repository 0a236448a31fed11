"""Flights become rows and come back as they were; what is too large or secret does not."""

import math
import os
import re
import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.flights.flight import FlightRecord, FlightState, FlightSummary
from llmgw_desktop.domain.routing.route import Consideration
from llmgw_desktop.domain.settings.tables import RecorderLevel, RecorderSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.database.schema import BodyRow, FlightRow, columns
from llmgw_desktop.store.flights.alike import (
    COMMON_COLUMNS,
    OWN_COLUMNS,
    UNKNOWN,
    flight_parts,
)
from llmgw_desktop.store.flights.batch import make_batch
from llmgw_desktop.store.flights.bodies import BodyRows, Seal
from llmgw_desktop.store.flights.rows import (
    BODY_COLUMNS,
    CUT_OVERLAP,
    MOST_TOKENS,
    WAY_COLUMNS,
    Row,
    record_of,
    scrubbed,
    searchable,
    summary_of,
)
from tests.support.made_flights import failed, record, running, summary

SETTINGS = RecorderSettings()
SECRET = re.compile(rb"sk-[a-z0-9]{20}")
_SEARCH = columns(FlightRow).index("search") - 1


def _seal(body: bytes) -> bytes:
    return SECRET.sub(b"[secret]", body)


def _row(flight: FlightSummary) -> Row:
    """As it is read from the table."""
    common, own = flight_parts(flight)
    values = dict(zip((*COMMON_COLUMNS, *OWN_COLUMNS), (*common, *own), strict=True))
    values["note"] = None  # nobody marks what is written
    named = [values.pop(name) for name in columns(FlightRow)[1:]]
    assert not values
    return tuple(None if value is UNKNOWN else value for value in named)


def _kept(record: FlightRecord, settings: RecorderSettings = SETTINGS) -> FlightRecord:
    (alike,) = make_batch({}, [record], settings, Seal(_seal)).ended
    names, values = (*WAY_COLUMNS, *BODY_COLUMNS), (*alike.way, *alike.bodies[0])
    named = dict(zip(names, values, strict=True))
    return record_of(
        summary_of(_row(record.summary)), tuple(named[name] for name in columns(BodyRow))
    )


@pytest.mark.parametrize(
    "made",
    [
        summary(1),
        running(2),
        failed(3),
        summary(4, usage=Usage(), provider=None, model_served=None, state=FlightState.LOST),
        summary(5, usage=Usage(input_tokens=0, output_tokens=0, reasoning_tokens=MOST_TOKENS)),
        summary(6, client="Café\n\0'\"", model_asked="模型/ⅷ", ttft_ms=None, streaming=False),
    ],
)
def test_summary_comes_back(made: FlightSummary) -> None:
    assert summary_of(_row(made)) == made


def test_record_comes_back() -> None:
    made = record()
    assert _kept(made) == made
    empty = FlightRecord(summary=summary(1), request_body=b"", answer_body=None)
    assert _kept(empty) == empty


def test_flight_without_a_row_of_its_body() -> None:
    assert record_of(running(1), None) == FlightRecord(summary=running(1))


def test_headers_with_bytes_that_are_no_text() -> None:
    made = record(request_headers=(("x-name", "caf\udce9"), ("ü", "\ud800")))
    assert _kept(made) == made


@given(st.binary(max_size=20_000))
def test_bodies_of_any_bytes_come_back(body: bytes) -> None:
    kept = _kept(record(request_body=body, answer_body=body * 3))
    assert kept.request_body == _seal(body)
    assert kept.answer_body == _seal(body * 3)
    assert kept.request_body_whole
    assert kept.answer_body_whole


def test_large_bodies_are_compressed_where_it_helps() -> None:
    rows = BodyRows(SETTINGS, _seal)
    made = record(request_body=b"abc " * 5000, answer_body=b"abc" * 1000)
    row = dict(zip(BODY_COLUMNS, rows.row(made), strict=True))
    assert len(row["request_body"]) < 1000
    assert (row["request_body_packed"], row["answer_body_packed"]) == (1, 0)
    noise = os.urandom(8000)
    row = dict(zip(BODY_COLUMNS, rows.row(record(request_body=noise)), strict=True))
    assert (row["request_body"], row["request_body_packed"]) == (noise, 0)


def test_long_bodies_are_cut_and_say_so() -> None:
    settings = RecorderSettings(max_body_bytes=10_000)
    kept = _kept(record(request_body=b"x" * 10_000, answer_body=b"y" * 10_001), settings)
    assert kept.request_body == b"x" * 10_000
    assert kept.request_body_whole
    assert kept.answer_body == b"y" * 10_000
    assert not kept.answer_body_whole
    already = _kept(record(answer_body=b"y", answer_body_whole=False), settings)
    assert (already.answer_body, already.answer_body_whole) == (b"y", False)


@given(
    before=st.integers(0, 400),
    secrets=st.integers(0, 30),
    gap=st.integers(0, 40),
    after=st.sampled_from([0, 1, 25, 100, CUT_OVERLAP, CUT_OVERLAP + 20, 9000]),
)
def test_no_part_of_a_secret_survives_the_cut(
    before: int, secrets: int, gap: int, after: int
) -> None:
    body = b"." * before + (b"sk-" + b"a" * 20 + b" " * gap) * secrets + b"." * after
    body += b"sk-" + b"b" * 20 + b"." * after
    for most in (100, 300, 500, 700):
        kept = _kept(record(request_body=body), RecorderSettings(max_body_bytes=most))
        assert kept.request_body is not None
        assert len(kept.request_body) <= most or len(body) <= most
        assert b"a" not in kept.request_body.replace(b"[secret]", b"")
        assert b"sk-" not in kept.request_body
        if len(body) > most:
            assert not kept.request_body_whole
            assert _seal(body).startswith(kept.request_body)


def test_cut_where_sealing_makes_the_body_much_shorter() -> None:
    """The last secret that is looked at is itself cut in two; it must not move into what stays."""
    body = (b"sk-" + b"a" * 20) * 1000
    kept = _kept(record(request_body=body), RecorderSettings(max_body_bytes=10_000)).request_body
    assert kept is not None
    assert len(kept) > 500
    assert _seal(body).startswith(kept)


def test_figures_only() -> None:
    made = record()
    kept = _kept(made, RecorderSettings(level=RecorderLevel.FIGURES))
    assert kept == replace(
        made, request_headers=(), request_body=None, answer_headers=(), answer_body=None
    )


def test_texts_are_bounded() -> None:
    long = summary(
        1,
        model_asked="m" * 10_000,
        client="c" * 10_000,
        error_text="e" * 50_000,
        stop_reason="s" * 999,
    )
    kept = summary_of(_row(long))
    assert kept.model_asked == "m" * 300
    assert kept.client == "c" * 300
    assert kept.error_text == "e" * 2000
    assert kept.stop_reason == "s" * 300
    assert len(_row(long)[_SEARCH]) < 1500
    path = _kept(record(path="p" * 9999, route_reason="r" * 9999))
    assert (len(path.path), len(path.route_reason)) == (2000, 2000)


@pytest.mark.parametrize("tokens", [-1, MOST_TOKENS + 1, 2**63, 10**30])
def test_senseless_token_counts_are_unknown(tokens: int) -> None:
    made = summary(1, usage=Usage(input_tokens=tokens, output_tokens=5))
    assert summary_of(_row(made)).usage == Usage(output_tokens=5)


def test_search_holds_the_words_that_a_filter_looks_for() -> None:
    made = failed(1, model_served="Served", client="ZED", model_asked="Straße\0X")
    words = _row(made)[_SEARCH]
    for text in ("served", "zed", "STRASSE", "anthropic", "upstream_429", "PER-minute", "e\0x"):
        assert searchable(text) in words
    assert "none" not in _row(summary(1, provider=None, model_served=None))[_SEARCH]


def test_scrubbed_rows_are_taken_by_sqlite() -> None:
    row = scrubbed(("a\ud800b", 2**70, -(2**63), math.inf, None, b"\xff", True))
    connection = sqlite3.connect(":memory:")
    taken = connection.execute("SELECT ?, ?, ?, ?, ?, ?, ?", row).fetchone()
    connection.close()
    assert taken == ("a?b", None, -(2**63), math.inf, None, b"\xff", 1)


def test_candidates_come_back_with_their_reasons() -> None:
    told = (
        Consideration(account="a/b", model="m", rank=1, reason="Because."),
        Consideration(account="c", model="\ud800", rank=None, reason="Off."),
    )
    kept = _kept(record(considered=told)).considered
    assert kept[0] == told[0]
    assert (kept[1].account, kept[1].rank, kept[1].reason) == ("c", None, "Off.")
    assert _kept(record(considered=())).considered == ()
    assert len(_kept(record(considered=told * 500)).considered) == 200


def test_secrets_in_a_models_name_are_taken_out_of_the_candidates() -> None:
    told = (Consideration(account="a", model="sk-secret", rank=1, reason="r"),)
    rows = BodyRows(SETTINGS, lambda body: body.replace(b"sk-secret", b"***"))
    assert '"***"' in rows.row(record(considered=told))[BODY_COLUMNS.index("considered")]
