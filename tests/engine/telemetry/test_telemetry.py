"""Telemetry out: what a collector receives, what goes upstream, and nothing while it is off."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.events import FlightClosed
from llmgw_desktop.domain.flights.flight import NO_CLIENT, FlightRecord
from llmgw_desktop.domain.settings.door import TelemetrySettings
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.telemetry import ids_of, names, read_trace
from llmgw_desktop.engine.telemetry import telemetry as module
from llmgw_desktop.engine.telemetry.telemetry import Telemetry
from tests.engine.conftest import house_in
from tests.support.made_flights import failed, summary

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
ASKED = {
    "model": "claude-stub",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "ping"}],
}


class Collector:
    """Takes OTLP over HTTP on loopback, as protobuf."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[bytes]] = {}
        mine = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                mine.setdefault(self.path, []).append(body)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def spans(self) -> list[Any]:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
            ExportTraceServiceRequest,
        )

        told = [
            ExportTraceServiceRequest.FromString(it) for it in self.bodies.get("/v1/traces", ())
        ]
        scopes = [
            scope for one in told for each in one.resource_spans for scope in each.scope_spans
        ]
        assert {scope.schema_url for scope in scopes} <= {names.SCHEMA_URL}
        return [span for scope in scopes for span in scope.spans]

    @property
    def metrics(self) -> dict[str, Any]:
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
            ExportMetricsServiceRequest as Request,
        )

        told = [Request.FromString(it) for it in self.bodies.get("/v1/metrics", ())]
        scopes = [it for one in told for each in one.resource_metrics for it in each.scope_metrics]
        return {metric.name: metric for scope in scopes for metric in scope.metrics}

    @property
    def logs(self) -> list[Any]:
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
            ExportLogsServiceRequest,
        )

        told = [ExportLogsServiceRequest.FromString(it) for it in self.bodies.get("/v1/logs", ())]
        scopes = [scope for one in told for each in one.resource_logs for scope in each.scope_logs]
        return [record for scope in scopes for record in scope.log_records]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setattr(module, "GATHER_S", 0.0)
    monkeypatch.setattr(module, "STOP_S", 120.0)
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _attributes(told: Any) -> dict[str, Any]:
    kinds = ("string_value", "int_value", "double_value", "bool_value", "array_value")
    found = {}
    for each in told.attributes:
        kind = next(kind for kind in kinds if each.value.HasField(kind))
        value = getattr(each.value, kind)
        found[each.key] = [it.string_value for it in value.values] if "array" in kind else value
    return found


async def test_a_gateway_tells_its_flights_within_the_callers_trace(
    tmp_path: Path, collector: Collector
) -> None:
    more = f'\n[telemetry]\nendpoint = "{collector.url}"\n'
    async with house_in(tmp_path / "home", more) as house:
        async with house.post("/v1/messages", ASKED, traceparent=PARENT) as answer:
            assert answer.status == 200
        flight = house.closed[-1]
        own = f"{ids_of(flight.id)[1]:016x}"
        assert house.lane.only.header("traceparent") == f"00-{TRACE}-{own}-01"
        house.lane.forget()
        async with house.post("/v1/messages", {**ASKED, "model": "gpt-stub"}) as answer:
            assert answer.status == 200
        trace, span = ids_of(house.closed[-1].id)
        assert house.lane.only.header("traceparent") == f"00-{trace:032x}-{span:016x}-01"
    first, second = sorted(collector.spans, key=lambda each: each.start_time_unix_nano)
    assert (first.trace_id.hex(), first.parent_span_id.hex()) == (TRACE, SPAN)
    assert first.span_id.hex() == own
    assert (second.trace_id.hex(), second.parent_span_id.hex()) == (f"{trace:032x}", "")
    told = _attributes(first)
    assert (first.name, told[names.OPERATION]) == ("chat claude-stub", "chat")
    assert told[names.INPUT_TOKENS] == flight.usage.input_tokens
    assert told[names.FLIGHT] == flight.id
    assert names.INPUT_MESSAGES not in told
    assert names.COST not in told, "unknown is left out"
    assert b"ping" not in b"".join(body for some in collector.bodies.values() for body in some)
    metrics = collector.metrics
    assert {names.DURATION_METRIC, names.FIRST_CHUNK_METRIC, names.TOKENS_METRIC} <= set(metrics)
    points = metrics[names.TOKENS_METRIC].histogram.data_points
    assert {_attributes(point)[names.TOKEN_TYPE] for point in points} == {"input", "output"}


async def test_content_goes_only_where_it_is_asked_for(
    tmp_path: Path, collector: Collector
) -> None:
    more = f'\n[telemetry]\nendpoint = "{collector.url}"\ncontent = true\n'
    async with (
        house_in(tmp_path / "home", more) as house,
        house.post("/v1/messages", ASKED) as answer,
    ):
        assert answer.status == 200
    (span,) = collector.spans
    said = json.loads(_attributes(span)[names.INPUT_MESSAGES])
    assert said[0]["role"] == "user"
    assert "ping" in said[0]["parts"][0]["content"]


async def test_calls_of_tools_are_told(tmp_path: Path, collector: Collector) -> None:
    more = f'\n[telemetry]\nendpoint = "{collector.url}"\n'
    async with house_in(tmp_path / "home", more) as house:
        toolbox = house.container.mcp_offer().toolbox
        assert not (await toolbox.call("flight_sums", {}, LOCAL)).is_error
        assert (await toolbox.call("flight_get", {"flightId": "flt_never"}, LOCAL)).is_error
    spans = {span.name: span for span in collector.spans}
    assert set(spans) == {"tools/call flight_sums", "tools/call flight_get"}
    told = _attributes(spans["tools/call flight_sums"])
    assert (told[names.MCP_METHOD], told[names.TOOL_NAME]) == ("tools/call", "flight_sums")
    assert spans["tools/call flight_get"].status.code == 2


def _told(
    collector: Collector, *events: FlightClosed, record: FlightRecord | None = None
) -> Telemetry:
    bus = Bus()
    telemetry = Telemetry(bus, lambda *_: record)
    telemetry.apply(TelemetrySettings(endpoint=collector.url))
    for event in events:
        bus.publish(event)
    telemetry.stop()
    return telemetry


def test_what_went_wrong_is_a_log_within_its_span(collector: Collector) -> None:
    _told(collector, FlightClosed(summary=summary(1)), FlightClosed(summary=failed(2)))
    (log,) = collector.logs
    wrong = next(span for span in collector.spans if span.status.code == 2)
    assert (log.trace_id, log.span_id) == (wrong.trace_id, wrong.span_id)
    assert _attributes(log)[names.ERROR_TYPE] == "upstream_429"


def test_whom_nobody_knows_is_left_out(collector: Collector) -> None:
    _told(collector, FlightClosed(summary=summary(1, client=NO_CLIENT)))
    (span,) = collector.spans
    assert names.CLIENT not in _attributes(span)


def test_each_candidate_that_was_asked_is_a_span_below(collector: Collector) -> None:
    from tests.support.made_flights import record

    flight = summary(1, attempts=2)
    attempts = tuple(record().attempt_log) * 2
    made = FlightRecord(summary=flight, attempt_log=attempts[:2])
    _told(collector, FlightClosed(summary=flight), record=made)
    whole = next(span for span in collector.spans if span.name.startswith("chat"))
    below = [span for span in collector.spans if span.parent_span_id == whole.span_id]
    assert len(below) == len(made.attempt_log)


def test_off_again_it_hears_nothing(collector: Collector) -> None:
    bus = Bus()
    telemetry = Telemetry(bus, lambda *_: None)
    telemetry.apply(TelemetrySettings(endpoint=collector.url))
    assert telemetry.is_on
    telemetry.apply(TelemetrySettings())
    assert not telemetry.is_on
    bus.publish(FlightClosed(summary=summary(1)))
    assert not telemetry._waiting


def test_without_the_library_it_says_so_and_is_off(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "llmgw_desktop.engine.telemetry.otlp", None)
    telemetry = Telemetry(Bus(), lambda *_: None)
    telemetry.apply(TelemetrySettings(endpoint="http://127.0.0.1:9"))
    assert telemetry._thread is not None
    telemetry._thread.join()
    assert not telemetry.is_on
    assert "Install the extra 'otel'" in caplog.text
    telemetry.stop()


def test_a_collector_that_is_not_there_costs_nobody_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bus = Bus()
    telemetry = Telemetry(bus, lambda *_: None)
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    telemetry.is_on = True
    for number in range(5):
        telemetry._hear(FlightClosed(summary=summary(number)))
    assert (len(telemetry._waiting), telemetry._lost) == (3, 2)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00-0-0-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE.upper()}-{SPAN}-01",
    ],
)
def test_what_is_no_trace(header: str) -> None:
    assert read_trace(header) is None


def test_a_later_version_may_say_more() -> None:
    found = read_trace(f"01-{TRACE}-{SPAN}-00-more")
    assert found is not None
    assert not found.is_sampled


def test_names_are_those_of_the_conventions() -> None:
    from opentelemetry.semconv._incubating.attributes import gen_ai_attributes, mcp_attributes
    from opentelemetry.semconv._incubating.metrics import gen_ai_metrics

    known = {
        value
        for module_ in (gen_ai_attributes, gen_ai_metrics, mcp_attributes)
        for value in vars(module_).values()
        if isinstance(value, str)
    }
    ours = {value for value in vars(names).values() if isinstance(value, str)}
    ours = {each for each in ours if each.startswith(("gen_ai.", "mcp."))}
    assert ours <= known
    providers = {each.value for each in gen_ai_attributes.GenAiProviderNameValues}
    assert set(names.PROVIDERS.values()) <= providers


def test_nothing_of_it_is_read_in_by_the_engine() -> None:
    code = (
        "import sys, llmgw_desktop.app.composition.container;"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
